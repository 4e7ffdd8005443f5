import { z } from 'zod';
import { type Account, refused } from '../../bridge/matrix/account.ts';
import { EventId } from '../../bridge/protocol/ids.ts';

/** What is kept of lines, by event, as Redis has it. */
export type KeptLines = ReadonlyMap<EventId, string>;

/** A copy of what Redis keeps of lines, for the day on which Redis is lost. */
export interface NumbersCopy {
  load(): Promise<KeptLines>;
  /** Those whose numbers fall into that piece, beside what it has already. */
  save(piece: number, lines: KeptLines): Promise<void>;
}

/** So many numbers a piece: an account's data of one type is written as a whole. */
const PIECE = 100;
/** Longer than any memory. */
const MOST_PIECES = 1_000;

const Piece = z.object({ lines: z.record(EventId, z.string()) });

/** The piece in which a line's number stands. */
export const pieceOf = (kept: string): number => Math.floor((Number.parseInt(kept, 10) - 1) / PIECE);

/**
 * In the coordinator's account on the homeserver: no client shows it, the homeserver's backup has it, and it outlives
 * the room when that is upgraded or made anew.
 */
export function numbersInAccount(coordinator: Pick<Account, 'call' | 'userId'>): NumbersCopy {
  const path = (piece: number) =>
    `/_matrix/client/v3/user/${encodeURIComponent(coordinator.userId)}/account_data/com.chavion.memory.numbers.${piece}`;
  const read = async (piece: number): Promise<KeptLines | null> => {
    const found = await orNull(coordinator.call('GET', path(piece)));
    if (found === null) return null;
    const { lines } = Piece.safeParse(found).data ?? { lines: {} };
    return new Map(Object.entries(lines).map(([event, kept]) => [EventId.parse(event), kept]));
  };
  return {
    async load() {
      const all = new Map<EventId, string>();
      for (let piece = 0; piece < MOST_PIECES; piece += 1) {
        const found = await read(piece);
        if (found === null) break;
        for (const [event, kept] of found) all.set(event, kept);
      }
      return all;
    },
    async save(piece, lines) {
      const all = new Map([...((await read(piece)) ?? []), ...lines]);
      await coordinator.call('PUT', path(piece), { body: { lines: Object.fromEntries(all) } });
    },
  };
}

async function orNull(asked: Promise<unknown>): Promise<unknown> {
  try {
    return await asked;
  } catch (error) {
    if (!refused(error)) throw error;
    return null;
  }
}
