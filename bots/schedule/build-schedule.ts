import type { Redis } from 'ioredis';
import type { RoomId } from '../../bridge/protocol/ids.ts';
import type { PutAside } from '../../bridge/queue/jobs.ts';
import { Scheduler, type SchedulerDeps } from './scheduler.ts';
import { type ScheduleCommands, scheduleCommands } from './schedule-commands.ts';
import type { Tasks } from '../tasks/tasks.ts';
import type { PaidModel } from './cycle-cost.ts';
import { ScheduleStore } from './schedule-store.ts';

export interface BuildScheduleDeps extends Omit<SchedulerDeps, 'store' | 'now' | 'tasks'> {
  readonly redis: Redis;
  readonly hq: RoomId;
  readonly hqName: string;
  readonly putAside: PutAside;
  readonly paid: () => readonly PaidModel[];
  readonly tasks: SchedulerDeps['tasks'] & Pick<Tasks, 'ended'>;
}

/** The clock, and what masters say to it. */
export function buildSchedule({ redis, hq, hqName, putAside, paid, ...deps }: BuildScheduleDeps): {
  readonly scheduler: Scheduler;
  readonly commands: ScheduleCommands;
} {
  const store = new ScheduleStore(redis, putAside);
  const scheduler = new Scheduler({ ...deps, store, now: Date.now });
  return {
    scheduler,
    commands: scheduleCommands({
      scheduler,
      store,
      frozen: deps.frozen,
      paid,
      ended: (most) => deps.tasks.ended(most),
      hq,
      hqName,
      timeZone: deps.timeZone,
      roster: deps.roster,
    }),
  };
}
