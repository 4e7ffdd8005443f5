import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

/** A number alone may by now be somebody else's: it is one process only together with when it began. */
export const ProcessMark = z.object({ pid: z.int().positive(), startTime: z.string() });
export type ProcessMark = z.infer<typeof ProcessMark>;

/** In the environment of every part, so that a part whose start was never written down is found too. */
export const INSTANCE_VARIABLE = 'CHAVION_INSTANCE';

interface Stat {
  readonly startTime: string;
  readonly zombie: boolean;
}

/** proc_pid_stat(5): the name is in brackets and may hold anything, state is field 3, the start field 22. */
function statOf(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { zombie: fields[0] === 'Z', startTime: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

export function mark(pid: number): ProcessMark | undefined {
  const stat = statOf(pid);
  return stat && { pid, startTime: stat.startTime };
}

export function isAlive({ pid, startTime }: ProcessMark): boolean {
  const stat = statOf(pid);
  return stat !== undefined && !stat.zombie && stat.startTime === startTime;
}

/**
 * Living parts of this instance: those that carry it in their environment, and the Redis that lives in its folder,
 * since Redis writes its title over its environment.
 */
export function partsOf(instance: string, redisFolder: string): ProcessMark[] {
  const wanted = `${INSTANCE_VARIABLE}=${instance}`;
  const pids = readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid !== process.pid);
  return pids.flatMap((pid) => {
    try {
      const ours = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(wanted);
      const redis = () =>
        readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('redis-server') &&
        readlinkSync(`/proc/${pid}/cwd`) === redisFolder;
      return ours || redis() ? (mark(pid) ?? []) : [];
    } catch {
      return []; // Gone meanwhile, or another account's.
    }
  });
}

export function signal({ pid }: ProcessMark, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended by itself.
  }
}

/** Asks, waits, and after the grace does not ask. */
export async function end(marks: readonly ProcessMark[], graceMs: number): Promise<void> {
  for (const one of marks.filter(isAlive)) signal(one, 'SIGTERM');
  const until = Date.now() + graceMs;
  while (marks.some(isAlive) && Date.now() < until) await sleep(20);
  for (const one of marks.filter(isAlive)) signal(one, 'SIGKILL');
  while (marks.some(isAlive)) await sleep(20);
}
