import type { EventId } from '../../../bridge/protocol/ids.ts';
import type { TaskPhase } from '../../../bridge/text/tasks/task-words.ts';
import type { JobQueue } from '../../../bridge/queue/jobs.ts';
import { KeyedQueue } from './keyed-queue.ts';
import { ENDED, type TaskState } from '../state/task-state.ts';
import type { Pending, TaskStore } from './task-store.ts';
import { type TaskJob, taskJobId } from './task-job.ts';
import type { Reduce, TaskEvent, TaskRules, Transition } from '../state/transitions.ts';

export interface MachineDeps {
  readonly store: TaskStore;
  readonly queue: Pick<JobQueue<TaskJob>, 'add'>;
  readonly reduce: Reduce;
  readonly rules: () => TaskRules;
}

/** Told after a transition is stored. A crash in between loses the call: what must not be lost is read off the state. */
export type TransitionWatcher = (state: TaskState, before: TaskState) => void;

/** Events in, transitions stored, effects handed on: in this order, whatever is killed in between. */
export class TaskMachine {
  readonly #deps: MachineDeps;
  readonly #watchers = new Set<TransitionWatcher>();
  readonly #queue = new KeyedQueue<EventId>();

  constructor(deps: MachineDeps) {
    this.#deps = deps;
  }

  watch(watcher: TransitionWatcher): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** @returns the task as it is then; null where there is none. */
  apply(root: EventId, event: TaskEvent): Promise<TaskState | null> {
    return this.change(root, (state) => this.#deps.reduce(state, event, this.#deps.rules()));
  }

  /**
   * `next` may be asked more than once; it changes nothing by giving back the same state. Of one task one after the
   * other: a hundred answers at once would each read the task again for every one that was first.
   */
  change(root: EventId, next: (state: TaskState) => Transition): Promise<TaskState | null> {
    return this.#queue.run(root, () => this.#change(root, next));
  }

  async #change(root: EventId, next: (state: TaskState) => Transition): Promise<TaskState | null> {
    const { store } = this.#deps;
    for (;;) {
      const before = await store.load(root);
      if (before === null) return null;
      const { state, effects } = next(before);
      if (state === before) return before;
      const after = { ...state, version: before.version + 1 };
      const pending = await store.commit(before, after, effects);
      // Somebody else's transition was first: what this one means now is another question.
      if (pending === null) continue;
      await this.handOn(root, pending);
      for (const watcher of this.#watchers) watcher(after, before);
      return after;
    }
  }

  /** Effects become jobs, once each by their ids. What is to be said stays in the outbox until it is in the room. */
  async handOn(root: EventId, pending: readonly Pending[]): Promise<void> {
    const { queue, store } = this.#deps;
    if (pending.length === 0) return;
    const now = Date.now();
    await queue.add(
      pending.map(({ effect }) => {
        const data: TaskJob = { root, effect };
        return {
          id: taskJobId(data),
          data,
          ...(effect.kind === 'timer' && effect.at > now ? { delayMs: effect.at - now } : {}),
        };
      }),
    );
    const given = pending.filter(({ effect }) => effect.kind !== 'say').map(({ seq }) => seq);
    if (given.length > 0) await store.settle(root, given);
  }

  /** What a process that died had stored and not handed on. */
  async handOnAll(): Promise<void> {
    const { store } = this.#deps;
    const roots = await store.pending();
    // One that fails keeps the others from nothing.
    const tried = await Promise.allSettled(roots.map(async (root) => this.handOn(root, await store.outbox(root))));
    const failed = tried.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  }
}

/** What people read of how it stands: a rehearsal that has ended is not partly done. */
export const shownPhase = ({ phase, ending }: Pick<TaskState, 'phase' | 'ending'>): TaskPhase =>
  phase === 'partial' && ending === 'rehearsed' ? 'rehearsed' : phase;

export const hasEnded = ({ phase }: Pick<TaskState, 'phase'>): boolean => ENDED.has(phase);

/** What `!retry`, or 🔁 on its card, takes up once more. */
export const RETRIED: ReadonlySet<TaskState['phase']> = new Set(['failed', 'partial', 'cancelled', 'asking']);

/** An answer or an approval of the master's is the next thing that can happen. */
export const waitsForMaster = ({ phase, commands }: TaskState): boolean =>
  phase === 'asking' || (phase === 'executing' && Object.values(commands).some(({ state }) => state === 'asked'));
