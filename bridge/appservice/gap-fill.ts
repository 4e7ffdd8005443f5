import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type Account, refused } from '../matrix/account.ts';
import { RoomId, type UserId } from '../protocol/ids.ts';

/** Where the last position in the stream is kept. */
export interface SyncPosition {
  load(): Promise<string | null>;
  save(token: string): Promise<void>;
}

export interface GapFill {
  readonly coordinator: Account;
  /** Agents may be where the coordinator is not: alone with a master. */
  readonly agents: () => readonly Account[];
  readonly position: SyncPosition;
  /** Of the last look into rooms without the coordinator. */
  readonly elsewhere: SyncPosition;
  readonly accept: (events: readonly unknown[], room: RoomId) => Promise<void>;
  /** The homeserver was away, or a room had more events than one answer holds. */
  readonly onGap: (room?: RoomId) => void;
  readonly onError: (error: unknown) => void;
  /** All that was missed up to now has been taken in. */
  readonly onCaughtUp?: () => void;
  /** What was said in a gap of that room cannot be read. */
  readonly onLost: (room: RoomId, error: unknown) => void;
  /** Not the house's own: a test's, which does not wait. */
  readonly clock?: GapClock;
}

interface GapClock {
  now(): number;
  pause(ms: number, signal: AbortSignal): Promise<void>;
}

const CLOCK: GapClock = {
  now: () => performance.now(),
  pause: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
};

const Timeline = z.object({
  events: z.array(z.unknown()).default([]),
  limited: z.boolean().default(false),
  prev_batch: z.string().optional(),
});
const Events = z.object({ events: z.array(z.unknown()).default([]) });
/** Of a room that cannot be read, nothing; the position has to come from somewhere. */
const SyncAnswer = z.object({
  next_batch: z.string(),
  rooms: z
    .object({
      join: z
        .record(
          z.string(),
          z
            .object({ timeline: Timeline.default({ events: [], limited: false }) })
            .catch({ timeline: { events: [], limited: false } }),
        )
        .default({}),
      invite: z
        .record(z.string(), z.object({ invite_state: Events }).catch({ invite_state: { events: [] } }))
        .default({}),
    })
    .catch({ join: {}, invite: {} }),
});
type SyncAnswer = z.infer<typeof SyncAnswer>;

const filter = (room: object = {}): string =>
  JSON.stringify({
    presence: { types: [] },
    account_data: { types: [] },
    room: {
      timeline: { limit: 100 },
      state: { lazy_load_members: true },
      ephemeral: { types: [] },
      account_data: { types: [] },
      ...room,
    },
  });
const EVERYWHERE = filter();

/** Pushes come at once; this only looks for what they missed, so it need not wake for every event. */
const PAUSE_MS = 2_000;
/** After trouble; twice as long each time, up to the longest. */
const TROUBLE_MS = 500;
const LONGEST_TROUBLE_MS = 4_000;
/** So often a gap in one room is read in vain while the homeserver answers all else; then it stays one. */
const GAP_TRIES = 3;
/** So often in a row the homeserver answers that it cannot read on from a position; then it never will. */
const POSITION_TRIES = 12;
/** Too much at a time, or a proxy speaking for a homeserver that is away: that says nothing of the position. */
const OF_THE_MOMENT: readonly number[] = [429, 502, 503, 504];
const LISTEN_MS = 25_000;
/** Until the first look elsewhere after a start or trouble; then four times as long each time. */
const FIRST_LOOK_MS = 3_000;
const LONGEST_LOOK_MS = 300_000;
/** Between two agents that look: a hundred of them are not to keep the homeserver from its work. */
const BREATH_MS = 25;
/** A filter goes in the address, which has an end. */
const MAX_LEFT_OUT = 100;

/** Where reading goes on. The very first time that is now: what was said before the house began is history, not news. */
export async function beginning({ coordinator, position }: GapFill): Promise<string> {
  const known = await position.load();
  if (known !== null) return known;
  const { next_batch } = await sync(coordinator, EVERYWHERE, undefined, 0);
  await position.save(next_batch);
  return next_batch;
}

/**
 * Reads the coordinator's /sync beside the pushes, and now and then what the agents hear without it. Synapse forgets
 * pushes it holds in memory when it crashes; and one that it stores in the moment in which it finds all others
 * delivered stays where it is until the swarm is away again. A position is saved only after everything before it has
 * been stored. Synapse fails for good to read on from before a room of the account was purged: then reading goes on
 * from now, and what was said in between is what the pushes brought.
 */
export async function fillGaps(fill: GapFill, from: string, signal: AbortSignal): Promise<void> {
  const { coordinator, position, elsewhere, clock = CLOCK } = fill;
  let since = from;
  let looked = (await elsewhere.load()) ?? since;
  let lookPause = FIRST_LOOK_MS;
  let nextLook = clock.now() + lookPause;
  let away = false;
  let first = true;
  let trouble = TROUBLE_MS;
  const gaps = new Map<string, number>();
  const gapsElsewhere = new Map<string, number>();
  const failures = new Map<UserId, number>();
  while (!signal.aborted) {
    try {
      const untilLook = Math.max(0, Math.ceil(nextLook - clock.now()));
      // Read before the last try: nothing is said between them that is in neither.
      const now = isGivenUp(coordinator, failures) ? await sync(coordinator, EVERYWHERE, undefined, 0) : undefined;
      const timeout = away || first ? 0 : Math.min(LISTEN_MS, untilLook);
      const answer = await sync(coordinator, EVERYWHERE, since, timeout).catch((error: unknown) => {
        countFailure(coordinator, error, failures);
        if (now === undefined || !isGivenUp(coordinator, failures)) throw error;
        fill.onError(positionLost(coordinator, error));
        return { next_batch: now.next_batch, rooms: { join: {}, invite: {} } };
      });
      failures.delete(coordinator.userId);
      if (away) {
        fill.onGap();
        lookPause = FIRST_LOOK_MS;
        nextLook = clock.now() + lookPause;
      }
      away = false;
      await takeIn(coordinator, answer, since, fill, gaps);
      if (first) fill.onCaughtUp?.();
      first = false;
      if (clock.now() >= nextLook) {
        await lookElsewhere(fill, looked, signal, gapsElsewhere, failures);
        gapsElsewhere.clear();
        await elsewhere.save(answer.next_batch);
        looked = answer.next_batch;
        lookPause = Math.min(4 * lookPause, LONGEST_LOOK_MS);
        nextLook = clock.now() + lookPause;
      }
      if (answer.next_batch !== since) await position.save(answer.next_batch);
      since = answer.next_batch;
      gaps.clear();
      trouble = TROUBLE_MS;
      await clock.pause(PAUSE_MS, signal);
    } catch (error) {
      if (signal.aborted) return;
      away = true;
      fill.onError(error);
      await clock.pause(trouble, signal);
      trouble = Math.min(2 * trouble, LONGEST_TROUBLE_MS);
    }
  }
}

const Answered = z.object({ statusCode: z.number() });

/** Only what the homeserver itself answered, one time after the other, tells of the position. */
function countFailure({ userId }: Account, error: unknown, failures: Map<UserId, number>): void {
  const status = Answered.safeParse(error).data?.statusCode;
  if (status === undefined || OF_THE_MOMENT.includes(status)) failures.delete(userId);
  else failures.set(userId, (failures.get(userId) ?? 0) + 1);
}

const isGivenUp = ({ userId }: Account, failures: ReadonlyMap<UserId, number>): boolean =>
  (failures.get(userId) ?? 0) >= POSITION_TRIES;

const positionLost = ({ userId }: Account, cause: unknown): Error =>
  new Error(`the homeserver cannot read on from the position of ${userId}; reading goes on from now`, { cause });

const sync = async (account: Account, what: string, since: string | undefined, timeout: number): Promise<SyncAnswer> =>
  SyncAnswer.parse(
    await account.call('GET', '/_matrix/client/v3/sync', {
      query: { filter: what, since, timeout, set_presence: 'offline' },
      tries: 1,
      timeoutMs: 60_000,
    }),
  );

async function takeIn(
  account: Account,
  answer: SyncAnswer,
  since: string,
  fill: GapFill,
  gaps: Map<string, number>,
): Promise<void> {
  for (const [id, joined] of Object.entries(answer.rooms.join)) {
    const room = RoomId.safeParse(id);
    if (!room.success) continue;
    if (joined.timeline.limited && joined.timeline.prev_batch !== undefined) {
      fill.onGap(room.data);
      await fill.accept(await missed(account, room.data, joined.timeline.prev_batch, since, fill, gaps), room.data);
    }
    await fill.accept(joined.timeline.events, room.data);
  }
}

/** What one room keeps from being read must not keep the others from being heard. */
async function missed(
  account: Account,
  room: RoomId,
  until: string,
  since: string,
  fill: GapFill,
  gaps: Map<string, number>,
): Promise<readonly unknown[]> {
  try {
    return await between(account, room, until, since);
  } catch (error) {
    const tries = (gaps.get(room) ?? 0) + 1;
    gaps.set(room, tries);
    if (!refused(error) && tries < GAP_TRIES) throw error;
    fill.onLost(room, error);
    return [];
  }
}

/**
 * The same for rooms without the coordinator, one agent after the other: a poll for each of them all the time would
 * wake with every message. Synapse's positions are those of its streams, so the coordinator's serves.
 */
async function lookElsewhere(
  fill: GapFill,
  since: string,
  signal: AbortSignal,
  gaps: Map<string, number>,
  failures: Map<UserId, number>,
): Promise<void> {
  const { clock = CLOCK } = fill;
  const seen = new Set(await fill.coordinator.joinedRooms());
  for (const agent of fill.agents()) {
    try {
      const left = filter({ not_rooms: [...seen].slice(0, MAX_LEFT_OUT) });
      const { next_batch, rooms } = await sync(agent, left, since, 0).catch((error: unknown) => {
        countFailure(agent, error, failures);
        throw error;
      });
      failures.delete(agent.userId);
      const join = Object.fromEntries(Object.entries(rooms.join).filter(([room]) => !seen.has(room)));
      await takeIn(agent, { next_batch, rooms: { ...rooms, join } }, since, fill, gaps);
      for (const room of Object.keys(join)) seen.add(room);
      for (const [id, { invite_state }] of Object.entries(rooms.invite))
        await takeInvitation(id, invite_state.events, agent, since, fill);
    } catch (error) {
      // Deactivated, say: no reason to leave out the others.
      if (!refused(error)) {
        if (!isGivenUp(agent, failures)) throw error;
        fill.onError(positionLost(agent, error));
        fill.onGap();
      }
      failures.delete(agent.userId);
    }
    await clock.pause(BREATH_MS, signal);
  }
}

const Invitation = z.looseObject({
  type: z.literal('m.room.member'),
  state_key: z.string(),
  content: z.looseObject({ membership: z.literal('invite') }),
});

/** What an invited account is shown of a room has no ids: this one is the same whenever the same look is repeated. */
async function takeInvitation(
  id: string,
  shown: readonly unknown[],
  agent: Account,
  since: string,
  fill: GapFill,
): Promise<void> {
  const room = RoomId.safeParse(id);
  const invitation = shown.map((one) => Invitation.safeParse(one).data).find((one) => one?.state_key === agent.userId);
  if (!room.success || invitation === undefined) return;
  const eventId = `$${createHash('sha256').update([id, agent.userId, since].join(' ')).digest('base64url')}`;
  await fill.accept([{ origin_server_ts: Date.now(), ...invitation, event_id: eventId, room_id: id }], room.data);
}

/** Everything from `since` to `until`, oldest first. */
async function between(account: Account, room: RoomId, until: string, since: string): Promise<readonly unknown[]> {
  const pages: (readonly unknown[])[] = [];
  let from: string | undefined = until;
  while (from !== undefined) {
    const page = await account.messages(room, { from, to: since, limit: 500, tries: 3 });
    pages.push(page.chunk);
    from = page.chunk.length === 0 || page.end === from ? undefined : page.end;
  }
  return pages.flat().reverse();
}
