import type { RoomId, UserId } from '../protocol/ids.ts';
import { mastersAmong } from '../protocol/masters.ts';
import { type Creation, creationOf, isSuccessor, replacementOf } from '../protocol/room-power.ts';
import { z } from 'zod';
import { type Account, refused } from './account.ts';

type Reader = Pick<Account, 'call' | 'state' | 'userId'>;
const Levels = z.object({ users: z.record(z.string(), z.unknown()).default({}) });
const LONGEST_LINE = 20;

/** A state event with its sender; null where there is none that this account may see. */
async function stateEvent(account: Reader, room: RoomId, type: string): Promise<unknown> {
  try {
    return await account.call(
      'GET',
      `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/state/${encodeURIComponent(type)}/`,
      { query: { format: 'event' } },
    );
  } catch (error) {
    if (refused(error)) return null;
    throw error;
  }
}

/** How a room was made never changes. */
const known = new WeakMap<Reader, Map<RoomId, Creation>>();

export async function creationIn(account: Reader, room: RoomId): Promise<Creation | null> {
  const before = known.get(account) ?? new Map<RoomId, Creation>();
  known.set(account, before);
  const made = before.get(room) ?? creationOf(await stateEvent(account, room, 'm.room.create'));
  if (made !== null) before.set(room, made);
  return made;
}

interface Never {
  readonly admin: UserId;
  readonly executor: UserId;
}

async function rulersIn(account: Reader, room: RoomId, never: Never): Promise<ReadonlySet<UserId>> {
  const [levels, made] = await Promise.all([account.state(room, 'm.room.power_levels'), creationIn(account, room)]);
  const users = Object.fromEntries(
    Object.entries(Levels.safeParse(levels).data?.users ?? {}).map(([user, level]) => [user, Number(level)]),
  );
  return new Set([...mastersAmong({ users, rulers: made?.rulers ?? [] }, never), never.admin]);
}

/** Where an upgraded room goes on, as far as this account is in its successors. */
export async function latestOf(account: Reader, room: RoomId, never: Never): Promise<RoomId> {
  let latest = room;
  for (let steps = 0; steps < LONGEST_LINE; steps += 1) {
    const tombstone = await stateEvent(account, latest, 'm.room.tombstone');
    const named = replacementOf(tombstone)?.room;
    if (named === undefined) break;
    const [rulers, create] = await Promise.all([
      rulersIn(account, latest, never),
      stateEvent(account, named, 'm.room.create'),
    ]);
    if (!isSuccessor({ room: latest, tombstone, rulers }, { room: named, create })) break;
    latest = named;
  }
  return latest;
}

/** Whether a room was closed for another one that this account cannot follow, or not yet. */
export async function isLeft(account: Reader, room: RoomId): Promise<boolean> {
  return replacementOf(await stateEvent(account, room, 'm.room.tombstone')) !== null;
}

/** The rooms before this one, newest first; only those that say themselves that they go on here. */
export async function formerOf(account: Reader, room: RoomId): Promise<readonly RoomId[]> {
  const found: RoomId[] = [];
  for (let now = room; found.length < LONGEST_LINE;) {
    const before = (await creationIn(account, now))?.predecessor ?? null;
    if (
      before === null ||
      found.includes(before) ||
      replacementOf(await stateEvent(account, before, 'm.room.tombstone'))?.room !== now
    )
      break;
    found.push(before);
    now = before;
  }
  return found;
}
