import { setTimeout as sleep } from 'node:timers/promises';
import type { Launched } from './launch.ts';
import { startOf } from './process-tree.ts';
import { within } from './within.ts';

const DYING_MS = 10_000;

/** One job's processes from the start of bwrap to the end of the last of them. */
export class Life {
  #launched: Launched | undefined;
  #first: { readonly pid: number; readonly start: string } | undefined;
  #killed = false;
  #over = false;

  /** Waits for the job to stand at the gate; undefined when it does not get there. */
  async of(launched: Launched): Promise<number | undefined> {
    this.#launched = launched;
    void launched.ended.then(() => (this.#over = true));
    if (this.#killed) this.kill();
    const pid = await launched.ready;
    const start = pid === undefined ? undefined : startOf(pid);
    if (pid === undefined || start === undefined) return undefined;
    this.#first = { pid, start };
    if (this.#killed) this.kill();
    return pid;
  }

  /** At any moment, as often as one likes. Bwrap alone is not enough: before the gate its death does not end the job. */
  kill(): void {
    this.#killed = true;
    this.#launched?.abandon();
    if (this.#first !== undefined) killExactly(this.#first.pid, this.#first.start);
    this.#launched?.kill();
  }

  /** Resolves when nothing of it lives; ends what does. Rejects when that cannot be had. */
  async end(): Promise<void> {
    const running = this.#launched;
    if (running === undefined) return;
    if (!this.#over) this.kill();
    await running.ended;
    if (this.#first === undefined) return;
    await within(running.gone, DYING_MS);
    await gone(this.#first.pid, this.#first.start, DYING_MS);
  }
}

/** Not a later process that got the same number. */
function killExactly(pid: number, start: string): void {
  try {
    if (startOf(pid) === start) process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended in between
  }
}

/** Waits until the first process inside has gone: the kernel lets it go last, after all others of its namespace. */
export async function gone(pid: number, start: string, withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs;
  for (let wait = 1; startOf(pid) === start; wait = Math.min(wait * 2, 50)) {
    if (performance.now() > deadline) throw new Error('processes of the job do not end');
    await sleep(wait);
  }
}
