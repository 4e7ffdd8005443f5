import { randomUUID } from 'node:crypto';
import type { EventId } from '../protocol/ids.ts';

export type SendAttempt =
  | { readonly kind: 'sent'; readonly event: EventId }
  | { readonly kind: 'later'; readonly afterMs: number }
  | { readonly kind: 'refused'; readonly why: string };

export interface OutboxDeps {
  /** One try. Must be safe to repeat with the same transaction id. */
  readonly attempt: (text: string, txnId: string) => Promise<SendAttempt>;
  readonly changed: () => void;
  readonly refused: (text: string, why: string) => void;
}

interface Unsent {
  readonly text: string;
  readonly txnId: string;
  readonly done: PromiseWithResolvers<EventId | null>;
}

/** Messages in the order in which they were written, each sent exactly once however often it has to be tried. */
export class Outbox {
  readonly #deps: OutboxDeps;
  #unsent: readonly Unsent[] = [];
  #working: Promise<void> | undefined;
  #hurry: (() => void) | undefined;
  #closed = false;

  constructor(deps: OutboxDeps) {
    this.#deps = deps;
  }

  get waiting(): readonly string[] {
    return this.#unsent.map(({ text }) => text);
  }

  /** Resolves with the event, or null where the homeserver refused it or the outbox was closed. */
  async add(text: string): Promise<EventId | null> {
    const message = { text, txnId: `chat.${randomUUID()}`, done: Promise.withResolvers<EventId | null>() };
    this.#unsent = [...this.#unsent, message];
    this.#deps.changed();
    this.#working ??= this.#work().finally(() => (this.#working = undefined));
    return message.done.promise;
  }

  /** The connection is back: whoever waits tries now. */
  hurry(): void {
    this.#hurry?.();
  }

  /** Gives what waits a last chance and says how many stay unsent. */
  async close(withinMs: number): Promise<number> {
    this.hurry();
    if (this.#working !== undefined) await within(withinMs, this.#working);
    this.#closed = true;
    this.hurry();
    return this.#unsent.length;
  }

  async #work(): Promise<void> {
    for (let first = this.#unsent[0]; first !== undefined; first = this.#unsent[0]) {
      const attempt = await this.#deps.attempt(first.text, first.txnId);
      if (attempt.kind === 'later') {
        if (!this.#closed) await this.#wait(attempt.afterMs);
        if (!this.#closed) continue;
        for (const left of this.#unsent) left.done.resolve(null);
        return;
      }
      this.#unsent = this.#unsent.slice(1);
      if (attempt.kind === 'refused') this.#deps.refused(first.text, attempt.why);
      first.done.resolve(attempt.kind === 'sent' ? attempt.event : null);
      this.#deps.changed();
    }
  }

  async #wait(ms: number): Promise<void> {
    const hurried = Promise.withResolvers<void>();
    this.#hurry = hurried.resolve;
    await within(ms, hurried.promise);
    this.#hurry = undefined;
  }
}

async function within(ms: number, done: Promise<void>): Promise<void> {
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(over.resolve, ms);
  await Promise.race([done, over.promise]);
  clearTimeout(timer);
}
