import { phrase, type Phrase } from '../say.ts';

/** What is said in a task's thread once the plan stands: work, failures, patches, the verdict, the report and its trail. */

export const workDone = phrase<[title: string, text: string]>(
  (title, text) => `🧠 **${title}**\n\n${text}`,
  (title, text) => `🧠 **${title}**\n\n${text}`,
);

export const patchSaid = phrase<[title: string, cause: string, block: string]>(
  (title, cause, block) => `🩺 **${title}** 실패 원인: ${cause}\n\n이렇게 고치면 됩니다:\n${block}`,
  (title, cause, block) => `🩺 Why **${title}** failed: ${cause}\n\nI would run this instead:\n${block}`,
);
export const noPatch = phrase<[title: string, cause: string]>(
  (title, cause) => `🩺 **${title}** 실패 원인: ${cause}\n\n이 명령만 고쳐서는 안 되고 새 계획이 필요합니다.`,
  (title, cause) => `🩺 Why **${title}** failed: ${cause}\n\nMending this command is not enough; a new plan is needed.`,
);
export const patchedSaid = phrase<[title: string]>(
  (title) => `🔧 **${title}** 명령만 고쳐서 다시 실행합니다. 나머지 계획은 그대로입니다.`,
  (title) => `🔧 Only **${title}** is replaced, and run again. The rest of the plan stands.`,
);

export const stepFailed = phrase<[title: string, why: string, attempt: number]>(
  (title, why, attempt) =>
    `⚠️ **${title}**: ${why}${attempt > 1 ? ` (${attempt}번째 시도)` : ''}. 끝난 단계의 결과는 그대로 두고 새 계획을 세웁니다.`,
  (title, why, attempt) =>
    `⚠️ **${title}**: ${why}${attempt > 1 ? ` (attempt ${attempt})` : ''}. What earlier steps made is kept; a new plan is made.`,
);
export const newPlanNeeded = phrase<[why: string]>(
  (why) => `⚠️ 새 계획을 세웁니다${why === '' ? '' : ` (${why})`}. 지금까지 한 것은 그대로 있습니다.`,
  (why) => `⚠️ A new plan is made${why === '' ? '' : `: ${why}`}. What there is so far is kept.`,
);

/** Why a command ended badly, by the executor's word; what is not named here is said in general. */
const commandWhy: Readonly<Record<string, Phrase<[exitCode: number | undefined]>>> = {
  exit: phrase(
    (code) => `실패했습니다${code === undefined ? '' : ` (종료 코드 ${code})`}`,
    (code) => `failed${code === undefined ? '' : ` (exit code ${code})`}`,
  ),
  output: phrase(
    () => '기대한 글이 출력에 없습니다',
    () => 'the expected words are not in its output',
  ),
  file: phrase(
    () => '기대한 파일이 없습니다',
    () => 'the expected file is not there',
  ),
  timeout: phrase(
    () => '시간이 다 되어 멈췄습니다',
    () => 'ran out of time',
  ),
  cpu: phrase(
    () => 'CPU를 너무 오래 써서 멈췄습니다',
    () => 'took too much processor time',
  ),
  memory: phrase(
    () => '메모리를 너무 많이 써서 멈췄습니다',
    () => 'took too much memory',
  ),
  disk: phrase(
    () => '디스크를 너무 많이 써서 멈췄습니다',
    () => 'took too much disk',
  ),
  inodes: phrase(
    () => '파일을 너무 많이 만들어 멈췄습니다',
    () => 'made too many files',
  ),
  processes: phrase(
    () => '프로그램을 너무 많이 띄워서 멈췄습니다',
    () => 'made too many processes',
  ),
  sandbox: phrase(
    () => '격리 상자를 만들지 못해 실행하지 않았습니다',
    () => 'not run: the sandbox could not be built',
  ),
  no: phrase(
    () => '마스터가 거절해서 실행하지 않았습니다',
    () => 'not run: you refused it',
  ),
  expired: phrase(
    () => '허락을 기다리다 시간이 지나 실행하지 않았습니다',
    () => 'not run: no approval came in time',
  ),
  locked: phrase(
    () => '잠금 상태라 실행하지 않았습니다',
    () => 'not run: everything is locked',
  ),
  changed: phrase(
    () => '기다리는 동안 규칙이 바뀌어 실행하지 않았습니다',
    () => 'not run: the rules changed meanwhile',
  ),
  'host-not-allowed': phrase(
    () => '허락되지 않은 주소라 실행하지 않았습니다',
    () => 'not run: the address is not allowed',
  ),
  'no-mail': phrase(
    () => '이메일이 연결되어 있지 않아 보내지 않았습니다 (`npm start -- mail`)',
    () => 'not sent: no e-mail is set up (`npm start -- mail`)',
  ),
  'mail-files': phrase(
    () => '첨부할 파일이 없거나 너무 커서 보내지 않았습니다',
    () => 'not sent: a file for it is missing or too large',
  ),
  'not-lent': phrase(
    () => '빌려주지 않은 폴더라 실행하지 않았습니다',
    () => 'not run: the folder is not lent',
  ),
};
const badState: Readonly<Record<'failed' | 'refused' | 'stopped' | 'unknown', Phrase>> = {
  failed: phrase(
    () => '실패했습니다',
    () => 'failed',
  ),
  refused: phrase(
    () => '실행자가 받지 않아 실행하지 않았습니다',
    () => 'not run: the executor refused it',
  ),
  stopped: phrase(
    () => '멈췄습니다',
    () => 'was stopped',
  ),
  unknown: phrase(
    () => '도중에 끊겨 어떻게 끝났는지 모릅니다',
    () => 'was cut off, and nobody saw its end',
  ),
};
export const failureWhy = phrase<
  [state: 'failed' | 'refused' | 'stopped' | 'unknown', why: string | undefined, exitCode: number | undefined]
>(
  (state, why, exitCode) => (commandWhy[why ?? '']?.ko ?? badState[state].ko)(exitCode),
  (state, why, exitCode) => (commandWhy[why ?? '']?.en ?? badState[state].en)(exitCode),
);
export const workFailed = phrase(
  () => '맡은 에이전트가 해내지 못했습니다',
  () => 'the agent could not do it',
);

const verdictKo = (holds: boolean | 'played' | 'unseen'): string =>
  holds === 'played'
    ? '연습이었습니다'
    : holds === 'unseen'
      ? '확인하지 못했습니다'
      : holds
        ? '결과가 맞습니다'
        : '결과가 아직 맞지 않습니다';
const verdictEn = (holds: boolean | 'played' | 'unseen'): string =>
  holds === 'played'
    ? 'A rehearsal'
    : holds === 'unseen'
      ? 'Not verified'
      : holds
        ? 'The result holds'
        : 'The result does not hold yet';
export const verdictSaid = phrase<[holds: boolean | 'played' | 'unseen', why: string, quotes: readonly string[]]>(
  (holds, why, quotes) => [`🔬 **${verdictKo(holds)}**: ${why}`, ...quotes].join('\n\n'),
  (holds, why, quotes) => [`🔬 **${verdictEn(holds)}**: ${why}`, ...quotes].join('\n\n'),
);

export const reportHead = phrase<[no: number, mission: string]>(
  (no, mission) => `# 임무 #${no} 보고서\n\n> ${mission}`,
  (no, mission) => `# Report on task #${no}\n\n> ${mission}`,
);
export const reportFile = phrase<[no: number]>(
  (no) => `임무-${no}-보고서.md`,
  (no) => `task-${no}-report.md`,
);
/** The same, for a phone that knows no Markdown. */
export const reportPageFile = phrase<[no: number]>(
  (no) => `임무-${no}-보고서.html`,
  (no) => `task-${no}-report.html`,
);
/** All that stood for election. */
export const plansFile = phrase<[no: number]>(
  (no) => `임무-${no}-계획-모두.md`,
  (no) => `task-${no}-plans.md`,
);
export const planFile = phrase<[no: number]>(
  (no) => `임무-${no}-계획.md`,
  (no) => `task-${no}-plan.md`,
);
export const planPictureFile = phrase<[no: number]>(
  (no) => `임무-${no}-계획.png`,
  (no) => `task-${no}-plan.png`,
);
export const restInFile = phrase(
  () => '(나머지는 아래 파일에 있습니다)',
  () => '(the rest is in the file below)',
);
/** Where no agent could write the report. */
export const plainReport = phrase<[lines: readonly string[]]>(
  (lines) => `보고서를 쓸 에이전트가 없어 결과만 적습니다.\n\n${lines.join('\n')}`,
  (lines) => `No agent could write the report, so here is what came of each step.\n\n${lines.join('\n')}`,
);

/** The trail, link by link. */
export const trail = {
  title: phrase(
    () => '어떻게 여기까지 왔는지',
    () => 'How it came about',
  ),
  message: phrase(
    () => '마스터의 메시지',
    () => "The master's message",
  ),
  electorate: phrase(
    () => '함께한 에이전트',
    () => 'Who was asked',
  ),
  proposals: phrase(
    () => '제안',
    () => 'Proposals',
  ),
  poll: phrase(
    () => '투표',
    () => 'Poll',
  ),
  ballots: phrase(
    () => '투표지',
    () => 'Ballots',
  ),
  decision: phrase(
    () => '결정',
    () => 'Decision',
  ),
  choice: phrase(
    () => '마스터의 선택',
    () => "The master's choice",
  ),
  plan: phrase(
    () => '계획',
    () => 'Plan',
  ),
  patches: phrase(
    () => '고친 명령',
    () => 'Patches',
  ),
  commands: phrase(
    () => '명령과 출력',
    () => 'Commands and outputs',
  ),
  works: phrase(
    () => '에이전트가 한 일',
    () => "Agents' work",
  ),
  artifacts: phrase(
    () => '결과 파일',
    () => 'Files',
  ),
  verdict: phrase(
    () => '결과 확인',
    () => 'Check of the result',
  ),
};
