import { phrase } from '../say.ts';
import { PHASE_MARK, phaseWord, type TaskPhase } from './task-words.ts';

/** The task at a glance: its card, lists, and what is said to commands about it. */

export const taskEnded = phrase<[no: number, phase: TaskPhase, why: string]>(
  (no, phase, why) => `${PHASE_MARK[phase]} **임무 #${no}: ${phaseWord[phase].ko()}**. ${why}`,
  (no, phase, why) => `${PHASE_MARK[phase]} **Task #${no}: ${phaseWord[phase].en()}**. ${why}`,
);
export const taskNotice = phrase<[no: number, phase: TaskPhase]>(
  (no, phase) => `${PHASE_MARK[phase]} 임무 #${no}: ${phaseWord[phase].ko()}`,
  (no, phase) => `${PHASE_MARK[phase]} Task #${no}: ${phaseWord[phase].en()}`,
);

/** Lines of the card; every one short enough for a phone. */
export const card = {
  head: phrase<[no: number, phase: TaskPhase, time: string]>(
    (no, phase, time) => `${PHASE_MARK[phase]} **임무 #${no} · ${phaseWord[phase].ko()}** · ${time}`,
    (no, phase, time) => `${PHASE_MARK[phase]} **Task #${no} · ${phaseWord[phase].en()}** · ${time}`,
  ),
  underAMinute: phrase(
    () => '1분 미만',
    () => 'under a minute',
  ),
  alone: phrase<[name: string]>(
    (name) => `👤 ${name} 혼자 합니다`,
    (name) => `👤 ${name} alone`,
  ),
  revision: phrase<[no: number, words: string]>(
    (no, words) => `🖌️ ${no}번째 손질: ${words}`,
    (no, words) => `🖌️ Change ${no}: ${words}`,
  ),
  revisionsWanted: phrase<[waiting: number]>(
    (waiting) => `⏳ 다음 손질 ${waiting}건이 기다립니다`,
    (waiting) => `⏳ ${waiting} more ${waiting === 1 ? 'change waits' : 'changes wait'}`,
  ),
  speakers: phrase<[list: string]>(
    (list) => `말한 에이전트: ${list}`,
    (list) => `Heard from: ${list}`,
  ),
  votes: phrase<[cast: number, electorate: number, tapped: boolean]>(
    (cast, electorate, tapped) => `투표: ${electorate}명 중 ${cast}명${tapped ? ' + 마스터' : ''}`,
    (cast, electorate, tapped) => `Votes: ${cast} of ${electorate}${tapped ? ' + yours' : ''}`,
  ),
  plan: phrase<[goal: string]>(
    (goal) => `계획: ${goal}`,
    (goal) => `Plan: ${goal}`,
  ),
  progress: phrase<[bar: string, done: number, all: number, bad: number]>(
    (bar, done, all, bad) => `${bar} ${done}/${all}단계${bad === 0 ? '' : ` (안 된 것 ${bad})`}`,
    (bar, done, all, bad) => `${bar} ${done}/${all} steps${bad === 0 ? '' : ` (${bad} not)`}`,
  ),
  now: phrase<[titles: readonly string[]]>(
    (titles) => `지금: ${titles.join(', ')}`,
    (titles) => `Now: ${titles.join(', ')}`,
  ),
  spent: phrase<[spent: string]>(
    (what) => `쓴 것: ${what}`,
    (what) => `Spent: ${what}`,
  ),
};

/** The last line of the card: what the master can or has to do. */
export const awaited = {
  nothing: phrase(
    () => '👉 지금 하실 일은 없습니다. 그만두려면 `!취소`',
    () => '👉 Nothing for you to do. To stop: `!cancel`',
  ),
  tap: phrase(
    () => '👉 원하시면 투표에 한 표 누르시거나 `!선택 A`로 정해 주세요',
    () => '👉 If you like, tap a plan in the poll, or decide with `!choose A`',
  ),
  approval: phrase<[title: string, executor: string]>(
    (title, executor) => `✋ 허락이 필요합니다: ${title}. ${executor}의 글에 ✅ 또는 ❌를 눌러 주세요`,
    (title, executor) => `✋ Approval wanted: ${title}. Tap ✅ or ❌ on the message of ${executor}`,
  ),
  choose: phrase<[labels: readonly string[]]>(
    (labels) =>
      `❓ 답이 필요합니다: ${[...labels.map((label) => `\`!선택 ${label}\``), '`!재시도`', '`!취소`'].join(' · ')}`,
    (labels) =>
      `❓ Your answer is wanted: ${[...labels.map((label) => `\`!choose ${label}\``), '`!retry`', '`!cancel`'].join(' · ')}`,
  ),
  thaw: phrase(
    () => '🧊 전체가 동결되어 하던 자리에서 기다립니다. 이어 하려면 `!해동`, 그만두려면 `!취소`',
    () => '🧊 Everything is frozen: it waits where it is. To go on: `!thaw`. To stop: `!cancel`',
  ),
  retry: phrase(
    () => '👉 다시 하려면 이 글에 🔁, 또는 `!재시도`',
    () => '👉 To try again: 🔁 on this message, or `!retry`',
  ),
  /** Wherever it is typed, this task is meant. */
  retryTyped: phrase<[no: number]>(
    (no) => `👉 다시 하려면 \`!재시도 ${no}\``,
    (no) => `👉 To try again: \`!retry ${no}\``,
  ),
};
