import type { Redis } from 'ioredis';
import { z } from 'zod';
import { canonicalHash } from '../digest/canonical.ts';
import { swarmKey } from '../queue/redis.ts';
import type { AgentId } from '../protocol/ids.ts';

/** https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/ */

const KEEP_S = 24 * 3600;
/** A call that a crash has cut off may be made again after so long; what it has done is not done twice. */
const RUNNING_S = 60;

const Kept = z.object({ print: z.string(), done: z.object({ status: z.int(), type: z.string(), body: z.string() }).optional() });
type Done = NonNullable<z.infer<typeof Kept>['done']>;

export type Begun =
  | { readonly kind: 'first' }
  /** It was answered before: so. */
  | { readonly kind: 'again'; readonly done: Done }
  | { readonly kind: 'running' }
  | { readonly kind: 'different' };

/** What was answered to a call is answered to its repetition. */
export class Idempotency {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  static print(method: string, url: string, body: unknown): string {
    return canonicalHash({ method, url, body: body ?? null });
  }

  async begin(agent: AgentId, key: string, print: string): Promise<Begun> {
    const before = await this.#redis.set(keyOf(agent, key), JSON.stringify({ print }), 'EX', RUNNING_S, 'NX', 'GET');
    if (before === null) return { kind: 'first' };
    const kept = Kept.parse(JSON.parse(before));
    if (kept.print !== print) return { kind: 'different' };
    return kept.done === undefined ? { kind: 'running' } : { kind: 'again', done: kept.done };
  }

  async end(agent: AgentId, key: string, print: string, done: Done): Promise<void> {
    await this.#redis.set(keyOf(agent, key), JSON.stringify({ print, done }), 'EX', KEEP_S);
  }

  /** Nothing came of it: the next call is a first one. */
  async forget(agent: AgentId, key: string): Promise<void> {
    await this.#redis.del(keyOf(agent, key));
  }
}

const keyOf = (agent: AgentId, key: string): string => swarmKey('door', 'idempotency', agent, canonicalHash(key));
