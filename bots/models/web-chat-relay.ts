import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Account } from '../../bridge/matrix/account.ts';
import { messageContent } from '../../bridge/matrix/content.ts';
import { ProviderFault } from '../../bridge/protocol/fault.ts';
import { type AgentId, EventId, type RoomId } from '../../bridge/protocol/ids.ts';
import { swarmKey } from '../../bridge/queue/redis.ts';
import { pasteThis, stillWaiting } from '../../bridge/text/room/models.ts';
import { pastedBlock, type Carried, type RelayPort } from './providers/relay.ts';

export interface WebChatRelayDeps {
  readonly redis: Redis;
  readonly ops: RoomId;
  readonly ghost: (agent: AgentId) => Pick<Account, 'send'>;
  /** Minutes. */
  readonly pace: { readonly remindAfter: number; readonly absentAfter: number };
}

const MINUTE_MS = 60_000;
/** A reply may come by way of another swarm. */
const LOOK_MS = 500;
/** Longer than any wait, and than a homeserver takes to repeat a delivery. */
const KEEP_S = 4 * 24 * 3600;

/** What there is to do for a request of that age, milliseconds. Pure. */
export function relayStep(
  age: number,
  reminded: boolean,
  { remindAfter, absentAfter }: WebChatRelayDeps['pace'],
): 'wait' | 'remind' | 'absent' {
  if (age >= absentAfter * MINUTE_MS) return 'absent';
  return !reminded && age >= remindAfter * MINUTE_MS ? 'remind' : 'wait';
}

/**
 * The relay in ops by which a person carries words to a web chat and back. Everything about a request lies in Redis
 * under its turn: after a restart the same turn finds its message, and an answer that came meanwhile.
 */
export class WebChatRelay implements RelayPort {
  readonly #deps: WebChatRelayDeps;

  constructor(deps: WebChatRelayDeps) {
    this.#deps = deps;
  }

  async ask(carried: Carried, signal: AbortSignal): Promise<string> {
    const { redis, pace } = this.#deps;
    const key = requestKey(carried.turn);
    try {
      const { event, at } = await this.#posted(carried, signal);
      for (;;) {
        const [answer, over, reminded] = await redis.hmget(key, 'answer', 'over', 'reminded');
        if (answer != null) return answer;
        const step = over == null ? relayStep(Date.now() - at, reminded != null, pace) : 'absent';
        if (step === 'absent') throw new ProviderFault('provider.absent');
        if (step === 'remind') await this.#remind(carried, event, at);
        await delay(LOOK_MS, undefined, { signal });
      }
    } catch (error) {
      // Stopped, or too late: what comes now comes for nobody.
      if (signal.aborted || error instanceof ProviderFault)
        await redis.multi().hset(key, 'over', '1').expire(key, KEEP_S).exec();
      throw error;
    }
  }

  /** Whether a reply still reaches the turn. */
  async waits(turn: string): Promise<boolean> {
    const [event, answer, over] = await this.#deps.redis.hmget(requestKey(turn), 'event', 'answer', 'over');
    return event != null && answer == null && over == null;
  }

  /** The first answer counts. */
  async bring(turn: string, text: string): Promise<void> {
    await this.#deps.redis.hsetnx(requestKey(turn), 'answer', text);
  }

  async #posted({ turn, agent, lang, prompt }: Carried, signal: AbortSignal): Promise<{ event: EventId; at: number }> {
    const { redis, ops, ghost, pace } = this.#deps;
    const key = requestKey(turn);
    const [known, at] = await redis.hmget(key, 'event', 'at');
    if (known != null) return { event: EventId.parse(known), at: Number(at) };
    const text = pasteThis[lang](agent.name, pace.absentAfter, pastedBlock(prompt));
    const content = messageContent({ text, chavion: { v: 1, kind: 'relay', agent: agent.id, turn } });
    // A crash before the next line posts the same message again, which is none.
    const event = await ghost(agent.id).send(ops, 'm.room.message', content, `${turn}.relay`, signal);
    const now = Date.now();
    await redis.multi().hset(key, { event, at: now }).expire(key, KEEP_S).exec();
    return { event, at: now };
  }

  async #remind({ turn, agent, lang }: Carried, event: EventId, at: number): Promise<void> {
    const { redis, ops, ghost, pace } = this.#deps;
    const left = pace.absentAfter - (Date.now() - at) / MINUTE_MS;
    const content = messageContent({
      text: stillWaiting[lang](agent.name, left),
      chavion: { v: 1, kind: 'relay', agent: agent.id, turn },
      replyTo: event,
    });
    await ghost(agent.id).send(ops, 'm.room.message', content, `${turn}.reminder`);
    await redis.hset(requestKey(turn), 'reminded', '1');
  }
}

const requestKey = (turn: string): string => swarmKey('relay', turn);
