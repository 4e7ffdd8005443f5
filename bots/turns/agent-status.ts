import type { FaultCode } from '../../bridge/protocol/fault.ts';
import { type AgentId, EXECUTOR_ID, type Lang } from '../../bridge/protocol/ids.ts';
import { lastFault } from '../../bridge/text/faults.ts';
import { budgetTable, clockTime } from '../../bridge/text/room/budget.ts';
import { agentState, answerTime, type AgentState } from '../../bridge/text/room/room.ts';
import { listEntry } from '../../bridge/text/list-entry.ts';
import { codeWords, plainWords } from '../../bridge/matrix/markdown-words.ts';
import { executorAt, executorOffline, executorOnline } from '../../bridge/text/room/executors.ts';
import type { RegisteredExecutor } from '../../bridge/queue/executor-registry.ts';
import type { ModelBindings } from '../models/model-bindings.ts';
import type { Budget } from '../budget/budget.ts';
import type { Residents } from '../residents/residents.ts';
import type { RunningTurns } from './running-turns.ts';

/** Counts turns. */
export interface TurnWatch {
  readonly answered: (agent: AgentId, ms: number) => void;
  readonly failed: (agent: AgentId, code: FaultCode) => void;
}

/** How the agents have been doing, since the swarm started. */
export class AgentStatus {
  readonly #watch: TurnWatch | undefined;
  readonly #lastMs = new Map<AgentId, number>();
  readonly #faults = new Map<AgentId, FaultCode>();

  constructor(watch?: TurnWatch) {
    this.#watch = watch;
  }

  /** `ms` from the turn's beginning to the last word in the room. */
  answered(agent: AgentId, ms: number): void {
    this.#lastMs.set(agent, Math.round(ms));
    this.#faults.delete(agent);
    this.#watch?.answered(agent, ms);
  }

  failed(agent: AgentId, code: FaultCode): void {
    this.#faults.set(agent, code);
    this.#watch?.failed(agent, code);
  }

  /** Its limits kept it silent: that is no fault of its. */
  rested(agent: AgentId, code: FaultCode): void {
    this.#watch?.failed(agent, code);
  }

  lastMs(agent: AgentId): number | undefined {
    return this.#lastMs.get(agent);
  }

  fault(agent: AgentId): FaultCode | undefined {
    return this.#faults.get(agent);
  }
}

export interface TableInput {
  readonly residents: Pick<Residents, 'agents' | 'nameOf'>;
  readonly bindings: Pick<ModelBindings, 'get' | 'ready' | 'byHand'>;
  readonly status: Pick<AgentStatus, 'lastMs' | 'fault'>;
  readonly running: Pick<RunningTurns, 'isAnswering'>;
  readonly spending: Pick<Budget, 'rest'>;
  readonly timeZone: string;
  readonly executors: readonly RegisteredExecutor[];
  /** Their accounts are closed, locked or suspended. */
  readonly off?: ReadonlySet<AgentId>;
}

/** What `!agents` shows, in Markdown: two lines each, for a phone. */
export function renderAgents(
  { residents, bindings, status, running, spending, timeZone, executors, off }: TableInput,
  lang: Lang,
  present: ReadonlySet<AgentId>,
): string {
  const rows = residents.agents.map(({ id, config }) => {
    const binding = bindings.get(id);
    const model = binding?.config.model ?? config.model;
    const last = status.lastMs(id);
    const until = spending.rest(id)?.until ?? null;
    const state =
      until === null
        ? agentState[stateOf(id)][lang]()
        : budgetTable.blackout[lang](clockTime(until, Date.now(), timeZone, lang));
    const fault = status.fault(id);
    return listEntry(
      [`**${plainWords(config.name)}**`, state, ...(last === undefined ? [] : [answerTime[lang](last)])].join(' · '),
      binding?.provider.insteadOf === undefined ? model : `${binding.provider.label} (${model})`,
      fault === undefined ? '' : lastFault[lang](fault),
    );
  });
  const hands = executors.map(({ id, host, busy, concurrency, online }) =>
    listEntry(
      `**${executorAt[lang](plainWords(residents.nameOf(EXECUTOR_ID)), plainWords(host))}** · ${online ? executorOnline[lang](busy, concurrency) : executorOffline[lang]()}`,
      codeWords(id),
    ),
  );
  return [...rows, ...hands].join('\n');

  function stateOf(id: AgentId): AgentState {
    if (off?.has(id) === true) return 'off';
    if (!present.has(id)) return 'absent';
    const elsewhere = bindings.get(id)?.provider.online;
    if (bindings.get(id)?.provider.maySpeak?.() === false) return 'mute';
    if (elsewhere !== undefined && !elsewhere()) return 'offline';
    if (running.isAnswering(id)) return 'answering';
    if (!bindings.ready.has(id)) return 'silent';
    if (spending.rest(id) !== null) return 'frozen';
    if (bindings.byHand.has(id)) return 'by-hand';
    if (elsewhere !== undefined) return 'online';
    return bindings.get(id)?.provider.rehearsal === true ? 'rehearsing' : 'ready';
  }
}
