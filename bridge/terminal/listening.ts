import { setTimeout as sleep } from 'node:timers/promises';
import type { EventId } from '../protocol/ids.ts';
import { hear, type QuietVerdict } from './quiet.ts';
import type { Session } from './session.ts';
import type { News } from './transcript.ts';

const LOOK_EVERY_MS = 100;

/** Hears what is said to certain messages, until it is quiet. */
export class Listening {
  readonly #asked = new Set<EventId>();
  /** What came before the homeserver had said under which id the question stands. */
  #early: News[] = [];
  #answers = 0;
  #lastAt = Date.now();

  get answers(): number {
    return this.#answers;
  }

  /** Gives back which of the news belong to the questions. */
  take(news: readonly News[]): readonly News[] {
    if (news.length > 0) this.#lastAt = Date.now();
    if (this.#asked.size === 0) {
      this.#early.push(...news);
      return [];
    }
    const mine = news.filter((one) => this.#belongs(one));
    this.#answers += mine.filter(({ kind }) => kind === 'said').length;
    return mine;
  }

  ask(event: EventId): readonly News[] {
    this.#asked.add(event);
    const early = this.#early;
    this.#early = [];
    return this.take(early);
  }

  async untilQuiet(
    { reader, isHere }: Session,
    signal: AbortSignal,
  ): Promise<Exclude<QuietVerdict, 'wait'> | 'stopped'> {
    const sentAt = Date.now();
    this.#lastAt = sentAt;
    while (!signal.aborted) {
      const writing = reader.writing.length > 0;
      // While the homeserver is away nothing can be heard, which is not quiet.
      if (writing || !isHere()) this.#lastAt = Date.now();
      const verdict = hear({ now: Date.now(), sentAt, lastAt: this.#lastAt, answers: this.#answers, writing });
      if (verdict !== 'wait') return verdict;
      await sleep(LOOK_EVERY_MS);
    }
    return 'stopped';
  }

  #belongs(news: News): boolean {
    const { event } = news.kind === 'reacted' ? news.to : news.said;
    const about = [event.chavion?.source, event.chavion?.root, event.thread, event.replyTo];
    return about.some((id) => id !== undefined && this.#asked.has(id));
  }
}
