import type { RoomId } from '../../bridge/protocol/ids.ts';
import { parseCycleWords } from '../../bridge/protocol/orders/cycle-order.ts';
import { idIn, parseScheduleWords } from '../../bridge/protocol/orders/schedule-order.ts';
import type { SwarmCommandJob } from '../../bridge/protocol/turn.ts';
import { scheduleId, SHORTEST_NAME } from '../../bridge/digest/schedule-id.ts';
import * as say from '../../bridge/text/room/schedule.ts';
import { allFrozen, clockTime } from '../../bridge/text/room/budget.ts';
import { cronWords, momentWords } from '../../bridge/text/room/schedule-words.ts';
import type { SwarmCommands } from '../commands/house-commands.ts';
import type { Tasks } from '../tasks/tasks.ts';
import { brief, type Scheduler } from './scheduler.ts';
import { cycleCost, type PaidModel } from './cycle-cost.ts';
import { cronOf, isCron, isToCome } from './occurrences.ts';
import { roundNames } from './round.ts';
import type { Schedule } from './schedule.ts';
import type { Kept, ScheduleStore } from './schedule-store.ts';

export interface ScheduleCommandDeps {
  readonly scheduler: Scheduler;
  readonly store: ScheduleStore;
  readonly frozen: () => boolean;
  /** Who could be asked in a round and costs something. */
  readonly paid: () => readonly PaidModel[];
  /** Tasks that have ended, the newest first. */
  readonly ended: Tasks['ended'];
  readonly hq: RoomId;
  readonly hqName: string;
  readonly timeZone: string;
  readonly roster: Parameters<typeof roundNames>[0];
}

/** Tasks among which the last rounds are looked for. */
const RECENT = 30;

export type ScheduleCommands = SwarmCommands<'schedule' | 'schedules' | 'unschedule' | 'run-now' | 'cycle'>;

/** `!schedule`, `!schedules`, `!unschedule`, `!run-now`, `!cycle`. */
export function scheduleCommands(deps: ScheduleCommandDeps): ScheduleCommands {
  const { store, scheduler } = deps;
  const names = roundNames(deps.roster);
  const time = (at: number, { lang }: SwarmCommandJob) => clockTime(at, Date.now(), deps.timeZone, lang);
  const nextOf = (schedule: Schedule) =>
    schedule.once ?? scheduler.nextOf({ ...schedule, handled: Math.max(schedule.at, Date.now()) });
  const record = (
    { source, at, room, by, lang }: SwarmCommandJob,
    more: Pick<Schedule, 'kind' | 'cron' | 'once' | 'typed' | 'mission' | 'missed'>,
  ): Schedule => ({ v: 1, id: scheduleId(source), source, at, room, by, lang, ...more });
  const named = async ({ words }: SwarmCommandJob): Promise<readonly Kept[]> => {
    const id = idIn(words);
    return id === null ? [] : store.named(id);
  };
  const nameOf = async ({ id, source }: Schedule): Promise<string> =>
    (await store.all()).find((one) => one.source === source)?.name ?? id.slice(0, SHORTEST_NAME);
  const what = ({ kind, mission }: Schedule, { lang }: SwarmCommandJob) =>
    kind === 'schedule' ? brief(mission) : say.cycleWord[lang]();
  const endAll = async (kind: Schedule['kind'], { by }: SwarmCommandJob) => {
    for (const one of await store.all()) if (one.kind === kind) await scheduler.end(one, by);
  };

  async function costs(cron: string, { lang }: SwarmCommandJob): Promise<string> {
    const rounds = (await deps.ended(RECENT))
      .filter(({ origin }) => origin === 'cycle')
      .map(({ costMicroUsd, tokens }) => ({ usd: costMicroUsd, tokens: tokens.input + tokens.output }));
    return say.cycleCosts[lang](cycleCost(cron, deps.paid(), rounds));
  }

  async function schedule(job: SwarmCommandJob): Promise<string> {
    if (job.room !== deps.hq) return say.scheduleElsewhere[job.lang](deps.hqName);
    const parsed = parseScheduleWords(job.words, { at: job.at, timeZone: deps.timeZone });
    if (parsed.kind === 'bad') return say.notSchedule[job.lang](parsed.why);
    const { when, mission, missed } = parsed.order;
    const more = { kind: 'schedule', mission, missed } as const;
    if (when.kind === 'once') {
      const made = record(job, { ...more, cron: cronOf(when.once, deps.timeZone), once: when.once });
      await store.add(made);
      return say.scheduledOnce[job.lang]({
        id: await nameOf(made),
        when: momentWords(when.once, job.at, deps.timeZone, job.lang),
        mission: brief(mission),
        skips: missed === 'skip',
      });
    }
    if (!isCron(when.cron, deps.timeZone)) return say.notSchedule[job.lang]('cron');
    const made = record(job, { ...more, cron: when.cron, ...(when.typed ? { typed: true } : {}) });
    await store.add(made);
    return say.scheduled[job.lang]({
      id: await nameOf(made),
      next: time(nextOf(made), job),
      when: cronWords(made, job.lang),
      mission: brief(mission),
      skips: missed === 'skip',
    });
  }

  async function schedules(job: SwarmCommandJob): Promise<string> {
    const kept = (await store.all())
      .filter(isToCome)
      .map((one) => ({ ...one, next: nextOf(one) }))
      .toSorted((a, b) => a.next - b.next);
    const lines = kept.map((one) => {
      const next =
        one.once === undefined ? time(one.next, job) : momentWords(one.next, Date.now(), deps.timeZone, job.lang);
      return {
        id: one.name,
        kind: one.kind,
        when: one.once === undefined ? cronWords(one, job.lang) : null,
        mission: brief(one.mission),
        next,
      };
    });
    return say.scheduleList[job.lang](lines, deps.frozen());
  }

  async function unschedule(job: SwarmCommandJob): Promise<string> {
    // The executor takes away all that begin so, and so does this.
    const found = await named(job);
    for (const one of found) await scheduler.end(one, job.by);
    return (
      found.map((one) => say.unscheduled[job.lang](one.name, what(one, job))).join('\n') ||
      say.noSuchSchedule[job.lang](job.words.slice(0, 40))
    );
  }

  async function runNow(job: SwarmCommandJob): Promise<string | null> {
    if (deps.frozen()) return allFrozen[job.lang]();
    const [found, another] = (await named(job)).filter(isToCome);
    if (found === undefined) return say.noSuchSchedule[job.lang](job.words.slice(0, 40));
    if (another !== undefined) return say.whichSchedule[job.lang](found.name, another.name);
    await scheduler.runNow(found, job.source, job.at);
    // The run says so itself.
    return null;
  }

  async function cycle(job: SwarmCommandJob): Promise<string> {
    const order = parseCycleWords(job.words);
    if (order.kind === 'bad') return say.notCycle[job.lang](order.why);
    const running = (await store.all()).find(({ kind }) => kind === 'cycle');
    if (order.kind === 'show')
      return running === undefined
        ? say.cycleIsOff[job.lang]()
        : [say.cycleOn[job.lang](time(nextOf(running), job), names), await costs(running.cron, job)].join('\n');
    if (job.room !== deps.hq) return say.scheduleElsewhere[job.lang](deps.hqName);
    if (order.kind === 'off') {
      await endAll('cycle', job);
      return say.cycleOff[job.lang]();
    }
    if (order.kind === 'digest') {
      await endAll('digest', job);
      if (order.hour === null) return say.digestSet[job.lang](null, '');
      const made = record(job, { kind: 'digest', cron: `0 ${order.hour} * * *`, mission: '', missed: 'once' });
      await store.add(made);
      return say.digestSet[job.lang](order.hour, time(nextOf(made), job));
    }
    if (running !== undefined && running.source !== job.source) await scheduler.end(running, job.by);
    // A round that was missed is not made up for: the next one sees the same room.
    const made = record(job, { kind: 'cycle', cron: order.cron, mission: '', missed: 'skip' });
    await store.add(made);
    return [say.cycleOn[job.lang](time(nextOf(made), job), names), await costs(order.cron, job)].join('\n');
  }

  return { schedule, schedules, unschedule, 'run-now': runNow, cycle };
}
