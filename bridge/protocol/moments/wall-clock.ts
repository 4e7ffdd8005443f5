/** What the owner's clock and calendar show, and back. Pure; milliseconds since 1970. */

export const DAY_MS = 24 * 3_600_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** What the hands show at that moment, as if they stood in UTC. */
export function wallOf(at: number, timeZone: string): number {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('en', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  formats.set(timeZone, format);
  const parts = new Map<string, number>(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const part = (name: string): number => parts.get(name) ?? 0;
  return (
    Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second')) +
    (((at % 1_000) + 1_000) % 1_000)
  );
}

/**
 * When the hands show that: twice where they are put back. Where they are put forward over it, an hour later, as a
 * time that comes again and again does.
 */
export function momentsOf(wall: number, timeZone: string): readonly number[] {
  const offset = (around: number): number => wallOf(around, timeZone) - around;
  const [before, after] = [offset(wall - DAY_MS), offset(wall + DAY_MS)];
  const found = [...new Set([wall - before, wall - after])]
    .filter((at) => wallOf(at, timeZone) === wall)
    .toSorted((a, b) => a - b);
  return found.length === 0 ? [wall - before] : found;
}

/** A day as its midnight on the wall; null where the calendar has none such. Months count from 1, and on beyond a year's end. */
export function dayOf(year: number, month: number, day: number): number | null {
  const wall = Date.UTC(year, month - 1, day);
  const first = new Date(Date.UTC(year, month - 1, 1));
  return day >= 1 && new Date(wall).getUTCMonth() === first.getUTCMonth() ? wall : null;
}
