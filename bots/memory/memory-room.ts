import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Rooms } from '../../bridge/appservice/rooms.ts';
import { type Account, refused } from '../../bridge/matrix/account.ts';
import { messageContent } from '../../bridge/matrix/content.ts';
import { plainHtml } from '../../bridge/matrix/html.ts';
import { formerOf } from '../../bridge/matrix/lineage.ts';
import type { AgentId, EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import type { MemoryKind } from '../../bridge/protocol/content.ts';
import type { MessageEvent, RedactionEvent, RoomEvent } from '../../bridge/protocol/room-event.ts';
import { LineNumbers } from './line-numbers.ts';
import type { HouseMemory, MemoryLine } from './memory-line.ts';
import { type LineReader, MemoryLines } from './memory-lines.ts';
import type { RoomDocument } from './passage.ts';
import { numbersInAccount } from './numbers-copy.ts';
import { RoomDocuments } from './room-documents.ts';
import { wholeRoom } from './whole-room.ts';

export interface MemoryRoomDeps {
  readonly redis: Redis;
  readonly room: RoomId;
  readonly coordinator: Account;
  readonly rooms: Pick<Rooms, 'masters'>;
  readonly isOwn: (user: UserId) => boolean;
  readonly reader: LineReader;
  readonly log: Logger;
}

/** What is to be written into the room. */
export interface NewLine {
  readonly kind: MemoryKind;
  readonly text: string;
  readonly by?: UserId;
  readonly agent?: AgentId;
  readonly quotes?: UserId;
  readonly origin: NonNullable<MemoryLine['origin']>;
  /** The same for the same line: it is written once, whatever is killed. */
  readonly id: string;
}

/**
 * What the house remembers: the memory room's events, read whole at the start and kept by those that are heard. The
 * room is the only store; Redis has the numbers, and which messages elsewhere went with their lines.
 */
export class MemoryRoom implements HouseMemory {
  readonly #deps: MemoryRoomDeps;
  #events: MemoryLines;
  #files = new RoomDocuments();
  readonly #numbers: LineNumbers;
  readonly #listeners = new Set<() => void>();
  readonly #leftOut = new Set<EventId>();
  #rooms: ReadonlySet<RoomId>;
  #lines: readonly MemoryLine[] = [];
  #documents: readonly RoomDocument[] = [];
  #isWhole = false;
  #last: Promise<void> = Promise.resolve();
  #clear: (origin: NonNullable<MemoryLine['origin']>) => Promise<void> = () => Promise.resolve();

  constructor(deps: MemoryRoomDeps) {
    this.#deps = deps;
    this.#events = new MemoryLines(deps.reader);
    this.#numbers = new LineNumbers(deps.redis, numbersInAccount(deps.coordinator));
    this.#rooms = new Set([deps.room]);
  }

  get lines(): readonly MemoryLine[] {
    return this.#lines;
  }

  /** Files that masters have put there, newest first. */
  get documents(): readonly RoomDocument[] {
    return this.#documents;
  }

  /** Until the whole of it was read, what is not there may stand all the same. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** The room, or one that it was upgraded from. */
  isRoom(room: RoomId): boolean {
    return this.#rooms.has(room);
  }

  /** Whether a message elsewhere went with the line that was made of it. */
  isLeftOut(event: EventId): boolean {
    return this.#leftOut.has(event);
  }

  /** @param clear makes what was summed up of a message anew, without it; for each whose line is forgotten. May come again. */
  async start(clear: (origin: NonNullable<MemoryLine['origin']>) => Promise<void>): Promise<void> {
    this.#clear = clear;
    await this.#numbers.load();
    await this.again();
  }

  /** Reads the whole of it; after a gap, too. What is known already stays true meanwhile. */
  async again(): Promise<void> {
    const { coordinator, room, log } = this.#deps;
    try {
      const former = await formerOf(coordinator, room);
      this.#rooms = new Set([room, ...former]);
      for (const one of this.#rooms)
        for await (const page of wholeRoom(coordinator, one, { isOwn: this.#deps.isOwn }))
          for (const event of page) this.#put(event);
      this.#isWhole = true;
    } catch (error) {
      // Whoever keeps the rooms makes it anew and says so; the house answers without it.
      if (!refused(error)) throw error;
      log.warn({ room }, 'the memory room cannot be read');
      this.#empty();
    }
    await this.#settle();
  }

  /** The room is closed to the coordinator, deleted perhaps: what stood there holds no more, until it can be read again. */
  #empty(): void {
    this.#isWhole = false;
    this.#events = new MemoryLines(this.#deps.reader);
    this.#files = new RoomDocuments();
  }

  /** Keeps up with what is said. Throws where the numbers cannot be stored: the event comes again. */
  async hear(event: RoomEvent): Promise<void> {
    const { coordinator, room } = this.#deps;
    if (event.kind === 'membership' && event.user === coordinator.userId && event.roomId === room)
      return event.membership === 'join' ? this.again() : this.#left();
    if (this.isRoom(event.roomId)) {
      if (this.#put(event)) await this.#settle();
      return;
    }
    if (event.kind === 'power') return this.#settle();
    if (event.kind !== 'redaction') return;
    for (const line of this.#lines)
      if (line.origin?.event === event.target && line.origin.room === event.roomId)
        await this.forget(line.number, 'its source was deleted');
  }

  /** Another swarm has taken it out: our own redactions are no part of the talk. */
  async takenOut(event: RedactionEvent): Promise<void> {
    if (this.isRoom(event.roomId)) await this.hear(event);
  }

  /** Whether it was heard already, as a line or as the edit of one. */
  knows(event: EventId): boolean {
    return this.#events.knows(event);
  }

  /** What it said may still be read for a while. */
  async #left(): Promise<void> {
    if (await this.#deps.coordinator.isIn(this.#deps.room)) return;
    this.#empty();
    await this.#settle();
  }

  #put(event: RoomEvent): boolean {
    const isFile = this.#files.put(event);
    return this.#events.put(event) || isFile;
  }

  /** Null where it cannot be written: the room is closed to the coordinator. */
  async remember({ kind, text, by, agent, quotes, origin, id }: NewLine): Promise<MemoryLine | null> {
    const { coordinator, room } = this.#deps;
    const chavion = {
      v: 1,
      kind: 'memory',
      remembers: kind,
      source: origin.event,
      sourceRoom: origin.room,
      ...(by === undefined ? {} : { by }),
      ...(agent === undefined ? {} : { agent }),
      ...(quotes === undefined ? {} : { quotes }),
    } as const;
    const content = messageContent({ text, html: plainHtml(text), msgtype: 'm.text', chavion });
    let eventId: EventId;
    try {
      eventId = await coordinator.send(room, 'm.room.message', content, id);
    } catch (error) {
      if (!refused(error)) throw error;
      return null;
    }
    const written: MessageEvent = {
      kind: 'message',
      eventId,
      roomId: room,
      sender: coordinator.userId,
      at: Date.now(),
      msgtype: 'm.text',
      body: String(content['body']),
      mentions: [],
      mentionsRoom: false,
      masked: false,
      chavion,
    };
    // What has come back already has the homeserver's time.
    if (!this.#events.has(eventId)) this.#events.put(written);
    await this.#settle();
    return this.#lines.find(({ event }) => event === eventId) ?? null;
  }

  /** Takes a line out of the room; what it said, if it stood. False: the room does not let us. */
  async forget(number: number, reason = 'forgotten'): Promise<MemoryLine | null | false> {
    const line = this.#lines.find((one) => one.number === number);
    if (line === undefined) return null;
    return (await this.#takeAway(line.room, line.event, reason)) ? line : false;
  }

  /** Whether there was such a line, which stands no more. */
  wasForgotten(number: number): boolean {
    return this.#numbers.besides(new Set()).some(([, kept]) => kept.number === number);
  }

  /** The coordinator's line that a master's own one stands in the place of goes out of the room. */
  async takeAwayReplaced(by: EventId): Promise<void> {
    const replaced = this.#events.replacedBy(by);
    if (replaced !== null) await this.#takeAway(replaced.roomId, replaced.eventId, 'corrected');
  }

  async #takeAway(room: RoomId, event: EventId, reason: string): Promise<boolean> {
    const { coordinator } = this.#deps;
    try {
      await coordinator.redact(room, event, `${event}.forgotten`, reason);
    } catch (error) {
      if (!refused(error)) throw error;
      return false;
    }
    // Our own redaction is not handed on.
    this.#events.drop(event);
    await this.#settle();
    return true;
  }

  /** One after the other: numbers are given in order of time. */
  #settle(): Promise<void> {
    const settled = this.#last.then(() => this.#settleNow());
    this.#last = settled.catch(() => undefined);
    return settled;
  }

  async #settleNow(): Promise<void> {
    const { rooms, coordinator } = this.#deps;
    const masters = await rooms.masters();
    const standing = this.#events.standing({ masters, coordinator: coordinator.userId });
    const lines = await this.#numbers.number(standing.toReversed());
    this.#lines = lines.toReversed();
    this.#documents = this.#files.standing(masters);
    for (const listener of this.#listeners) listener();
    if (this.#isWhole) await this.#clearOrigins();
  }

  async #clearOrigins(): Promise<void> {
    const standing = new Set(this.#lines.map(({ event }) => event));
    for (const [line, kept] of this.#numbers.besides(standing)) {
      if (kept.origin === undefined) continue;
      this.#leftOut.add(kept.origin.event);
      if (kept.isCleared) continue;
      await this.#clear(kept.origin);
      await this.#numbers.clear(line, kept);
    }
  }
}
