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

interface Letter {
  readonly text: string;
  readonly txnId: string;
  readonly done: PromiseWithResolvers<EventId | null>;
}

/** Messages in the order in which they were written, each sent exactly once however often it has to be tried. */
export class Outbox {
  readonly #deps: OutboxDeps;
  #letters: readonly Letter[] = [];
  #working: Promise<void> | undefined;
  #hurry: (() => void) | undefined;
  #closed = false;

  constructor(deps: OutboxDeps) {
    this.#deps = deps;
  }

  get waiting(): readonly string[] {
    return this.#letters.map(({ text }) => text);
  }

  /** Resolves with the event, or null where the homeserver refused it or the outbox was closed. */
  async add(text: string): Promise<EventId | null> {
    const letter = { text, txnId: `chat.${randomUUID()}`, done: Promise.withResolvers<EventId | null>() };
    this.#letters = [...this.#letters, letter];
    this.#deps.changed();
    this.#working ??= this.#work().finally(() => (this.#working = undefined));
    return letter.done.promise;
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
    return this.#letters.length;
  }

  async #work(): Promise<void> {
    for (let letter = this.#letters[0]; letter !== undefined; letter = this.#letters[0]) {
      const attempt = await this.#deps.attempt(letter.text, letter.txnId);
      if (attempt.kind === 'later') {
        if (!this.#closed) await this.#wait(attempt.afterMs);
        if (!this.#closed) continue;
        for (const unsent of this.#letters) unsent.done.resolve(null);
        return;
      }
      this.#letters = this.#letters.slice(1);
      if (attempt.kind === 'refused') this.#deps.refused(letter.text, attempt.why);
      letter.done.resolve(attempt.kind === 'sent' ? attempt.event : null);
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
