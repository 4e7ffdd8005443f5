import type { RoomId, UserId } from '../../bridge/protocol/ids.ts';
import type { MemoryLine } from './memory-line.ts';

export interface LineReadersDeps {
  readonly masters: () => Promise<ReadonlySet<UserId>>;
  /** Who is joined. Rejects where nobody of the house can look. */
  readonly members: (room: RoomId) => Promise<ReadonlyMap<string, string>>;
  /** The house's own accounts are nobody from whom a line would have to be kept. */
  readonly isHouse: (user: string) => boolean;
  readonly memoryRoom: RoomId;
  /** What a room is now that was upgraded. */
  readonly roomNow: (room: RoomId) => RoomId;
}

export interface Listeners {
  /** Who has set off what is answered. */
  readonly asker: UserId;
  readonly room: RoomId;
}

/** Whether a line may be spoken of: by its place, or everything that has none. */
export type MayStand = (line: Pick<MemoryLine, 'origin'>) => Promise<boolean>;

const NOBODY: MayStand = () => Promise.resolve(false);

/**
 * Facts are told to masters alone, and only where everybody who listens could read them: in the memory room, or where
 * they were said. Who cannot be looked up may not: it fails closed.
 */
export async function mayStand({ asker, room }: Listeners, deps: LineReadersDeps): Promise<MayStand> {
  if (!(await deps.masters()).has(asker)) return NOBODY;
  const [joined, readers] = await Promise.all([joinedIn(room, deps), joinedIn(deps.memoryRoom, deps)]);
  if (joined === null) return NOBODY;
  const strangers = [...new Set([asker, ...joined])].filter((user) => readers?.has(user) !== true);
  if (strangers.length === 0) return () => Promise.resolve(true);
  const here = deps.roomNow(room);
  return async ({ origin }) => {
    if (origin === undefined) return false;
    const place = deps.roomNow(origin.room);
    const there = place === here ? joined : await joinedIn(place, deps);
    return there !== null && strangers.every((user) => there.has(user));
  };
}

/** People; null where it cannot be known. */
async function joinedIn(room: RoomId, { members, isHouse }: LineReadersDeps): Promise<ReadonlySet<string> | null> {
  try {
    const all = await members(room);
    return new Set([...all.keys()].filter((user) => !isHouse(user)));
  } catch {
    return null;
  }
}
