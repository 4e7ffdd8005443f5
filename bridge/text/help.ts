import { phrase } from './say.ts';

/** What `!help` says, and what is said to a command with words that do not belong. */

export const helpText = phrase<[example: string]>(
  (example) =>
    [
      '**부르는 법**',
      `- 그냥 쓰면 모두가 대답합니다. \`${example}\`처럼 이름을 부르면 그 에이전트만 대답합니다.`,
      '- 답장을 달면 그 글을 쓴 에이전트가 대답합니다. `○○ 빼고 다들`도 됩니다.',
      '',
      '**명령**',
      '- `!발언 모두` · `!발언 호출` · `!발언 금지`: 누가 말할지 정합니다',
      '- `!토론 주제 2`: 에이전트끼리 두 바퀴 토론하고 요약합니다 (1~5바퀴)',
      '- `!그만`: 하던 대답을 바로 멈춥니다 (메시지에 🛑를 달아도 됩니다)',
      '- `//chavion_task: 할 일` · `!임무 할 일`: 모두가 계획하고 투표해 실행합니다 (`!상태` · `!임무목록` · `!선택 A` · `!취소` · `!재시도`)',
      '- `!예약 매일 아침 7시에 …`: 정해진 때에 임무를 시작합니다 (`!예약목록` · `!예약취소` · `!지금실행`)',
      '- `!순환 켜기 15분`: 알아서 살피고 일하고 보고합니다 (`!순환 끄기`)',
      '- `!예산`: 쓴 돈을 보고 한도를 정합니다 · `!동결` · `!해동`: 모두 멈추고 풉니다',
      '- `!실행 ls -la`: 서버에서 명령을 실행합니다 (격리된 작업 폴더 안에서)',
      '- `!에이전트`: 누가 있고 어떤 상태인지 봅니다',
      '- `!모델 이름 회사/모델`: 모델을 바꿉니다 (`기본`이면 되돌림, `relay`는 웹 대화창)',
      '- `!기억`: 앞선 이야기 요약 · `!잊어`: 요약을 지웁니다',
      '- `!초대 이름`: 밖에 있는 에이전트를 들입니다 (열쇠는 개인 방으로)',
      '- `!관리`: 사람 · 방 · 디스크 · 상태 (마스터를 더 들이거나 빼기)',
      '- `!보류`: 처리하지 못해 따로 둔 메시지를 봅니다 (`!보류 다시`)',
      '- `!도움`: 이 안내',
    ].join('\n'),
  (example) =>
    [
      '**Calling**',
      `- Just write and everyone answers. Call a name, as in \`${example}\`, and only that one does.`,
      '- Reply to a message and its author answers. `everyone except …` works too.',
      '',
      '**Commands**',
      '- `!floor open` · `!floor called` · `!floor closed`: who may speak',
      '- `!discuss topic 2`: the agents discuss for two rounds and sum up (1 to 5)',
      '- `!stop`: ends running answers at once (a 🛑 on a message does too)',
      '- `//chavion_task: what to do` · `!task what to do`: all plan, vote and carry it out (`!status` · `!tasks` · `!choose A` · `!cancel` · `!retry`)',
      '- `!schedule every day at 7 …`: begins a task at its time (`!schedules` · `!unschedule` · `!run-now`)',
      '- `!cycle on 15m`: looks round, works and reports by itself (`!cycle off`)',
      '- `!budget`: what was spent, and limits · `!freeze` · `!thaw`: everything stops, and goes on',
      '- `!run ls -la`: runs a command on the server (inside a closed workspace)',
      '- `!agents`: who is here and how they are',
      '- `!model name provider/model`: changes a model (`default` goes back, `relay` is by web chat)',
      '- `!memory`: what is remembered of earlier talk · `!forget`: clears it',
      '- `!agent add name`: lets in an agent that lives elsewhere (its key comes in a private room)',
      '- `!admin`: people, rooms, disk, health (and further masters)',
      '- `!aside`: messages that could not be handled (`!aside again`)',
      '- `!help`: this text',
    ].join('\n'),
);

export const usage = {
  help: phrase(
    () => '`!도움`은 뒤에 아무것도 붙이지 않습니다. 바뀐 것은 없습니다.',
    () => '`!help` takes nothing after it. Nothing was changed.',
  ),
  memory: phrase(
    () => '`!기억`은 뒤에 아무것도 붙이지 않습니다. 바뀐 것은 없습니다.',
    () => '`!memory` takes nothing after it. Nothing was changed.',
  ),
  forget: phrase(
    () => '`!잊어`는 뒤에 아무것도 붙이지 않습니다. 요약은 그대로입니다.',
    () => '`!forget` takes nothing after it. The summary is as it was.',
  ),
  agents: phrase(
    () => '`!에이전트`는 뒤에 아무것도 붙이지 않습니다. 바뀐 것은 없습니다.',
    () => '`!agents` takes nothing after it. Nothing was changed.',
  ),
  floor: phrase(
    () => '`!발언 모두`, `!발언 호출`, `!발언 금지` 중 하나로 보내 주세요. 발언은 그대로입니다.',
    () => 'Send `!floor open`, `!floor called` or `!floor closed`. The floor is as it was.',
  ),
  model: phrase(
    () => '`!모델 클로드 anthropic/claude-sonnet-5-5`처럼 누구를 무엇으로 바꿀지 보내 주세요. 이름만 쓰면 지금 모델을 보여 줍니다. 바뀐 것은 없습니다.',
    () => 'Send whom and to what, such as `!model claude anthropic/claude-sonnet-5-5`; a name alone shows its model. Nothing was changed.',
  ),
  discuss: phrase<[maxRounds: number]>(
    (max) => `\`!토론 주제\` 또는 \`!토론 주제 3\`처럼 보내 주세요 (1~${max}바퀴). 주제가 숫자로 끝나면 "주제 2030"처럼 따옴표로 묶어 주세요. 토론은 시작하지 않았습니다.`,
    (max) => `Send \`!discuss topic\` or \`!discuss topic 3\` (1 to ${max} rounds). A topic that ends in a number goes in quotes: "topic 2030". No discussion was started.`,
  ),
};
