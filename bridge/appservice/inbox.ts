import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { decodeEvent, type DecodeOptions } from '../matrix/decode.ts';
import { EventId, RoomId, UserId } from '../protocol/ids.ts';
import type { RedactionEvent, RoomEvent } from '../protocol/room-event.ts';
import type { Timeline } from './timeline.ts';

/** An event that could not be handled: where it stands, not what it says. */
export interface FailedEvent {
  readonly event: EventId;
  readonly room?: RoomId;
  readonly sender?: UserId;
  /** origin_server_ts. */
  readonly at: number;
  /** The name of the last error, `hangs`, or `crash` where the process died of it again and again. */
  readonly why: string;
}

/** Where what cannot be handled goes, so that the rest is heard. */
export interface Aside {
  /** Whether Redis and the homeserver are there: what fails without them is not the event's fault. */
  readonly healthy: () => Promise<boolean>;
  /** How often the process may have died of this event. Noted before it is handled, as long as a start is not long ago. */
  readonly begun: (event: EventId) => Promise<number>;
  readonly ended: (event: EventId) => Promise<void>;
  /** Durable, and told to the masters, when it resolves. The same for the same event. */
  readonly put: (failed: FailedEvent) => Promise<void>;
}

export interface InboxOptions extends DecodeOptions {
  /** Hears what the house itself has taken out of a room, this process or another one. */
  readonly takenOut?: (event: RedactionEvent) => Promise<void>;
}

const REMEMBERED = 20_000;
/** Of one event that fails while all it needs is there. */
const TRIES = 3;
/** So often the process may die with the same event in hand. */
const DEATHS = 5;
/** Longer than it takes to read a room from a busy homeserver; then the next try goes on waiting for the same reading. */
const HANGS_MS = 20_000;

class Hangs extends Error {
  override name = 'hangs';
}

/**
 * Where events come in, whether pushed by the homeserver or read from /sync: each is decoded once, put on the
 * timeline and handed on in order, one at a time. `accept` resolves when all of them are safely stored;
 * when it throws, nothing may be acknowledged and the same events will come again. Nothing is taken before `open`.
 */
export class Inbox {
  readonly #seen = new Set<EventId>();
  readonly #opened = Promise.withResolvers<void>();
  #last: Promise<void> = this.#opened.promise;
  readonly #options: InboxOptions;
  readonly #timeline: Timeline;
  readonly #handle: (event: RoomEvent) => Promise<void>;
  readonly #aside: Aside;
  readonly #hangsMs: number;

  /** `handle` must be idempotent: after a restart, and after a failure, an event comes a second time. */
  constructor(
    options: InboxOptions,
    timeline: Timeline,
    handle: (event: RoomEvent) => Promise<void>,
    aside: Aside,
    hangsMs = HANGS_MS,
  ) {
    this.#options = options;
    this.#timeline = timeline;
    this.#handle = handle;
    this.#aside = aside;
    this.#hangsMs = hangsMs;
  }

  /** What decisions need is there: a decision is stored for good, so none may be made before. */
  open(): void {
    this.#opened.resolve();
  }

  async accept(raw: readonly unknown[], room?: RoomId): Promise<void> {
    await this.#inTurn(raw, room);
  }

  /** For an event that was put aside; whether it could be handled this time. */
  async again(raw: unknown, room: RoomId): Promise<boolean> {
    this.#seen.delete(envelopeOf(raw, room).event);
    return (await this.#inTurn([raw], room)) === 0;
  }

  #inTurn(raw: readonly unknown[], room: RoomId | undefined): Promise<number> {
    const turn = this.#last.then(() => this.#all(raw, room));
    this.#last = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn;
  }

  /** How many had to be put aside. */
  async #all(raw: readonly unknown[], room?: RoomId): Promise<number> {
    let failures = 0;
    for (const one of raw) {
      const { event, ...origin } = envelopeOf(one, room);
      if (this.#seen.has(event)) continue;
      const why = (await this.#aside.begun(event)) >= DEATHS ? 'crash' : await this.#tried(one, room);
      if (why !== null) {
        failures += 1;
        await this.#aside.put({ event, ...origin, why });
      }
      await this.#aside.ended(event);
      this.#remember(event);
    }
    return failures;
  }

  /** Null when it is done; why not, when it never will be. Throws where that is nobody's fault. */
  async #tried(raw: unknown, room?: RoomId): Promise<string | null> {
    for (let failures = 0; ;) {
      try {
        await this.#take(raw, room);
        return null;
      } catch (error) {
        if (!(await this.#aside.healthy())) throw error;
        failures += 1;
        if (failures === TRIES) return error instanceof Error ? error.name : 'unknown';
      }
      await sleep(100 * 2 ** failures);
    }
  }

  async #take(raw: unknown, room?: RoomId): Promise<void> {
    const event = decodeEvent(raw, this.#options, room);
    if (event === null) return;
    if (event.kind === 'redaction' && this.#options.isOwn(event.sender)) {
      // We ourselves take out secrets: what was heard is masked already, and stays heard. And lines of the memory.
      await this.#patiently(this.#options.takenOut?.(event) ?? Promise.resolve());
      return;
    }
    this.#timeline.note(event);
    await this.#patiently(this.#handle(event));
  }

  /** As long as something is away, waiting for it is all that can be done. */
  async #patiently(work: Promise<void>): Promise<void> {
    for (;;) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<'late'>((resolve) => (timer = setTimeout(() => resolve('late'), this.#hangsMs)));
      const first = await Promise.race([work, late]).finally(() => clearTimeout(timer));
      if (first !== 'late') return;
      if (await this.#aside.healthy()) break;
    }
    work.catch(() => undefined);
    throw new Hangs();
  }

  #remember(id: EventId): void {
    this.#seen.add(id);
    if (this.#seen.size <= REMEMBERED) return;
    const [oldest] = this.#seen;
    if (oldest !== undefined) this.#seen.delete(oldest);
  }
}

const Envelope = z.object({
  event_id: EventId,
  room_id: RoomId.optional().catch(undefined),
  sender: UserId.optional().catch(undefined),
  origin_server_ts: z.int().min(0).max(8.64e15).catch(0),
});

/** Of anything at all: what has no usable id is known by what it says. */
function envelopeOf(raw: unknown, room: RoomId | undefined): Omit<FailedEvent, 'why'> {
  const parsed = Envelope.safeParse(raw).data;
  const where = room ?? parsed?.room_id;
  return {
    event:
      parsed?.event_id ??
      EventId.parse(
        `$${createHash('sha256')
          .update(JSON.stringify(raw) ?? '')
          .digest('base64url')}`,
      ),
    ...(where === undefined ? {} : { room: where }),
    ...(parsed?.sender === undefined ? {} : { sender: parsed.sender }),
    at: parsed?.origin_server_ts ?? 0,
  };
}

/** Each hears every event, also where one before it failed; the failure is told afterwards. */
export function heardByAll(
  handlers: readonly ((event: RoomEvent) => Promise<void>)[],
): (event: RoomEvent) => Promise<void> {
  return async (event) => {
    const failed: unknown[] = [];
    for (const handler of handlers) await handler(event).catch((error: unknown) => failed.push(error));
    if (failed.length > 0) throw failed[0];
  };
}
