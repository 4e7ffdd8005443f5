import { bareHour, exactly, nightHour } from './moment-hours.ts';
import type { FoundWords } from './moment-words.ts';
import type { SaidMoment, SaidDay, SaidTime } from './moment.ts';

/** A moment in English, at the beginning of a text. Pure. */

const NUMBERS: ReadonlyMap<string, number> = new Map([
  ...['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'].map(
    (word, i): [string, number] => [word, i + 1],
  ),
  ['a', 1],
  ['an', 1],
  ['fifteen', 15],
  ['twenty', 20],
  ['thirty', 30],
  ['forty', 40],
  ['forty-five', 45],
  ['fifty', 50],
]);
const NAMED_DAYS: ReadonlyMap<string, number> = new Map([
  ['yesterday', -1],
  ['today', 0],
  ['this', 0],
  ['tonight', 0],
  ['tomorrow', 1],
  ['tomorow', 1],
  ['tmr', 1],
  ['after', 2],
]);
const WEEK = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

const cut = (text: string, match: RegExpExecArray): string => text.slice(match[0].length).trimStart();
export const englishNumber = (word: string): number | null =>
  /^\d{1,6}$/u.test(word) ? Number(word) : (NUMBERS.get(word) ?? null);

interface SaidEnglishDay {
  readonly value: SaidDay;
  readonly rest: string;
  /** The part of the day that goes with it. */
  readonly part?: string | undefined;
}

export function englishMoment(whole: string): FoundWords<SaidMoment> {
  const text = whole.replace(/[A-Z]/gu, (letter) => letter.toLowerCase());
  // What is kept is the text as it was written: only how much of it was read is taken from here.
  const kept = (found: FoundWords<SaidMoment>): FoundWords<SaidMoment> =>
    found === null ? null : { value: found.value, rest: whole.slice(whole.length - found.rest.length) };
  const delay = delayIn(text);
  if (delay !== null) return kept(delay);
  const day = dayIn(text);
  if (day !== null) {
    const time = timeIn(day.rest, true, day.part);
    if (time !== null) return kept({ value: { kind: 'at', day: day.value, time: time.value }, rest: time.rest });
    return kept({ value: 'same' in day ? { kind: 'at', day: day.value, time: null } : null, rest: day.rest });
  }
  const time = timeIn(text, false);
  if (time === null) return null;
  const later = dayIn(time.rest);
  if (later === null || 'same' in later)
    return kept({ value: { kind: 'at', day: null, time: time.value }, rest: time.rest });
  const again = later.part === undefined ? time : timeIn(text, false, later.part);
  return kept({ value: { kind: 'at', day: later.value, time: again?.value ?? time.value }, rest: later.rest });
}

function delayIn(text: string): FoundWords<SaidMoment> {
  const half = /^in\s(?:half an hour|a half hour)(?=[\s,:]|$)/u.exec(text);
  if (half !== null) return { value: { kind: 'delay', minutes: 30 }, rest: cut(text, half) };
  const halves = /^in\s([a-z]{1,10}|\d{1,4})\s(?:hours?\s)?and a half(?:\shours?)?(?=[\s,:]|$)/u.exec(text);
  const minutes =
    /^in\s(?:about\s)?([a-z]{1,6}(?:-five)?|\d{1,6})\s?(?:minutes?|mins?|m)(?=[\s,:]|$)/u.exec(text) ??
    /^(\d{1,6})\s?(?:minutes?|mins?)\s(?:from now|later)(?=[\s,:]|$)/u.exec(text);
  const hours =
    /^in\s(?:about\s)?([a-z]{1,6}|\d{1,4})\s?(?:hours?|hrs?|h)(?:(?:\sand)?\s?([a-z]{1,6}(?:-five)?|\d{1,4})\s?(?:minutes?|mins?|m))?(?=[\s,:]|$)/u.exec(
      text,
    ) ?? /^(\d{1,4})\s?(?:hours?|hrs?)\s(?:from now|later)(?=[\s,:]|$)/u.exec(text);
  const found = halves ?? minutes ?? hours;
  if (found === null) return null;
  const [first, more] = [englishNumber(found[1] ?? ''), englishNumber(found[2] ?? '0')];
  if (first === null || more === null) return null;
  const value: SaidMoment = {
    kind: 'delay',
    minutes: found === minutes ? first : first * 60 + (found === halves ? 30 : more),
  };
  return { value, rest: cut(text, found) };
}

function dayIn(text: string): (SaidEnglishDay & { readonly same?: true }) | null {
  const ahead = /^in\s([a-z]{1,6}|\d{1,4})\s(day|week|month|year)s?(?=[\s,:]|$)/u.exec(text);
  if (ahead !== null) {
    const count = englishNumber(ahead[1] ?? '');
    if (count === null) return null;
    const months = ahead[2] === 'month' ? count : ahead[2] === 'year' ? count * 12 : null;
    return {
      value:
        months === null
          ? { kind: 'days', ahead: ahead[2] === 'week' ? count * 7 : count }
          : { kind: 'months', ahead: months },
      rest: cut(text, ahead),
      same: true,
    };
  }
  const named =
    /^(?:the\sday\s(after)\stomorrow|(yesterday|today|tonight|tomorr?ow|tmr|this(?=\s(?:morning|afternoon|evening|night))))(?:\s(morning|afternoon|evening|night))?(?=[\s,]|$)/u.exec(
      text,
    );
  if (named !== null) {
    const word = named[1] ?? named[2] ?? '';
    return {
      value: { kind: 'days', ahead: NAMED_DAYS.get(word) ?? 0 },
      rest: cut(text, named),
      part: named[3] ?? (word === 'tonight' ? 'night' : undefined),
    };
  }
  const weekday =
    /^(?:on\s)?(?:(this|next|coming)\s)?(sun|mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?)(?:day)?(?:\s(morning|afternoon|evening|night))?(?=[\s,]|$)/u.exec(
      text,
    );
  if (weekday !== null) {
    const week = weekday[1] === 'this' ? 0 : weekday[1] === 'next' ? 1 : null;
    return {
      value: { kind: 'weekday', weekday: WEEK.indexOf((weekday[2] ?? '').slice(0, 3)), week },
      rest: cut(text, weekday),
      part: weekday[3],
    };
  }
  return dateIn(text);
}

function dateIn(text: string): SaidEnglishDay | null {
  const date = (
    match: RegExpExecArray,
    year: string | undefined,
    month: number,
    day: string | undefined,
  ): SaidEnglishDay | null =>
    month < 1
      ? null
      : {
          value: { kind: 'date', year: year === undefined ? null : Number(year), month, day: Number(day) },
          rest: cut(text, match),
        };
  const iso = /^(?:on\s)?(\d{4})([-./])(\d{1,2})\2(\d{1,2})(?=[\st]|$)t?/u.exec(text);
  if (iso !== null) return date(iso, iso[1], Number(iso[3]), iso[4]);
  const monthFirst =
    /^(?:on\s)?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?\s(?:the\s)?(\d{1,2})(?:st|nd|rd|th)?(?:,?\s(\d{4}))?(?=[\s,]|$)/u.exec(
      text,
    );
  if (monthFirst !== null)
    return date(monthFirst, monthFirst[3], MONTHS.indexOf(monthFirst[1] ?? '') + 1, monthFirst[2]);
  const dayFirst =
    /^(?:on\s)?(?:the\s)?(\d{1,2})(?:st|nd|rd|th)?\s(?:of\s)?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?(?:,?\s(\d{4}))?(?=[\s,]|$)/u.exec(
      text,
    );
  if (dayFirst !== null) return date(dayFirst, dayFirst[3], MONTHS.indexOf(dayFirst[2] ?? '') + 1, dayFirst[1]);
  const figures = /^(?:on\s)?(\d{1,2})\/(\d{1,2})(?=[\s,]|$)/u.exec(text);
  if (figures !== null) return date(figures, undefined, Number(figures[1]), figures[2]);
  const day = /^(?:on\s)?the\s(\d{1,2})(?:st|nd|rd|th)(?=[\s,]|$)/u.exec(text);
  return day === null
    ? null
    : { value: { kind: 'day-of-month', day: Number(day[1]), month: null }, rest: cut(text, day) };
}

/** A number alone is an hour only behind a day or `at`: `5 apples` are none. */
function timeIn(text: string, behindDay: boolean, part?: string): FoundWords<SaidTime> {
  const fixed = /^(?:,\s?)?(?:at\s)?(noon|midnight)(?=[\s,:]|$)/u.exec(text);
  if (fixed !== null) return { value: exactly(fixed[1] === 'noon' ? 12 : 24, 0), rest: cut(text, fixed) };
  const found =
    /^(?:,\s?)?(at\s|@\s?)?(\d{1,2})(?::(\d{2}))?\s?(a\.?m\.?|p\.?m\.?|o'clock)?(?:\s(?:in\sthe\s|at\s)(morning|afternoon|evening|night))?(?=[\s,:]|$)/u.exec(
      text,
    );
  if (found === null) return null;
  const [, at, hourWord = '', minuteWord, half, said = part] = found;
  if (!behindDay && at === undefined && minuteWord === undefined && half === undefined) return null;
  const [hour, minute] = [Number(hourWord), Number(minuteWord ?? 0)];
  if (hour > 24 || minute > 59) return null;
  return { value: hourOf(hour, minute, half, said, hourWord.startsWith('0')), rest: cut(text, found) };
}

function hourOf(
  hour: number,
  minute: number,
  half: string | undefined,
  part: string | undefined,
  exact: boolean,
): SaidTime {
  if (hour > 12) return exactly(hour, minute);
  if (half?.startsWith('p') === true) return exactly(hour === 12 ? 12 : hour + 12, minute);
  if (half?.startsWith('a') === true) return part === 'night' ? nightHour(hour, minute) : exactly(hour % 12, minute);
  if (part === 'night') return nightHour(hour, minute);
  if (part === 'morning') return exactly(hour % 12, minute);
  if (part !== undefined) return exactly(hour === 12 ? 12 : hour + 12, minute);
  return bareHour(hour, minute, exact);
}
