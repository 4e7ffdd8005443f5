import { z } from 'zod';
import { type RoomId, UserId } from '../bridge/protocol/ids.ts';
import { mastersAmong, type Power } from '../bridge/protocol/masters.ts';
import { creationOf, isSuccessor, replacementOf } from '../bridge/protocol/room-power.ts';
import type { HomeserverClient } from './client.ts';
import { PowerLevels } from './power-levels.ts';
import type { OwnAccounts } from './residents.ts';

const State = z.object({
  state: z.array(
    z.object({
      type: z.string(),
      state_key: z.string(),
      sender: z.string(),
      origin_server_ts: z.number(),
      content: z.record(z.string(), z.unknown()),
    }),
  ),
});

/** A room as the homeserver has it now, whoever may be in it. */
export interface RoomState {
  readonly room: RoomId;
  readonly event: (
    type: string,
    key?: string,
  ) =>
    | {
        readonly sender: string;
        readonly origin_server_ts: number;
        readonly content: Readonly<Record<string, unknown>>;
      }
    | undefined;
  readonly content: (type: string, key?: string) => Readonly<Record<string, unknown>> | undefined;
  readonly levels: PowerLevels;
  readonly power: Power;
  readonly joined: ReadonlySet<UserId>;
  /** Not in it yet: invited, or knocking. */
  readonly waiting: ReadonlySet<UserId>;
}

/** Null where there is none any more, or nobody is in it. */
export async function readRoom(client: HomeserverClient, token: string, room: RoomId): Promise<RoomState | null> {
  const found = await client.find('GET', `/_synapse/admin/v1/rooms/${encodeURIComponent(room)}/state`, State, {
    token,
  });
  if (found === null) return null;
  const event = (type: string, key = '') => found.state.find((one) => one.type === type && one.state_key === key);
  const content = (type: string, key = '') => event(type, key)?.content;
  const levels = PowerLevels.parse(content('m.room.power_levels') ?? {});
  const membersWho = (...memberships: readonly string[]) =>
    new Set(
      found.state
        .filter((one) => one.type === 'm.room.member' && memberships.includes(String(one.content['membership'])))
        .flatMap(({ state_key }) => UserId.safeParse(state_key).data ?? []),
    );
  const joined = membersWho('join');
  return joined.size === 0
    ? null
    : {
        room,
        event,
        content,
        levels,
        power: { users: levels.users, rulers: creationOf(event('m.room.create'))?.rulers ?? [] },
        joined,
        waiting: membersWho('invite', 'knock'),
      };
}

const rulersOf = (state: RoomState, who: OwnAccounts): ReadonlySet<UserId> =>
  new Set([...mastersAmong(state.power, who), who.admin]);

/** Made by the house or by its owner, as every room that may become one of the house's has to be. */
export function isOfTheHouse(state: RoomState, who: OwnAccounts): boolean {
  const creator = creationOf(state.event('m.room.create'))?.creator;
  return creator === who.admin || creator === who.master;
}

const LONGEST_LINE = 20;

/** Where a room goes on that was upgraded, once or more; the rooms before it, newest first. Null: it is gone. */
export async function followUpgrades(
  client: HomeserverClient,
  token: string,
  room: RoomId,
  who: OwnAccounts,
): Promise<{ readonly state: RoomState; readonly before: readonly RoomState[] } | null> {
  const first = await readRoom(client, token, room);
  if (first === null) return null;
  const line: RoomState[] = [first];
  for (
    let next = await successorOf(client, token, first, who);
    next !== null && line.length < LONGEST_LINE;
    next = await successorOf(client, token, next, who)
  )
    line.unshift(next);
  const [state = first, ...before] = line;
  return { state, before };
}

/** The rooms that a room of the house comes from, newest first, as far as both sides say so. */
export async function predecessorsOf(
  client: HomeserverClient,
  token: string,
  state: RoomState,
  who: OwnAccounts,
): Promise<readonly RoomState[]> {
  const line: RoomState[] = [];
  for (let next = state; line.length < LONGEST_LINE;) {
    const named = creationOf(next.event('m.room.create'))?.predecessor ?? null;
    const old = named === null ? null : await readRoom(client, token, named);
    if (old === null || !goesOn(old, next, who)) break;
    line.push(old);
    next = old;
  }
  return line;
}

const goesOn = (old: RoomState, next: RoomState, who: OwnAccounts): boolean =>
  isSuccessor(
    { room: old.room, tombstone: old.event('m.room.tombstone'), rulers: rulersOf(old, who) },
    { room: next.room, create: next.event('m.room.create') },
  );

async function successorOf(
  client: HomeserverClient,
  token: string,
  old: RoomState,
  who: OwnAccounts,
): Promise<RoomState | null> {
  const named = replacementOf(old.event('m.room.tombstone'))?.room;
  const next = named === undefined ? null : await readRoom(client, token, named);
  return next !== null && goesOn(old, next, who) ? next : null;
}
