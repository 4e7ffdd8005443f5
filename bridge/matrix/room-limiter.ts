import type { RoomId } from '../protocol/ids.ts';

/** What a quiet room takes at once. */
const BURST = 24;
/** And then. One after the other as they end, they tie up what they leave: with 12 or 16, too, it did not grow. */
const STEADY = 14;

interface RoomWrites {
  /** Writes under way. */
  active: number;
  /** Since the room was last quiet. */
  begun: number;
  readonly waiting: (() => void)[];
}

/**
 * How many writes a process has under way in one room. Synapse lets an event follow ten others at most, and events made
 * at the same time follow the same ten: of a hundred at once ninety would stay loose ends of the room's graph, round
 * after round, and the homeserver carries them through every later write (measured: 75 more after each round of a
 * hundred agents; with twenty thousand of them a room took 20 writes a second instead of 80).
 */
export class RoomLimiter {
  readonly #rooms = new Map<RoomId, RoomWrites>();

  async run<T>(room: RoomId, write: () => Promise<T>): Promise<T> {
    const writes = this.#rooms.get(room) ?? { active: 0, begun: 0, waiting: [] };
    this.#rooms.set(room, writes);
    if (free(writes)) begin(writes);
    else await new Promise<void>((go) => writes.waiting.push(go));
    try {
      return await write();
    } finally {
      writes.active -= 1;
      while (writes.waiting.length > 0 && free(writes)) {
        begin(writes);
        writes.waiting.shift()?.();
      }
      if (writes.active === 0) this.#rooms.delete(room);
    }
  }
}

const free = ({ active, begun }: RoomWrites): boolean => active < STEADY || begun < BURST;

function begin(writes: RoomWrites): void {
  writes.active += 1;
  writes.begun += 1;
}
