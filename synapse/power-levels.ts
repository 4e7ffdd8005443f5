import { z } from 'zod';
import { MASTER_LEVEL } from '../bridge/protocol/masters.ts';
import type { UserId } from '../bridge/protocol/ids.ts';
import type { OwnAccounts } from './residents.ts';

const Levels = z.record(z.string(), z.int()).default({});

/** `m.room.power_levels`; what is absent has the default of the specification. */
export const PowerLevels = z.looseObject({
  users: Levels,
  events: Levels,
  users_default: z.int().default(0),
  events_default: z.int().default(0),
  state_default: z.int().default(50),
  ban: z.int().default(50),
  kick: z.int().default(50),
  redact: z.int().default(50),
  invite: z.int().default(0),
  notifications: Levels,
});
export type PowerLevels = z.infer<typeof PowerLevels>;

/** Masters, and the admin who builds the rooms. */
export const OWNER = MASTER_LEVEL;
const COORDINATOR = 50;
/** Above everyone: no slip of a finger makes a room of agents unreadable to them, for good. */
const NOBODY = 101;

const STATE = [
  'm.room.name',
  'm.room.topic',
  'm.room.avatar',
  'm.room.power_levels',
  'm.room.history_visibility',
  'm.room.canonical_alias',
  'm.room.tombstone',
  'm.room.server_acl',
  'm.space.child',
  'm.space.parent',
];

/** What agents and guests may send without a level; every other event that is listed takes the owner's. */
const SPEECH =
  /^(?:m\.room\.(?:message|redaction|encrypted)|m\.reaction|m\.sticker|m\.poll\.|m\.beacon|m\.call\.|org\.matrix\.msc\d+\.(?:poll|beacon|call)|com\.chavion\.)/;

/** Whoever rules a room without an entry must have none: the homeserver refuses it (room version 12, MSC4289). */
const withoutRulers = (users: Readonly<Record<string, number>>, rulers: readonly string[]): Record<string, number> =>
  Object.fromEntries(Object.entries(users).filter(([user]) => !rulers.includes(user)));

const owners = (users: Iterable<UserId>): Readonly<Record<string, number>> =>
  Object.fromEntries([...users].map((user) => [user, OWNER]));

/** For a room or space that is about to be made. `speakers`: masters who, with the coordinator, alone may speak there. */
export function freshPowerLevels(
  who: OwnAccounts,
  rulers: readonly string[] = [],
  speakers?: ReadonlySet<UserId>,
): PowerLevels {
  return {
    users: withoutRulers(
      { ...owners([who.admin, who.master, ...(speakers ?? [])]), [who.coordinator]: COORDINATOR },
      rulers,
    ),
    events: { ...Object.fromEntries(STATE.map((type) => [type, OWNER])), 'm.room.encryption': NOBODY },
    users_default: 0,
    events_default: speakers === undefined ? 0 : COORDINATOR,
    state_default: OWNER,
    ban: OWNER,
    kick: OWNER,
    redact: COORDINATOR,
    invite: OWNER,
    notifications: { room: COORDINATOR },
  };
}

/**
 * The levels with what is missing or would let an agent change the room put right, or null when nothing is.
 * Further masters and stricter rules that the owner has set stay; where only `speakers` may speak, nobody else has a
 * level, and what it takes to speak is what the coordinator has.
 */
export function repairedPowerLevels(
  now: PowerLevels,
  who: OwnAccounts,
  rulers: readonly string[] = [],
  speakers?: ReadonlySet<UserId>,
): PowerLevels | null {
  const users =
    speakers === undefined
      ? Object.fromEntries(
          Object.entries(now.users).filter(([user]) => !user.startsWith('@agent_') && user !== who.executor),
        )
      : owners(speakers);
  const events = Object.fromEntries(
    Object.entries(now.events).map(([type, level]) => {
      if (!SPEECH.test(type)) return [type, Math.max(level, OWNER)];
      return [type, speakers === undefined ? level : COORDINATOR];
    }),
  );
  const repaired: PowerLevels = {
    ...now,
    users: withoutRulers({ ...users, ...owners([who.admin, who.master]), [who.coordinator]: COORDINATOR }, rulers),
    events,
    ...(speakers !== undefined && { events_default: COORDINATOR }),
    users_default: Math.min(now.users_default, 0),
    state_default: Math.max(now.state_default, OWNER),
    ban: Math.max(now.ban, OWNER),
    kick: Math.max(now.kick, OWNER),
    invite: Math.max(now.invite, OWNER),
    redact: Math.max(now.redact, COORDINATOR),
  };
  return same(now, repaired) ? null : repaired;
}

function same(a: PowerLevels, b: PowerLevels): boolean {
  const plain = ({ users, events, ...rest }: PowerLevels) => [inOrder(users), inOrder(events), inOrder(rest)];
  return JSON.stringify(plain(a)) === JSON.stringify(plain(b));
}

const inOrder = (values: Readonly<Record<string, unknown>>) =>
  Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1));
