import { z } from 'zod';
import type { RoomId, UserId, Lang } from '../bridge/protocol/ids.ts';
import type { Roster } from '../bridge/protocol/roster.ts';
import { furnishingText } from '../bridge/text/terminal/furnishing.ts';
import { HomeserverClient, HomeserverError } from './client.ts';
import { agentsText, memoryRoomText } from '../bridge/text/terminal/house.ts';
import { AgentsStanding } from './agents-standing.ts';
import { bringIn } from './enter-room.ts';
import { type Furnished, furnishRooms, HouseRooms, type OpenRooms } from './house-rooms.ts';
import { adminToken, keepExecutor, openPerson } from './own-accounts.ts';
import { liftLimits, provisionAccount } from './provision-accounts.ts';
import { Avatars, type Member, joinedMembers, provisionFace, provisionGhost } from './provision-residents.ts';
import type { Builder } from './builder.ts';
import { sayAsAdmin } from './say.ts';
import { layDownSilence } from './silent-rule.ts';
import { type Ghost, ghosts, people } from './residents.ts';

/** What one start found or made, and the next one looks at first. Nothing in it is secret or cannot be found anew. */
export const Remembered = z.object({
  rooms: HouseRooms.optional(),
  avatars: Avatars.default({}),
  /** The owner's account has had the rule; deleted since, it stays so. */
  silence: z.boolean().optional(),
});
export type Remembered = z.infer<typeof Remembered>;

export interface Provision {
  readonly homeserver: string;
  readonly serverName: string;
  readonly roster: Roster;
  readonly lang: Lang;
  readonly passwords: { readonly master: string; readonly admin: string; readonly executor: string };
  readonly adminToken: string | undefined;
  readonly appserviceToken: string;
  readonly registrationSecret: string;
  readonly remembered: Remembered;
  readonly progress: (done: number, all: number) => void;
}

export interface Provisioned {
  readonly adminToken: string;
  readonly rooms: OpenRooms;
  /** What became of the rooms since the last start. */
  readonly fates: Furnished['fates'];
  /** Whom the homeserver lets in no more: closed, banned. */
  readonly outside: readonly UserId[];
  readonly remembered: Remembered;
  /** Names of agents whose accounts were closed in Synapse Admin: they stay out. */
  readonly dormant: readonly string[];
}

/**
 * Accounts, rooms and residents as DESIGN.md wants them. May be run at any time, and again after being cut off
 * anywhere: it adds what is missing, closes what stands open, and leaves the rest as the owner has made it.
 */
export async function provision(wanted: Provision): Promise<Provisioned> {
  const client = new HomeserverClient(wanted.homeserver);
  const who = people(wanted.serverName);
  const { master, admin, executor } = wanted.passwords;
  const text = furnishingText.house[wanted.lang];
  const adminAccount = { userId: who.admin, password: admin, admin: true, name: text.admin };
  const token = await adminToken(client, adminAccount, wanted.adminToken, wanted.registrationSecret);
  await Promise.all([
    liftLimits(client, token, who.admin),
    provisionAccount(
      client,
      token,
      { userId: who.master, password: master, admin: false, name: wanted.roster.ownerTitle },
      wanted.registrationSecret,
    ),
    provisionAccount(
      client,
      token,
      { userId: who.executor, password: executor, admin: false, name: wanted.roster.executor.name },
      wanted.registrationSecret,
    ),
  ]);
  await keepExecutor(client, token, { userId: who.executor, password: executor });
  const silence = wanted.remembered.silence === true || (await layDownSilence(client, token, who.master));

  const builder: Builder = { client, token, serverName: wanted.serverName, who };
  const { rooms: furnished, fates } = await furnishRooms(builder, wanted.lang, wanted.remembered.rooms);
  const { space, hq, ops, memory } = furnished;
  if (memory === undefined) throw new Error('no memory room was made');
  const rooms = { ...furnished, memory };

  const members = new Map(
    await Promise.all(
      [hq, ops, memory, space].map(async (room: RoomId) => [room, await joinedMembers(client, token, room)] as const),
    ),
  );
  const inHq = members.get(hq) ?? new Map<string, Member>();
  const { avatars, dormant } = await residents(client, wanted, token, inHq);
  avatars[who.executor] = await provisionFace(
    client,
    token,
    { userId: who.executor, emblem: 'executor', colour: '#4a4f57' },
    inHq.get(who.executor),
    wanted.remembered.avatars[who.executor],
  );
  const absent = new Set(dormant.map((ghost) => ghost.userId));

  const everyone = [
    who.coordinator,
    ...ghosts(wanted.roster, wanted.serverName).map((ghost) => ghost.userId),
    who.executor,
    who.master,
  ];
  const belong = (room: RoomId): readonly UserId[] => {
    if (room === space) return [who.master];
    return room === memory ? [who.coordinator, who.master] : [...new Set(everyone)];
  };
  const outside = new Set<UserId>();
  for (const [room, present] of members) {
    const missing = belong(room).filter((user) => !present.has(user) && !absent.has(user));
    // One after another: each join is a change of the room's state that the next one builds on.
    for (const user of missing) if (!(await bringIn(client, token, room, user))) outside.add(user);
  }
  const agents = everyone.filter((user) => user !== who.coordinator && user.startsWith('@agent_'));
  const news = await new AgentsStanding(agents, agents.length).look({ client, token, who, rooms });
  if (news !== null) await sayAsAdmin({ client, token }, hq, agentsText[wanted.lang](news.gone, news.back));
  await tellOfMemory({ client, token }, wanted, rooms, fates.memory);
  return {
    adminToken: token,
    rooms,
    fates,
    outside: [...outside],
    remembered: { rooms, silence, avatars: { ...wanted.remembered.avatars, ...avatars } },
    dormant: dormant.map(({ name }) => name),
  };
}

/** What the room is for, said in it; in HQ, that it is new in a house which stood already, or that the one before is gone. */
async function tellOfMemory(
  admin: Pick<Builder, 'client' | 'token'>,
  { lang, roster, remembered }: Provision,
  { hq, memory }: OpenRooms,
  fate: Furnished['fates']['memory'],
): Promise<void> {
  if (fate !== 'made' && fate !== 'lost') return;
  await sayAsAdmin(admin, memory, memoryRoomText.purpose[lang](roster.ownerTitle, roster.coordinator.name));
  if (fate === 'lost') await sayAsAdmin(admin, hq, memoryRoomText.lost[lang]());
  else if (remembered.rooms !== undefined) await sayAsAdmin(admin, hq, memoryRoomText.isNew[lang]());
}

/** A few at a time; Synapse does no more at once anyway. */
async function residents(
  client: HomeserverClient,
  wanted: Provision,
  admin: string,
  members: ReadonlyMap<string, Member>,
): Promise<{ avatars: Avatars; dormant: readonly Ghost[] }> {
  const avatars: Avatars = {};
  const dormant: Ghost[] = [];
  const all = ghosts(wanted.roster, wanted.serverName);
  const { coordinator } = people(wanted.serverName);
  const waiting = [...all];
  let done = 0;
  const work = async () => {
    for (let ghost = waiting.shift(); ghost !== undefined; ghost = waiting.shift()) {
      const enter = async (one: Ghost) =>
        (avatars[one.userId] = await provisionGhost(
          client,
          wanted.appserviceToken,
          one,
          members.get(one.userId),
          wanted.remembered.avatars[one.userId],
        ));
      try {
        await enter(ghost);
      } catch (error) {
        if (!isClosed(error)) throw error;
        // Without the coordinator there is no house; anybody else stays away as the owner wants it.
        if (ghost.userId !== coordinator) dormant.push(ghost);
        else {
          await openPerson(client, admin, coordinator);
          await enter(ghost);
        }
      }
      done += 1;
      wanted.progress(done, all.length);
    }
  };
  await Promise.all([work(), work(), work(), work()]);
  return { avatars, dormant };
}

const CLOSED = new Set(['M_USER_DEACTIVATED', 'M_USER_LOCKED', 'M_USER_SUSPENDED']);
const isClosed = (error: unknown): boolean => error instanceof HomeserverError && CLOSED.has(error.code);
