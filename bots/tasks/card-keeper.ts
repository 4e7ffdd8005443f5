import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Account, refused } from '../../bridge/matrix/account.ts';
import { editContent, messageContent } from '../../bridge/matrix/content.ts';
import type { EditBudget } from '../../bridge/matrix/edit-budget.ts';
import type { ChavionContent } from '../../bridge/protocol/content.ts';
import type { EventId } from '../../bridge/protocol/ids.ts';
import { sha256 } from '../../bridge/digest/canonical.ts';
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

/** While it goes on by itself it is still growing: `npm run chat` waits for the rest, and shows it as it stands. */
const chavionOf = (state: TaskState): ChavionContent => ({
  v: 1,
  kind: 'card',
  root: state.root,
  ...(hasEnded(state) || waitsForMaster(state) || state.frozenAt !== null ? {} : { streaming: true }),
});

/** One message a task that says how it stands: sent once, edited after every transition, never ringing. */
export class CardKeeper {
  readonly #deps: CardDeps;
  /** Cards being edited, and whether there is something newer to show. */
  readonly #busy = new Map<EventId, { again: boolean }>();
  readonly #shown = new Map<EventId, string>();

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
    const { store, coordinator, budget, cardText } = this.#deps;
    await using lease = await store.leaseCard(root);
    if (lease === null) return false;
    let state = await store.load(root);
    const card = state?.events['card'];
    if (state === null || card === undefined) return true;
    if (cardText(state) !== this.#shown.get(root)) {
      await budget.take(hasEnded(state) ? 'last' : 'growing');
      // Whoever stood still for so long is not the one any more who shows it.
      if (!(await lease.isHeld())) return false;
      state = (await store.load(root)) ?? state;
      const text = cardText(state);
      try {
        const content = editContent(card, { text, msgtype: 'm.notice', chavion: chavionOf(state) });
        await coordinator.send(
          state.room,
          'm.room.message',
          content,
          `task.${root}.card.${state.version}.${sha256(text).slice(0, 32)}`,
        );
      } catch (error) {
        if (!refused(error)) throw error;
      }
      if (hasEnded(state)) this.#shown.delete(root);
      else this.#shown.set(root, text);
    }
    await store.cardShown(root, state.version);
    return true;
  }
}
