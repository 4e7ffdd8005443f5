import { listEntry } from '../list-entry.ts';
import { phrase } from '../say.ts';
import { PHASE_MARK, phaseWord, type TaskPhase } from './task-words.ts';

/** What is said to `!task`, `!tasks`, `!status`, `!cancel`, `!retry` and `!choose`: what happened, what was kept, what to do. */

export interface TaskLine {
  readonly no: number;
  readonly phase: TaskPhase;
  /** Markdown, made safe. */
  readonly mission: string;
  /** How many commands are done, of how many. */
  readonly commands: readonly [done: number, all: number] | null;
}
const counted = (commands: TaskLine['commands']): string => (commands === null ? '' : ` ${commands[0]}/${commands[1]}`);
export const taskLine = phrase<[line: TaskLine]>(
  ({ no, phase, mission, commands }) =>
    listEntry(`**#${no}** ${PHASE_MARK[phase]} ${phaseWord[phase].ko()}${counted(commands)}`, mission),
  ({ no, phase, mission, commands }) =>
    listEntry(`**#${no}** ${PHASE_MARK[phase]} ${phaseWord[phase].en()}${counted(commands)}`, mission),
);
export const noTasks = phrase(
  () => '아직 임무가 없습니다. `!임무 할 일`처럼 보내면 시작합니다.',
  () => 'There are no tasks yet. Begin one with `!task what to do`.',
);
export const nothingGoesOn = phrase(
  () => '지금 하는 임무가 없습니다. 지난 임무는 `!임무목록`, 새로 시키려면 `!임무 할 일`',
  () => 'No task is under way. Earlier ones: `!tasks`. A new one: `!task what to do`',
);
/** Under a card that is shown outside its thread. */
export const toThread = phrase<[url: string]>(
  (url) => `[스레드로 가기](${url})`,
  (url) => `[To its thread](${url})`,
);
export const waitsForYou = phrase<[numbers: readonly number[]]>(
  (numbers) => `✋ 마스터의 답을 기다리는 임무: ${numbers.map((no) => `#${no}`).join(', ')}. 그 스레드를 봐 주세요.`,
  (numbers) => `✋ Waiting for you: ${numbers.map((no) => `#${no}`).join(', ')}. Please look into the thread.`,
);

export const allWait = phrase(
  () => '🧊 전체가 동결되어 모두 하던 자리에서 기다립니다. 이어 하려면 `!해동`',
  () => '🧊 Everything is frozen: they wait where they are. To go on: `!thaw`',
);

export const taskEmpty = phrase(
  () => '무슨 일을 할지가 비어 있어 시작하지 않았습니다. `//chavion_task: 할 일` 또는 `!임무 할 일`처럼 보내 주세요.',
  () => 'The mission is empty, so nothing was started. Send `//chavion_task: what to do` or `!task what to do`.',
);
export const taskTooLong = phrase<[max: number]>(
  (max) =>
    `임무가 ${max}자를 넘어 시작하지 않았습니다. 메시지는 남아 있습니다. 줄이거나, 긴 글은 파일로 올리고 짧게 적어 다시 보내 주세요.`,
  (max) =>
    `The mission is longer than ${max} characters, so nothing was started. Your message stays. Shorten it, or send the long part as a file.`,
);
export const taskElsewhere = phrase<[room: string]>(
  (room) => `임무는 ${room} 방에서만 시작합니다. 아무것도 시작하지 않았으니 그 방에서 다시 보내 주세요.`,
  (room) => `Tasks are begun in ${room} only. Nothing was started; please send it there.`,
);
export const taskInThread = phrase(
  () => '임무는 스레드 밖에서 시작해야 합니다. 아무것도 시작하지 않았으니 방에 새 메시지로 보내 주세요.',
  () => 'A task is begun outside of threads. Nothing was started; please send it to the room itself.',
);

export const noSuchTask = phrase<[no: number]>(
  (no) => `${no}번 임무는 없습니다. 바뀐 것은 없습니다. 목록은 \`!임무목록\``,
  (no) => `There is no task #${no}. Nothing was changed. \`!tasks\` lists them.`,
);
/** `command` without its mark, in the language of the room. */
export const whichTask = phrase<[command: string, numbers: readonly number[]]>(
  (command, numbers) =>
    numbers.length === 0
      ? '그렇게 할 수 있는 임무가 없습니다. 바뀐 것은 없습니다. 목록은 `!임무목록`'
      : `임무가 여러 개라 어느 것인지 모릅니다. 바뀐 것은 없습니다. 그 임무의 스레드에서 보내거나 번호를 붙여 주세요: ${numbers.map((no) => `\`!${command} ${no}\``).join(' · ')}`,
  (command, numbers) =>
    numbers.length === 0
      ? 'There is no task that this could be done to. Nothing was changed. `!tasks` lists them.'
      : `There are several tasks, and it is not clear which you mean. Nothing was changed. Send it in the task's thread, or with its number: ${numbers.map((no) => `\`!${command} ${no}\``).join(' · ')}`,
);
export const alreadyEnded = phrase<[no: number, phase: TaskPhase]>(
  (no, phase) => `${no}번 임무는 이미 끝났습니다 (${phaseWord[phase].ko()}). 바뀐 것은 없습니다.`,
  (no, phase) => `Task #${no} has ended already (${phaseWord[phase].en()}). Nothing was changed.`,
);
export const cancelledElsewhere = phrase<[no: number]>(
  (no) => `${no}번 임무를 취소했습니다. 그때까지 만든 것은 남아 있습니다. 다시 하려면 \`!재시도 ${no}\``,
  (no) => `Task #${no} is cancelled. What it made so far is kept. To do it again: \`!retry ${no}\``,
);
export const retried = phrase<[no: number]>(
  (no) => `${no}번 임무를 다시 시작합니다. 진행은 스레드의 카드에서 보세요.`,
  (no) => `Task #${no} begins again. Its card in the thread shows how it goes.`,
);
export const notRetried = phrase<[no: number, phase: TaskPhase]>(
  (no, phase) =>
    `${no}번 임무는 지금 다시 시작할 수 없습니다 (${phaseWord[phase].ko()}). 바뀐 것은 없습니다. 새로 시키려면 \`!임무 할 일\``,
  (no, phase) =>
    `Task #${no} cannot be begun again now (${phaseWord[phase].en()}). Nothing was changed. For something new: \`!task what to do\``,
);
export const nobodyReady = phrase(
  () =>
    '지금 일할 수 있는 에이전트가 없어 시작하지 않았습니다. 메시지는 남아 있습니다. `!에이전트`로 상태를 보고 다시 보내 주세요.',
  () => 'No agent can work at present, so nothing was started. Your message stays. See `!agents`, then send it again.',
);

export const chooseHow = phrase<[labels: readonly string[]]>(
  (labels) =>
    labels.length === 0
      ? '`!선택 A`처럼 보내 주세요. 아직 고를 계획이 없고, 정한 것도 없습니다.'
      : `정한 것은 없습니다. 이렇게 골라 주세요: ${labels.map((label) => `\`!선택 ${label}\``).join(' · ')}`,
  (labels) =>
    labels.length === 0
      ? 'Send it like `!choose A`. There is no plan to choose yet, and nothing was decided.'
      : `Nothing was decided. Choose like this: ${labels.map((label) => `\`!choose ${label}\``).join(' · ')}`,
);
export const nothingToChoose = phrase(
  () => '지금 계획을 고를 임무가 없습니다. 정한 것은 없습니다. 목록은 `!임무목록`',
  () => 'No task has plans to choose from now. Nothing was decided. `!tasks` lists them.',
);
export const whichChoice = phrase<[choices: readonly (readonly [no: number, label: string])[]]>(
  (choices) =>
    `어느 임무의 계획인지 모릅니다. 정한 것은 없습니다. 그 임무의 스레드에서 보내거나 번호를 붙여 주세요: ${choices.map(([no, label]) => `\`!선택 ${no} ${label}\``).join(' · ')}`,
  (choices) =>
    `It is not clear which task you mean. Nothing was decided. Send it in the task's thread, or with its number: ${choices.map(([no, label]) => `\`!choose ${no} ${label}\``).join(' · ')}`,
);
/** Of `!choose` and `!retry`, which the executor reads in the task's own room. */
export const saidElsewhere = phrase<[no: number, link: string]>(
  (no, link) => `${no}번 임무는 다른 방에 있습니다. 바뀐 것은 없습니다. [그 임무의 스레드](${link})에서 보내 주세요.`,
  (no, link) => `Task #${no} lives in another room. Nothing was changed. Send it in [its thread](${link}).`,
);
export const notChoosable = phrase<[no: number, phase: TaskPhase]>(
  (no, phase) => `${no}번 임무는 지금 계획을 고를 때가 아닙니다 (${phaseWord[phase].ko()}). 바뀐 것은 없습니다.`,
  (no, phase) =>
    `There is nothing to choose in task #${no} at present (${phaseWord[phase].en()}). Nothing was changed.`,
);
export const chosen = phrase<[no: number, label: string]>(
  (no, label) => `${no}번 임무는 ${label}안으로 합니다. 투표보다 마스터의 선택이 앞섭니다.`,
  (no, label) => `Task #${no} goes with plan ${label}. Your choice comes before the vote.`,
);
