import type { Redis } from 'ioredis';
import { z } from 'zod';
import { type AgentId, EventId, type RoomId, UserId } from '../../bridge/protocol/ids.ts';
import { BallotJob } from '../../bridge/protocol/turn.ts';
import { swarmKey } from '../../bridge/queue/redis.ts';

/** Why one who was asked has no vote. */
export const NoVote = z.enum(['resting', 'late', 'fault', 'spoilt', 'by-hand', 'gone']);
export type NoVote = z.infer<typeof NoVote>;

const CastVote = z.union([
  z.object({ choice: z.string().nullable(), reason: z.string(), rehearsal: z.boolean().optional() }),
  z.object({ missing: NoVote }),
]);
export type CastVote = z.infer<typeof CastVote>;

const Sign = z.object({ by: UserId, choice: z.string(), at: z.int() });
/** A master's vote; the last of each counts. */
export type Sign = z.infer<typeof Sign>;

export interface StoredBallot {
  readonly paper: BallotJob | null;
  readonly casts: ReadonlyMap<string, CastVote>;
  readonly signs: readonly Sign[];
  /** Where the result stands. */
  readonly shown: EventId | null;
}

/** As long as anybody would look for it. */
const KEEP_S = 30 * 24 * 3600;
/** A vote said in plain words, without a reply, is of the ballot that has just been counted. */
const LATEST_S = 600;

const ballotKey = (source: EventId): string => swarmKey('ballot', source);
const ofKey = (event: EventId): string => swarmKey('ballot-of', event);
const latestKey = (room: RoomId): string => swarmKey('ballot-in', room);

/** Ballots as they stand: each vote in a field of its own, so that two at once undo nothing. */
export class BallotStore {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  async begin(job: BallotJob): Promise<void> {
    await this.#put(job.source, 'paper', JSON.stringify(job));
  }

  async read(source: EventId): Promise<StoredBallot> {
    const fields = Object.entries(await this.#redis.hgetall(ballotKey(source)));
    const under = (head: string) =>
      fields.flatMap(([field, value]) => (field.startsWith(head) ? [[field.slice(head.length), value] as const] : []));
    const paper = fields.find(([field]) => field === 'paper')?.[1];
    return {
      paper: paper === undefined ? null : BallotJob.parse(JSON.parse(paper)),
      casts: new Map(under('cast.').map(([agent, value]) => [agent, CastVote.parse(JSON.parse(value))])),
      signs: under('sign.').map(([, value]) => Sign.parse(JSON.parse(value))),
      shown: EventId.nullable()
        .catch(null)
        .parse(fields.find(([field]) => field === 'shown')?.[1] ?? null),
    };
  }

  /** The first that is stored stands: who was asked twice votes once. */
  async cast(source: EventId, agent: AgentId, vote: CastVote): Promise<void> {
    await this.#redis
      .multi()
      .hsetnx(ballotKey(source), `cast.${agent}`, JSON.stringify(vote))
      .expire(ballotKey(source), KEEP_S)
      .exec();
  }

  async sign(source: EventId, event: EventId, sign: Sign): Promise<void> {
    await this.#put(source, `sign.${event}`, JSON.stringify(sign));
    await this.#redis.set(ofKey(event), source, 'EX', KEEP_S);
  }

  async takeBack(source: EventId, event: EventId): Promise<void> {
    await this.#redis.hdel(ballotKey(source), `sign.${event}`);
  }

  async shownAt({ source, room }: Pick<BallotJob, 'source' | 'room'>, event: EventId): Promise<void> {
    await this.#put(source, 'shown', event);
    await this.#redis.set(ofKey(event), source, 'EX', KEEP_S);
    await this.#redis.set(latestKey(room), source, 'EX', LATEST_S);
  }

  /** The ballot whose result, or of which a master's vote, this event is. */
  async of(event: EventId): Promise<EventId | null> {
    return EventId.nullable()
      .catch(null)
      .parse(await this.#redis.get(ofKey(event)));
  }

  /** The one that was counted last in the room, a few minutes ago at most. */
  async latest(room: RoomId): Promise<EventId | null> {
    return EventId.nullable()
      .catch(null)
      .parse(await this.#redis.get(latestKey(room)));
  }

  async #put(source: EventId, field: string, value: string): Promise<void> {
    await this.#redis.multi().hset(ballotKey(source), field, value).expire(ballotKey(source), KEEP_S).exec();
  }
}
