import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { homeserverHistory } from '../bridge/appservice/history.ts';
import { Rooms } from '../bridge/appservice/rooms.ts';
import { Timeline } from '../bridge/appservice/timeline.ts';
import type { SwarmEnvironment } from '../bridge/config/swarm.ts';
import { Account } from '../bridge/matrix/account.ts';
import { RoomLimiter } from '../bridge/matrix/room-limiter.ts';
import type { Lang, RoomId, UserId } from '../bridge/protocol/ids.ts';
import { Roster } from '../bridge/protocol/roster.ts';
import type { PutAside } from '../bridge/queue/jobs.ts';
import { roomNames } from '../bridge/text/room-names.ts';
import { MemoryRoom } from './memory/memory-room.ts';
import { lineReader } from './memory/line-reading.ts';
import { deadLettersOf } from './intake/dead-letters.ts';
import type { Former } from './intake/upgraded-rooms.ts';
import { createResidents, type Residents } from './residents/residents.ts';
import { roomLanguage } from './residents/room-language.ts';

/** What every capability of the swarm stands on: who lives here, their accounts, the rooms, and what was said in them. */
export interface SwarmBase {
  readonly redis: Redis;
  readonly log: Logger;
  readonly roster: Roster;
  readonly ownerTitle: string;
  readonly residents: Residents;
  readonly ghost: (user: UserId) => Account;
  readonly coordinator: Account;
  readonly rooms: Rooms;
  readonly timeline: Timeline;
  readonly hq: RoomId;
  readonly ops: RoomId;
  /** In which masters write what the house is to remember; masters and the coordinator are in it. */
  readonly memoryRoom: RoomId;
  /** What stands in it. */
  readonly houseMemory: MemoryRoom;
  /** What HQ, ops and the memory room were before they were upgraded. */
  readonly former: Former;
  readonly hqName: string;
  readonly admin: UserId;
  readonly serverName: string;
  readonly timeZone: string;
  /** Of the house; a room may speak another. */
  readonly lang: Lang;
  readonly roomLang: (room: RoomId) => Promise<Lang>;
  /** The owner's title for people, an agent's name; null for what is neither. */
  readonly nameOf: (user: UserId) => string | null;
  readonly masters: () => Promise<ReadonlySet<UserId>>;
  /** Keeps what was stored and cannot be read. */
  readonly putAside: PutAside;
}

export function openBase({ settings }: SwarmEnvironment, redis: Redis, log: Logger, former: Former): SwarmBase {
  const roster = Roster.parse(JSON.parse(settings.CHAVION_ROSTER_JSON));
  const residents = createResidents(roster, settings.CHAVION_SERVER_NAME);
  const { CHAVION_HQ_ROOM: hq, CHAVION_OPS_ROOM: ops, CHAVION_ADMIN_USER: admin, CHAVION_LANG: lang } = settings;
  const memoryRoom = settings.CHAVION_MEMORY_ROOM;
  const ghost = ghosts(settings, log);
  const coordinator = ghost(residents.coordinator);
  const rooms = new Rooms({
    coordinator,
    ghost,
    hq,
    admin,
    isMasterLike: (user) => !residents.isOwn(user) && user !== admin,
    residents: [residents.coordinator, ...residents.agents.map((agent) => agent.userId)],
  });
  const houseMemory = new MemoryRoom({
    redis,
    room: memoryRoom,
    coordinator,
    rooms,
    isOwn: residents.isOwn,
    reader: lineReader(() => residents.agents),
    log,
  });
  const timeline = new Timeline(
    homeserverHistory((room) => rooms.reader(room), { isOwn: residents.isOwn }),
    (event) => houseMemory.isLeftOut(event),
  );
  return {
    redis,
    log,
    roster,
    ownerTitle: roster.ownerTitle,
    residents,
    ghost,
    coordinator,
    rooms,
    timeline,
    hq,
    ops,
    memoryRoom,
    houseMemory,
    former,
    hqName: roomNames.hq.ko,
    admin,
    serverName: settings.CHAVION_SERVER_NAME,
    timeZone: settings.CHAVION_TZ,
    lang,
    roomLang: roomLanguage({ timeline, rooms, residents, lang }),
    nameOf: (user) => residents.byUser.get(user)?.config.name ?? (residents.isOwn(user) ? null : roster.ownerTitle),
    masters: () => rooms.masters(),
    putAside: deadLettersOf({ redis, coordinator, ops, lang, log }),
  };
}

/** One account for each user of the appservice; what they send shares one limit for each room. */
function ghosts(settings: SwarmEnvironment['settings'], log: Logger): (user: UserId) => Account {
  const limiter = new RoomLimiter();
  const known = new Map<UserId, Account>();
  return (userId) => {
    const account =
      known.get(userId) ??
      new Account({
        homeserverUrl: settings.CHAVION_HOMESERVER_URL,
        accessToken: settings.CHAVION_APPSERVICE_TOKEN,
        userId,
        ghost: true,
        limiter,
        onTrouble: (trouble) => log.warn(trouble, 'the homeserver does not answer'),
      });
    known.set(userId, account);
    return account;
  };
}
