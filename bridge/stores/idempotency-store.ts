import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { canonicalHash } from '../digest/canonical.ts';
import { release } from '../queue/lease.ts';
import { luaCommand, YesNo } from '../queue/lua-command.ts';
import { swarmKey } from '../queue/redis.ts';
import type { AgentId } from '../protocol/ids.ts';

/** https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/ */

const KEEP_S = 24 * 3600;
/** A call that a crash has cut off may be made again after so long; what it has done is not done twice. */
const RUNNING_S = 60;

const Kept = z.object({
  print: z.string(),
  done: z.object({ status: z.int(), type: z.string(), body: z.string() }).optional(),
});
const endCall = luaCommand(import.meta.url, 'lua/end-call-1.lua', YesNo);
type Done = NonNullable<z.infer<typeof Kept>['done']>;

export type Begun =
  /** `mark` is this call's own: only with it what stands there is ended or forgotten. */
  | { readonly kind: 'first'; readonly mark: string }
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
    const mark = JSON.stringify({ print, by: randomUUID() });
    const before = await this.#redis.set(keyOf(agent, key), mark, 'EX', RUNNING_S, 'NX', 'GET');
    if (before === null) return { kind: 'first', mark };
    const kept = Kept.parse(JSON.parse(before));
    if (kept.print !== print) return { kind: 'different' };
    return kept.done === undefined ? { kind: 'running' } : { kind: 'again', done: kept.done };
  }

  /** Of a call that took longer than its mark lasts, while another stands there, nothing is kept. */
  async end(agent: AgentId, key: string, print: string, mark: string, done: Done): Promise<void> {
    await endCall(this.#redis, [keyOf(agent, key)], [mark, JSON.stringify({ print, done }), KEEP_S]);
  }

  /** Nothing came of it: the next call is a first one. */
  async forget(agent: AgentId, key: string, mark: string): Promise<void> {
    await release(this.#redis, keyOf(agent, key), mark);
  }
}

const keyOf = (agent: AgentId, key: string): string => swarmKey('door', 'idempotency', agent, canonicalHash(key));
