import type { EventId, Lang, RoomId } from '../../bridge/protocol/ids.ts';
import { MAX_MISSION, parseChoose, proposalLabel } from '../../bridge/protocol/orders/task-order.ts';
import type { SwarmCommandJob } from '../../bridge/protocol/turn.ts';
import * as say from '../../bridge/text/tasks/task-commands.ts';
import type { SwarmCommand, SwarmCommands } from '../commands/house-commands.ts';
import { languageOf } from '../../bridge/protocol/orders/language.ts';
import { hasEnded, RETRIED, shownPhase, waitsForMaster } from './runtime/machine.ts';
import { plainWords } from '../../bridge/matrix/markdown-words.ts';
import { isChoosable } from './phases/deciding.ts';
import { permalink } from '../../bridge/matrix/permalink.ts';
import { labelled, labelOf, proposalAt } from './plan/plan-labels.ts';
import type { TaskState } from './state/task-state.ts';
import type { Tasks } from './tasks.ts';

export interface TaskCommandDeps {
  readonly tasks: Tasks;
  readonly hq: RoomId;
  readonly hqName: string;
  readonly lang: Lang;
  readonly serverName: string;
}

const LISTED = 10;
const NUMBER = /^#?(\d{1,9})(?:번)?$/u;

/** The task that is meant, or the line that says why there is none. */
type Found = { readonly task: TaskState } | { readonly line: string };

/** What masters say to tasks. In a task's thread its number can be left out; so can it where only one could be meant. */
export function taskCommands(
  deps: TaskCommandDeps,
): SwarmCommands<'task' | 'status' | 'tasks' | 'cancel' | 'retry' | 'choose'> {
  const { tasks } = deps;

  const task: SwarmCommand = async (job) => {
    const number = NUMBER.exec(job.words)?.[1];
    if (number !== undefined) return show(await numbered(Number(number), job), job);
    if (job.words === '') return say.taskEmpty[job.lang]();
    if (job.words.length > MAX_MISSION) return say.taskTooLong[job.lang](MAX_MISSION);
    if (job.room !== deps.hq) return say.taskElsewhere[job.lang](deps.hqName);
    if (job.thread !== undefined) return say.taskInThread[job.lang]();
    await tasks.start({
      root: job.source,
      room: job.room,
      at: job.at,
      by: job.by,
      origin: 'master',
      mission: job.words,
      lang: languageOf(job.words, job.lang),
    });
    return null;
  };

  const status: SwarmCommand = async (job) => {
    if (job.words !== '' || (await ofThread(job)) !== null) return show(await meant(job, 'status'), job);
    const live = await tasks.live();
    if (live.length === 0) return say.nothingGoesOn[job.lang]();
    const waiting = live.filter(waitsForMaster).map(({ no }) => no);
    const frozen = live.some(({ frozenAt }) => frozenAt !== null) ? ['', say.allWait[job.lang]()] : [];
    return [
      ...live.map((one) => line(one, job.lang)),
      ...frozen,
      ...(waiting.length === 0 ? [] : ['', say.waitsForYou[job.lang](waiting)]),
    ].join('\n');
  };

  const list: SwarmCommand = async (job) => {
    const [live, ended] = await Promise.all([tasks.live(), tasks.ended(LISTED)]);
    const shown = [...live.toReversed(), ...ended].slice(0, Math.max(LISTED, live.length));
    return shown.length === 0 ? say.noTasks[job.lang]() : shown.map((one) => line(one, job.lang)).join('\n');
  };

  const cancel: SwarmCommand = async (job) => {
    const found = await meant(job, 'cancel');
    if ('line' in found) return found.line;
    const { no, root } = found.task;
    if (hasEnded(found.task)) return say.alreadyEnded[job.lang](no, shownPhase(found.task));
    await tasks.cancel(root, job.by);
    // In the thread the task says so itself.
    return job.thread === root ? null : say.cancelledElsewhere[job.lang](no);
  };

  const retry: SwarmCommand = async (job) => {
    const found = await meant(job, 'retry', ({ phase }) => RETRIED.has(phase));
    if ('line' in found) return found.line;
    const { no, root, room, phase } = found.task;
    if (job.room !== room) return say.saidElsewhere[job.lang](no, permalink(room, root, deps.serverName));
    const after = await tasks.retry(root, job.by, job.source);
    if (after?.retry === job.source) return say.retried[job.lang](no);
    return RETRIED.has(phase) && (await tasks.readyIn(room)).length === 0
      ? say.nobodyReady[job.lang]()
      : say.notRetried[job.lang](no, phase);
  };

  const choose: SwarmCommand = async (job) => {
    const choice = parseChoose(`!choose ${job.words}`);
    const named = choice?.kind === 'choice' ? choice.task : null;
    const found =
      named === null
        ? await toChooseIn(job, choice?.kind === 'choice' ? choice.index : null)
        : await numbered(named, job);
    if ('line' in found) return found.line;
    const { no, root, room, phase } = found.task;
    // The executor looks for the choice in the task's room.
    if (job.room !== room) return say.saidElsewhere[job.lang](no, permalink(room, root, deps.serverName));
    const proposal = choice?.kind === 'choice' ? proposalAt(found.task, choice.index) : undefined;
    if (proposal === undefined) return say.chooseHow[job.lang](labelled(found.task).map(({ label }) => label));
    const label = labelOf(found.task, proposal.hash);
    const after = await tasks.choose(root, { hash: proposal.hash, by: job.by, event: job.source });
    return after?.decision?.choice === job.source
      ? say.chosen[job.lang](no, label)
      : say.notChoosable[job.lang](no, phase);
  };

  function show(found: Found, { thread }: SwarmCommandJob): string {
    if ('line' in found) return found.line;
    const status = tasks.statusOfTask(found.task);
    return thread === found.task.root
      ? status
      : `${status}\n${say.toThread[found.task.lang](permalink(found.task.room, found.task.root, deps.serverName))}`;
  }

  /** Its mission leads to its thread. */
  const link = ({ mission, room, root }: TaskState): string =>
    `[${plainWords(mission, 60)}](${permalink(room, root, deps.serverName)})`;

  function line(one: TaskState, lang: Lang): string {
    const commands = Object.values(one.commands);
    const progress =
      commands.length === 0
        ? null
        : ([commands.filter(({ state }) => state === 'done').length, commands.length] as const);
    return say.taskLine[lang]({ no: one.no, phase: shownPhase(one), mission: link(one), commands: progress });
  }

  async function ofThread({ thread }: { readonly thread?: EventId | undefined }): Promise<TaskState | null> {
    return thread === undefined ? null : tasks.get(thread);
  }

  async function numbered(no: number, { lang }: Pick<SwarmCommandJob, 'lang'>): Promise<Found> {
    const found = await tasks.get(no);
    return found === null ? { line: say.noSuchTask[lang](no) } : { task: found };
  }

  /** In a thread that is its task's; elsewhere the only one that has plans to choose from. */
  async function toChooseIn(job: SwarmCommandJob, index: number | null): Promise<Found> {
    const here = await ofThread(job);
    if (here !== null) return { task: here };
    const all = (await tasks.live()).filter(isChoosable);
    const [only, another] = all;
    if (only === undefined) return { line: say.nothingToChoose[job.lang]() };
    // In a thread of something else the executor would not take it for this task's.
    if (another === undefined && job.thread === undefined) return { task: only };
    return {
      line: say.whichChoice[job.lang](
        all.map(
          (task) =>
            [task.no, index === null || proposalAt(task, index) === undefined ? 'A' : proposalLabel(index)] as const,
        ),
      ),
    };
  }

  async function meant(
    job: SwarmCommandJob,
    command: keyof typeof TYPED,
    could: (task: TaskState) => boolean = (one) => !hasEnded(one),
  ): Promise<Found> {
    const number = NUMBER.exec(job.words)?.[1];
    if (number !== undefined) return numbered(Number(number), job);
    const here = await ofThread(job);
    if (here !== null) return { task: here };
    const live = (await tasks.live()).filter(could);
    const [asks] = live;
    // What runs goes before what ended long ago: a task that asks for `!retry` is answered by it.
    if (asks !== undefined && live.length === 1) return { task: asks };
    const all = [...live, ...(await tasks.ended(LISTED)).filter(could)];
    const [only, another] = all;
    return only !== undefined && another === undefined
      ? { task: only }
      : {
          line: say.whichTask[job.lang](
            TYPED[command][job.lang],
            all.map(({ no }) => no),
          ),
        };
  }

  return { task, status, tasks: list, cancel, retry, choose };
}

/** As a master types it. */
const TYPED = {
  status: { ko: '상태', en: 'status' },
  cancel: { ko: '취소', en: 'cancel' },
  retry: { ko: '재시도', en: 'retry' },
} as const;
