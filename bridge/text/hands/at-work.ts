import { phrase } from '../say.ts';

/** What people read of an agent at work. */

export const asksForCommand = phrase<[what: string]>(
  (what) => `🔧 실행해 달라고 했습니다: ${what}`,
  (what) => `🔧 asks to run: ${what}`,
);

export const writesFile = phrase<[path: string]>(
  (path) => `${path} 쓰기`,
  (path) => `write ${path}`,
);
export const readsFile = phrase<[path: string]>(
  (path) => `${path} 읽기`,
  (path) => `read ${path}`,
);
export const listsFiles = phrase<[path: string]>(
  (path) => `${path} 목록 보기`,
  (path) => `list ${path}`,
);

export const makesDocument = phrase<[path: string]>(
  (path) => `${path} 만들기`,
  (path) => `make ${path}`,
);
export const sendsFile = phrase<[path: string]>(
  (path) => `${path} 보내기`,
  (path) => `hand over ${path}`,
);

export const usesTool = phrase<[tool: string]>(
  (tool) => `${tool} 도구 쓰기`,
  (tool) => `use ${tool}`,
);

/** The answer while tools are at work. */
export const atWork = phrase<[shown: readonly string[]]>(
  (shown) => `🔧 ${shown.length === 0 ? '확인하는 중' : shown.join(' · ')} …`,
  (shown) => `🔧 ${shown.length === 0 ? 'looking into it' : shown.join(' · ')} …`,
);

const SHOWN = 3;

/** The line beneath an answer: what was done, with the record of the last of it. */
export const wasDone = phrase<[deeds: readonly { shown: string; mark: string }[], record: string | null]>(
  (deeds, record) => line(deeds, record === null ? null : `[기록](${record})`, (more) => `외 ${more}건`),
  (deeds, record) => line(deeds, record === null ? null : `[record](${record})`, (more) => `and ${more} more`),
);

function line(
  deeds: readonly { shown: string; mark: string }[],
  record: string | null,
  others: (more: number) => string,
): string {
  const more = deeds.length - SHOWN;
  return `🔧 ${[
    ...deeds.slice(0, SHOWN).map(({ shown, mark }) => `${shown}${mark === '' ? '' : ` ${mark}`}`),
    ...(more > 0 ? [others(more)] : []),
    ...(record === null ? [] : [record]),
  ].join(' · ')}`;
}

export const stepsUsedUp = phrase<[steps: number]>(
  (steps) =>
    `한 번에 할 수 있는 만큼(${steps}번) 해 보고 멈췄습니다. 여기까지 한 일은 그대로 있습니다. 이어서 하려면 "계속해줘"라고 말씀해 주세요.`,
  (steps) =>
    `I stopped after as many steps as one answer has (${steps}). What was done so far stays. Say "go on" to continue.`,
);

/** Of the house's own state. */
export const looksAt = {
  tasks: phrase(
    () => '임무 보기',
    () => 'look at the tasks',
  ),
  schedules: phrase(
    () => '예약 보기',
    () => 'look at the schedules',
  ),
  budget: phrase(
    () => '예산 보기',
    () => 'look at the budget',
  ),
  agents: phrase(
    () => '에이전트 보기',
    () => 'look at the agents',
  ),
  commands: phrase(
    () => '실행 기록 보기',
    () => 'look at the records of commands',
  ),
};

export const searchesWeb = phrase<[words: string]>(
  (words) => `웹에서 ‘${words}’ 찾기`,
  (words) => `search the web for ‘${words}’`,
);

export const looksFor = phrase<[words: string]>(
  (words) => `‘${words}’ 찾기`,
  (words) => `look for ‘${words}’`,
);
