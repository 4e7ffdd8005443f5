import { withParticle } from '../../particle.ts';
import { roomNames } from '../../room-names.ts';
import { phrase } from '../../say.ts';

/** What is said of the house's memory: lines are stored, shown, found, corrected and taken away. */

/** A line as it is shown: its words woven already. */
export interface LineShown {
  readonly number: number;
  readonly kind: 'order' | 'fact' | 'record';
  readonly text: string;
  /** The only agent whom it binds. */
  readonly agent?: string;
}

export interface RememberedLines {
  readonly lines: readonly LineShown[];
  /** They stood there already. */
  readonly known: readonly LineShown[];
  /** Older orders that say something else. */
  readonly against: readonly LineShown[];
  /** Older orders for which there is no room any more in what agents are told. */
  readonly crowdedOut: readonly number[];
}

const MARKS = { order: '📌', fact: '🗂', record: '✔️' } as const;
export const ORDER_MARK = MARKS.order;
export const FACT_MARK = MARKS.fact;

const lineKo = ({ number, kind, text, agent }: LineShown): string =>
  `${MARKS[kind]} **${number}** ${agent === undefined ? '' : `(${agent}) `}${text}`;
const lineEn = lineKo;

const forgetKo = (lines: readonly { readonly number: number }[]): string =>
  `\`!잊어 ${lines.map(({ number }) => number).join(' ')}\``;
const forgetEn = (lines: readonly { readonly number: number }[]): string =>
  `\`!forget ${lines.map(({ number }) => number).join(' ')}\``;

export const remembered = phrase<[RememberedLines]>(
  ({ lines, known, against, crowdedOut }) =>
    [
      ...listed('기억했습니다.', lines, lineKo),
      ...listed('이미 기억하고 있습니다.', known, lineKo),
      ...conflictKo(against),
      ...crowdedKo(crowdedOut),
      ...(lines.length === 0 ? [] : [`지우려면 ${forgetKo(lines)}`]),
    ].join('\n\n'),
  ({ lines, known, against, crowdedOut }) =>
    [
      ...listed('Remembered:', lines, lineEn),
      ...listed('Remembered before:', known, lineEn),
      ...conflictEn(against),
      ...crowdedEn(crowdedOut),
      ...(lines.length === 0 ? [] : [`To undo: ${forgetEn(lines)}`]),
    ].join('\n\n'),
);

/** Beneath a line that a master has written in the room himself; nothing where there is nothing to say. */
export const lineNoticed = phrase<[Pick<RememberedLines, 'against' | 'crowdedOut'>]>(
  ({ against, crowdedOut }) => [...conflictKo(against), ...crowdedKo(crowdedOut)].join('\n\n'),
  ({ against, crowdedOut }) => [...conflictEn(against), ...crowdedEn(crowdedOut)].join('\n\n'),
);

/** A paragraph of its own: what follows a list without an empty line hangs in its last item. */
const listed = (head: string, lines: readonly LineShown[], show: (line: LineShown) => string): readonly string[] =>
  lines.length === 0 ? [] : [[head, ...lines.map((line) => `- ${show(line)}`)].join('\n')];

const conflictKo = (against: readonly LineShown[]): readonly string[] =>
  against.length === 0
    ? []
    : [
        ...listed('앞서 하신 말씀과 달라서 새 말씀을 따릅니다.', against, lineKo),
        `예전 것을 지우려면 ${forgetKo(against)}`,
      ];
const conflictEn = (against: readonly LineShown[]): readonly string[] =>
  against.length === 0
    ? []
    : [
        ...listed('You said otherwise before; the new one holds.', against, lineEn),
        `To delete the old: ${forgetEn(against)}`,
      ];

const crowdedKo = (numbers: readonly number[]): readonly string[] =>
  numbers.length === 0 ? [] : [`지시가 너무 많아 오래된 것은 에이전트가 보지 못합니다: ${numbers.join(', ')}번`];
const crowdedEn = (numbers: readonly number[]): readonly string[] =>
  numbers.length === 0 ? [] : [`Too many orders: agents no longer see the oldest (${numbers.join(', ')}).`];

/** At the head of a proposal: a person's number is not kept unasked. */
export const holdsPersonal = phrase<[what: readonly PersonalWord[]]>(
  (what) =>
    `${withParticle(personal(what, 'ko'), '이', '가')} 들어 있습니다. 그대로 기억하려면 ✅, 아니면 ❌를 눌러 주세요.`,
  (what) => `It holds ${personal(what, 'en')}. Tap ✅ to remember it as it is, ❌ to leave it.`,
);

/** Beneath a line in the room itself. */
export const lineHoldsPersonal = phrase<[what: readonly PersonalWord[]]>(
  (what) =>
    `${withParticle(personal(what, 'ko'), '이', '가')} 들어 있어 아직 기억하지 않습니다. 그대로 기억하려면 그 글에 ✅를 눌러 주세요. 아니면 글을 지워 주세요.`,
  (what) =>
    `It holds ${personal(what, 'en')}, so it is not remembered yet. Tap ✅ on that message to remember it as it is; else delete it.`,
);

/** Where the coordinator cannot ask. */
export const personalElsewhere = phrase<[what: readonly PersonalWord[]]>(
  (what) =>
    `${withParticle(personal(what, 'ko'), '이', '가')} 들어 있어 기억하지 않았습니다. ${roomNames.hq.ko} 방에서 말씀하시면 확인하고 기억합니다.`,
  (what) =>
    `It holds ${personal(what, 'en')}, so it is not remembered. Say it in the ${roomNames.hq.en} room, where I can ask.`,
);

const PERSONAL = {
  resident: ['주민등록번호', 'a resident registration number'],
  foreigner: ['외국인등록번호', 'a foreigner registration number'],
  card: ['카드 번호', 'a card number'],
  account: ['계좌번호', 'a bank account number'],
  passport: ['여권 번호', 'a passport number'],
  licence: ['운전면허 번호', 'a driving licence number'],
} as const;
export type PersonalWord = keyof typeof PERSONAL;
const personal = (what: readonly PersonalWord[], lang: 'ko' | 'en'): string =>
  [...new Set(what)].map((one) => PERSONAL[one][lang === 'ko' ? 0 : 1]).join(lang === 'ko' ? ', ' : ' and ');

export const secretNotRemembered = phrase(
  () => '기억하지 않았습니다. 키나 비밀번호는 빼고 다시 말씀해 주세요.',
  () => 'It is not remembered. Please say it again without the key or password.',
);

/** To "이거 기억해" under a message that cannot be. */
export const quotedNotRemembered = phrase<[why: 'file' | 'secret' | 'command']>(
  (why) =>
    ({
      file: `파일은 ${roomNames.memory.ko} 방에 올려 주세요. 거기 있는 문서는 나중에 물으셔도 찾아봅니다.`,
      secret: '키나 비밀번호가 들어 있던 글이라 기억하지 않았습니다.',
      command: '명령은 기억하지 않습니다. 기억할 말을 `!기억 …`으로 보내 주세요.',
    })[why],
  (why) =>
    ({
      file: `Put the file into the ${roomNames.memory.en} room: documents there are found when you ask later.`,
      secret: 'There was a key or a password in it, so it is not remembered.',
      command: 'Commands are not remembered. Send what to remember as `!memory …`.',
    })[why],
);

/** A line that quotes somebody. `who`: his name, woven already. */
export const quotedLine = phrase<[who: string, words: string]>(
  (who, words) => `사실: ${who}의 말 "${words}"`,
  (who, words) => `fact: ${who} said "${words}"`,
);

/** At the head of the question whether it is to be remembered. */
export const holdsQuoted = phrase<[personal: readonly PersonalWord[]]>(
  (what) =>
    `직접 하신 말씀이 아니어서 여쭙니다.${what.length === 0 ? '' : ` ${withParticle(personal(what, 'ko'), '이', '가')} 들어 있습니다.`} 그대로 기억하려면 ✅, 아니면 ❌를 눌러 주세요.`,
  (what) =>
    `These are not your words, so I ask.${what.length === 0 ? '' : ` There is ${personal(what, 'en')} in it.`} Tap ✅ to remember it as it is, ❌ to leave it.`,
);

export const cannotAskHere = phrase(
  () => '직접 하신 말씀이 아니어서 기억하지 않았습니다. 기억할 말을 `!기억 …`으로 보내 주세요.',
  () => 'These are not your words, so they are not remembered. Send what to remember as `!memory …`.',
);

export const quotedTooLong = phrase<[most: number]>(
  (most) => `너무 길어 기억하지 않았습니다(${most}자까지). 기억할 부분만 \`!기억 …\`으로 보내 주세요.`,
  (most) => `Too long, so it is not remembered (at most ${most} letters). Send the part to remember as \`!memory …\`.`,
);

export const tooLongToRemember = phrase<[most: number]>(
  (most) => `너무 길어 기억하지 않았습니다. ${most}자까지 됩니다. 나눠서 보내 주세요.`,
  (most) => `Too long, so it is not remembered. At most ${most} letters: send it in parts.`,
);

export const cannotRemember = phrase(
  () => `${roomNames.memory.ko} 방에 쓸 수 없어 기억하지 못했습니다. \`!관리 방\`으로 방이 어떤지 봐 주세요.`,
  () => `Nothing could be written into the ${roomNames.memory.en} room, so it is not remembered. See \`!admin rooms\`.`,
);

export const sourceGone = phrase(
  () => '기억하기 전에 글이 지워져 기억하지 않았습니다.',
  () => 'The message was deleted before it was remembered, so it is not.',
);

export interface MemoryShown {
  readonly orders: readonly LineShown[];
  readonly facts: readonly LineShown[];
  readonly records: readonly LineShown[];
  /** How many more there are. */
  readonly more: number;
  readonly summary: { readonly text: string; readonly by: string } | null;
}

export const memoryListed = phrase<[MemoryShown]>(
  ({ orders, facts, records, more, summary }) =>
    [
      ...(orders.length + facts.length + records.length === 0
        ? ['🧠 아직 기억하는 것이 없습니다. "앞으로 짧게 말해"나 `!기억 펫샵은 10시에 연다`처럼 말씀해 주세요.']
        : [
            ...listed('**지시**', orders, lineKo),
            ...listed('**사실**', facts, lineKo),
            ...listed('**임무 결과**', records, lineKo),
            `${more === 0 ? '' : `…외 ${more}개는 \`!기억 검색 낱말\`로 찾습니다. `}지우려면 \`!잊어 번호\``,
          ]),
      ...(summary === null
        ? []
        : [`**이 방의 앞선 이야기 요약** (${summary.by})`, summary.text, '요약만 지우려면 `!잊어`']),
    ].join('\n\n'),
  ({ orders, facts, records, more, summary }) =>
    [
      ...(orders.length + facts.length + records.length === 0
        ? ['🧠 Nothing is remembered yet. Say "from now on, keep it short", or `!memory the shop opens at ten`.']
        : [
            ...listed('**Orders**', orders, lineEn),
            ...listed('**Facts**', facts, lineEn),
            ...listed('**Results of tasks**', records, lineEn),
            `${more === 0 ? '' : `… and ${more} more: \`!memory search word\`. `}To delete: \`!forget number\``,
          ]),
      ...(summary === null
        ? []
        : [
            `**What was said earlier in this room**, summed up by ${summary.by}`,
            summary.text,
            'To clear the summary alone: `!forget`',
          ]),
    ].join('\n\n'),
);

export const memoryFound = phrase<[words: string, lines: readonly (LineShown & { readonly when: string })[]]>(
  (words, lines) =>
    lines.length === 0
      ? `🔎 "${words}"에 맞는 기억이 없습니다. 다른 낱말로 찾아 보세요.`
      : [`🔎 "${words}"`, ...lines.map((line) => `- ${lineKo(line)} (${line.when})`)].join('\n'),
  (words, lines) =>
    lines.length === 0
      ? `🔎 Nothing remembered fits "${words}". Try another word.`
      : [`🔎 "${words}"`, ...lines.map((line) => `- ${lineEn(line)} (${line.when})`)].join('\n'),
);

export const searchUsage = phrase(
  () => '`!기억 검색 펫샵 이름`처럼 찾을 낱말을 함께 보내 주세요.',
  () => 'Send what to look for, such as `!memory search shop name`.',
);

export interface Forgotten {
  readonly gone: readonly LineShown[];
  /** Of lines that stand no more. */
  readonly before: readonly number[];
  readonly unknown: readonly number[];
  /** The room does not let the coordinator delete them. */
  readonly kept: readonly number[];
}

export const linesForgotten = phrase<[Forgotten]>(
  ({ gone, before, unknown, kept }) =>
    [
      ...listed('잊었습니다.', gone, lineKo),
      ...(before.length === 0 ? [] : [`${before.join(', ')}번은 이미 지워졌습니다.`]),
      ...(unknown.length === 0 ? [] : [`${unknown.join(', ')}번은 없습니다. 번호는 \`!기억\`으로 봅니다.`]),
      ...(kept.length === 0
        ? []
        : [`${kept.join(', ')}번은 지울 권한이 없어 그대로입니다. 그 방에서 직접 지워 주세요.`]),
    ].join('\n\n'),
  ({ gone, before, unknown, kept }) =>
    [
      ...listed('Forgotten:', gone, lineEn),
      ...(before.length === 0 ? [] : [`Gone already: ${before.join(', ')}.`]),
      ...(unknown.length === 0 ? [] : [`There is no ${unknown.join(', ')}. \`!memory\` shows the numbers.`]),
      ...(kept.length === 0 ? [] : [`The room does not let me delete ${kept.join(', ')}: please delete it there.`]),
    ].join('\n\n'),
);

export const forgetUsage = phrase(
  () => '`!잊어 3`처럼 번호를 보내 주세요. 번호는 `!기억`으로 봅니다. 지운 것은 없습니다.',
  () => 'Send a number, such as `!forget 3`; `!memory` shows them. Nothing was forgotten.',
);

/** A task's line: what was asked for, what came of it. */
export const taskRecord = phrase<
  [mission: string, outcome: 'done' | 'partial' | 'failed' | 'cancelled', first: string, link: string]
>(
  (mission, outcome, first, link) =>
    [`${mission}: ${OUTCOME[outcome][0]}`, ...(first === '' ? [] : [first]), link].join('\n'),
  (mission, outcome, first, link) =>
    [`${mission}: ${OUTCOME[outcome][1]}`, ...(first === '' ? [] : [first]), link].join('\n'),
);
const OUTCOME = {
  done: ['끝냈습니다', 'done'],
  partial: ['일부만 했습니다', 'done in part'],
  failed: ['하지 못했습니다', 'not done'],
  cancelled: ['그만뒀습니다', 'cancelled'],
} as const;
