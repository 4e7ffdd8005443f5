import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { AgentId } from '../protocol/ids.ts';
import { ApiScope } from '../protocol/agent-api.ts';
import { luaCommand } from '../queue/lua-command.ts';
import { swarmKey } from '../queue/redis.ts';

/** Whose key a call carries, and what it may. */
export interface Caller {
  readonly agent: AgentId;
  /** Public half of the key: names it in records. */
  readonly keyId: string;
  readonly scopes: ReadonlySet<ApiScope>;
}

const Kept = z.object({
  agent: AgentId,
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  scopes: z.array(ApiScope),
  at: z.int(),
});

const KEYS = swarmKey('door', 'keys');
/** `chv_`, 12 letters that name the key, 43 that are 256 random bits. */
const FORM = /^chv_([A-Za-z0-9_-]{12})[A-Za-z0-9_-]{43}$/;
/**
 * One round of SHA-256: the keys are 256 random bits, so nobody finds one by trying, however fast; a slow hash is
 * for what people think up, and would let strangers burn our processor.
 */
const digest = (key: string): Buffer => createHash('sha256').update(key).digest();
const NOBODY = Buffer.alloc(32);

const issueKey = luaCommand(import.meta.url, 'lua/issue-key-1.lua', z.int());
const rescopeKey = luaCommand(import.meta.url, 'lua/rescope-key-1.lua', z.int());

/** The keys of outside agents. What is kept opens nothing. */
export class AgentKeys {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** A new key in place of every earlier one of this agent. It cannot be had a second time. */
  async issue(
    agent: AgentId,
    scopes: readonly ApiScope[],
    now: number,
  ): Promise<{ readonly key: string; readonly keyId: string }> {
    const keyId = randomBytes(9).toString('base64url');
    const key = `chv_${keyId}${randomBytes(32).toString('base64url')}`;
    const kept = { agent, hash: digest(key).toString('hex'), scopes: [...scopes], at: now } satisfies z.infer<
      typeof Kept
    >;
    await issueKey(this.#redis, [KEYS], [agent, keyId, JSON.stringify(kept)]);
    return { key, keyId };
  }

  /** What the agent's key allows from now on. */
  async rescope(agent: AgentId, scopes: readonly ApiScope[]): Promise<void> {
    await rescopeKey(this.#redis, [KEYS], [agent, JSON.stringify(scopes)]);
  }

  /** None of the agent's keys opens anything any more. */
  async revoke(agent: AgentId): Promise<void> {
    await issueKey(this.#redis, [KEYS], [agent, '', '']);
  }

  /** Whether the key that let this caller in is still in force: who waits may wait longer than it is. */
  async holds({ agent, keyId }: Caller): Promise<boolean> {
    const raw = await this.#redis.hget(KEYS, keyId);
    return raw !== null && Kept.parse(JSON.parse(raw)).agent === agent;
  }

  /** Null for everything that is no key in force. Takes equally long whether the name or the secret half is wrong. */
  async caller(key: string): Promise<Caller | null> {
    const keyId = FORM.exec(key)?.[1];
    if (keyId === undefined) return null;
    const raw = await this.#redis.hget(KEYS, keyId);
    const kept = raw === null ? null : Kept.parse(JSON.parse(raw));
    const same = timingSafeEqual(digest(key), kept === null ? NOBODY : Buffer.from(kept.hash, 'hex'));
    return kept !== null && same ? { agent: kept.agent, keyId, scopes: new Set(kept.scopes) } : null;
  }
}
