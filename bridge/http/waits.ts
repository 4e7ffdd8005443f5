import type { AgentId } from '../protocol/ids.ts';
import { ApiProblem } from './problems.ts';

/** Of one agent: each takes a connection, and a look into its inbox every second. */
const MOST = 16;
const RETRY_S = 5;
/** So often it is said anew that somebody waits. */
const TELL_MS = 3_000;

/** Calls that wait for letters now. */
export class Waits {
  readonly #now = new Map<AgentId, { count: number; readonly timer: NodeJS.Timeout }>();
  readonly #listens: (agent: AgentId) => void;

  /** @param listens is told when an agent begins to wait, every few seconds while it does, and when it ends. */
  constructor(listens: (agent: AgentId) => void = () => undefined) {
    this.#listens = listens;
  }

  /** Throws `rate.limited` where it waits in too many places. Returns how to leave. */
  enter(agent: AgentId): () => void {
    const here = this.#now.get(agent) ?? { count: 0, timer: setInterval(() => this.#listens(agent), TELL_MS).unref() };
    if (here.count >= MOST) throw new ApiProblem('rate.limited', { seconds: RETRY_S });
    here.count += 1;
    this.#now.set(agent, here);
    this.#listens(agent);
    return () => {
      here.count -= 1;
      this.#listens(agent);
      if (here.count > 0) return;
      clearInterval(here.timer);
      this.#now.delete(agent);
    };
  }
}
