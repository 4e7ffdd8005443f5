import { z } from 'zod';
import { RoomId } from '../bridge/protocol/ids.ts';
import { type HomeserverClient, HomeserverError, Nothing } from './client.ts';
import { giveUpLevel } from './masters.ts';
import { OWNER, PowerLevels, freshPowerLevels, repairedPowerLevels } from './power-levels.ts';
import type { People } from './residents.ts';

export interface RoomWanted {
  /** Before the colon of the alias. */
  readonly alias: string;
  readonly name: string;
  readonly topic: string;
  readonly kind: 'room' | 'space';
  /** The space that it stands in. */
  readonly parent?: RoomId;
}

/** The admin at the homeserver, and whom the rooms are for. */
export interface Builder {
  readonly client: HomeserverClient;
  readonly token: string;
  readonly serverName: string;
  readonly who: People;
}

/** The room behind the alias, made when there is none, and put right where it is missing something or not safe. */
export async function provisionRoom(builder: Builder, wanted: RoomWanted, remembered: RoomId | undefined): Promise<RoomId> {
  const room = (await byAlias(builder, wanted.alias)) ?? (await reclaimed(builder, wanted.alias, remembered)) ?? (await create(builder, wanted));
  await repair(builder, room, wanted);
  return room;
}

const path = (room: RoomId, rest: string): string => `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/${rest}`;
const aliasPath = ({ serverName }: Builder, alias: string): string => `/_matrix/client/v3/directory/room/${encodeURIComponent(`#${alias}:${serverName}`)}`;

async function byAlias(builder: Builder, alias: string): Promise<RoomId | null> {
  const found = await builder.client.find('GET', aliasPath(builder, alias), z.object({ room_id: RoomId }), { token: builder.token });
  return found?.room_id ?? null;
}

/** An alias that someone took away comes back to the room where the history is. */
async function reclaimed(builder: Builder, alias: string, remembered: RoomId | undefined): Promise<RoomId | null> {
  if (remembered === undefined) return null;
  const { joined_rooms } = await builder.client.call('GET', '/_matrix/client/v3/joined_rooms', z.object({ joined_rooms: z.array(RoomId) }), { token: builder.token });
  if (!joined_rooms.includes(remembered)) return null;
  await builder.client.call('PUT', aliasPath(builder, alias), Nothing, { token: builder.token, body: { room_id: remembered } });
  return remembered;
}

async function create({ client, token, who }: Builder, { alias, name, topic, kind }: RoomWanted): Promise<RoomId> {
  const body = {
    room_alias_name: alias,
    room_version: '11',
    preset: 'private_chat',
    visibility: 'private',
    name,
    topic,
    creation_content: kind === 'space' ? { type: 'm.space' } : {},
    power_level_content_override: freshPowerLevels(who),
    initial_state: [
      { type: 'm.room.guest_access', state_key: '', content: { guest_access: 'forbidden' } },
      { type: 'm.room.history_visibility', state_key: '', content: { history_visibility: 'shared' } },
    ],
  };
  return (await client.call('POST', '/_matrix/client/v3/createRoom', z.object({ room_id: RoomId }), { token, body })).room_id;
}

const State = z.array(z.object({ type: z.string(), state_key: z.string(), content: z.record(z.string(), z.unknown()) }));
type State = z.infer<typeof State>;

async function repair(builder: Builder, room: RoomId, wanted: RoomWanted): Promise<void> {
  const { client, token, who } = builder;
  let state = await stateOf(builder, room);
  if (levelsIn(state).users[who.admin] !== OWNER) {
    await makeRoomAdmin(builder, room);
    state = await stateOf(builder, room);
  }
  const content = (type: string, key = '') => state.find((event) => event.type === type && event.state_key === key)?.content;
  const put = (type: string, body: unknown, at = room, key = '') =>
    client.call('PUT', path(at, `state/${encodeURIComponent(type)}/${encodeURIComponent(key)}`), Nothing, { token, body });

  await repairLevels(builder, room, levelsIn(state), (levels) => put('m.room.power_levels', levels));
  if (content('m.room.join_rules')?.['join_rule'] !== 'invite') await put('m.room.join_rules', { join_rule: 'invite' });
  if (content('m.room.guest_access')?.['guest_access'] !== 'forbidden') await put('m.room.guest_access', { guest_access: 'forbidden' });
  if (!OPEN_TO_MEMBERS.has(String(content('m.room.history_visibility')?.['history_visibility']))) await put('m.room.history_visibility', { history_visibility: 'shared' });
  // A name or topic that the owner has chosen, and an emptied one too, is the owner's business.
  if (content('m.room.name') === undefined) await put('m.room.name', { name: wanted.name });
  if (content('m.room.topic') === undefined) await put('m.room.topic', { topic: wanted.topic });

  if (wanted.parent === undefined) return;
  const via = { via: [builder.serverName] };
  const children = await stateOf(builder, wanted.parent);
  if (!children.some((event) => event.type === 'm.space.child' && event.state_key === room && 'via' in event.content)) {
    await put('m.space.child', { ...via, suggested: true, order: wanted.alias }, wanted.parent, room);
  }
  if (!('via' in (content('m.space.parent', wanted.parent) ?? {}))) await put('m.space.parent', { ...via, canonical: true }, room, wanted.parent);
}

const levelsIn = (state: State): PowerLevels => PowerLevels.parse(state.find((event) => event.type === 'm.room.power_levels')?.content ?? {});

async function repairLevels({ client, token, who }: Builder, room: RoomId, now: PowerLevels, put: (levels: PowerLevels) => Promise<void>): Promise<void> {
  const wanted = repairedPowerLevels(now, who);
  if (wanted === null) return;
  let between = now;
  for (const [user, level] of Object.entries(now.users)) {
    if (level < OWNER || (wanted.users[user] ?? 0) >= level) continue;
    between = await giveUpLevel(client, token, room, user, between);
  }
  await put(wanted);
}

/** https://element-hq.github.io/synapse/latest/admin_api/rooms.html#make-room-admin-api */
async function makeRoomAdmin({ client, token, who }: Builder, room: RoomId): Promise<void> {
  await client.call('POST', `/_synapse/admin/v1/rooms/${encodeURIComponent(room)}/make_room_admin`, Nothing, { token, body: { user_id: who.admin } });
}

const OPEN_TO_MEMBERS = new Set(['shared', 'invited', 'joined']);

/** As it is now: whoever has left is shown how it was then, so an admin that left by mistake comes back first. */
async function stateOf(builder: Builder, room: RoomId): Promise<State> {
  const { client, token, who } = builder;
  const read = () => client.call('GET', path(room, 'state'), State, { token });
  const seen = await read().catch((error: unknown) => {
    if (error instanceof HomeserverError && error.status === 403) return [];
    throw error;
  });
  if (seen.some(({ type, state_key, content }) => type === 'm.room.member' && state_key === who.admin && content['membership'] === 'join')) return seen;
  await makeRoomAdmin(builder, room);
  await client.call('POST', path(room, 'join'), Nothing, { token, body: {} });
  return await read();
}
