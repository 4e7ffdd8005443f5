import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Account, refused } from '../../bridge/matrix/account.ts';
import { editContent, messageContent } from '../../bridge/matrix/content.ts';
import type { EditBudget } from '../../bridge/matrix/edit-budget.ts';
import type { ChavionContent } from '../../bridge/protocol/content.ts';
import type { EventId } from '../../bridge/protocol/ids.ts';
import { sha256 } from '../../bridge/digest/canonical.ts';
import { chavionOfRun, roundOfRun, runText } from './messages/run-text.ts';
import { messageId } from './state/message-ids.ts';
import { hasEnded, waitsForMaster } from './runtime/machine.ts';
import type { TaskState } from './state/task-state.ts';
import type { TaskStore } from './runtime/task-store.ts';

export interface CardDeps {
  readonly store: Pick<TaskStore, 'load' | 'leaseCard' | 'cardShown' | 'owedCards' | 'live'>;
  readonly coordinator: Pick<Account, 'send'>;
  readonly budget: Pick<EditBudget, 'take' | 'interval'>;
  readonly cardText: (state: TaskState) => string;
  readonly log: Logger;
}

const CARD = 'card';
/** Tasks whose messages are remembered, ended ones too: of others one edit is sent that changes nothing. */
const MOST_SHOWN = 200;

/** While it goes on by itself it is still growing: `npm run chat` waits for the rest, and shows it as it stands. */
const chavionOf = (state: TaskState): ChavionContent => ({
  v: 1,
  kind: 'card',
  root: state.root,
  ...(hasEnded(state) || waitsForMaster(state) || state.frozenAt !== null ? {} : { streaming: true }),
});

/** One message a task that says how it stands, and one for each run of commands: sent once, edited after every transition, never ringing. */
export class CardKeeper {
  readonly #deps: CardDeps;
  /** Cards being edited, and whether there is something newer to show. */
  readonly #busy = new Map<EventId, { again: boolean }>();
  /** By task, the one touched last at the end, and in it by the id of the message. */
  readonly #shown = new Map<EventId, Map<string, string>>();

  constructor(deps: CardDeps) {
    this.#deps = deps;
  }

  /** The first look; a repeated one is the same message. */
  post(state: TaskState): Promise<EventId> {
    const content = messageContent({
      text: this.#deps.cardText(state),
      msgtype: 'm.notice',
      thread: state.root,
      chavion: chavionOf(state),
    });
    return this.#deps.coordinator.send(state.room, 'm.room.message', content, `task.${state.root}.card`);
  }

  /** What a message of the task shows now. */
  knows(root: EventId, id: string, text: string): void {
    const texts = this.#shown.get(root) ?? new Map<string, string>();
    this.#shown.delete(root);
    this.#shown.set(root, texts.set(id, text));
    const [oldest] = this.#shown.keys();
    if (this.#shown.size > MOST_SHOWN && oldest !== undefined) this.#shown.delete(oldest);
  }

  /** There is something new to show, soon. */
  touch(root: EventId): void {
    const busy = this.#busy.get(root);
    if (busy !== undefined) {
      busy.again = true;
      return;
    }
    const now = { again: false };
    this.#busy.set(root, now);
    void this.#keep(root, now);
  }

  /** Cards that a swarm which died left behind, and the time on those of tasks that go on. */
  async touchAll(): Promise<void> {
    for (const root of new Set([...(await this.#deps.store.owedCards()), ...(await this.#deps.store.live())]))
      this.touch(root);
  }

  async #keep(root: EventId, busy: { again: boolean }): Promise<void> {
    try {
      do {
        busy.again = false;
        const done = await this.#show(root);
        await sleep(this.#deps.budget.interval(), undefined, { ref: false });
        busy.again ||= !done;
      } while (busy.again);
    } catch (error) {
      this.#deps.log.warn({ task: root, error: error instanceof Error ? error.message : 'unknown' }, 'card');
    } finally {
      this.#busy.delete(root);
    }
  }

  /** @returns false where another swarm is at it. */
  async #show(root: EventId): Promise<boolean> {
    const { store } = this.#deps;
    await using lease = await store.leaseCard(root);
    if (lease === null) return false;
    let state = await store.load(root);
    if (state?.events['card'] === undefined) return true;
    for (const id of facesOf(state)) {
      if (this.#textOf(state, id) === this.#shown.get(root)?.get(id)) continue;
      await this.#deps.budget.take(hasEnded(state) ? 'last' : 'growing');
      // Whoever stood still for so long is not the one any more who shows it.
      if (!(await lease.isHeld())) return false;
      state = (await store.load(root)) ?? state;
      await this.#edit(state, id);
    }
    await store.cardShown(root, state.version);
    return true;
  }

  async #edit(state: TaskState, id: string): Promise<void> {
    const { root, room, events, version } = state;
    const [face, text] = [events[id], this.#textOf(state, id)];
    if (face === undefined || text === null) return;
    const chavion = id === CARD ? chavionOf(state) : chavionOfRun(state, id);
    try {
      const content = editContent(face, { text, msgtype: 'm.notice', chavion });
      const txn = `task.${root}.${id}.${version}.${sha256(text).slice(0, 32)}`;
      await this.#deps.coordinator.send(room, 'm.room.message', content, txn);
    } catch (error) {
      if (!refused(error)) throw error;
    }
    this.knows(root, id, text);
  }

  #textOf(state: TaskState, id: string): string | null {
    return id === CARD ? this.#deps.cardText(state) : runText(state, roundOfRun(id) ?? -1);
  }
}

/** The messages of a task that change with it: one for the commands of each round that is still known, and last its card, whose end is the end. */
const facesOf = ({ events, round, earlier }: TaskState): readonly string[] => [
  ...[...earlier.map((one) => one.round), round].map(messageId.run).filter((id) => events[id] !== undefined),
  CARD,
];
