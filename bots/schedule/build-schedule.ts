import type { Redis } from 'ioredis';
import type { RoomId } from '../../bridge/protocol/ids.ts';
import type { PutAside } from '../../bridge/queue/jobs.ts';
import { Clock, type ClockDeps } from './scheduler.ts';
import { type ClockCommands, clockCommands } from './schedule-commands.ts';
import type { Tasks } from '../tasks/tasks.ts';
import type { PaidMind } from './cycle-cost.ts';
import { ScheduleStore } from './schedule-store.ts';

export interface BuildClock extends Omit<ClockDeps, 'store' | 'now' | 'tasks'> {
  readonly redis: Redis;
  readonly hq: RoomId;
  readonly hqName: string;
  readonly putAside: PutAside;
  readonly paid: () => readonly PaidMind[];
  readonly tasks: ClockDeps['tasks'] & Pick<Tasks, 'ended'>;
}

/** The clock, and what masters say to it. */
export function buildClock({ redis, hq, hqName, putAside, paid, ...deps }: BuildClock): { readonly clock: Clock; readonly commands: ClockCommands } {
  const store = new ScheduleStore(redis, putAside);
  const clock = new Clock({ ...deps, store, now: Date.now });
  return { clock, commands: clockCommands({ clock, store, frozen: deps.frozen, paid, ended: (most) => deps.tasks.ended(most), hq, hqName, timeZone: deps.timeZone }) };
}
