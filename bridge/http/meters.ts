import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Figures for Prometheus: numbers and routes, nothing that anybody said. */
export class Meters {
  readonly #registry = new Registry();
  readonly #calls: Counter<'method' | 'route' | 'status'>;
  readonly #seconds: Histogram<'method' | 'route'>;
  readonly #online: Gauge;
  readonly #tasks: Gauge<'state'>;

  constructor() {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry, prefix: 'chavion_' });
    this.#calls = new Counter({ name: 'chavion_door_calls_total', help: 'Calls at the door for outside agents.', labelNames: ['method', 'route', 'status'], registers });
    this.#seconds = new Histogram({ name: 'chavion_door_seconds', help: 'How long they took; those that listen wait on purpose.', labelNames: ['method', 'route'], buckets: [0.01, 0.05, 0.25, 1, 5, 30], registers });
    this.#online = new Gauge({ name: 'chavion_outside_agents_online', help: 'Outside agents that called within the last 90 seconds.', registers });
    this.#tasks = new Gauge({ name: 'chavion_board_tasks', help: 'Items of the board.', labelNames: ['state'], registers });
  }

  saw(method: string, route: string, status: number, ms: number): void {
    this.#calls.inc({ method, route, status: String(status) });
    this.#seconds.observe({ method, route }, ms / 1000);
  }

  /** The text of the exposition format. */
  async text(now: { readonly online: number; readonly tasks: Readonly<Record<string, number>> }): Promise<string> {
    this.#online.set(now.online);
    this.#tasks.reset();
    for (const [state, count] of Object.entries(now.tasks)) this.#tasks.set({ state }, count);
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }
}
