import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** How the house stands at the moment when somebody asks. Names in it are ids of the roster, phases and parts: few. */
export interface Figures {
  /** Jobs that wait or run. */
  readonly queues: Readonly<Record<string, number>>;
  /** Tasks that go on, by phase. */
  readonly tasks: Readonly<Record<string, number>>;
  /** Micro-dollars and tokens; `*` is the whole house. */
  readonly spent: readonly {
    readonly agent: string;
    readonly period: string;
    readonly usd: number;
    readonly tokens: number;
  }[];
  readonly executors: readonly {
    readonly id: string;
    readonly online: boolean;
    readonly busy: number;
    readonly ended: Readonly<Record<string, number>>;
  }[];
  readonly edits: number;
  /** Agents that make no call for money's sake or their provider's. */
  readonly blackouts: number;
}

/** Figures for Prometheus: numbers and routes, nothing that anybody said. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #calls: Counter<'method' | 'route' | 'status'>;
  readonly #seconds: Histogram<'method' | 'route'>;
  readonly #refusals: Counter<'code'>;
  readonly #online: Gauge;
  readonly #board: Gauge<'state'>;
  readonly #turns: Counter<'agent' | 'outcome'>;
  readonly #answers: Histogram<'agent'>;
  readonly #jobs: Counter<'type' | 'outcome'>;
  readonly #ended: Counter<'phase'>;
  readonly #queue: Gauge<'queue'>;
  readonly #tasks: Gauge<'phase'>;
  readonly #usd: Gauge<'agent' | 'period'>;
  readonly #tokens: Gauge<'agent' | 'period'>;
  readonly #executors: Gauge<'executor'>;
  readonly #busy: Gauge<'executor'>;
  readonly #commands: Counter<'executor' | 'outcome'>;
  readonly #edits: Counter;
  readonly #blackouts: Gauge;

  constructor() {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry, prefix: 'chavion_' });
    this.#calls = new Counter({
      name: 'chavion_door_calls_total',
      help: "Calls of the agents' API.",
      labelNames: ['method', 'route', 'status'],
      registers,
    });
    this.#seconds = new Histogram({
      name: 'chavion_door_seconds',
      help: 'How long they took; those that listen wait on purpose.',
      labelNames: ['method', 'route'],
      buckets: [0.01, 0.05, 0.25, 1, 5, 30],
      registers,
    });
    this.#refusals = new Counter({
      name: 'chavion_door_refusals_total',
      help: 'Calls that it refused, by the code of the problem.',
      labelNames: ['code'],
      registers,
    });
    this.#online = new Gauge({
      name: 'chavion_outside_agents_online',
      help: 'Outside agents that called within the last 90 seconds.',
      registers,
    });
    this.#board = new Gauge({
      name: 'chavion_board_tasks',
      help: 'Items of the board.',
      labelNames: ['state'],
      registers,
    });
    this.#turns = new Counter({
      name: 'chavion_turns_total',
      help: 'Turns of agents: answered, or the code of the fault that ended them.',
      labelNames: ['agent', 'outcome'],
      registers,
    });
    this.#answers = new Histogram({
      name: 'chavion_answer_seconds',
      help: 'From the beginning of a turn to its last word in the room.',
      labelNames: ['agent'],
      buckets: [0.1, 0.3, 1, 3, 10, 30, 100, 300],
      registers,
    });
    this.#jobs = new Counter({
      name: 'chavion_jobs_total',
      help: 'Jobs of the swarm, by type; failed ones are tried again.',
      labelNames: ['type', 'outcome'],
      registers,
    });
    this.#ended = new Counter({
      name: 'chavion_tasks_ended_total',
      help: 'Tasks that ended, by how.',
      labelNames: ['phase'],
      registers,
    });
    this.#queue = new Gauge({
      name: 'chavion_queue_depth',
      help: 'Jobs that wait or run.',
      labelNames: ['queue'],
      registers,
    });
    this.#tasks = new Gauge({ name: 'chavion_tasks', help: 'Tasks that go on.', labelNames: ['phase'], registers });
    this.#usd = new Gauge({
      name: 'chavion_spent_usd',
      help: 'Spent in this period so far, dollars; agent * is the whole house.',
      labelNames: ['agent', 'period'],
      registers,
    });
    this.#tokens = new Gauge({
      name: 'chavion_spent_tokens',
      help: 'Spent in this period so far, tokens.',
      labelNames: ['agent', 'period'],
      registers,
    });
    this.#executors = new Gauge({
      name: 'chavion_executor_online',
      help: '1 while the executor signs in.',
      labelNames: ['executor'],
      registers,
    });
    this.#busy = new Gauge({
      name: 'chavion_executor_busy',
      help: 'Commands that run or wait for their turn.',
      labelNames: ['executor'],
      registers,
    });
    this.#commands = new Counter({
      name: 'chavion_commands_total',
      help: 'Commands that ended since the executor began, by how; refused: turned away.',
      labelNames: ['executor', 'outcome'],
      registers,
    });
    this.#edits = new Counter({ name: 'chavion_edits_total', help: 'Edits of growing messages.', registers });
    this.#blackouts = new Gauge({ name: 'chavion_blackouts', help: 'Agents that make no call.', registers });
  }

  saw(method: string, route: string, status: number, ms: number): void {
    this.#calls.inc({ method, route, status: String(status) });
    this.#seconds.observe({ method, route }, ms / 1000);
  }

  refused(code: string): void {
    this.#refusals.inc({ code });
  }

  answered(agent: string, ms: number): void {
    this.#turns.inc({ agent, outcome: 'answered' });
    this.#answers.observe({ agent }, ms / 1000);
  }

  failed(agent: string, code: string): void {
    this.#turns.inc({ agent, outcome: code });
  }

  job(type: string, outcome: 'done' | 'failed'): void {
    this.#jobs.inc({ type, outcome });
  }

  taskEnded(phase: string): void {
    this.#ended.inc({ phase });
  }

  /** The text of the exposition format; `figures` are absent where they could not be had. */
  async text(now: {
    readonly online: number;
    readonly board: Readonly<Record<string, number>>;
    readonly figures?: Figures | undefined;
  }): Promise<string> {
    this.#online.set(now.online);
    this.#board.reset();
    for (const [state, count] of Object.entries(now.board)) this.#board.set({ state }, count);
    this.#take(now.figures);
    return this.#registry.metrics();
  }

  #take(figures: Figures | undefined): void {
    for (const meter of [
      this.#queue,
      this.#tasks,
      this.#usd,
      this.#tokens,
      this.#executors,
      this.#busy,
      this.#commands,
      this.#edits,
      this.#blackouts,
    ])
      meter.reset();
    if (figures === undefined) return;
    for (const [queue, depth] of Object.entries(figures.queues)) this.#queue.set({ queue }, depth);
    for (const [phase, count] of Object.entries(figures.tasks)) this.#tasks.set({ phase }, count);
    for (const { agent, period, usd, tokens } of figures.spent) {
      this.#usd.set({ agent, period }, usd / 1e6);
      this.#tokens.set({ agent, period }, tokens);
    }
    for (const { id: executor, online, busy, ended } of figures.executors) {
      this.#executors.set({ executor }, online ? 1 : 0);
      this.#busy.set({ executor }, busy);
      for (const [outcome, count] of Object.entries(ended)) this.#commands.inc({ executor, outcome }, count);
    }
    this.#edits.inc(figures.edits);
    this.#blackouts.set(figures.blackouts);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }
}
