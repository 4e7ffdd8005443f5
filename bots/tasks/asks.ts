import type { EventId } from '../../bridge/protocol/ids.ts';
import type { TaskMachine } from './runtime/machine.ts';
import type { ModelReply } from './answers/task-models.ts';
import type { Ask } from './state/ask.ts';
import type { TaskState } from './state/task-state.ts';
import type { TaskStore } from './runtime/task-store.ts';

export interface AsksDeps {
  readonly store: Pick<TaskStore, 'load'>;
  readonly machine: Pick<TaskMachine, 'apply' | 'watch'>;
  /** Nobody is to be asked now. */
  readonly frozen: () => boolean;
  /** Throws the signal's reason when aborted, nothing else. */
  readonly askModel: (state: TaskState, ask: Ask, signal: AbortSignal) => Promise<ModelReply>;
}

/** Another swarm may have ended what is asked here. */
const LOOK_MS = 2_000;

/** Questions to models that are open at this moment; one that nobody needs an answer to any more, or that waits for a thaw, is taken back. */
export class Asks {
  readonly #deps: AsksDeps;
  readonly #open = new Map<EventId, Map<string, AbortController>>();
  readonly #timer: NodeJS.Timeout;

  constructor(deps: AsksDeps) {
    this.#deps = deps;
    deps.machine.watch((state) => this.#keep(state));
    this.#timer = setInterval(() => void this.#look(), LOOK_MS).unref();
  }

  /** Nothing where the answer is known already, or not waited for. */
  async run(root: EventId, ask: Ask): Promise<void> {
    const state = await this.#deps.store.load(root);
    if (state === null || !isOpen(state, ask.id)) return;
    if (this.#deps.frozen()) return void (await this.#deps.machine.apply(root, { kind: 'frozen', at: Date.now() }));
    const controller = new AbortController();
    const open = this.#open.get(root) ?? new Map<string, AbortController>();
    this.#open.set(root, open.set(ask.id, controller));
    try {
      const reply = await this.#deps.askModel(state, ask, controller.signal);
      const at = Date.now();
      await this.#deps.machine.apply(
        root,
        reply.kind === 'refused'
          ? { kind: 'refused', at, ask: ask.id, code: reply.code }
          : { at, ask: ask.id, ...reply },
      );
    } catch (error) {
      if (!controller.signal.aborted) throw error;
    } finally {
      if (open.get(ask.id) === controller) open.delete(ask.id);
      if (open.size === 0) this.#open.delete(root);
    }
  }

  /** After the last of many tries. */
  async giveUp(root: EventId, ask: Ask): Promise<void> {
    await this.#deps.machine.apply(root, { kind: 'refused', at: Date.now(), ask: ask.id, code: 'turn.failed' });
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #keep(state: TaskState): void {
    for (const [id, controller] of this.#open.get(state.root) ?? [])
      if (!isOpen(state, id)) controller.abort(new Error('not waited for any more'));
  }

  async #look(): Promise<void> {
    const states = await Promise.all([...this.#open.keys()].map((root) => this.#deps.store.load(root))).catch(() => []);
    for (const state of states) if (state !== null) this.#keep(state);
  }
}

const isOpen = ({ asks, frozenAt }: TaskState, id: string): boolean =>
  frozenAt === null && asks.some((ask) => ask.id === id);
