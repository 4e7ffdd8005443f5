import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { AgentId } from '../protocol/ids.ts';
import { InboxMessage } from '../protocol/agent-api.ts';
import { luaCommand, YesNo } from '../queue/lua-command.ts';
import { swarmKey } from '../queue/redis.ts';

/** A letter as it lies in the inbox; `id` grows and is where to read on. */
export type Delivered = InboxMessage & { readonly id: string };

/** Letters that nobody fetches are given up in the end, oldest first. */
const KEEP = 2_000;
const REMEMBER_S = 3 * 24 * 3600;
/** A letter may be put in by another swarm process, which cannot wake this one. */
const LOOK_MS = 1_000;
const BEGINNING = '0-0';

const putMessage = luaCommand(import.meta.url, 'lua/put-message-2.lua', z.string());
const advancePlace = luaCommand(import.meta.url, 'lua/advance-place-1.lua', YesNo);

const ID = /^\d{1,15}-\d{1,15}$/;
export const isInboxMessageId = (text: string): boolean => ID.test(text);

/** Later of two ids. */
function later(a: string, b: string): string {
  const [ams = 0, an = 0] = a.split('-').map(Number);
  const [bms = 0, bn = 0] = b.split('-').map(Number);
  return ams > bms || (ams === bms && an >= bn) ? a : b;
}

/** What is addressed to agents that fetch it. Lies in Redis until it was fetched and the next fetch has said so. */
export class AgentInbox {
  readonly #redis: Redis;
  readonly #news = new EventEmitter().setMaxListeners(0);

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** Once for each `what`, however often it is put. */
  async put(agent: AgentId, what: string, letter: InboxMessage): Promise<void> {
    await putMessage(this.#redis, [boxKey(agent), putKey(agent, what)], [JSON.stringify(letter), KEEP, REMEMBER_S]);
    this.#news.emit(agent);
  }

  /** What came after `since`, oldest first; without it, what was not yet named in an earlier `since`. */
  async read(agent: AgentId, since: string | undefined, limit = 100): Promise<readonly Delivered[]> {
    const from = since ?? (await this.#redis.get(seenKey(agent))) ?? BEGINNING;
    const found = await this.#redis.xrange(boxKey(agent), `(${from}`, '+', 'COUNT', limit);
    return found.flatMap(([id, fields]) => {
      const letter = InboxMessage.safeParse(parsed(fields[1] ?? ''));
      return letter.success ? [{ ...letter.data, id }] : [];
    });
  }

  /** Like `read`, but waits up to `waitMs` for the first one. Empty when nothing came, or the signal ended it. */
  async next(
    agent: AgentId,
    since: string | undefined,
    waitMs: number,
    signal: AbortSignal,
    limit?: number,
  ): Promise<readonly Delivered[]> {
    const until = Date.now() + waitMs;
    for (;;) {
      const ended = new AbortController();
      const news = once(this.#news, agent, { signal: ended.signal }).catch(() => undefined);
      try {
        const found = await this.read(agent, since, limit);
        const left = until - Date.now();
        if (found.length > 0 || left <= 0 || signal.aborted) return found;
        await Promise.race([
          news,
          sleep(Math.min(left, LOOK_MS), undefined, { signal: AbortSignal.any([signal, ended.signal]) }).catch(
            () => undefined,
          ),
        ]);
      } finally {
        ended.abort();
      }
    }
  }

  /**
   * Everything up to `since` has arrived: who asks without one gets what comes after it. False, and nothing is changed,
   * where it is the id of no letter so far: with it everything would count as read that nobody has seen.
   */
  async seen(agent: AgentId, since: string, now = Date.now()): Promise<boolean> {
    const [newest] = await this.#redis.xrevrange(boxKey(agent), '+', '-', 'COUNT', 1);
    // A box that was emptied knows its old ids no more; those of a time to come were never its own.
    const last = newest?.[0] ?? `${now}-0`;
    if (later(since, last) !== last) return false;
    await advancePlace(this.#redis, [seenKey(agent)], [since]);
    return true;
  }

  /** Up to this letter all were given out. */
  async handed(agent: AgentId, id: string): Promise<void> {
    await advancePlace(this.#redis, [handedKey(agent)], [id]);
  }

  /** Whether that letter, by the name under which it was put, has been given out. */
  async wasHanded(agent: AgentId, what: string): Promise<boolean> {
    const [id, last] = await this.#redis.mget(putKey(agent, what), handedKey(agent));
    return id != null && last != null && later(last, id) === last;
  }

  async one(agent: AgentId, id: string): Promise<Delivered | undefined> {
    const [found] = await this.#redis.xrange(boxKey(agent), id, id);
    const letter = InboxMessage.safeParse(parsed(found?.[1][1] ?? ''));
    return letter.success ? { ...letter.data, id } : undefined;
  }

  /** The newest letter, whoever has read it. */
  async latest(agent: AgentId): Promise<Delivered | undefined> {
    const [found] = await this.#redis.xrevrange(boxKey(agent), '+', '-', 'COUNT', 1);
    const letter = InboxMessage.safeParse(parsed(found?.[1][1] ?? ''));
    return found !== undefined && letter.success ? { ...letter.data, id: found[0] } : undefined;
  }

  async empty(agent: AgentId): Promise<void> {
    await this.#redis.del(boxKey(agent), seenKey(agent), handedKey(agent));
  }
}

const boxKey = (agent: AgentId): string => swarmKey('door', 'box', agent);
const putKey = (agent: AgentId, what: string): string => swarmKey('door', 'put', agent, what);
const handedKey = (agent: AgentId): string => swarmKey('door', 'handed', agent);
const seenKey = (agent: AgentId): string => swarmKey('door', 'seen', agent);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
