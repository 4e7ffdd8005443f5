import { z } from 'zod';
import { RoomId, UserId } from '../bridge/protocol/ids.ts';
import { creationOf, rulersCount } from '../bridge/protocol/room-power.ts';
import type { Builder } from './builder.ts';
import { Nothing } from './client.ts';
import { actAs, bringIn, ignoreRefusal, makeRuler, putState } from './enter-room.ts';
import { OWNER, freshPowerLevels, type PowerLevels, repairedPowerLevels } from './power-levels.ts';
import { followUpgrades, isOfTheHouse, predecessorsOf, readRoom, type RoomState } from './room-state.ts';

export interface RoomWanted {
  /** Before the colon of the alias. */
  readonly alias: string;
  readonly name: string;
  readonly topic: string;
  readonly kind: 'room' | 'space';
  /** The space that it stands in. */
  readonly parent?: RoomId;
  /** Masters who, with the coordinator, are alone in it; without, everybody of the house is. */
  readonly speakers?: ReadonlySet<UserId>;
}

export interface ProvisionedRoom {
  readonly room: RoomId;
  /** `moved`: somebody has upgraded it. `lost`: there was one, and it is gone with all that was said in it. */
  readonly fate: 'same' | 'moved' | 'made' | 'lost';
  /** The rooms that it went through since the remembered one, which may be several at once. */
  readonly left: readonly RoomId[];
}

/** There is no room any more that the house could look after, and making one is not the moment's business. */
export class RoomGone extends Error {
  constructor(alias: string) {
    super(`the room ${alias} is gone`);
    this.name = 'RoomGone';
  }
}

/**
 * The room of the house, made where there is none, followed where it was upgraded, and put right where it is missing
 * something or not safe. What the alias says counts only where nothing is remembered: whoever is quick with an alias
 * would otherwise be the new headquarters.
 */
export async function provisionRoom(
  builder: Builder,
  wanted: RoomWanted,
  remembered: RoomId | undefined,
  mayMake = true,
): Promise<ProvisionedRoom> {
  const { client, token, who } = builder;
  const kept = remembered === undefined ? null : await followUpgrades(client, token, remembered, who);
  const named = await byAlias(builder, wanted.alias);
  const found = kept ?? (named === null ? null : await followUpgrades(client, token, named, who));
  const ours =
    found !== null &&
    (kept !== null || (await mayBecome(builder, wanted, found.state))) &&
    (await makeRuler(builder, found.state))
      ? found
      : null;
  if (ours === null && !mayMake) throw new RoomGone(wanted.alias);
  const room = ours?.state.room ?? (await create(builder, wanted));
  if (named !== room) await giveAlias(builder, wanted.alias, room, named);
  if (ours !== null) await leaveInOrder(builder, ours.state, ours.before, wanted.speakers);
  const left = ours?.before.map((state) => state.room) ?? [];
  await repair(builder, room, wanted, left);
  if (ours === null) return { room, fate: remembered === undefined ? 'made' : 'lost', left };
  return { room, fate: remembered === undefined || remembered === room ? 'same' : 'moved', left };
}

const path = (room: RoomId, rest: string): string => `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/${rest}`;
const aliasPath = ({ serverName }: Builder, alias: string): string =>
  `/_matrix/client/v3/directory/room/${encodeURIComponent(`#${alias}:${serverName}`)}`;

async function byAlias(builder: Builder, alias: string): Promise<RoomId | null> {
  const found = await builder.client.find('GET', aliasPath(builder, alias), z.object({ room_id: RoomId }), {
    token: builder.token,
  });
  return found?.room_id ?? null;
}

/** An alias that someone took away comes back to the room where the history is. */
async function giveAlias(builder: Builder, alias: string, room: RoomId, now: RoomId | null): Promise<void> {
  const { client, token } = builder;
  if (now !== null) await client.find('DELETE', aliasPath(builder, alias), Nothing, { token });
  if ((await byAlias(builder, alias)) !== room)
    await client.call('PUT', aliasPath(builder, alias), Nothing, { token, body: { room_id: room } });
}

/** What stands in the room of masters binds every agent: one that a person happened to call so, with all that was said in it, is another. */
async function mayBecome(
  { client, token, who }: Builder,
  { speakers }: RoomWanted,
  state: RoomState,
): Promise<boolean> {
  if (!isOfTheHouse(state, who)) return false;
  if (speakers === undefined) return true;
  const first = (await predecessorsOf(client, token, state, who)).at(-1) ?? state;
  return creationOf(first.event('m.room.create'))?.creator === who.admin;
}

async function create({ client, token, who }: Builder, { name, topic, kind, speakers }: RoomWanted): Promise<RoomId> {
  const Capabilities = z.object({ capabilities: z.object({ 'm.room_versions': z.object({ default: z.string() }) }) });
  const version = (await client.call('GET', '/_matrix/client/v3/capabilities', Capabilities, { token })).capabilities[
    'm.room_versions'
  ].default;
  const body = {
    room_version: version,
    preset: 'private_chat',
    visibility: 'private',
    name,
    topic,
    creation_content: kind === 'space' ? { type: 'm.space' } : {},
    power_level_content_override: freshPowerLevels(who, rulersCount(version) ? [who.admin] : [], speakers),
    initial_state: [
      { type: 'm.room.guest_access', state_key: '', content: { guest_access: 'forbidden' } },
      { type: 'm.room.history_visibility', state_key: '', content: { history_visibility: 'shared' } },
    ],
  };
  return (await client.call('POST', '/_matrix/client/v3/createRoom', z.object({ room_id: RoomId }), { token, body }))
    .room_id;
}

/** The homeserver needs a moment for an upgrade, and writes the levels of both rooms once more at its end. */
const UPGRADING_MS = 10 * 60_000;

/**
 * Rooms that were upgraded: what runs in them may be said to its end, where the homeserver has closed them to all but
 * moderators. Everybody who was in one comes along, and whoever follows with his own eyes or taps on what his client
 * shows needs each step of the way: an upgrade of an upgrade leaves a room between them in which nobody was. Looked at
 * again each time: whom the homeserver refused, or what it wrote over while it was at the upgrade, is mended then.
 * Whoever has been in a room and is not any more has gone, or was sent, and stays out.
 */
async function leaveInOrder(
  builder: Builder,
  now: RoomState,
  left: readonly RoomState[],
  speakers: ReadonlySet<UserId> | undefined,
): Promise<void> {
  const { client, token, who } = builder;
  const line = (await predecessorsOf(client, token, now, who)).toReversed();
  const steps = (user: UserId) => !user.startsWith('@agent_') || user === who.coordinator;
  const along = new Set<UserId>();
  const missingIn = (state: RoomState, users: Iterable<UserId>) => [...users].filter((user) => !hasBeenIn(state, user));
  for (const old of line) {
    const missing = missingIn(old, along).filter(steps);
    if (missing.length > 0) await makeRuler(builder, old);
    for (const user of missing) await bringIn(client, token, old.room, user);
    const fresh =
      left.some(({ room }) => room === old.room) ||
      Date.now() - (old.event('m.room.tombstone')?.origin_server_ts ?? 0) < UPGRADING_MS;
    // Closed again later, it is the owner's wish.
    if (speakers === undefined && fresh && old.levels.events_default > 0)
      await putState(builder, old, 'm.room.power_levels', { ...old.levels, events_default: 0 });
    for (const user of old.joined) if (speakers?.has(user) !== false || user === who.coordinator) along.add(user);
  }
  for (const user of missingIn(now, along)) await bringIn(client, token, now.room, user);
}

function hasBeenIn(state: RoomState, user: UserId): boolean {
  const membership = state.content('m.room.member', user)?.['membership'];
  return membership !== undefined && membership !== 'invite';
}

async function repair(builder: Builder, room: RoomId, wanted: RoomWanted, left: readonly RoomId[]): Promise<void> {
  const { client, token } = builder;
  const state = await readRoom(client, token, room);
  if (state === null) return;
  const put = (type: string, body: unknown, at = state, key = '') => putState(builder, at, type, body, key);

  await repairLevels(builder, state, wanted.speakers, (levels) => put('m.room.power_levels', levels));
  if (state.content('m.room.join_rules')?.['join_rule'] !== 'invite')
    await put('m.room.join_rules', { join_rule: 'invite' });
  if (state.content('m.room.guest_access')?.['guest_access'] !== 'forbidden')
    await put('m.room.guest_access', { guest_access: 'forbidden' });
  if (!OPEN_TO_MEMBERS.has(String(state.content('m.room.history_visibility')?.['history_visibility'])))
    await put('m.room.history_visibility', { history_visibility: 'shared' });
  // A name or topic that the owner has chosen, and an emptied one too, is the owner's business.
  if (state.content('m.room.name') === undefined) await put('m.room.name', { name: wanted.name });
  if (state.content('m.room.topic') === undefined) await put('m.room.topic', { topic: wanted.topic });

  const parent = wanted.parent === undefined ? null : await readRoom(client, token, wanted.parent);
  if (parent === null) return;
  const via = { via: [builder.serverName] };
  if (!('via' in (parent.content('m.space.child', room) ?? {})))
    await put('m.space.child', { ...via, suggested: true, order: wanted.alias }, parent, room);
  if (!('via' in (state.content('m.space.parent', parent.room) ?? {})))
    await put('m.space.parent', { ...via, canonical: true }, state, parent.room);
  const formerParent = predecessorOf(parent);
  if (formerParent !== undefined && 'via' in (state.content('m.space.parent', formerParent) ?? {}))
    await put('m.space.parent', {}, state, formerParent);
  for (const gone of new Set([predecessorOf(state), ...left]))
    if (gone !== undefined && 'via' in (parent.content('m.space.child', gone) ?? {}))
      await put('m.space.child', {}, parent, gone);
}

const predecessorOf = (state: RoomState): RoomId | undefined =>
  z.object({ room_id: RoomId }).safeParse(state.content('m.room.create')?.['predecessor']).data?.room_id;

/** Nobody can take a level away from an equal: whoever stands too high gives it up in its own name. */
async function repairLevels(
  builder: Builder,
  state: RoomState,
  speakers: ReadonlySet<UserId> | undefined,
  put: (levels: PowerLevels) => Promise<void>,
): Promise<void> {
  const { client, token, who } = builder;
  const wanted = repairedPowerLevels(state.levels, who, state.power.rulers, speakers);
  if (wanted === null) return;
  let between = state.levels;
  for (const [user, level] of Object.entries(state.levels.users)) {
    if (level < OWNER || (wanted.users[user] ?? 0) >= level || state.power.rulers.some((ruler) => ruler === user))
      continue;
    between = { ...between, users: { ...between.users, [user]: 0 } };
    const levels = between;
    // An account that is closed gives up nothing: what stays undone keeps nobody from the rest.
    await actAs(client, token, UserId.parse(user), (own) =>
      client.call('PUT', path(state.room, 'state/m.room.power_levels/'), Nothing, { token: own, body: levels }),
    ).catch(ignoreRefusal);
  }
  await put(wanted);
}

const OPEN_TO_MEMBERS = new Set(['shared', 'invited', 'joined']);
