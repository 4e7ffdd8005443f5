import { randomUUID } from 'node:crypto';
import type { Account } from '../../bridge/matrix/account.ts';
import { editContent, messageContent, type OutgoingText } from '../../bridge/matrix/content.ts';
import type { EditBudget } from '../../bridge/matrix/edit-budget.ts';
import type { EventId, RoomId } from '../../bridge/protocol/ids.ts';

/** A command that is over sooner is one message and no edits. */
const FIRST_AFTER_MS = 1_500;
/** Then the message stands still until the end: a homeserver keeps every edit. */
const MAX_EDITS = 60;

export interface LiveTarget {
  readonly account: Pick<Account, 'send'>;
  readonly room: RoomId;
  /** So that a message repeated after a crash is the same message. */
  readonly txn: string;
}

/** One message that shows how a command goes, and in the end how it went. Disposing of it ends what goes on by itself. */
export class LiveMessage implements Disposable {
  readonly #target: LiveTarget;
  readonly #budget: EditBudget;
  readonly #leave: () => void;
  readonly #run = randomUUID();
  #timer: NodeJS.Timeout | null = null;
  #sending: Promise<void> = Promise.resolve();
  #shown: EventId | null = null;
  #edits = 0;
  #over = false;

  /** `render` makes what there is to be shown at that moment; `shows` learns the event. */
  constructor(target: LiveTarget, budget: EditBudget, render: () => OutgoingText, shows: (event: EventId) => void) {
    this.#target = target;
    this.#budget = budget;
    this.#leave = budget.enter();
    const tick = (): void => {
      this.#sending = this.#grow(render, shows).catch(() => undefined);
      void this.#sending.then(() => {
        if (!this.#over && this.#edits < MAX_EDITS) this.#timer = setTimeout(tick, this.#pause());
      });
    };
    this.#timer = setTimeout(tick, FIRST_AFTER_MS);
  }

  /** Puts the end into the room. */
  async finish(message: OutgoingText): Promise<EventId> {
    this.#over = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#sending;
    this.#leave();
    return sendOrEdit(this.#target, message, this.#shown, this.#budget);
  }

  [Symbol.dispose](): void {
    this.#over = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#leave();
  }

  /** Longer and longer: an hour of work is not an hour of edits. */
  #pause(): number {
    return this.#budget.interval() * (1 + this.#edits / 5);
  }

  async #grow(render: () => OutgoingText, shows: (event: EventId) => void): Promise<void> {
    const { account, room, txn } = this.#target;
    if (this.#shown === null) {
      this.#shown = await account.send(room, 'm.room.message', messageContent(render()), txn);
      shows(this.#shown);
      return;
    }
    await this.#budget.take('growing');
    if (this.#over) return;
    this.#edits += 1;
    await account.send(
      room,
      'm.room.message',
      editContent(this.#shown, render()),
      `${txn}.${this.#run}.${this.#edits}`,
    );
  }
}

/** `shown`: what an earlier run has certainly sent; null where it may or may not have. */
async function sendOrEdit(
  { account, room, txn }: LiveTarget,
  message: OutgoingText,
  shown: EventId | null,
  budget: EditBudget,
): Promise<EventId> {
  if (shown === null) return begin({ account, room, txn }, message);
  await budget.take('last');
  await account.send(room, 'm.room.message', editContent(shown, message), `${txn}.last`);
  return shown;
}

/** Of what was over before there was anything to follow. */
export const begin = ({ account, room, txn }: LiveTarget, message: OutgoingText): Promise<EventId> =>
  account.send(room, 'm.room.message', messageContent(message), txn);

/** After a crash: where a message with this transaction id stands already, the homeserver answers with that one. */
export async function finishAgain(target: LiveTarget, message: OutgoingText, budget: EditBudget): Promise<EventId> {
  const shown = await begin(target, message);
  return sendOrEdit(target, message, shown, budget);
}
