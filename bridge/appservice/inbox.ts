import { decodeEvent, type DecodeOptions } from '../matrix/decode.ts';
import type { EventId, RoomId } from '../protocol/ids.ts';
import type { RoomEvent } from '../protocol/room-event.ts';
import type { Timeline } from './timeline.ts';

const REMEMBERED = 20_000;

/**
 * Where events come in, whether pushed by the homeserver or read from /sync: each is decoded once, put on the
 * timeline and handed on in order, one at a time. `accept` resolves when all of them are safely stored;
 * when it throws, nothing may be acknowledged and the same events will come again.
 */
export class Inbox {
  readonly #seen = new Set<EventId>();
  #last: Promise<void> = Promise.resolve();
  readonly #options: DecodeOptions;
  readonly #timeline: Timeline;
  readonly #handle: (event: RoomEvent) => Promise<void>;

  /** `handle` must be idempotent: after a restart an event may come a second time. */
  constructor(options: DecodeOptions, timeline: Timeline, handle: (event: RoomEvent) => Promise<void>) {
    this.#options = options;
    this.#timeline = timeline;
    this.#handle = handle;
  }

  accept(raw: readonly unknown[], room?: RoomId): Promise<void> {
    const turn = this.#last.then(() => this.#all(raw, room));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #all(raw: readonly unknown[], room?: RoomId): Promise<void> {
    for (const one of raw) {
      const event = decodeEvent(one, this.#options, room);
      if (event === null || this.#seen.has(event.eventId)) continue;
      // We ourselves take out secrets alone: what was heard is masked already, and stays heard.
      if (event.kind !== 'redaction' || !this.#options.isOwn(event.sender)) {
        this.#timeline.note(event);
        await this.#handle(event);
      }
      this.#remember(event.eventId);
    }
  }

  #remember(id: EventId): void {
    this.#seen.add(id);
    if (this.#seen.size <= REMEMBERED) return;
    const [oldest] = this.#seen;
    if (oldest !== undefined) this.#seen.delete(oldest);
  }
}
