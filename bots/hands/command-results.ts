import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { CommandResult } from '../../bridge/protocol/act.ts';
import type { EventId } from '../../bridge/protocol/ids.ts';
import type { CommandResultEvent } from '../../bridge/protocol/room-event.ts';
import { TurnJob } from '../../bridge/protocol/turn.ts';
import { swarmKey } from '../../bridge/queue/redis.ts';
import { outcomeForModel } from './command-outcome.ts';

/** The ends of what was begun: a refusal is the master's own, and told under his sign. */
const GOES_ON: ReadonlySet<string> = new Set(['done', 'failed', 'unknown']);
const MAX_NEWS = 15_000;
const KEPT_S = 8 * 24 * 3600;
/** The result may have been heard by another swarm. */
const LOOK_EVERY_MS = 500;

/** What became of the commands that agents asked for, kept until the turn that waits for it has read it. */
export class CommandResults {
  readonly #redis: Redis;
  readonly #waiting = new Map<EventId, Set<() => void>>();

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** Before it is asked for: whose turn hears of it when its answer has ended meanwhile. */
  async begun(request: EventId, job: TurnJob): Promise<void> {
    await this.#redis.set(swarmKey('command-turn', request), JSON.stringify(job), 'EX', KEPT_S);
  }

  /** The turn that goes on with it: where a master was asked and the command has been run since. The same however often it is heard. */
  async hear({ eventId, request, result }: CommandResultEvent): Promise<TurnJob | null> {
    await this.#keep(request, result);
    const waited = swarmKey('command-waited', request);
    if (result.state === 'asked') await this.#redis.set(waited, '1', 'EX', KEPT_S);
    if (!GOES_ON.has(result.state) || (await this.#redis.exists(waited)) === 0) return null;
    const stored = await this.#redis.get(swarmKey('command-turn', request));
    if (stored === null) return null;
    const { burst: _burst, waits: _waits, heard: _heard, hands: _hands, ...job } = TurnJob.parse(JSON.parse(stored));
    return { ...job, cause: eventId, news: outcomeForModel(result, request).text.slice(0, MAX_NEWS) };
  }

  async #keep(request: EventId, result: CommandResult): Promise<void> {
    const key = swarmKey('command', request);
    // That it was asked may come late; an end stands.
    if (result.state === 'asked' || result.state === 'running')
      await this.#redis.set(key, JSON.stringify(result), 'EX', KEPT_S, 'NX');
    else await this.#redis.set(key, JSON.stringify(result), 'EX', KEPT_S);
    for (const wake of this.#waiting.get(request) ?? []) wake();
  }

  async now(request: EventId): Promise<CommandResult | null> {
    const stored = await this.#redis.get(swarmKey('command', request));
    return stored === null ? null : CommandResult.parse(JSON.parse(stored));
  }

  /** Its end, or that a master is asked; null where neither has come by then. Throws the signal's reason. */
  async wait(request: EventId, until: number, signal: AbortSignal): Promise<CommandResult | null> {
    for (;;) {
      signal.throwIfAborted();
      // Listens before it looks: what comes between the two is heard.
      using bell = this.#bell(request);
      const known = await this.now(request);
      if (known !== null && known.state !== 'running') return known;
      const left = until - Date.now();
      if (left <= 0) return null;
      await bell.rings(Math.min(left, LOOK_EVERY_MS), signal);
    }
  }

  #bell(request: EventId) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const bells = this.#waiting.get(request) ?? new Set();
    this.#waiting.set(request, bells.add(resolve));
    const over = new AbortController();
    return {
      rings: async (ms: number, signal: AbortSignal): Promise<void> => {
        await Promise.race([
          promise,
          sleep(ms, undefined, { signal: AbortSignal.any([signal, over.signal]) }).catch(() => undefined),
        ]);
      },
      [Symbol.dispose]: () => {
        over.abort();
        bells.delete(resolve);
        if (bells.size === 0) this.#waiting.delete(request);
      },
    };
  }
}
