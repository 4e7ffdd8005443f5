import { bareHour, exactly, koreanHour, nightHour } from './moment-hours.ts';
import { type FoundWords, readDigits } from './moment-words.ts';
import type { SaidMoment, SaidDay, SaidTime } from './moment.ts';

/** A moment in Korean, at the beginning of a text. Pure. */

const NATIVE: ReadonlyMap<string, number> = new Map(
  ['한', '두', '세', '네', '다섯', '여섯', '일곱', '여덟', '아홉', '열', '열한', '열두']
    .map((word, i): [string, number] => [word, i + 1])
    .concat([
      ['석', 3],
      ['넉', 4],
    ]),
);
const SINO = '일이삼사오육칠팔구';
const NAMED_DAYS: ReadonlyMap<string, number> = new Map([
  ['그저께', -2],
  ['그제', -2],
  ['어제', -1],
  ['오늘', 0],
  ['금일', 0],
  ['내일', 1],
  ['명일', 1],
  ['모레', 2],
  ['내일모레', 2],
  ['글피', 3],
  ['그글피', 4],
]);
const COUNTED_DAYS: ReadonlyMap<string, number> = new Map([
  ['하루', 1],
  ['이틀', 2],
  ['사흘', 3],
  ['나흘', 4],
  ['닷새', 5],
  ['엿새', 6],
  ['이레', 7],
  ['여드레', 8],
  ['아흐레', 9],
  ['열흘', 10],
  ['보름', 15],
]);
const WEEK = '일월화수목금토';

/** `30`, `삼십`, `두`. */
export function koreanNumber(word: string): number | null {
  if (word === '') return null;
  const plain = readDigits(word) ?? NATIVE.get(word);
  if (plain !== undefined) return plain;
  const [, tens, ten, ones] = /^([이삼사오육칠팔구]?)(십?)([일이삼사오육칠팔구]?)$/u.exec(word) ?? [];
  if (tens === undefined || (ten === '' && tens !== '' && ones !== '')) return null;
  const digit = (letter = ''): number => (letter === '' ? 0 : SINO.indexOf(letter) + 1);
  return ten === '' ? digit(tens) + digit(ones) : (tens === '' ? 1 : digit(tens)) * 10 + digit(ones);
}

export function koreanMoment(text: string): FoundWords<SaidMoment> {
  const now = /^지금(?:으로)?부터\s{0,3}/u.exec(text)?.[0].length ?? 0;
  const delay = delayOf(text.slice(now));
  if (delay !== null) return delay;
  const day = dayIn(text);
  const time = koreanHours(day?.rest ?? text);
  if (time !== null) return { value: { kind: 'at', day: day?.value ?? null, time: time.value }, rest: time.rest };
  if (day === null) return null;
  // Some days on, at this hour; a day by its name has its hour said, too.
  const after = day.same === true || /^(?:(?:이|같은|지금)\s?(?:시간|시각)|이맘때)에?(?=[\s,:]|$)/u.test(day.rest);
  return {
    value: after ? { kind: 'at', day: day.value, time: null } : null,
    rest: day.rest.replace(/^(?:(?:이|같은|지금)\s?(?:시간|시각)|이맘때)에?(?=[\s,:]|$)\s{0,3}/u, ''),
  };
}

const cut = (text: string, match: RegExpExecArray): string => text.slice(match[0].length).trimStart();

function delayOf(text: string): FoundWords<SaidMoment> {
  const hours =
    /^(\d{1,4}|열한|열두|열|한|두|세|네|다섯|여섯|일곱|여덟|아홉|반)\s?시간\s?(?:(반)|(\d{1,4}|[일이삼사오육칠팔구십]{1,3})\s?분)?\s?(?:뒤|후|있다가?|이따가?)(?:에|에는)?(?=[\s,:]|$)/u.exec(
      text,
    );
  const minutes =
    hours === null
      ? /^(\d{1,6}|[일이삼사오육칠팔구십]{1,3})\s?분\s?(?:뒤|후|있다가?|이따가?)(?:에|에는)?(?=[\s,:]|$)/u.exec(text)
      : null;
  const found = hours ?? minutes;
  if (found === null) return null;
  const whole = found[1] === '반' ? 0.5 : koreanNumber(found[1] ?? '');
  const more = found[2] === undefined ? koreanNumber(found[3] ?? '0') : 30;
  return whole === null || more === null
    ? null
    : { value: { kind: 'delay', minutes: hours === null ? whole : whole * 60 + more }, rest: cut(text, found) };
}

function dayIn(text: string): { readonly value: SaidDay; readonly rest: string; readonly same?: true } | null {
  const counted =
    /^(하루|이틀|사흘|나흘|닷새|엿새|이레|여드레|아흐레|열흘|보름)\s?(?:뒤|후|있다가?)(?:에|에는)?(?=[\s,:]|$)/u.exec(
      text,
    );
  if (counted !== null)
    return {
      value: { kind: 'days', ahead: COUNTED_DAYS.get(counted[1] ?? '') ?? 0 },
      rest: cut(text, counted),
      same: true,
    };
  const ahead =
    /^(\d{1,4}|열한|열두|열|한|두|세|석|네|넉|다섯|여섯|일곱|여덟|아홉|[일이삼사오육칠팔구십]{1,3})\s?(일|주일|주|달|개월|년|해)\s?(?:뒤|후|있다가?)(?:에|에는)?(?=[\s,:]|$)/u.exec(
      text,
    );
  if (ahead !== null) return daysAhead(koreanNumber(ahead[1] ?? ''), ahead[2] ?? '', cut(text, ahead));
  const named =
    /^(그저께|그제|어제|오늘|금일|내일\s?모레|내일|명일|모레|글피|그글피)(?:은|의|에)?(?=[\s,]|$|[오아새저밤낮점정자한두세네다여일열\d])/u.exec(
      text,
    );
  if (named !== null)
    return {
      value: { kind: 'days', ahead: NAMED_DAYS.get((named[1] ?? '').replace(/\s/u, '')) ?? 0 },
      rest: cut(text, named),
    };
  return weekdayIn(text) ?? dateIn(text);
}

function daysAhead(count: number | null, unit: string, rest: string): ReturnType<typeof dayIn> {
  if (count === null) return null;
  const months = unit === '년' || unit === '해' ? count * 12 : unit === '달' || unit === '개월' ? count : null;
  return {
    value:
      months === null ? { kind: 'days', ahead: unit === '일' ? count : count * 7 } : { kind: 'months', ahead: months },
    rest,
    same: true,
  };
}

function weekdayIn(text: string): ReturnType<typeof dayIn> {
  const found =
    /^(?:(이번|금|다음|담|내|다다음)\s?주\s?|(?:오는|돌아오는|다가오는)\s?|(다음)\s?)?([월화수목금토일])(?:요일|욜)(?:날)?에?(?=[\s,]|$|[오아새저밤낮점정자한두세네다여일열\d])/u.exec(
      text,
    );
  if (found === null) return null;
  const [, week = found[2], , letter = ''] = found;
  const weeks = week === undefined ? null : week === '이번' || week === '금' ? 0 : week === '다다음' ? 2 : 1;
  return { value: { kind: 'weekday', weekday: WEEK.indexOf(letter), week: weeks }, rest: cut(text, found) };
}

function dateIn(text: string): ReturnType<typeof dayIn> {
  const full =
    /^(?:(올해|내년|\d{4}년)\s?)?(\d{1,2})월\s?(\d{1,2})일(?:날)?에?(?:\s?[월화수목금토일]요일에?|\s?\([월화수목금토일]\))?(?=[\s,]|$|[오아새저밤낮점정자한두세네다여일열\d])/u.exec(
      text,
    );
  if (full !== null) {
    const year =
      full[1] === undefined
        ? null
        : full[1] === '올해'
          ? 'this'
          : full[1] === '내년'
            ? 'next'
            : Number(full[1].slice(0, 4));
    return { value: { kind: 'date', year, month: Number(full[2]), day: Number(full[3]) }, rest: cut(text, full) };
  }
  const month =
    /^(?:(이번\s?달|이달|다음\s?달|담달|내달)\s?)?(\d{1,2})일(?:날)?에?(?=[\s,]|$|[오아새저밤낮점정자한두세네다여열])/u.exec(
      text,
    );
  if (month === null) return null;
  const which = month[1] === undefined ? null : month[1].startsWith('이') ? 0 : 1;
  return { value: { kind: 'day-of-month', day: Number(month[2]), month: which }, rest: cut(text, month) };
}

export function koreanHours(text: string): FoundWords<SaidTime> {
  const fixed = /^(?:낮\s?|밤\s?)?(정오|자정)(?:에는?|마다)?(?=[\s,:]|$)/u.exec(text);
  if (fixed !== null) return { value: exactly(fixed[1] === '정오' ? 12 : 24, 0), rest: cut(text, fixed) };
  const found =
    /^(오전|아침|새벽|오후|한낮|대낮|낮|점심|저녁|한밤|밤)?(?:에\s)?\s?(\d{1,2}|열한|열두|열|한|두|세|네|다섯|여섯|일곱|여덟|아홉)(?::(\d{2})|\s?시(?:\s?(반)|\s?(\d{1,2}|[일이삼사오육칠팔구십]{1,3})\s?분)?)\s?(?:정각)?(?:에는|쯤에?|경에?|마다|에)?(?=[\s,:]|$)/u.exec(
      text,
    );
  if (found === null) return null;
  const [, part, hourWord = '', colon, half, minuteWord] = found;
  const hour = koreanNumber(hourWord);
  const minute = half === undefined ? koreanNumber(colon ?? minuteWord ?? '0') : 30;
  if (hour === null || minute === null || hour > 24 || minute > 59) return null;
  return {
    value: part === undefined ? bareHour(hour, minute, hourWord.startsWith('0')) : partOfDay(part, hour, minute),
    rest: cut(text, found),
  };
}

function partOfDay(part: string, hour: number, minute: number): SaidTime {
  if (hour > 12) return exactly(hour, minute);
  if (part.endsWith('밤')) return nightHour(hour, minute);
  return exactly(koreanHour(part, hour), minute);
}
