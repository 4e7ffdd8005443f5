import { DAY_MS, dayOf, momentsOf, wallOf } from './wall-clock.ts';

/** A moment as somebody says it, and which one that is: of the message's own time and the owner's clock alone, so that it is the same whoever asks and whenever. Pure. */

export type SaidDay =
  | { readonly kind: 'days'; readonly ahead: number }
  | { readonly kind: 'months'; readonly ahead: number }
  /** Sunday is 0. Weeks begin on Monday; null: the next such day. */
  | { readonly kind: 'weekday'; readonly weekday: number; readonly week: number | null }
  | {
      readonly kind: 'date';
      readonly year: number | 'this' | 'next' | null;
      readonly month: number;
      readonly day: number;
    }
  | {
      readonly kind: 'day-of-month';
      readonly day: number;
      /** Null: the next such day. */ readonly month: number | null;
    };

/** Hours count on over midnight: 25 is one o'clock in the night that follows. */
export interface SaidTime {
  /** What it may mean on the day on which it is said, in this order: the first that is still to come. */
  readonly today: readonly number[];
  readonly otherwise: number;
  readonly minute: number;
}

export type SaidMoment =
  | { readonly kind: 'delay'; readonly minutes: number }
  /** No time: at this hour, on another day. */
  | { readonly kind: 'at'; readonly day: SaidDay | null; readonly time: SaidTime | null };

export interface MomentOrigin {
  /** origin_server_ts of the message, milliseconds since 1970. */
  readonly at: number;
  readonly timeZone: string;
}

export type MomentFault = 'past' | 'too-far' | 'no-such-day';

const LONGEST_MS = 366 * DAY_MS;

export function momentOf(said: SaidMoment, { at, timeZone }: MomentOrigin): number | MomentFault {
  const moment = said.kind === 'delay' ? at + said.minutes * 60_000 : onDay(said.day, said.time, at, timeZone);
  if (typeof moment !== 'number') return moment;
  if (moment <= at) return 'past';
  return moment - at > LONGEST_MS ? 'too-far' : moment;
}

function onDay(day: SaidDay | null, time: SaidTime | null, at: number, timeZone: string): number | MomentFault {
  const wall = wallOf(at, timeZone);
  const today = Math.floor(wall / DAY_MS) * DAY_MS;
  const days = daysOf(day, today);
  if (days.length === 0) return 'no-such-day';
  for (const one of days) {
    const hours = time === null ? [] : one === today ? time.today : [time.otherwise];
    const walls =
      time === null ? [one + wall - today] : hours.map((hour) => one + hour * 3_600_000 + time.minute * 60_000);
    const next = walls.flatMap((shown) => momentsOf(shown, timeZone)).find((moment) => moment > at);
    if (next !== undefined) return next;
  }
  return 'past';
}

/** Which days it may be, the nearest first. */
function daysOf(day: SaidDay | null, today: number): readonly number[] {
  const now = new Date(today);
  const [year, month] = [now.getUTCFullYear(), now.getUTCMonth() + 1];
  const real = (...days: readonly (number | null)[]): readonly number[] => days.filter((one) => one !== null);
  if (day === null) return [today, today + DAY_MS];
  switch (day.kind) {
    case 'days':
      return [today + day.ahead * DAY_MS];
    case 'months': {
      // A month after the 31st is the end of a shorter one.
      const ends = [now.getUTCDate(), 30, 29, 28].map((one) =>
        one <= now.getUTCDate() ? dayOf(year, month + day.ahead, one) : null,
      );
      return real(...ends).slice(0, 1);
    }
    case 'weekday': {
      const monday = today - ((now.getUTCDay() + 6) % 7) * DAY_MS;
      if (day.week !== null) return [monday + (day.week * 7 + ((day.weekday + 6) % 7)) * DAY_MS];
      const next = today + ((day.weekday - now.getUTCDay() + 7) % 7) * DAY_MS;
      return [next, next + 7 * DAY_MS];
    }
    case 'date': {
      if (day.month < 1 || day.month > 12) return [];
      if (day.year !== null)
        return real(dayOf(day.year === 'this' ? year : day.year === 'next' ? year + 1 : day.year, day.month, day.day));
      const found = real(dayOf(year, day.month, day.day), dayOf(year + 1, day.month, day.day)).filter(
        (one) => one >= today,
      );
      // Of today, what has passed is not meant for the next year.
      return found[0] === today ? [today] : found.slice(0, 1);
    }
    case 'day-of-month':
      if (day.month !== null) return real(dayOf(year, month + day.month, day.day));
      return real(...[0, 1, 2].map((ahead) => dayOf(year, month + ahead, day.day))).filter((one) => one >= today);
    default:
      return day satisfies never;
  }
}
