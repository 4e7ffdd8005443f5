import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { Nothing } from './client.ts';
import { bringIn } from './enter-room.ts';
import type { AdminRooms } from './masters.ts';
import { readRoom } from './room-state.ts';
import { giveDevice, AccountStanding } from './own-accounts.ts';
import { GHOST_DEVICE, type UserId } from '../bridge/protocol/ids.ts';
import { type OffState, offIn, STANDING_TYPE } from '../bridge/protocol/standing.ts';

/** Asked one after another; of more, as many each time, in turn. */
const AT_ONCE = 20;

export interface StandingNews {
  readonly gone: readonly { readonly name: string; readonly why: OffState }[];
  readonly back: readonly string[];
}

const Account = AccountStanding.extend({ displayname: z.string().nullish() });
const userPath = (user: UserId): string => `/_synapse/admin/v2/users/${encodeURIComponent(user)}`;

/**
 * Looks which agents' accounts are off, and writes it down in HQ for whoever answers there. Who is back has no password
 * that anybody knows, and is in the rooms again. Returns what is new; null where nothing is.
 */
export class AgentsStanding {
  readonly #agents: readonly UserId[];
  #next = 0;

  readonly #atOnce: number;

  constructor(agents: readonly UserId[], atOnce = AT_ONCE) {
    this.#agents = agents;
    this.#atOnce = atOnce;
  }

  async look(house: AdminRooms): Promise<StandingNews | null> {
    const { client, token, rooms } = house;
    const hq = await readRoom(client, token, rooms.hq);
    if (hq === null) return null;
    const before = offIn(hq.content(STANDING_TYPE));
    const off = new Map([...before].filter(([user]) => this.#agents.includes(user)));
    const news = { gone: [] as StandingNews['gone'][number][], back: [] as string[] };
    for (const user of this.#turn()) {
      const account = await client.find('GET', userPath(user), Account, { token });
      const why = account === null ? null : offState(account);
      const was = off.get(user) ?? null;
      // Somebody has deleted it: without its device an agent can say nothing.
      if (
        account !== null &&
        why === null &&
        was === null &&
        (await client.find('GET', `${userPath(user)}/devices/${GHOST_DEVICE}`, Nothing, { token })) === null
      )
        await giveDevice(client, token, user);
      if (account === null || why === was) continue;
      const name = account.displayname ?? user.slice(1).split(':')[0] ?? user;
      if (why !== null) {
        off.set(user, why);
        news.gone.push({ name, why });
      } else {
        off.delete(user);
        await welcomeBack(house, user, was === 'deactivated');
        news.back.push(name);
      }
    }
    if (news.gone.length + news.back.length === 0 && off.size === before.size) return null;
    const path = `/_matrix/client/v3/rooms/${encodeURIComponent(rooms.hq)}/state/${STANDING_TYPE}/`;
    await client.call('PUT', path, Nothing, { token, body: { v: 1, off: Object.fromEntries(off) } });
    return news;
  }

  #turn(): readonly UserId[] {
    const turn = Array.from(
      { length: Math.min(this.#atOnce, this.#agents.length) },
      (_, i) => this.#agents[(this.#next + i) % this.#agents.length],
    ).filter((user) => user !== undefined);
    this.#next += turn.length;
    return turn;
  }
}

function offState({ deactivated, locked, suspended, shadow_banned }: AccountStanding): OffState | null {
  if (deactivated) return 'deactivated';
  if (locked) return 'locked';
  if (suspended) return 'suspended';
  return shadow_banned ? 'shadow-banned' : null;
}

/** The page that opens a closed account asks for a password: an agent has none to log in with. */
async function welcomeBack({ client, token, rooms }: AdminRooms, user: UserId, wasClosed: boolean): Promise<void> {
  if (!wasClosed) return;
  await client.call('PUT', userPath(user), Nothing, {
    token,
    body: { password: randomBytes(32).toString('hex'), logout_devices: false },
  });
  const { devices } = await client.call(
    'GET',
    `${userPath(user)}/devices`,
    z.object({ devices: z.array(z.object({ device_id: z.string() })) }),
    { token },
  );
  const others = devices.map(({ device_id }) => device_id).filter((id) => id !== GHOST_DEVICE);
  if (others.length > 0)
    await client.call('POST', `${userPath(user)}/delete_devices`, Nothing, { token, body: { devices: others } });
  await giveDevice(client, token, user);
  for (const room of [rooms.hq, rooms.ops]) await bringIn(client, token, room, user);
}
