import { schedule as beatEvery, type ScheduledTask } from 'node-cron';
import type { Logger } from 'pino';
import { messageContent } from '../../bridge/matrix/content.ts';
import type { Account } from '../../bridge/matrix/account.ts';
import { TASK_LASTS_MS } from '../../bridge/protocol/command-job.ts';
import type { EventId, UserId } from '../../bridge/protocol/ids.ts';
import { jobId, type OccurrenceJob, type SwarmJob } from '../../bridge/protocol/turn.ts';
import type { JobQueue } from '../../bridge/queue/jobs.ts';
import * as say from '../../bridge/text/room/schedule.ts';
import { ENDED } from '../tasks/state/task-state.ts';
import type { Tasks } from '../tasks/tasks.ts';
import { type CycleDeps, beginCycleRound, tellEnds, writeDigest } from './cycle.ts';
import { dueOf, isToCome, nextOf } from './occurrences.ts';
import { isOrdered, sentAt } from './order-event.ts';
import { goesOn } from './round.ts';
import type { Kept, ScheduleStore } from './schedule-store.ts';

export interface SchedulerDeps extends Omit<CycleDeps, 'round'> {
  readonly store: ScheduleStore;
  readonly queue: Pick<JobQueue<SwarmJob>, 'add'>;
  readonly tasks: Pick<Tasks, 'start' | 'get' | 'cancel'>;
  readonly coordinator: Pick<Account, 'send' | 'event' | 'userId'>;
  readonly masters: () => Promise<ReadonlySet<UserId>>;
  /** Everything stands still: what comes due meanwhile counts as missed. */
  readonly frozen: () => boolean;
  readonly timeZone: string;
  readonly now: () => number;
  readonly log: Logger;
}

/** Six times a minute, the full minute among them. */
const HEARTBEAT = '*/10 * * * * *';

/**
 * The owner's clock. Every swarm looks at it; an occurrence is a job whose id it names, so that one of them takes it,
 * again after a crash if need be, and all that comes of it hangs on that id.
 */
export class Scheduler {
  readonly #deps: SchedulerDeps;
  /** The next occurrence of each, as long as what has been dealt with stays the same. */
  readonly #next = new Map<string, { readonly handled: number; readonly cron: string; readonly next: number }>();
  #heartbeat: ScheduledTask | undefined;
  #ticking: Promise<void> | undefined;

  constructor(deps: SchedulerDeps) {
    this.#deps = deps;
  }

  async start(): Promise<void> {
    this.#heartbeat ??= beatEvery(HEARTBEAT, () => this.#beat(), {
      timezone: this.#deps.timeZone,
      noOverlap: true,
      suppressMissedWarning: true,
      unref: true,
    });
    await this.#beat();
  }

  async stop(): Promise<void> {
    await this.#heartbeat?.destroy();
    this.#heartbeat = undefined;
    await this.#ticking;
  }

  nextOf({ id, cron: fields, once, handled }: Pick<Kept, 'id' | 'cron' | 'once' | 'handled'>): number {
    if (once !== undefined) return nextOf({ cron: fields, once }, handled, this.#deps.timeZone);
    const known = this.#next.get(id);
    if (known?.handled === handled && known.cron === fields) return known.next;
    const next = nextOf({ cron: fields }, handled, this.#deps.timeZone);
    this.#next.set(id, { handled, cron: fields, next });
    return next;
  }

  /** Sets off what is due. Called by any number of swarms at once it sets off each occurrence once. */
  async tick(): Promise<void> {
    const { store, queue, frozen, now, timeZone, log } = this.#deps;
    if (frozen()) return;
    for (const schedule of await store.all()) {
      const due = dueOf(schedule, this.nextOf(schedule), now(), timeZone);
      if (due === null) {
        if (!isToCome(schedule)) await this.#forget(schedule);
        continue;
      }
      log.info({ schedule: schedule.id, at: new Date(due.at).toISOString(), late: due.late, kind: due.kind }, 'clock');
      if (due.kind === 'run')
        await this.#add(
          {
            type: 'occurrence',
            schedule: schedule.id,
            source: schedule.source,
            key: String(due.at),
            at: due.at,
            late: due.late,
          },
          queue,
        );
      if (schedule.once !== undefined && due.kind === 'skip') {
        // One that comes again shows in the list that it goes on; of this one nothing would be left.
        await this.#tell(
          schedule,
          say.runMissed[schedule.lang](schedule.name, brief(schedule.mission)),
          `${schedule.source}.missed`,
        );
        await store.remove(schedule);
      } else await store.handled(schedule.id, schedule.once === undefined ? due.at : now());
    }
    await tellEnds({ ...this.#deps, round: this.#deps });
  }

  /** A schedule that came once is kept while its run goes on: until then the master may end it by its name. */
  async #forget(schedule: Kept): Promise<void> {
    const { store, tasks, now } = this.#deps;
    const last = await store.lastRun(schedule.id);
    const begun = last?.key === String(schedule.once) ? await tasks.get(last.root) : null;
    if (now() - schedule.handled > TASK_LASTS_MS || (begun !== null && ENDED.has(begun.phase)))
      await store.remove(schedule);
  }

  /** `!run-now`, in the master's event. */
  async runNow(schedule: Kept, command: EventId, at: number): Promise<void> {
    await this.#add(
      { type: 'occurrence', schedule: schedule.id, source: schedule.source, key: `now.${command}`, at, late: false },
      this.#deps.queue,
    );
  }

  /** Takes a schedule away and ends what it has begun: the executor would carry out nothing more of it. */
  async end(schedule: Kept, by: UserId): Promise<void> {
    const { store, tasks } = this.#deps;
    const last = await store.lastRun(schedule.id);
    const rounds = schedule.kind === 'cycle' ? await store.openRounds() : [];
    await store.remove(schedule);
    for (const root of new Set([...(last === null ? [] : [last.root]), ...rounds.map((round) => round.root)]))
      await tasks.cancel(root, by);
  }

  /** One run. Begun again after a crash it goes on where it was. */
  async run(job: OccurrenceJob): Promise<void> {
    const { store, tasks, coordinator, masters } = this.#deps;
    const schedule = await store.get(job.schedule);
    // Cancelled since.
    if (schedule === null || schedule.source !== job.source) return;
    if (!(await isOrdered(schedule, { coordinator, masters: await masters() }))) {
      await this.#tell(schedule, say.orderIsGone[schedule.lang](schedule.name), `${jobId(job)}.gone`);
      return store.remove(schedule);
    }
    if (schedule.kind === 'digest') return writeDigest(schedule, job, { ...this.#deps, round: this.#deps });
    const last = await store.lastRun(schedule.id);
    if (last !== null && last.key !== job.key && goesOn(await tasks.get(last.root), schedule.kind)) {
      const what = schedule.kind === 'cycle' ? say.cycleWord[schedule.lang]() : brief(schedule.mission);
      await this.#tell(schedule, say.runOverlaps[schedule.lang](schedule.name, what), `${jobId(job)}.overlap`);
      if (job.key === String(schedule.once)) await store.remove(schedule);
      return;
    }
    if (schedule.kind === 'cycle') return beginCycleRound(schedule, job, { ...this.#deps, round: this.#deps });
    const { room, lang, by, mission, source, name } = schedule;
    const how = job.key.startsWith('now.') ? 'now' : job.late ? 'late' : 'on-time';
    const content = messageContent({
      text: say.runBegins[lang](name, mission, how),
      msgtype: 'm.notice',
      chavion: { v: 1, kind: 'notice', source },
    });
    const root = await coordinator.send(room, 'm.room.message', content, jobId(job));
    await store.ran(schedule.id, { key: job.key, root });
    await tasks.start({ root, room, at: await sentAt(coordinator, room, root), by, origin: 'schedule', mission, lang });
  }

  async #tell({ room, source }: Pick<Kept, 'room' | 'source'>, text: string, txn: string): Promise<void> {
    await this.#deps.coordinator.send(
      room,
      'm.room.message',
      messageContent({ text, msgtype: 'm.notice', chavion: { v: 1, kind: 'notice', source } }),
      txn,
    );
  }

  async #add(job: OccurrenceJob, queue: SchedulerDeps['queue']): Promise<void> {
    await queue.add([{ id: jobId(job), data: job }]);
  }

  /** A heart that misses a beat goes on. */
  async #beat(): Promise<void> {
    this.#ticking = this.tick().catch((error: unknown) =>
      this.#deps.log.warn({ error: error instanceof Error ? error.message : 'unknown' }, 'clock'),
    );
    await this.#ticking;
  }
}

export const brief = (mission: string): string => {
  const line = mission.replace(/\s+/gu, ' ').trim();
  return line.length > 60 ? `${line.slice(0, 60).toWellFormed()}…` : line;
};
