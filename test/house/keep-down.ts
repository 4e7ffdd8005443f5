import type { House } from './house.ts';
import type { Killed } from './killer.ts';

/** Kills a part that nobody starts again until disposed: the launcher stands still meanwhile. */
export async function keepDown(house: House, part: Killed): Promise<AsyncDisposable> {
  const { launcher } = house.ready.pids;
  process.kill(launcher, 'SIGSTOP');
  const dead = await house.kill(part);
  let down = true;
  return {
    async [Symbol.asyncDispose]() {
      if (!down) return;
      down = false;
      process.kill(launcher, 'SIGCONT');
      await house.reborn(part, dead);
    },
  };
}
