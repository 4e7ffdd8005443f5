import type { Redis } from 'ioredis';
import { z } from 'zod';
import { EventId, RoomId } from '../../bridge/protocol/ids.ts';
import { luaCommand } from '../../bridge/queue/lua-command.ts';
import { swarmKey } from '../../bridge/queue/redis.ts';
import type { MemoryLine } from './memory-line.ts';
import type { UnnumberedLine } from './memory-lines.ts';
import { type KeptLines, type NumbersCopy, pieceOf } from './numbers-copy.ts';

/** What is kept of a line also when it stands no more. */
export interface NumberedLine {
  readonly number: number;
  readonly origin?: NonNullable<MemoryLine['origin']>;
  /** The message that it came from has gone out of contexts and summaries. */
  readonly isCleared: boolean;
}

const KEY = swarmKey('memory-lines');
const LAST = 'last';
const CLEARED = 'cleared';
const numberLine = luaCommand(import.meta.url, 'lua/number-line-1.lua', z.string());

/** The numbers by which people name lines: given in order of time, never a second time. */
export class LineNumbers {
  readonly #redis: Redis;
  readonly #copy: NumbersCopy | undefined;
  readonly #known = new Map<EventId, NumberedLine>();
  /** Of the copy: what it does not have yet. */
  readonly #uncopied = new Set<number>();
  #highest = 0;

  /** @param copy without it, numbers are lost with Redis. */
  constructor(redis: Redis, copy?: NumbersCopy) {
    this.#redis = redis;
    this.#copy = copy;
  }

  /** What Redis has lost comes back from the copy, and the other way round. */
  async load(): Promise<void> {
    const stored = await this.#stored();
    for (const [event, kept] of stored) this.#know(event, numbered(kept));
    const copied = (await this.#copy?.load()) ?? new Map<EventId, string>();
    for (const [event, kept] of copied)
      if (!stored.has(event)) this.#know(event, numbered(await numberLine(this.#redis, [KEY], [event, '', '0', kept])));
    for (const [event, kept] of stored) if (copied.get(event) !== kept) this.#uncopied.add(pieceOf(kept));
    await this.#copyOver();
  }

  async #stored(): Promise<KeptLines> {
    const { [LAST]: _last, ...lines } = await this.#redis.hgetall(KEY);
    return new Map(Object.entries(lines).map(([event, kept]) => [EventId.parse(event), kept]));
  }

  #know(event: EventId, line: NumberedLine): void {
    this.#known.set(event, line);
    this.#highest = Math.max(this.#highest, line.number);
  }

  /** Oldest first, so that numbers grow with time. */
  async number(lines: readonly UnnumberedLine[]): Promise<readonly MemoryLine[]> {
    const all = await Promise.all(
      lines.map(async (line) => {
        const known = this.#known.get(line.event) ?? (await this.#give(line));
        return { ...line, number: known.number };
      }),
    );
    await this.#copyOver();
    return all;
  }

  async #give({ event, origin, kind }: UnnumberedLine): Promise<NumberedLine> {
    // A task's order stays what it was when what came of it is forgotten.
    const where = origin === undefined || kind === 'record' ? '' : `${origin.room} ${origin.event}`;
    const kept = await numberLine(this.#redis, [KEY], [event, where, String(this.#highest), '']);
    const given = numbered(kept);
    this.#know(event, given);
    this.#uncopied.add(pieceOf(kept));
    return given;
  }

  /** Those that have a number and stand no more. */
  besides(standing: ReadonlySet<EventId>): readonly (readonly [line: EventId, kept: NumberedLine])[] {
    return [...this.#known].filter(([event]) => !standing.has(event));
  }

  async clear(line: EventId, { number, origin }: NumberedLine): Promise<void> {
    if (origin === undefined) return;
    const cleared = { number, origin, isCleared: true };
    const kept = asKept(cleared);
    await this.#redis.hset(KEY, line, kept);
    this.#know(line, cleared);
    this.#uncopied.add(pieceOf(kept));
    await this.#copyOver();
  }

  async #copyOver(): Promise<void> {
    if (this.#copy === undefined) return;
    for (const piece of this.#uncopied) {
      await this.#copyPiece(this.#copy, piece);
      this.#uncopied.delete(piece);
    }
  }

  /** Until Redis has nothing new: another swarm may have written the same piece meanwhile, from what it saw. */
  async #copyPiece(copy: NumbersCopy, piece: number): Promise<void> {
    const ofPiece = async (): Promise<KeptLines> =>
      new Map([...(await this.#restored())].filter(([, kept]) => pieceOf(kept) === piece));
    let saved: KeptLines = new Map();
    for (let lines = await ofPiece(); isMore(lines, saved); lines = await ofPiece()) {
      await copy.save(piece, lines);
      saved = lines;
    }
  }

  /** What Redis has; what it has lost under the running swarm goes back into it. */
  async #restored(): Promise<KeptLines> {
    const stored = new Map(await this.#stored());
    for (const [event, line] of this.#known)
      if (!stored.has(event)) stored.set(event, await numberLine(this.#redis, [KEY], [event, '', '0', asKept(line)]));
    return stored;
  }
}

const isMore = (lines: KeptLines, than: KeptLines): boolean =>
  [...lines].some(([event, kept]) => than.get(event) !== kept);

const asKept = ({ number, origin, isCleared }: NumberedLine): string =>
  [number, ...(origin === undefined ? [] : [origin.room, origin.event, ...(isCleared ? [CLEARED] : [])])].join(' ');

function numbered(kept: string): NumberedLine {
  const [number, room, event, cleared] = kept.split(' ');
  return {
    number: z.coerce.number().int().positive().parse(number),
    ...(room === undefined || event === undefined
      ? {}
      : { origin: { room: RoomId.parse(room), event: EventId.parse(event) } }),
    isCleared: cleared === CLEARED,
  };
}
