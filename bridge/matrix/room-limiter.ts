import type { RoomId } from '../protocol/ids.ts';

/** What a quiet room takes at once. */
const BURST = 24;
/** And then. One after the other as they end, they tie up what they leave: with 12 or 16, too, it did not grow. */
const STEADY = 14;

interface Lane {
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
  readonly #lanes = new Map<RoomId, Lane>();

  async run<T>(room: RoomId, write: () => Promise<T>): Promise<T> {
    const lane = this.#lanes.get(room) ?? { active: 0, begun: 0, waiting: [] };
    this.#lanes.set(room, lane);
    if (free(lane)) begin(lane);
    else await new Promise<void>((go) => lane.waiting.push(go));
    try {
      return await write();
    } finally {
      lane.active -= 1;
      while (lane.waiting.length > 0 && free(lane)) {
        begin(lane);
        lane.waiting.shift()?.();
      }
      if (lane.active === 0) this.#lanes.delete(room);
    }
  }
}

const free = ({ active, begun }: Lane): boolean => active < STEADY || begun < BURST;

function begin(lane: Lane): void {
  lane.active += 1;
  lane.begun += 1;
}
