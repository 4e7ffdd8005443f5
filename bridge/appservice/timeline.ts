import { EventId, type RoomId, type UserId } from '../protocol/ids.ts';
import type { MessageEvent, RoomEvent } from '../protocol/room-event.ts';

/** A message as it reads now: edits applied, redacted ones left out. */
export interface Entry {
  readonly event: MessageEvent;
  readonly body: string;
  /** A streamed answer that has not had its last edit. */
  readonly growing: boolean;
  /** What a reply to it hands back to the provider. */
  readonly resume?: string | undefined;
  /** Whom it mentions as it reads now, where an edit changed that. */
  readonly mentions?: readonly UserId[] | undefined;
}

/** Where old events come from. */
export interface History {
  /** The newest events of a room that mean something, about `limit` beside edits, oldest first. */
  latest(room: RoomId, limit: number): Promise<readonly RoomEvent[]>;
  /** A thread with its root, oldest first. */
  thread(room: RoomId, root: EventId, limit: number): Promise<readonly RoomEvent[]>;
  event(room: RoomId, event: EventId): Promise<RoomEvent | null>;
}

const LOAD = 200;
const KEEP = 1_000;
/** So many too many are dropped at once: an agent's history that begins anew at every message is read anew at every message. */
const TOO_MANY = 250;
const ROOMS = 200;
/** Of a room: threads that were read, and what came for messages that are not kept. */
const THREADS = 100;
const LOOSE = 2_000;

interface Revision {
  readonly body: string;
  readonly at: number;
  readonly growing: boolean;
  readonly resume: string | undefined;
  readonly mentions?: readonly UserId[] | undefined;
  /** Known from our own sending: holds until the homeserver's word on the whole of it. */
  readonly ahead: boolean;
}

interface Room {
  loaded: Promise<void> | null;
  /** When the reading began that `loaded` stands for, by performance.now(); infinite while it waits for another to end. */
  begun: number;
  /** A reading that began before is not good enough. */
  validFrom: number;
  /** Reads of the homeserver under way: until they end the room is not forgotten. */
  reading: number;
  /** In the order of the homeserver, as far as it is known. */
  entries: Map<EventId, MessageEvent>;
  /** By target and sender: whoever else edits a message is not its author and changes nothing. */
  edits: Map<string, Revision>;
  /** Our own words that the homeserver has not sent back yet. */
  ahead: Set<EventId>;
  redacted: Set<EventId>;
  /** As they read now, made once for all who look. */
  read: Map<EventId, Entry>;
  threads: Set<EventId>;
}

const emptyRoom = (): Room => ({
  loaded: null,
  begun: 0,
  validFrom: 0,
  reading: 0,
  entries: new Map(),
  edits: new Map(),
  ahead: new Set(),
  redacted: new Set(),
  read: new Map(),
  threads: new Set(),
});

/**
 * One cached copy of every room for all agents: fed by the inbox and by our own sends,
 * read from the homeserver once, and again after a gap.
 */
export class Timeline {
  readonly #rooms = new Map<RoomId, Room>();
  readonly #history: History;
  readonly #isLeftOut: (event: EventId) => boolean;

  /** @param isLeftOut what stands in the room and is told to nobody all the same, as if it were deleted. */
  constructor(history: History, isLeftOut: (event: EventId) => boolean = () => false) {
    this.#history = history;
    this.#isLeftOut = isLeftOut;
  }

  note(event: RoomEvent): void {
    this.#note(this.#room(event.roomId), event);
  }

  #note(room: Room, event: RoomEvent): void {
    switch (event.kind) {
      case 'message':
        if (room.ahead.delete(event.eventId)) {
          // Now it takes the place that the homeserver gave it.
          room.entries.delete(event.eventId);
          room.read.delete(event.eventId);
          if (event.chavion?.streaming !== true) room.edits.delete(revisionOf(event.eventId, event.sender));
        }
        if (room.entries.has(event.eventId)) return;
        room.entries.set(event.eventId, event);
        this.#trim(room);
        return;
      case 'edit': {
        const key = revisionOf(event.target, event.sender);
        const before = room.edits.get(key);
        const growing = event.chavion?.streaming === true;
        if (before !== undefined && (before.ahead ? growing : before.at > event.at)) return;
        room.read.delete(event.target);
        room.edits.set(key, {
          body: event.body,
          at: event.at,
          growing,
          resume: event.chavion?.resume,
          mentions: event.mentions,
          ahead: false,
        });
        forgetLoose(room.edits, (one) => room.entries.has(targetOf(one)));
        return;
      }
      case 'redaction':
        room.redacted.add(event.target);
        room.read.delete(event.target);
        forgetLoose(room.redacted, (one) => room.entries.has(one));
        return;
      case 'reaction':
      case 'poll-response':
      case 'membership':
      case 'power':
      case 'encrypted':
      case 'upgrade':
      case 'standing':
      case 'command-result':
      case 'plan-result':
      case 'other':
      case 'unreadable':
        return;
    }
  }

  /** An answer of ours that stands whole in the room: who speaks next hears it without waiting for its return. */
  said(event: MessageEvent): void {
    const room = this.#room(event.roomId);
    if (!room.entries.has(event.eventId)) {
      room.entries.set(event.eventId, event);
      room.ahead.add(event.eventId);
    }
    room.read.delete(event.eventId);
    room.edits.set(revisionOf(event.eventId, event.sender), {
      body: event.body,
      at: event.at,
      growing: false,
      resume: event.chavion?.resume,
      ahead: true,
    });
  }

  /**
   * The homeserver was away or skipped events, or somebody else may have written: what was read of it before `since`
   * (performance.now()) may have holes, and is read anew when it is looked at. After a crash every turn that was cut
   * off says so, and a room of a thousand messages takes seconds to read: however many they are, they share readings.
   */
  invalidate(room?: RoomId, since = performance.now()): void {
    for (const one of room === undefined ? this.#rooms.values() : [this.#room(room)])
      one.validFrom = Math.max(one.validFrom, since);
  }

  /** The main line of a room, oldest first; with `thread`, that thread and its root instead. */
  async view(room: RoomId, thread?: EventId): Promise<readonly Entry[]> {
    const state = await this.#ready(room);
    if (thread !== undefined && !state.threads.has(thread)) await this.#loadThread(room, state, thread);
    const entries: Entry[] = [];
    for (const event of state.entries.values()) {
      if (thread === undefined ? event.thread !== undefined : event.thread !== thread && event.eventId !== thread)
        continue;
      const entry = this.#read(state, event);
      if (entry !== null) entries.push(entry);
    }
    return thread === undefined ? entries : entries.sort((a, b) => a.event.at - b.event.at);
  }

  /**
   * What stood before a message in the room, or in its thread, when the homeserver took it; as it reads now, oldest
   * first. Our own words that have not come back came later.
   */
  async before(message: MessageEvent): Promise<readonly Entry[]> {
    const [entries, { ahead }] = [await this.view(message.roomId, message.thread), this.#room(message.roomId)];
    const at = entries.findLastIndex(({ event }) => event.eventId === message.eventId);
    return (at === -1 ? entries : entries.slice(0, at)).filter(({ event }) => !ahead.has(event.eventId));
  }

  /** One message as it reads now; null when it is gone or never was one. */
  async find(room: RoomId, id: EventId): Promise<Entry | null> {
    const state = await this.#ready(room);
    const known = state.entries.get(id);
    if (known !== undefined) return this.#read(state, known);
    const fetched = await this.#history.event(room, id);
    return fetched?.kind === 'message' ? this.#read(state, fetched) : null;
  }

  #read(room: Room, event: MessageEvent): Entry | null {
    return this.#isLeftOut(event.eventId) ? null : read(room, event);
  }

  async #ready(id: RoomId): Promise<Room> {
    const room = this.#room(id);
    if (room.loaded === null) {
      room.loaded = this.#orNothing(room, this.#load(id, room));
    } else if (room.begun < room.validFrom) {
      const before = room.loaded.catch(() => undefined);
      room.begun = Number.POSITIVE_INFINITY;
      room.loaded = this.#orNothing(
        room,
        before.then(() => this.#load(id, room)),
      );
    }
    await room.loaded;
    return room;
  }

  /** What could not be read is read again at the next look. */
  #orNothing(room: Room, loading: Promise<void>): Promise<void> {
    const loaded = loading.catch((error: unknown) => {
      if (room.loaded === loaded) room.loaded = null;
      throw error;
    });
    return loaded;
  }

  async #load(id: RoomId, room: Room): Promise<void> {
    room.begun = performance.now();
    room.threads.clear();
    const latest = await reading(room, () => this.#history.latest(id, LOAD));
    const since = room.entries;
    room.entries = new Map();
    for (const event of latest) this.#note(room, event);
    // What came in while we read, or what lies further back than we read, keeps its place by time.
    inOrder(
      room,
      [...since.values()].filter((event) => !room.entries.has(event.eventId)),
    );
  }

  async #loadThread(id: RoomId, room: Room, thread: EventId): Promise<void> {
    const { begun } = room;
    const events = await reading(room, () => this.#history.thread(id, thread, LOAD));
    const old = events.filter(
      (event): event is MessageEvent => event.kind === 'message' && !room.entries.has(event.eventId),
    );
    for (const event of events)
      if (event.kind !== 'message' || room.entries.has(event.eventId)) this.#note(room, event);
    // Older than what was said since in the room: the root is no news.
    inOrder(room, old);
    if (room.begun === begun) room.threads.add(thread);
    const [oldest] = room.threads;
    if (room.threads.size > THREADS && oldest !== undefined) room.threads.delete(oldest);
  }

  #room(id: RoomId): Room {
    const known = this.#rooms.get(id);
    if (known !== undefined) {
      this.#rooms.delete(id);
      this.#rooms.set(id, known);
      return known;
    }
    const room = emptyRoom();
    this.#rooms.set(id, room);
    for (const [oldest, { reading }] of this.#rooms) {
      if (this.#rooms.size <= ROOMS) break;
      if (reading === 0 && oldest !== id) this.#rooms.delete(oldest);
    }
    return room;
  }

  #trim(room: Room): void {
    if (room.entries.size <= KEEP + TOO_MANY) return;
    for (const oldest of room.entries.values()) {
      if (room.entries.size <= KEEP) return;
      room.entries.delete(oldest.eventId);
      room.edits.delete(revisionOf(oldest.eventId, oldest.sender));
      room.redacted.delete(oldest.eventId);
      room.read.delete(oldest.eventId);
      room.ahead.delete(oldest.eventId);
      // What is left of its thread is not the whole of it any more.
      room.threads.delete(oldest.thread ?? oldest.eventId);
    }
  }
}

const revisionOf = (target: EventId, sender: UserId): string => `${target} ${sender}`;
const targetOf = (revision: string): EventId => EventId.parse(revision.slice(0, revision.indexOf(' ')));

async function reading<T>(room: Room, read: () => Promise<T>): Promise<T> {
  room.reading += 1;
  try {
    return await read();
  } finally {
    room.reading -= 1;
  }
}

/** Puts events that are known only now where their time is. */
function inOrder(room: Room, events: readonly MessageEvent[]): void {
  if (events.length === 0) return;
  const all = [...room.entries.values(), ...events].sort((a, b) => a.at - b.at);
  room.entries = new Map(all.map((event) => [event.eventId, event]));
}

/** Takes out the oldest that belong to no message that is kept, once there are many. */
function forgetLoose<T>(all: Map<T, unknown> | Set<T>, isKept: (one: T) => boolean): void {
  if (all.size <= KEEP + LOOSE) return;
  for (const one of all.keys()) {
    if (all.size <= KEEP) break;
    if (!isKept(one)) all.delete(one);
  }
}

function read(room: Room, event: MessageEvent): Entry | null {
  const known = room.read.get(event.eventId);
  if (known !== undefined) return known;
  if (room.redacted.has(event.eventId)) return null;
  const edit = room.edits.get(revisionOf(event.eventId, event.sender));
  const entry: Entry =
    edit === undefined
      ? { event, body: event.body, growing: event.chavion?.streaming === true, resume: event.chavion?.resume }
      : { event, body: edit.body, growing: edit.growing, resume: edit.resume, mentions: edit.mentions };
  // What was fetched for one look only is not kept.
  if (room.entries.has(event.eventId)) room.read.set(event.eventId, entry);
  return entry;
}
