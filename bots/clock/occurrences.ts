import { CronExpressionParser } from 'cron-parser';

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

export type Due = { readonly kind: 'run' | 'skip'; /** The latest occurrence up to now: of several that were missed the last stands for all. */ readonly at: number; readonly late: boolean };

/** @param last up to when occurrences have been dealt with; `next` the first after it. */
export function dueOf(schedule: { readonly cron: string; readonly missed: 'once' | 'skip' }, next: number, now: number, timeZone: string): Due | null {
  if (next > now) return null;
  const at = latestOf(schedule.cron, next, now, timeZone);
  const late = now - at > GRACE_MS;
  return { kind: late && schedule.missed === 'skip' ? 'skip' : 'run', at, late: late || at !== next };
}

function latestOf(cron: string, next: number, now: number, timeZone: string): number {
  // After a long time down, near the end of it; looking back alone is not exact around a change of the clock.
  const before = CronExpressionParser.parse(cron, { currentDate: now, tz: timeZone }).prev().getTime();
  const times = CronExpressionParser.parse(cron, { currentDate: Math.max(next, before) - AROUND_CHANGE_MS, tz: timeZone });
  let latest = next;
  for (let at = times.next().getTime(); at <= now; at = times.next().getTime()) latest = Math.max(latest, at);
  return latest;
}
