import { englishNumber } from './moment-english.ts';
import { koreanHours, koreanNumber } from './moment-korean.ts';

/** Times that come again and again as people say them, at the beginning of a text: a small table of Korean and English. Pure. */

export interface Times {
  /** Five fields. */
  readonly cron: string;
  /** What stands behind. */
  readonly rest: string;
}

interface Day {
  readonly dayOfMonth: string;
  readonly dayOfWeek: string;
}
const EVERY_DAY: Day = { dayOfMonth: '*', dayOfWeek: '*' };
const onDays = (dayOfWeek: string): Day => ({ dayOfMonth: '*', dayOfWeek });

/** @returns `interval` for one that the hands of a clock do not come by regularly, such as seven minutes. */
export function timesOf(text: string): Times | 'interval' | null {
  return every(text) ?? daily(koreanDay(text), koreanTime) ?? daily(englishDay(text), englishTime);
}

const cut = (text: string, match: RegExpExecArray): string => text.slice(match[0].length).trimStart();

function every(text: string): Times | 'interval' | null {
  const minutes =
    /^(?:매\s?분|every\s+minute)(?:마다)?(?=\s|$)/iu.exec(text) ??
    /^(?:(\d{1,4}|[일이삼사오육칠팔구십]{1,3})\s*분(?:마다|\s?간격으로|에 한 ?번(?:씩)?)|every\s+(\d{1,4}|[a-z]{3,6}(?=\s))\s*(?:minutes?|mins?|m)(?=[\s,:]|$))/iu.exec(
      text,
    );
  if (minutes !== null) return interval(countOf(minutes), 60, (n) => `*/${n} * * * *`, text, minutes);
  const past = /^매\s?시(?:간)?\s*(\d{1,2})분(?:에|마다)?(?=\s|$)/u.exec(text);
  if (past !== null) return Number(past[1]) < 60 ? { cron: `${Number(past[1])} * * * *`, rest: cut(text, past) } : null;
  const hours =
    /^(?:매\s?시간?(?:마다)?(?=\s|$)|(?:한\s?)?시간마다|every\s+hour(?=[\s,:]|$)|hourly(?=[\s,:]|$))/iu.exec(text) ??
    /^(?:(\d{1,3}|두|세|네|여섯|여덟|열두)\s*시간(?:마다|\s?간격으로|에 한 ?번(?:씩)?)|every\s+(\d{1,3}|[a-z]{3,6}(?=\s))\s*(?:hours?|hrs?|h)(?=[\s,:]|$))/iu.exec(
      text,
    );
  return hours === null
    ? null
    : interval(countOf(hours), 24, (n) => (n === 1 ? '0 * * * *' : `0 */${n} * * *`), text, hours);
}

const countOf = ([, korean, english]: RegExpExecArray): number =>
  koreanNumber(korean ?? '') ?? englishNumber((english ?? '1').toLowerCase()) ?? 0;

function interval(
  n: number,
  whole: number,
  cron: (n: number) => string,
  text: string,
  match: RegExpExecArray,
): Times | 'interval' {
  if (n < 1 || n >= whole || whole % n !== 0) return 'interval';
  return { cron: n === 1 && whole === 60 ? '* * * * *' : cron(n), rest: cut(text, match) };
}

type Found<T> = { readonly value: T; readonly rest: string } | null;

function daily(
  day: Found<Day>,
  time: (text: string) => Found<{ readonly hour: number; readonly minute: number }>,
): Times | null {
  if (day === null) return null;
  const at = time(day.rest);
  if (at === null) return null;
  const { dayOfMonth, dayOfWeek } = day.value;
  return { cron: `${at.value.minute} ${at.value.hour} ${dayOfMonth} * ${dayOfWeek}`, rest: at.rest };
}

const KOREAN_WEEK = '일월화수목금토';

function koreanDay(text: string): Found<Day> {
  const all = /^(?:매일|날마다|하루에 한 ?번)(?:마다)?\s*/u.exec(text);
  if (all !== null) return { value: EVERY_DAY, rest: cut(text, all) };
  const week = /^(?:매주\s*)?(평일|주중|주말)(?:마다|에)?\s*/u.exec(text);
  if (week !== null) return { value: onDays(week[1] === '주말' ? '0,6' : '1-5'), rest: cut(text, week) };
  const month = /^(?:매월|매달)\s*(\d{1,2})일(?:마다|에)?\s*/u.exec(text);
  if (month !== null) return inMonth(Number(month[1]), cut(text, month));
  const some =
    /^매주[ \t]{0,3}((?:[일월화수목금토](?:요일)?(?:과|와|이랑|하고|,|·|[ \t]){0,3}){1,14}?)(?:마다|에)?(?=[ \t]{1,3}(?:오|아|새|저|밤|낮|점|정|자|\d))\s*/u.exec(
      text,
    ) ?? /^((?:[일월화수목금토]요일(?:과|와|이랑|하고|,|·|\s)*)+)마다\s*/u.exec(text);
  if (some === null) return null;
  const letters = (some[1] ?? '').replace(/요일|과|와|이랑|하고/gu, '').replace(/[^일월화수목금토]/gu, '');
  return {
    value: onDays(weekList(Array.from(letters, (letter) => KOREAN_WEEK.indexOf(letter)))),
    rest: cut(text, some),
  };
}

const inMonth = (day: number, rest: string): Found<Day> =>
  day >= 1 && day <= 31 ? { value: { dayOfMonth: String(day), dayOfWeek: '*' }, rest } : null;
const weekList = (days: readonly number[]): string => [...new Set(days)].toSorted((a, b) => a - b).join(',');

/** Read as of a single moment: only that a night's small hours stand on the next day makes no difference. */
function koreanTime(text: string): Found<{ readonly hour: number; readonly minute: number }> {
  const found = koreanHours(text);
  return found?.value == null
    ? null
    : { value: { hour: found.value.otherwise % 24, minute: found.value.minute }, rest: found.rest };
}

const ENGLISH_WEEK = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

function englishDay(text: string): Found<Day> {
  const all = /^(?:every\s+day|each\s+day|daily|every\s*(?=(?:morning|evening|night|afternoon)\b))\s*/iu.exec(text);
  if (all !== null) return { value: EVERY_DAY, rest: cut(text, all) };
  const week = /^(?:(?:every|each|on)\s+)?(weekdays?|weekends?)\s*/iu.exec(text);
  if (week !== null) return { value: onDays(/^weekend/iu.test(week[1] ?? '') ? '0,6' : '1-5'), rest: cut(text, week) };
  const month = /^(?:monthly|every\s+month|each\s+month)\s+on\s+(?:the\s+)?(\d{1,2})(?:st|nd|rd|th)?\s*/iu.exec(text);
  if (month !== null) return inMonth(Number(month[1]), cut(text, month));
  const some =
    /^(?:every|each|on|weekly[ \t]{1,3}on)[ \t]{1,3}((?:(?:sun|mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?)(?:days?)?(?:[ \t]{0,3},[ \t]{0,3}(?:and[ \t]{1,3})?|[ \t]{1,3}and[ \t]{1,3})?){1,14})(?![a-z])\s*/iu.exec(
      text,
    );
  // `on Monday` is the next one; `on Mondays` are all of them.
  if (some === null || /^on[ \t]{1,3}(?!\w{1,6}days)[a-z]{1,9}$/iu.test(some[0].trim())) return null;
  const days = [...(some[1] ?? '').toLowerCase().matchAll(/[a-z]+/gu)]
    .map(([word]) => ENGLISH_WEEK.indexOf(word.slice(0, 3)))
    .filter((day) => day >= 0);
  return { value: onDays(weekList(days)), rest: cut(text, some) };
}

function englishTime(text: string): Found<{ readonly hour: number; readonly minute: number }> {
  const fixed = /^(?:at\s+)?(noon|midnight)(?=[\s,:]|$)\s*/iu.exec(text);
  if (fixed !== null)
    return { value: { hour: fixed[1]?.toLowerCase() === 'noon' ? 12 : 0, minute: 0 }, rest: cut(text, fixed) };
  const match =
    /^(morning|afternoon|evening|night)?\s*(?:at\s+)?(\d{1,2})(?::(\d{2}))?\s*(a\.?m\.?|p\.?m\.?|o'clock)?(?=[\s,:]|$)\s*/iu.exec(
      text,
    );
  if (match === null) return null;
  const [, part, hours, minutes, half] = match;
  const late =
    half?.toLowerCase().startsWith('p') === true ||
    (!(half?.toLowerCase().startsWith('a') ?? false) && part !== undefined && part.toLowerCase() !== 'morning');
  const early = half?.toLowerCase().startsWith('a') === true || part?.toLowerCase() === 'morning';
  const said = Number(hours);
  const hour = late && said < 12 ? said + 12 : early && said === 12 ? 0 : said;
  const minute = Number(minutes ?? 0);
  return hour > 23 || minute > 59 ? null : { value: { hour, minute }, rest: cut(text, match) };
}
