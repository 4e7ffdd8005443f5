import { setTimeout as sleep } from 'node:timers/promises';
import type { House } from './house.ts';
import type { SeededRandom } from './seeded-random.ts';

export const KILLED = ['synapse', 'redis', 'swarm'] as const;
export type Killed = (typeof KILLED)[number];

const TOGETHER: readonly (readonly Killed[])[] = [
  ['swarm'],
  ['synapse'],
  ['redis'],
  ['swarm', 'redis'],
  ['synapse', 'swarm'],
  ['redis', 'synapse'],
  ['synapse', 'redis', 'swarm'],
];

/** Kills parts at random moments, several at once, and others while the first are still coming up. */
export class Killer {
  readonly #house: House;
  readonly #random: SeededRandom;
  readonly #dead = new Set<number>();
  readonly kills: Record<Killed, number> = { synapse: 0, redis: 0, swarm: 0 };
  last = 0;

  constructor(house: House, random: SeededRandom) {
    this.#house = house;
    this.#random = random;
  }

  /**
   * At most that many blows, until `over` is aborted. Each waits until all are up: the launcher takes its time after
   * many deaths, and blows to what lies on the ground interrupt no answer. Some are followed by another while parts come up.
   */
  async rage(pauseMs: readonly [number, number], blows: number, over: AbortSignal): Promise<void> {
    for (let blow = 0; blow < blows; blow += 1) {
      await this.untilUp(over);
      await sleep(this.#random.between(...pauseMs), undefined, { signal: over }).catch(() => undefined);
      if (over.aborted) return;
      // All of them first: however short the rage, no part is left out.
      await this.strike(blow === 0 ? KILLED : this.#random.pick(TOGETHER));
      if (this.#random.next() > 0.4) continue;
      await sleep(this.#random.between(50, 900));
      await this.strike([this.#random.pick(KILLED)]);
    }
  }

  /** SIGKILL to those of them that live. */
  async strike(parts: readonly Killed[]): Promise<void> {
    const pids = await this.#house.pids();
    for (const part of parts) {
      const pid = pids[part];
      if (pid === null || this.#dead.has(pid)) continue;
      this.#dead.add(pid);
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        continue; // gone by itself, as Redis does on a full disk
      }
      this.kills[part] += 1;
      this.last = Date.now();
    }
  }

  /** Waits until all that were killed are other processes now, and the swarm takes transactions. */
  async untilUp(over?: AbortSignal): Promise<void> {
    for (;;) {
      if (over?.aborted === true) return;
      const pids = await this.#house.pids();
      const up = KILLED.every((part) => pids[part] !== null && !this.#dead.has(pids[part]));
      if (up && (await healthy(this.#house))) return;
      await sleep(50);
    }
  }
}

const healthy = (house: House): Promise<boolean> =>
  fetch(`http://127.0.0.1:${house.env['CHAVION_APPSERVICE_PORT'] ?? ''}/health`).then(
    (response) => response.status === 200,
    () => false,
  );
