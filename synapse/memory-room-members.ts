import type { RoomId, UserId } from '../bridge/protocol/ids.ts';
import { mastersAmong } from '../bridge/protocol/masters.ts';
import type { Builder } from './builder.ts';
import { actAs, bringIn, ignoreRefusal, sendOut } from './enter-room.ts';
import { Nothing } from './client.ts';
import type { OwnAccounts } from './residents.ts';
import { predecessorsOf, readRoom, type RoomState } from './room-state.ts';

/** Whose lines the house remembers: the masters of HQ whom it has not banned. Never without the owner. */
export function speakersOf(hq: RoomState | null, who: OwnAccounts): ReadonlySet<UserId> {
  const masters = hq === null ? [] : [...mastersAmong(hq.power, who)];
  return new Set([who.master, ...masters.filter((user) => membershipIn(hq, user) !== 'ban')]);
}

/** Who comes, and who goes, so that only these are in the room beside the house's own. Pure. */
export function movesIn(
  state: RoomState,
  speakers: ReadonlySet<UserId>,
  who: OwnAccounts,
): { readonly come: readonly UserId[]; readonly go: readonly UserId[] } {
  const stay = new Set([...speakers, who.coordinator, who.admin]);
  return {
    // Whoever has left by his own wish stays out; whom the house had sent is a master again.
    come: [...speakers].filter((user) => {
      const event = state.event('m.room.member', user);
      const membership = membershipIn(state, user);
      return (
        membership === undefined ||
        membership === 'invite' ||
        membership === 'knock' ||
        (membership === 'leave' && event?.sender === who.admin)
      );
    }),
    go: [...state.joined, ...state.waiting].filter((user) => !stay.has(user)),
  };
}

/** Only masters and the coordinator, in the memory room and in those that it was before: what stands there is of all rooms, and binds all. */
export async function keepMembers(
  builder: Builder,
  room: RoomId,
  speakers: ReadonlySet<UserId>,
  why: string,
): Promise<void> {
  const { client, token, who } = builder;
  const now = await readRoom(client, token, room);
  if (now === null) return;
  for (const user of movesIn(now, speakers, who).come) await bringIn(client, token, room, user);
  for (const state of [now, ...(await predecessorsOf(client, token, now, who))])
    for (const user of movesIn(state, speakers, who).go) await takeOut(builder, state, user, why);
}

/** Nobody can send away whoever has made a room: he goes in his own name. */
async function takeOut(
  { client, token }: Builder,
  { room, power }: RoomState,
  user: UserId,
  why: string,
): Promise<void> {
  if (!power.rulers.includes(user)) return sendOut(client, token, room, user, why);
  await actAs(client, token, user, (own) =>
    client.call('POST', `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/leave`, Nothing, {
      token: own,
      body: { reason: why },
    }),
  ).catch(ignoreRefusal);
}

const membershipIn = (state: RoomState | null, user: UserId): unknown =>
  state?.content('m.room.member', user)?.['membership'];
