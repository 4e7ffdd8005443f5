import type { AgentId } from '../protocol/ids.ts';
import { DoorProblem } from './problems.ts';

/** Of one agent: each takes a connection, and a look into its mailbox every second. */
const MOST = 16;
const RETRY_S = 5;

/** Calls that wait for letters now. */
export class Waits {
  readonly #now = new Map<AgentId, number>();

  /** Throws `rate.limited` where it waits in too many places. Returns how to leave. */
  enter(agent: AgentId): () => void {
    const here = this.#now.get(agent) ?? 0;
    if (here >= MOST) throw new DoorProblem('rate.limited', { seconds: RETRY_S });
    this.#now.set(agent, here + 1);
    return () => {
      const left = (this.#now.get(agent) ?? 1) - 1;
      if (left > 0) this.#now.set(agent, left);
      else this.#now.delete(agent);
    };
  }
}
