import type { Redis } from 'ioredis';
import { z } from 'zod';
import { EventId, RoomId } from '../../bridge/protocol/ids.ts';
import { luaCommand } from '../../bridge/queue/lua-command.ts';
import { swarmKey } from '../../bridge/queue/redis.ts';
import type { MemoryLine } from './memory-line.ts';
import type { UnnumberedLine } from './memory-lines.ts';

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
  readonly #known = new Map<EventId, NumberedLine>();

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  async load(): Promise<void> {
    for (const [event, kept] of Object.entries(await this.#redis.hgetall(KEY)))
      if (event !== LAST) this.#known.set(EventId.parse(event), numbered(kept));
  }

  /** Oldest first, so that numbers grow with time. */
  async number(lines: readonly UnnumberedLine[]): Promise<readonly MemoryLine[]> {
    return Promise.all(
      lines.map(async (line) => {
        const known = this.#known.get(line.event) ?? (await this.#give(line));
        return { ...line, number: known.number };
      }),
    );
  }

  async #give({ event, origin, kind }: UnnumberedLine): Promise<NumberedLine> {
    // A task's order stays what it was when what came of it is forgotten.
    const where = origin === undefined || kind === 'record' ? '' : `${origin.room} ${origin.event}`;
    const given = numbered(await numberLine(this.#redis, [KEY], [event, where]));
    this.#known.set(event, given);
    return given;
  }

  /** Those that have a number and stand no more. */
  besides(standing: ReadonlySet<EventId>): readonly (readonly [line: EventId, kept: NumberedLine])[] {
    return [...this.#known].filter(([event]) => !standing.has(event));
  }

  async clear(line: EventId, { number, origin }: NumberedLine): Promise<void> {
    if (origin === undefined) return;
    await this.#redis.hset(KEY, line, `${number} ${origin.room} ${origin.event} ${CLEARED}`);
    this.#known.set(line, { number, origin, isCleared: true });
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
