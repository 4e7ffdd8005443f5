/** Days and months as the owner's calendar has them. Pure. */

export const PERIODS = ['day', 'month'] as const;
export type Period = (typeof PERIODS)[number];

const DAY_MS = 24 * 3_600_000;
const formats = new Map<string, Intl.DateTimeFormat>();

function calendar(
  at: number,
  timeZone: string,
): { readonly year: string; readonly month: string; readonly day: string } {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('en', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    });
  formats.set(timeZone, format);
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
  return { year: parts.get('year') ?? '', month: parts.get('month') ?? '', day: parts.get('day') ?? '' };
}

/** `2026-11-22`, or `2026-11` for a month. */
export function periodKey(period: Period, at: number, timeZone: string): string {
  const { year, month, day } = calendar(at, timeZone);
  return period === 'day' ? `${year}-${month}-${day}` : `${year}-${month}`;
}

/**
 * The first millisecond of the next day or month. Looked for between now and then rather than computed: a day may have
 * 23 or 25 hours, and in some zones it does not begin at midnight.
 */
export function periodEnd(period: Period, at: number, timeZone: string): number {
  const now = periodKey(period, at, timeZone);
  let inside = at;
  let outside = at + (period === 'day' ? 2 : 33) * DAY_MS;
  while (outside - inside > 1) {
    const middle = Math.floor((inside + outside) / 2);
    if (periodKey(period, middle, timeZone) === now) inside = middle;
    else outside = middle;
  }
  return outside;
}
