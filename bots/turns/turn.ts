import type { Logger } from 'pino';
import type { Entry, Timeline } from '../../bridge/appservice/timeline.ts';
import type { Account } from '../../bridge/matrix/account.ts';
import { AnswerStream } from '../../bridge/matrix/answer-stream.ts';
import type { EditBudget } from '../../bridge/matrix/edit-budget.ts';
import type { AgentId, EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import { jobId, type SwarmJob, type TurnJob } from '../../bridge/protocol/turn.ts';
import type { Budget } from '../budget/budget.ts';
import type { Hands } from '../hands/stream-with-hands.ts';
import type { ModelBindings } from '../models/model-bindings.ts';
import type { Provider } from '../models/providers/provider.ts';
import type { Resident } from '../residents/residents.ts';
import type { AgentStatus } from './agent-status.ts';
import type { Recall, Recalled } from '../memory/recall.ts';
import type { ModelRequestDeps } from './model-request.ts';
import type { RunningTurns } from './running-turns.ts';

export interface TurnDeps extends ModelRequestDeps {
  readonly recall: Recall;
  readonly bindings: ModelBindings;
  readonly ghost: (user: UserId) => Account;
  readonly timeline: Timeline;
  readonly budget: EditBudget;
  readonly running: RunningTurns;
  readonly status: AgentStatus;
  readonly spending: Pick<Budget, 'tellsFirst'>;
  /** What agents can do beside speaking. */
  readonly hands: Hands;
  /** Of a finished task, for a question about it; null where there is none. `room`: tokens. */
  readonly taskRecord?: (root: EventId, room: number) => Promise<Recalled | null>;
  readonly ops: RoomId;
  readonly serverName: string;
  /** How many turns this root has set off, this one included. */
  readonly countTurns: (root: EventId, jobs: number) => Promise<number>;
  /** What answers this in its place, durably; null where nothing does. */
  readonly replacedBy: (source: EventId) => Promise<EventId | null>;
  readonly enqueue: (jobs: readonly SwarmJob[]) => Promise<void>;
  /** Whoever asked and lives elsewhere is told what came of it. Once for each turn, however often it is called. */
  readonly tellAsker?: (asker: UserId, answer: Reply) => Promise<void>;
  readonly log: Logger;
}

/** What a turn has said to a message. */
export interface Reply {
  readonly turn: string;
  readonly by: AgentId;
  /** The message that is answered. */
  readonly to: EventId;
  readonly event: EventId;
  readonly text: string;
  readonly root: EventId;
  readonly depth: number;
  readonly thread?: EventId;
}

/** How a turn ended. */
export interface TurnOutcome {
  readonly event: EventId;
  /** In which others may be called: empty where it is no answer. */
  readonly text: string;
  /** Why there is no answer, in words. */
  readonly fault?: string;
}

/** One agent's answer to one event, built once when its job is taken and handed down to all that work on it. */
export interface Turn {
  /** The job's id: it names every event that the turn writes. */
  readonly id: string;
  readonly job: TurnJob;
  readonly agent: Resident;
  /** By which the master calls the agent. */
  readonly name: string;
  readonly provider: Provider;
  readonly account: Account;
  /** Spread into whatever is said where the question stands. */
  readonly thread: { readonly thread?: EventId };
  /** What stands under every event of its answer (`com.chavion`). */
  readonly mark: ReturnType<typeof answerMark>;
  readonly slot: ReturnType<RunningTurns['enter']>;
  /** From performance.now(). */
  readonly began: number;
}

/** What stands in the room when an answer begins. */
export interface Material {
  readonly source: Entry;
  /** The room's history, or the thread's, with the source. */
  readonly entries: readonly Entry[];
  /** What earlier runs of the turn, cut short by a crash, left in the room; null on the first run. */
  readonly earlier: readonly Entry[] | null;
}

/** Nothing where the agent lives here no longer. Whoever begins a turn leaves its slot. */
export function beginTurn(job: TurnJob, deps: TurnDeps): Turn | null {
  const agent = deps.residents.byId.get(job.agent);
  const provider = deps.bindings.get(job.agent)?.provider;
  if (agent === undefined || provider === undefined) return null;
  const slot = deps.running.enter({
    room: job.room,
    source: job.source,
    root: job.root,
    cause: job.cause,
    agent: job.agent,
    at: job.at,
  });
  return { ...identityOf(job, agent, deps), provider, slot, began: performance.now(), mark: answerMark(job, provider) };
}

/** What holds of a turn without a model, and after it. */
export function identityOf(
  job: TurnJob,
  agent: Resident,
  deps: Pick<TurnDeps, 'ghost'>,
): Pick<Turn, 'id' | 'job' | 'agent' | 'name' | 'account' | 'thread'> {
  return {
    id: jobId(job),
    job,
    agent,
    name: agent.config.callsigns[0] ?? agent.config.name,
    account: deps.ghost(agent.userId),
    thread: job.thread === undefined ? {} : { thread: job.thread },
  };
}

/** What every message of an answer carries. */
export function answerMark(job: TurnJob, provider: { readonly rehearsal: boolean }) {
  const burst = job.burst === undefined ? {} : { burst: job.burst };
  const rehearsal = provider.rehearsal ? { rehearsal: true } : {};
  return {
    v: 1,
    kind: 'answer',
    source: job.source,
    root: job.root,
    depth: job.depth,
    agent: job.agent,
    turn: jobId(job),
    ...burst,
    ...rehearsal,
    ...(job.silent === true ? { silent: true } : {}),
  } as const;
}

/** The message in which an answer grows; an earlier run's is gone on with where `earlier` says so. */
export function streamOf(
  { id, job, account, thread, mark, slot }: Pick<Turn, 'id' | 'job' | 'account' | 'thread' | 'mark' | 'slot'>,
  {
    earlier,
    ...target
  }: { readonly earlier: readonly Entry[] | null; readonly replyTo?: EventId; readonly begins?: () => Promise<void> },
  budget: EditBudget,
): AnswerStream {
  const left = earlier?.map(({ event }) => event.eventId) ?? [];
  return new AnswerStream(
    {
      account,
      room: job.room,
      txn: id,
      ...thread,
      ...target,
      chavion: mark,
      again: earlier !== null,
      left,
      shows: slot.shows,
    },
    budget,
  );
}
