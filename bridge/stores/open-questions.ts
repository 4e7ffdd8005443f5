import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { type AgentId, EventId } from '../protocol/ids.ts';
import { luaCommand } from '../queue/lua-command.ts';
import { swarmKey } from '../queue/redis.ts';
import type { AgentInbox } from './agent-inbox.ts';

/** A question to an outside agent. `id` is the same after a restart: it finds the answer that came meanwhile. */
export interface OpenQuestion {
  readonly id: string;
  readonly agent: AgentId;
  readonly from: string;
  readonly content: string;
  readonly prompt: string;
  readonly until: number;
  /** The task that asks, and what it wants. */
  readonly task?: { readonly id: string; readonly phase: string };
  /** The chain of calls that it belongs to. */
  readonly chain?: { readonly root: EventId; readonly depth: number; readonly event: EventId };
}

/**
 * `again`: the very answer that it has. `better`: the agent's own words were guessed to be its answer, and this is what
 * it means; the turn is over, so whoever asked has to be told otherwise.
 */
const Answered = z.enum(['taken', 'late', 'unknown', 'again', 'better']);
export type Answered = z.infer<typeof Answered>;

const answerQuestion = luaCommand(import.meta.url, 'lua/answer-question-2.lua', Answered);
/** An answer may come by way of another swarm process. */
const LOOK_MS = 200;
const KEEP_S = 4 * 24 * 3600;

/** Questions that wait for an outside agent's answer. */
export class Questions {
  readonly #redis: Redis;
  readonly #inbox: AgentInbox;

  constructor(redis: Redis, inbox: AgentInbox) {
    this.#redis = redis;
    this.#inbox = inbox;
  }

  /** The agent's words; null when its time was up, or it has gone. Rejects with the signal's reason when aborted. */
  async ask(question: OpenQuestion, isThere: () => boolean, signal: AbortSignal): Promise<string | null> {
    const { id, agent, until } = question;
    const key = questionKey(id);
    // Asked again after a restart, it has the time that it had.
    await this.#redis
      .multi()
      .hsetnx(key, 'agent', agent)
      .hsetnx(key, 'until', until)
      .hsetnx(key, 'event', question.chain?.event ?? '')
      .expire(key, KEEP_S)
      .zadd(openKey(agent), until, id)
      .expire(openKey(agent), KEEP_S)
      .exec();
    const letter = {
      type: 'ask',
      from: question.from,
      content: question.content,
      prompt: question.prompt,
      ask: id,
      replyBy: until,
      at: Date.now(),
      ...(question.task === undefined ? {} : { task: question.task }),
      ...question.chain,
    } as const;
    await this.#inbox.put(agent, `ask.${id}`, letter);
    try {
      for (;;) {
        const [answer, deadline, over] = await this.#redis.hmget(key, 'answer', 'until', 'over');
        if (answer != null) return answer;
        if (over != null || !isThere() || Date.now() > Number(deadline)) return null;
        await sleep(LOOK_MS, undefined, { signal });
      }
    } catch (error) {
      if (signal.aborted) signal.throwIfAborted();
      throw error;
    } finally {
      // Answered, too late, or nobody waits any more: what comes now counts for nothing.
      await this.#redis.multi().hset(key, 'over', '1').zrem(openKey(agent), id).exec();
    }
  }

  /** @param guessed the agent has not said that this is its answer. */
  async answer(agent: AgentId, id: string, text: string, now: number, guessed = false): Promise<Answered> {
    return answerQuestion(this.#redis, [questionKey(id), openKey(agent)], [agent, now, text, id, guessed ? '1' : '0']);
  }

  /** The message in the room that the question is about; undefined for a task's. */
  async eventOf(id: string): Promise<EventId | undefined> {
    return EventId.safeParse(await this.#redis.hget(questionKey(id), 'event')).data;
  }

  /** Whether it lies there unread: what the agent says then is about something else. */
  async isUnread(agent: AgentId, id: string): Promise<boolean> {
    return !(await this.#inbox.wasHanded(agent, `ask.${id}`));
  }

  /** Nobody waits for this agent any more. */
  async drop(agent: AgentId): Promise<void> {
    for (const id of await this.#redis.zrange(openKey(agent), '0', '-1'))
      await this.#redis.hset(questionKey(id), 'over', '1');
    await this.#redis.del(openKey(agent));
  }

  /** The questions that wait for this agent, the most urgent first. */
  async open(agent: AgentId, now: number): Promise<readonly string[]> {
    return this.#redis.zrangebyscore(openKey(agent), now, '+inf');
  }
}

const questionKey = (id: string): string => swarmKey('door', 'question', id);
const openKey = (agent: AgentId): string => swarmKey('door', 'open', agent);
