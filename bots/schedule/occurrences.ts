import { CronExpressionParser } from 'cron-parser';
import { wallOf } from '../../bridge/protocol/moments/wall-clock.ts';

/** When a schedule's times come, on the owner's clock. Pure. */

/**
 * Where the hands are put back, a time comes twice and counts once; where they are put forward, one that is left out
 * counts an hour later. The library knows this only while it steps over the change: so it starts well before.
 */
const AROUND_CHANGE_MS = 4 * 3_600_000;
/** A run that is later than this was missed: the house was down, or frozen. */
export const GRACE_MS = 90_000;

/** Whether these five fields ever come true. */
export function isCron(cron: string, timeZone: string): boolean {
  try {
    CronExpressionParser.parse(cron, { tz: timeZone }).next();
    return cron.trim().split(/\s+/u).length === 5;
  } catch {
    return false;
  }
}

/** The first occurrence after that time; milliseconds since 1970. */
export function nextRun(cron: string, after: number, timeZone: string): number {
  const times = CronExpressionParser.parse(cron, { currentDate: after - AROUND_CHANGE_MS, tz: timeZone });
  for (;;) {
    const at = times.next().getTime();
    if (at > after) return at;
  }
}

/** What a schedule's times hang on. */
export interface Timing {
  readonly cron: string;
  /** The one moment that there is, of a schedule that comes but once. */
  readonly once?: number | undefined;
}

/** The five fields that come true at that moment. */
export function cronOf(at: number, timeZone: string): string {
  const wall = new Date(wallOf(at, timeZone));
  return `${wall.getUTCMinutes()} ${wall.getUTCHours()} ${wall.getUTCDate()} ${wall.getUTCMonth() + 1} *`;
}

/** Whether a run is still to come, of all up to `handled` that have been dealt with. */
export const isToCome = ({
  once,
  handled,
}: {
  readonly once?: number | undefined;
  readonly handled: number;
}): boolean => once === undefined || handled < once;

/** The first occurrence after that time; infinitely far where none is left. */
export function nextOf(timing: Timing, after: number, timeZone: string): number {
  if (timing.once === undefined) return nextRun(timing.cron, after, timeZone);
  return isToCome({ once: timing.once, handled: after }) ? timing.once : Number.POSITIVE_INFINITY;
}

export type Due = {
  readonly kind: 'run' | 'skip';
  /** The latest occurrence up to now: of several that were missed the last stands for all. */ readonly at: number;
  readonly late: boolean;
};

/** @param last up to when occurrences have been dealt with; `next` the first after it. */
export function dueOf(
  schedule: Timing & { readonly missed: 'once' | 'skip' },
  next: number,
  now: number,
  timeZone: string,
): Due | null {
  if (next > now) return null;
  const at = schedule.once ?? latestOf(schedule.cron, next, now, timeZone);
  const late = now - at > GRACE_MS;
  return { kind: late && schedule.missed === 'skip' ? 'skip' : 'run', at, late: late || at !== next };
}

function latestOf(cron: string, next: number, now: number, timeZone: string): number {
  // After a long time down, near the end of it; looking back alone is not exact around a change of the clock.
  const before = CronExpressionParser.parse(cron, { currentDate: now, tz: timeZone }).prev().getTime();
  const times = CronExpressionParser.parse(cron, {
    currentDate: Math.max(next, before) - AROUND_CHANGE_MS,
    tz: timeZone,
  });
  let latest = next;
  for (let at = times.next().getTime(); at <= now; at = times.next().getTime()) latest = Math.max(latest, at);
  return latest;
}
