import type { Lang } from '../../protocol/ids.ts';

/** When a schedule comes, as people say it. */

const WEEK_KO = ['일', '월', '화', '수', '목', '금', '토'];
const WEEK_EN = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const DAY_NAMES = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const MONTH_NAMES = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** `11월 28일 토요일 07:00`, with its year where that is another than now. */
export function momentWords(at: number, now: number, timeZone: string, lang: Lang): string {
  const say = (style: Intl.DateTimeFormatOptions, time = at): string =>
    new Intl.DateTimeFormat(lang === 'ko' ? 'ko-KR' : 'en-GB', { timeZone, ...style }).format(time);
  const year: Intl.DateTimeFormatOptions =
    say({ year: 'numeric' }) === say({ year: 'numeric' }, now) ? {} : { year: 'numeric' };
  const date = say({ ...year, month: 'long', day: 'numeric', weekday: 'long' });
  return `${date} ${say({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })}`;
}

/** The five fields in words; they themselves stand behind only where the master wrote them, or where words fail. */
export function cronWords(
  { cron, typed }: { readonly cron: string; readonly typed?: boolean | undefined },
  lang: Lang,
): string {
  const words = saidOf(cron, lang);
  if (words === null) return lang === 'ko' ? `정해 두신 때마다 (\`${cron}\`)` : `at its own times (\`${cron}\`)`;
  return typed === true ? `${words} (\`${cron}\`)` : words;
}

function saidOf(cron: string, lang: Lang): string | null {
  const [minute = '', hour = '', ofMonth = '', month = '', ofWeek = ''] = cron.trim().toLowerCase().split(/\s+/u);
  const times = timesOf(minute, hour, lang);
  const days = daysOf(ofMonth, month, ofWeek, lang);
  if (times === null || days === null) return null;
  // What comes by the minute comes every day: that need not be said.
  const everyDay = days === '';
  if (times.within)
    return everyDay ? times.words : lang === 'ko' ? `${days} ${times.words}` : `${times.words}, ${days}`;
  return lang === 'ko'
    ? `${everyDay ? '매일' : days} ${times.words}`
    : `${everyDay ? 'every day' : days} at ${times.words}`;
}

const two = (n: number): string => String(n).padStart(2, '0');
const range = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);
const stepOf = (field: string): number | null => {
  if (field === '*') return 1;
  const step = /^\*\/(\d{1,2})$/u.exec(field)?.[1];
  return step === undefined ? null : Number(step);
};

/** Numbers of a list with ranges in it; null where it holds anything else, or nothing. */
function numbersOf(field: string, names: readonly string[] = [], first = 0): readonly number[] | null {
  const found: number[] = [];
  for (const part of field.split(',')) {
    const ends = part
      .split('-')
      .map((end) => (names.includes(end) ? names.indexOf(end) + first : /^\d{1,2}$/u.test(end) ? Number(end) : -1));
    const [from = -1, to = from, more] = ends;
    if (from < 0 || to < from || more !== undefined) return null;
    found.push(...range(from, to));
  }
  return [...new Set(found)].toSorted((a, b) => a - b);
}

function timesOf(
  minute: string,
  hour: string,
  lang: Lang,
): { readonly words: string; /** Many times within a day. */ readonly within: boolean } | null {
  const ko = lang === 'ko';
  const every = stepOf(minute);
  const hours = stepOf(hour);
  if (every !== null) {
    const often = every === 1 ? (ko ? '1분마다' : 'every minute') : ko ? `${every}분마다` : `every ${every} minutes`;
    if (hours === 1) return { words: often, within: true };
    const span = /^(\d{1,2})(?:-(\d{1,2}))?$/u.exec(hour);
    if (span === null) return null;
    const [from, to] = [two(Number(span[1])), two(Number(span[2] ?? span[1]))];
    return {
      words: ko ? `${from}시부터 ${to}시 59분까지 ${often}` : `${often} from ${from}:00 to ${to}:59`,
      within: true,
    };
  }
  const minutes = numbersOf(minute);
  if (minutes === null) return null;
  const past = minutes.map(two);
  if (hours !== null) {
    const each = hours === 1 ? (ko ? '매시간' : 'every hour') : ko ? `${hours}시간마다` : `every ${hours} hours`;
    if (minutes.length === 1 && minutes[0] === 0) return { words: each, within: true };
    return {
      words: ko
        ? `${each} ${minutes.map((one) => `${one}분`).join('·')}에`
        : `${each} at ${past.map((one) => `:${one}`).join(', ')}`,
      within: true,
    };
  }
  const at = numbersOf(hour);
  if (at === null) return null;
  const [first = 0, last = first] = [at[0], at.at(-1)];
  if (at.length > 3 && last - first === at.length - 1 && past.length === 1)
    return {
      words: ko
        ? `${two(first)}:${past[0]}부터 ${two(last)}:${past[0]}까지 매시간`
        : `every hour from ${two(first)}:${past[0]} to ${two(last)}:${past[0]}`,
      within: true,
    };
  const all = at.flatMap((one) => past.map((rest) => `${two(one)}:${rest}`));
  return all.length > 12 ? null : { words: all.join(', '), within: false };
}

/** '' for every day. */
function daysOf(ofMonth: string, month: string, ofWeek: string, lang: Lang): string | null {
  const any = (field: string): boolean => field === '*' || field === '?';
  if (any(ofMonth)) {
    if (!any(month)) return null;
    return any(ofWeek) ? '' : weekDays(ofWeek, lang);
  }
  // Of both the clock takes either: words for that would be longer than they are clear.
  if (!any(ofWeek)) return null;
  const days = ofMonth === 'l' ? null : numbersOf(ofMonth);
  if (days === null && ofMonth !== 'l') return null;
  const months = any(month) ? [] : numbersOf(month, MONTH_NAMES, 1);
  if (months === null) return null;
  if (lang === 'ko')
    return `${months.length === 0 ? '매달' : `매년 ${months.map((one) => `${one}월`).join('·')}`} ${days === null ? '마지막 날' : days.map((one) => `${one}일`).join('·')}`;
  const names = months.map((one) => (MONTH_NAMES[one - 1] ?? '').replace(/^./u, (letter) => letter.toUpperCase()));
  return `${days === null ? 'the last day' : `day ${days.join(', ')}`} of ${names.length === 0 ? 'every month' : `${names.join(', ')} every year`}`;
}

function weekDays(field: string, lang: Lang): string | null {
  const found = numbersOf(field, DAY_NAMES);
  if (found === null || found.some((day) => day > 7)) return null;
  // Sunday is 0 and 7; people begin with Monday.
  const days = [...new Set(found.map((day) => day % 7))].toSorted((a, b) => ((a + 6) % 7) - ((b + 6) % 7));
  if (days.length === 7) return '';
  const key = days.join('');
  if (key === '12345') return lang === 'ko' ? '평일' : 'on weekdays';
  if (key === '60') return lang === 'ko' ? '주말' : 'at weekends';
  return lang === 'ko'
    ? `매주 ${days.map((day) => `${WEEK_KO[day]}요일`).join('·')}`
    : `every ${days.map((day) => WEEK_EN[day]).join(', ')}`;
}
