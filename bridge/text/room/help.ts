import { withParticle } from '../particle.ts';
import { phrase } from '../say.ts';
import { roomNames } from '../room-names.ts';

/** What `!help` says, and what is said to a command with words that do not belong. */

/** Where `!help` is asked: what works there differs. `direct`: with one agent alone. */
export type HelpPlace = 'hq' | 'ops' | 'memory' | 'direct' | 'other';

interface HelpFacts {
  readonly place: HelpPlace;
  /** A sentence that calls an agent. */
  readonly example: string;
  /** Whoever is here; '' for nobody. */
  readonly agent: string;
}

const ALL: readonly HelpPlace[] = ['hq', 'ops', 'memory', 'direct', 'other'];
const HOUSE: readonly HelpPlace[] = ['hq', 'ops'];
const MANY: readonly HelpPlace[] = ['hq', 'ops', 'other'];

/** One line a purpose, short on a phone. */
const COMMANDS: readonly (readonly [where: readonly HelpPlace[], ko: string, en: string])[] = [
  [
    ['hq'],
    '`!임무 할 일` · `//chavion_task: 할 일`: 모두가 계획하고 투표해 실행합니다',
    '`!task what to do` · `//chavion_task: …`: all plan, vote and carry it out',
  ],
  [
    ALL,
    '`!상태` · `!임무목록` · `!취소`: 임무를 보고, 그만둡니다',
    '`!status` · `!tasks` · `!cancel`: sees tasks, and ends one',
  ],
  [['hq'], '`!선택 A` · `!재시도`: 계획을 고르고, 다시 합니다', '`!choose A` · `!retry`: picks a plan, tries again'],
  [
    HOUSE,
    '`!공개 이름` (임무의 대화에서): 만든 페이지를 그 이름으로 냅니다',
    '`!publish name` (in a task’s thread): gives its page an address of its own',
  ],
  [
    ['hq'],
    '`!예약 매일 아침 7시에 …` · `!예약 30분 뒤에 …`: 정해진 때에 합니다',
    '`!schedule every day at 7 …` · `!schedule in 30 minutes …`: does it at its time',
  ],
  [
    HOUSE,
    '`!예약목록` · `!예약취소` · `!지금실행`: 예약을 보고, 없애고, 바로 해 봅니다',
    '`!schedules` · `!unschedule` · `!run-now`: sees, ends or tries a schedule',
  ],
  [
    ['hq'],
    '`!순환 켜기 15분` · `!순환 끄기`: 알아서 살피고 일합니다',
    '`!cycle on 15m` · `!cycle off`: looks round and works by itself',
  ],
  [
    HOUSE,
    '`!실행 ls -la`: 서버에서 명령을 실행합니다 (격리된 작업 폴더)',
    '`!run ls -la`: runs a command on the server (in a closed workspace)',
  ],
  [
    HOUSE,
    '`!되돌리기`: 명령이 서버 폴더에서 마지막으로 바꾼 것을 되돌립니다',
    '`!undo`: takes back what a command last changed in a folder of the server',
  ],
  [MANY, '`!발언 모두` · `호출` · `금지`: 누가 말할지 정합니다', '`!floor open` · `called` · `closed`: who may speak'],
  [
    MANY,
    '`!토론 주제 2`: 에이전트끼리 두 바퀴 토론합니다 (1~5)',
    '`!discuss topic 2`: the agents discuss, 2 rounds (1 to 5)',
  ],
  [
    MANY,
    '`!투표 점심: 짜장 / 짬뽕`: 모두의 비밀 투표로 정합니다 ("다수결로 정하자"도 됩니다)',
    '`!vote lunch: soup / salad`: all vote in secret (or say "let’s vote: …")',
  ],
  [ALL, '`!그만` 또는 메시지에 🛑: 하던 것을 바로 멈춥니다', '`!stop`, or 🛑 on a message: ends what is running'],
  [ALL, '`!에이전트`: 누가 있고 어떤지 봅니다', '`!agents`: who is here and how they are'],
  [
    ALL,
    '`!모델 이름 회사/모델`: 모델을 바꿉니다 (`기본`: 되돌림)',
    '`!model name provider/model`: changes a model (`default`: back)',
  ],
  [
    ALL,
    '`!기억`: 기억하는 것 · `!기억 문장` · `!기억 검색 낱말` · `!잊어 3`',
    '`!memory`: what is remembered · `!memory sentence` · `!memory search word` · `!forget 3`',
  ],
  [
    HOUSE,
    '`!표결`: 임무의 투표를 얼마나 열어 둘지, 몇 명에게 물을지 정합니다',
    '`!judge`: how long votes on plans stay open, and who is asked',
  ],
  [ALL, '`!도구`: 에이전트의 도구를 보고, 끄고 켭니다', '`!tools`: what agents can use, and who may'],
  [ALL, '`!예산`: 쓴 돈과 한도', '`!budget`: what was spent, and limits'],
  [ALL, '`!동결` · `!해동`: 모두 멈추고, 풉니다', '`!freeze` · `!thaw`: everything stops, and goes on'],
  [HOUSE, '`!초대 이름`: 밖에 있는 에이전트를 들입니다', '`!agent add name`: lets in an agent that lives elsewhere'],
  [HOUSE, '`!관리`: 사람 · 방 · 디스크 · 상태', '`!admin`: people, rooms, disk, health'],
  [
    ALL,
    '`!보류` · `!보류 다시`: 처리하지 못한 메시지를 보고, 다시 합니다',
    '`!aside` · `!aside again`: messages that could not be handled',
  ],
  [ALL, '`!도움`: 이 안내', '`!help`: this text'],
];

function callingKo({ place, example, agent }: HelpFacts): readonly string[] {
  if (place === 'memory')
    return [
      '여기에 쓰신 글은 하나하나 기억합니다. 고치거나 지우시면 바로 그렇게 됩니다.',
      '에이전트는 이 방에 없습니다. 글은 📌(늘 따를 지시)나 🗂(물을 때 꺼낼 사실)로 받습니다.',
    ];
  if (agent === '') return ['이 방에는 대답할 에이전트가 없습니다. 초대하면 대답합니다.'];
  if (place === 'direct') return [`이 방에서는 그냥 쓰면 ${withParticle(agent, '이', '가')} 대답합니다.`];
  const reply = '답장을 달면 그 글을 쓴 에이전트가 대답합니다.';
  if (place === 'ops') return [`\`${example}\`처럼 이름을 부르면 그 에이전트가 대답합니다.`, reply];
  return [
    `그냥 쓰면 모두가 대답합니다. \`${example}\`처럼 부르면 그 에이전트만 대답합니다.`,
    `${reply} \`○○ 빼고 다들\`도 됩니다.`,
  ];
}

function callingEn({ place, example, agent }: HelpFacts): readonly string[] {
  if (place === 'memory')
    return [
      'Each message that you write here is remembered. Edit or delete it, and it is so at once.',
      'No agents are in this room. 📌 marks an order that always holds, 🗂 a fact that is told when it is asked for.',
    ];
  if (agent === '') return ['No agent is in this room. Invite one and it answers.'];
  if (place === 'direct') return [`Just write here and ${agent} answers.`];
  const reply = 'Reply to a message and its author answers.';
  if (place === 'ops') return [`Call a name, as in \`${example}\`, and that agent answers.`, reply];
  return [
    `Just write and everyone answers. Call a name, as in \`${example}\`, and only that one does.`,
    `${reply} \`everyone except …\` works too.`,
  ];
}

/** What works in another room only. */
const elsewhere: Readonly<Record<HelpPlace, readonly [ko: string, en: string] | null>> = {
  hq: null,
  ops: [
    `\`!임무\` · \`!선택\` · \`!재시도\` · \`!예약\` · \`!순환\`은 ${roomNames.hq.ko} 방에서 됩니다.`,
    `\`!task\`, \`!choose\`, \`!retry\`, \`!schedule\` and \`!cycle\` work in the ${roomNames.hq.en} room.`,
  ],
  memory: [
    `나머지는 ${roomNames.hq.ko} 방에서 됩니다. 거기서 \`!도움\``,
    `The rest works in the ${roomNames.hq.en} room. Ask \`!help\` there.`,
  ],
  direct: [
    `\`!임무\` · \`!예약\` · \`!실행\` · \`!관리\` 같은 나머지는 ${roomNames.hq.ko} 방에서 됩니다. 거기서 \`!도움\``,
    `The rest (\`!task\`, \`!schedule\`, \`!run\`, \`!admin\` …) works in the ${roomNames.hq.en} room. Ask \`!help\` there.`,
  ],
  other: [
    `\`!임무\` · \`!예약\` · \`!실행\` · \`!관리\` 같은 나머지는 ${roomNames.hq.ko} 방에서 됩니다. 거기서 \`!도움\``,
    `The rest (\`!task\`, \`!schedule\`, \`!run\`, \`!admin\` …) works in the ${roomNames.hq.en} room. Ask \`!help\` there.`,
  ],
};

const commandsOf = (place: HelpPlace, at: 1 | 2): readonly string[] =>
  COMMANDS.filter(([where]) => where.includes(place)).map((row) => `- ${row[at]}`);
const behindThem = (place: HelpPlace, at: 0 | 1): readonly string[] => {
  const line = elsewhere[place];
  return line === null ? [] : ['', line[at]];
};

export const helpText = phrase<[facts: HelpFacts]>(
  (facts) =>
    [
      '**부르는 법**',
      ...callingKo(facts).map((line) => `- ${line}`),
      '',
      '**명령**',
      ...commandsOf(facts.place, 1),
      ...behindThem(facts.place, 0),
    ].join('\n'),
  (facts) =>
    [
      '**Calling**',
      ...callingEn(facts).map((line) => `- ${line}`),
      '',
      '**Commands**',
      ...commandsOf(facts.place, 2),
      ...behindThem(facts.place, 1),
    ].join('\n'),
);

export const usage = {
  help: phrase(
    () => '`!도움`은 뒤에 아무것도 붙이지 않습니다. 바뀐 것은 없습니다.',
    () => '`!help` takes nothing after it. Nothing was changed.',
  ),
  agents: phrase(
    () => '`!에이전트`는 뒤에 아무것도 붙이지 않습니다. 바뀐 것은 없습니다.',
    () => '`!agents` takes nothing after it. Nothing was changed.',
  ),
  floor: phrase(
    () => '`!발언 모두`, `!발언 호출`, `!발언 금지` 중 하나로 보내 주세요. 발언은 그대로입니다.',
    () => 'Send `!floor open`, `!floor called` or `!floor closed`. The floor is as it was.',
  ),
  model: phrase<[agent: string]>(
    (agent) =>
      `\`!모델 ${agent} openai/gpt-6.1-sol\`처럼 누구를 무엇으로 바꿀지 보내 주세요. 이름만 쓰면 지금 모델을 보여 줍니다. 바뀐 것은 없습니다.`,
    (agent) =>
      `Send whom and to what, such as \`!model ${agent} openai/gpt-6.1-sol\`; a name alone shows its model. Nothing was changed.`,
  ),
  discuss: phrase<[maxRounds: number]>(
    (max) =>
      `\`!토론 주제\` 또는 \`!토론 주제 3\`처럼 보내 주세요 (1~${max}바퀴). 주제가 숫자로 끝나면 "주제 2030"처럼 따옴표로 묶어 주세요. 토론은 시작하지 않았습니다.`,
    (max) =>
      `Send \`!discuss topic\` or \`!discuss topic 3\` (1 to ${max} rounds). A topic that ends in a number goes in quotes: "topic 2030". No discussion was started.`,
  ),
};
