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
    const kept = `${number} ${origin.room} ${origin.event} ${CLEARED}`;
    await this.#redis.hset(KEY, line, kept);
    this.#know(line, { number, origin, isCleared: true });
    this.#uncopied.add(pieceOf(kept));
    await this.#copyOver();
  }

  /** As Redis has it: another swarm may have given numbers of the same piece. */
  async #copyOver(): Promise<void> {
    if (this.#copy === undefined || this.#uncopied.size === 0) return;
    const pieces = [...this.#uncopied];
    const stored = [...(await this.#stored())];
    for (const piece of pieces) {
      await this.#copy.save(piece, new Map(stored.filter(([, kept]) => pieceOf(kept) === piece)));
      this.#uncopied.delete(piece);
    }
  }
}

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
