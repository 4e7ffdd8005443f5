import type { Redis } from 'ioredis';
import { z } from 'zod';
import { AgentId, EventId, type RoomId } from '../../bridge/protocol/ids.ts';
import type { MessageEvent } from '../../bridge/protocol/room-event.ts';
import { ModelName } from '../../bridge/protocol/roster.ts';
import { Floor, jobId, SwarmJob } from '../../bridge/protocol/turn.ts';
import { raise } from '../../bridge/queue/atomic.ts';
import type { JobQueue } from '../../bridge/queue/jobs.ts';
import { luaCommand } from '../../bridge/queue/lua-command.ts';
import { swarmKey } from '../../bridge/queue/redis.ts';
import type { IntakePlan } from './intake-plan.ts';
import { MODELS_KEY, storedModel } from '../models/model-choices.ts';
import type { WebChatRelay } from '../models/web-chat-relay.ts';
import type { RoomMemory } from '../turns/room-memory.ts';
import type { RunningTurns } from '../turns/running-turns.ts';
import type { TaskEventHandler } from '../tasks/event-handler.ts';

export interface DecisionsDeps {
  readonly redis: Redis;
  readonly queue: Pick<JobQueue<SwarmJob>, 'add'>;
  readonly running: Pick<RunningTurns, 'cancel'>;
  readonly tasks: Pick<TaskEventHandler, 'stop'>;
  readonly memory: Pick<RoomMemory, 'forget'>;
  readonly relay: Pick<WebChatRelay, 'bring'>;
  /** Takes over what the masters have chosen. */
  readonly reloadModels: () => Promise<void>;
}

export type Heard = Pick<MessageEvent, 'eventId' | 'roomId' | 'at'>;

const StoredPlan = z.object({
  jobs: z.array(SwarmJob),
  floor: Floor.optional(),
  stopAt: z.number().optional(),
  stopThread: EventId.optional(),
  forgetAt: z.number().optional(),
  model: z.object({ agent: AgentId, name: ModelName.nullable() }).optional(),
  carried: z.object({ turn: z.string(), text: z.string() }).optional(),
  instead: z.array(z.object({ source: EventId, by: EventId })).optional(),
});
/** What is done about a message, as it is kept. */
export type Decision = Readonly<Omit<z.infer<typeof StoredPlan>, 'jobs' | 'instead'>> &
  Pick<IntakePlan, 'jobs'> & { readonly instead?: IntakePlan['instead'] | undefined };

/** Decisions are remembered as long as the jobs they made. */
const REMEMBER_S = 3 * 24 * 3600;
const REMEMBER_TOLD_S = 30 * REMEMBER_S;

const keepDecision = luaCommand(import.meta.url, 'lua/keep-decision-4.lua', z.string().nullable());

export const decisionKey = (event: EventId): string => swarmKey('decision', event);
const insteadKey = (source: EventId): string => swarmKey('instead', source);

/** What answers this in its place, durably; null where nothing does. */
export const replacedBy = async (redis: Redis, source: EventId): Promise<EventId | null> =>
  EventId.nullable()
    .catch(null)
    .parse(await redis.get(insteadKey(source)));

export const decisionOf = (stored: string): Decision => StoredPlan.parse(JSON.parse(stored));

/** Decisions are stored before they take effect, and found again when the event comes a second time. */
export class Decisions {
  readonly #deps: DecisionsDeps;

  constructor(deps: DecisionsDeps) {
    this.#deps = deps;
  }

  async known(event: EventId): Promise<Decision | null> {
    const stored = await this.#deps.redis.get(decisionKey(event));
    return stored === null ? null : decisionOf(stored);
  }

  /** `always`: that nothing is done is a decision, too. */
  async decided(event: Heard, plan: IntakePlan, always = false): Promise<void> {
    const nothing = plan.jobs.length === 0 && plan.floor === undefined && plan.stopAt === undefined;
    if (nothing && !always) return;
    const { told, ...stored } = plan;
    const known = await keepDecision(
      this.#deps.redis,
      [decisionKey(event.eventId), swarmKey('floor', event.roomId), swarmKey('told', told ?? ''), MODELS_KEY],
      [
        JSON.stringify(stored),
        plan.floor ?? '',
        event.at,
        told ?? '',
        plan.model?.agent ?? '',
        storedModel(event.at, plan.model?.name ?? null),
        REMEMBER_S,
        REMEMBER_TOLD_S,
      ],
    );
    // A crash before the jobs are made is mended by the next delivery.
    await this.carryOut(event.roomId, known === null ? plan : decisionOf(known));
  }

  async carryOut(room: RoomId, plan: Decision): Promise<void> {
    const { redis, queue, running } = this.#deps;
    if (plan.stopAt !== undefined) {
      running.cancel({ room, until: plan.stopAt });
      // A crash must not set going again what was stopped.
      await raise(redis, swarmKey('stopped'), room, plan.stopAt);
      await this.#deps.tasks.stop(room, plan.stopAt, plan.stopThread);
    }
    if (plan.forgetAt !== undefined) await this.#deps.memory.forget(room, plan.forgetAt);
    if (plan.model !== undefined) await this.#deps.reloadModels();
    if (plan.carried !== undefined) await this.#deps.relay.bring(plan.carried.turn, plan.carried.text);
    await Promise.all(
      (plan.instead ?? []).map(({ source, by }) => redis.set(insteadKey(source), by, 'EX', REMEMBER_S)),
    );
    for (const { source, by } of plan.instead ?? []) running.cancel({ room, replaced: source, by });
    await queue.add(
      plan.jobs.map((job) => ({
        id: jobId(job),
        data: job,
        ...(job.type === 'turn' && job.waits !== undefined ? { delayMs: delayOf(job.at, job.waits.begin) } : {}),
      })),
    );
  }
}

/** From when it was said, not from when it was heard. */
const delayOf = (at: number, ms: number): number => Math.max(0, Math.min(ms, at + ms - Date.now()));
