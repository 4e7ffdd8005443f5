import { describe, expect, it } from 'vitest';
import { parseScheduleWords } from '../../bridge/protocol/orders/schedule-order.ts';
import { momentsOf, wallOf } from '../../bridge/protocol/moments/wall-clock.ts';

const [SEOUL, BERLIN] = ['Asia/Seoul', 'Europe/Berlin'];
/** As the wall clock there shows it; words are said at that time of that clock. */
function read(words: string, said = '2026-11-27T10:00', timeZone = SEOUL): string {
  const at = momentsOf(Date.parse(`${said}Z`), timeZone)[0] ?? 0;
  const parsed = parseScheduleWords(`${words} x`, { at, timeZone });
  if (parsed.kind === 'bad') return parsed.why;
  const { when, mission } = parsed.order;
  if (when.kind === 'cron') return when.cron;
  return `${new Date(wallOf(when.once, timeZone)).toISOString().slice(5, 16).replace('T', ' ')}${mission === 'x' ? '' : ` (${mission})`}`;
}

describe('a moment in Korean, said on Friday 27 November 2026 at 10:00', () => {
  it.each([
    ['내일 아침 7시에', '11-28 07:00'],
    ['내일아침7시에', '11-28 07:00'],
    ['내일 7시', '11-28 07:00'],
    ['내일 오전 7시 반에', '11-28 07:30'],
    ['내일 오후 3시 15분에', '11-28 15:15'],
    ['내일 19:30', '11-28 19:30'],
    ['내일은 19:30에', '11-28 19:30'],
    ['내일 한 시에', '11-28 01:00'],
    ['내일 오후 한시에', '11-28 13:00'],
    ['내일 저녁 여섯 시 반에', '11-28 18:30'],
    ['내일 밤 열한시에', '11-28 23:00'],
    ['내일 오전 열 시에', '11-28 10:00'],
    ['내일 열두 시에', '11-28 12:00'],
    ['내일 낮 12시에', '11-28 12:00'],
    ['내일 낮 11시에', '11-28 11:00'],
    ['내일 점심 1시에', '11-28 13:00'],
    ['내일 정오에', '11-28 12:00'],
    ['내일 밤 12시에', '11-29 00:00'],
    ['내일 밤 1시에', '11-29 01:00'],
    ['내일 새벽 2시에', '11-28 02:00'],
    ['내일 7시 삼십분에', '11-28 07:30'],
    ['내일 이 시간에', '11-28 10:00'],
    ['오늘 7시에', '11-27 19:00'],
    ['오늘 11시에', '11-27 11:00'],
    ['오늘 저녁 8시쯤', '11-27 20:00'],
    ['오늘 밤 9시에', '11-27 21:00'],
    ['오늘밤 12시에', '11-28 00:00'],
    ['오늘 자정에', '11-28 00:00'],
    ['자정에', '11-28 00:00'],
    ['정오에', '11-27 12:00'],
    ['12시에', '11-27 12:00'],
    ['7시에', '11-27 19:00'],
    ['07:00에', '11-28 07:00'],
    ['19시에', '11-27 19:00'],
    ['9시 59분에', '11-27 21:59'],
    ['새벽 3시에', '11-28 03:00'],
    ['모레 오후 2시', '11-29 14:00'],
    ['내일모레 오후 2시', '11-29 14:00'],
    ['글피 오후 2시', '11-30 14:00'],
    ['월요일 9시에', '11-30 09:00'],
    ['월요일에 9시에', '11-30 09:00'],
    ['금요일 9시에', '11-27 21:00'],
    ['금요일 오전 9시에', '12-04 09:00'],
    ['이번 주 금요일 오후 3시에', '11-27 15:00'],
    ['이번주 일요일 오후 3시에', '11-29 15:00'],
    ['다음 주 월요일 오전 9시에', '11-30 09:00'],
    ['다음주 금요일 오전 9시에', '12-04 09:00'],
    ['담주 화요일 10시', '12-01 10:00'],
    ['다다음 주 월요일 10시', '12-07 10:00'],
    ['오는 토요일 10시', '11-28 10:00'],
    ['12월 25일 8시에', '12-25 08:00'],
    ['12월 25일에 오전 8시에', '12-25 08:00'],
    ['12월25일(금) 8시', '12-25 08:00'],
    ['1월 3일 아침 8시에', '01-03 08:00'],
    ['내년 1월 3일 아침 8시에', '01-03 08:00'],
    ['2027년 3월 1일 9시', '03-01 09:00'],
    ['2026-12-25 08:00', '12-25 08:00'],
    ['30일 9시에', '11-30 09:00'],
    ['5일 9시에', '12-05 09:00'],
    ['다음 달 3일 9시에', '12-03 09:00'],
    ['3일 뒤 9시에', '11-30 09:00'],
    ['사흘 뒤 저녁 7시에', '11-30 19:00'],
    ['3일 뒤에', '11-30 10:00'],
    ['일주일 뒤에', '12-04 10:00'],
    ['2주 후 월요일', '12-11 10:00 (월요일 x)'],
    ['한 달 뒤에', '12-27 10:00'],
    ['석 달 뒤에', '02-27 10:00'],
    ['30분 뒤에', '11-27 10:30'],
    ['30분 후에', '11-27 10:30'],
    ['30분 있다가', '11-27 10:30'],
    ['삼십 분 뒤에', '11-27 10:30'],
    ['지금부터 30분 뒤에', '11-27 10:30'],
    ['한 시간 뒤에', '11-27 11:00'],
    ['한시간뒤에', '11-27 11:00'],
    ['두 시간 반 뒤에', '11-27 12:30'],
    ['2시간 10분 뒤에', '11-27 12:10'],
    ['반 시간 뒤에', '11-27 10:30'],
    ['100시간 뒤', '12-01 14:00'],
    ['1년 뒤에', '11-27 10:00'],
  ])('%s is %s', (words, expected) => {
    expect(read(words)).toBe(expected);
  });

  it.each([
    ['오늘 아침 7시에', 'past'],
    ['오늘 0시에', 'past'],
    ['어제 7시에', 'past'],
    ['0분 뒤에', 'past'],
    ['이번 주 월요일 9시에', 'past'],
    ['2025년 1월 1일 9시에', 'past'],
    ['11월 27일 오전 9시에', 'past'],
    ['2년 뒤에', 'too-far'],
    ['2028년 1월 1일 9시에', 'too-far'],
    ['999999분 뒤에', 'too-far'],
    ['2월 30일 9시에', 'no-such-day'],
    ['13월 1일 9시에', 'no-such-day'],
    ['내일', 'hour'],
    ['12월 25일에', 'hour'],
    ['내일 25시에', 'hour'],
    ['이따가', 'when'],
    ['30분', 'when'],
    ['두 시간', 'when'],
  ])('%s is refused: %s', (words, why) => {
    expect(read(words)).toBe(why);
  });

  it.each([
    ['7시에', '2026-11-27T22:00', '11-28 07:00'],
    ['오늘 7시에', '2026-11-27T22:00', 'past'],
    ['12시에', '2026-11-27T13:00', '11-28 00:00'],
    ['오늘 밤 1시에', '2026-11-27T00:30', '11-27 01:00'],
    ['오늘 밤 1시에', '2026-11-27T22:30', '11-28 01:00'],
    ['밤 12시에', '2026-12-31T22:30', '01-01 00:00'],
    ['내일 9시에', '2026-12-31T22:30', '01-01 09:00'],
    ['한 달 뒤에', '2027-01-31T10:00', '02-28 10:00'],
    ['31일 9시에', '2027-02-01T10:00', '03-31 09:00'],
    ['다음 주 월요일 9시에', '2026-11-29T10:00', '11-30 09:00'],
    ['이번 주 일요일 11시에', '2026-11-29T10:00', '11-29 11:00'],
  ])('%s, said at %s, is %s', (words, said, expected) => {
    expect(read(words, said)).toBe(expected);
  });

  it('leaves what only begins alike to the mission', () => {
    expect(read('7시 반찬 만들기')).toBe('11-27 19:00 (반찬 만들기 x)');
    expect(read('내일 7시 화분 물 주기')).toBe('11-28 07:00 (화분 물 주기 x)');
    expect(read('내일 7시에 30분 운동')).toBe('11-28 07:00 (30분 운동 x)');
  });
});

describe('a moment in English, said on Friday 27 November 2026 at 10:00', () => {
  it.each([
    ['tomorrow at 7', '11-28 07:00'],
    ['tomorrow at 7pm', '11-28 19:00'],
    ['tomorrow at 7:30 p.m.', '11-28 19:30'],
    ['tomorrow morning at 7', '11-28 07:00'],
    ['tomorrow evening at 7', '11-28 19:00'],
    ['tomorrow at 7 in the evening', '11-28 19:00'],
    ['tomorrow at noon', '11-28 12:00'],
    ['at 7 tomorrow', '11-28 07:00'],
    ['7am tomorrow', '11-28 07:00'],
    ['at 9am next monday', '11-30 09:00'],
    ['today at 7', '11-27 19:00'],
    ['today at 5 pm', '11-27 17:00'],
    ['this evening at 6', '11-27 18:00'],
    ['tonight at 9', '11-27 21:00'],
    ['tonight at 1', '11-28 01:00'],
    ['at 9 tonight', '11-27 21:00'],
    ['at midnight', '11-28 00:00'],
    ['at 7', '11-27 19:00'],
    ['at 12am', '11-28 00:00'],
    ['at 19:30', '11-27 19:30'],
    ['the day after tomorrow at 8', '11-29 08:00'],
    ['next monday at 9am', '11-30 09:00'],
    ['next friday at 9am', '12-04 09:00'],
    ['this friday at 3pm', '11-27 15:00'],
    ['on monday at 9', '11-30 09:00'],
    ['monday at 9', '11-30 09:00'],
    ['on dec 25 at 8:00', '12-25 08:00'],
    ['on december 25th at 8', '12-25 08:00'],
    ['25 december at 8', '12-25 08:00'],
    ['on the 25th of december at 8', '12-25 08:00'],
    ['on the 5th at 9', '12-05 09:00'],
    ['jan 3, 2027 at 8', '01-03 08:00'],
    ['12/25 8:00', '12-25 08:00'],
    ['in 30 minutes', '11-27 10:30'],
    ['in 30min', '11-27 10:30'],
    ['in an hour', '11-27 11:00'],
    ['in half an hour', '11-27 10:30'],
    ['in an hour and a half', '11-27 11:30'],
    ['in two and a half hours', '11-27 12:30'],
    ['in 2 hours and 10 minutes', '11-27 12:10'],
    ['in 1h30m', '11-27 11:30'],
    ['in forty-five minutes', '11-27 10:45'],
    ['in 3 days at 9', '11-30 09:00'],
    ['in a week', '12-04 10:00'],
    ['in 3 days', '11-30 10:00'],
    ['yesterday at 7', 'past'],
    ['today at 7am', 'past'],
    ['on jan 1 2025 at 7', 'past'],
    ['in 2 years', 'too-far'],
    ['on feb 30 at 8', 'no-such-day'],
    ['tomorrow', 'hour'],
    ['tonight', 'hour'],
    ['in 30', 'when'],
    ['soon', 'when'],
  ])('%s is %s', (words, expected) => {
    expect(read(words)).toBe(expected);
  });
});

describe('over a change of the clock, in Berlin', () => {
  it.each([
    // The hands go from 02:00 to 03:00 on 28 March 2027, and from 03:00 to 02:00 on 31 October.
    ['내일 새벽 2시 30분에', '2027-03-27T12:00', '03-28 03:30'],
    ['내일 아침 7시에', '2027-03-27T12:00', '03-28 07:00'],
    ['하루 뒤에', '2027-03-27T12:00', '03-28 12:00'],
    ['24시간 뒤에', '2027-03-27T12:00', '03-28 13:00'],
    ['내일 새벽 2시 30분에', '2027-10-30T12:00', '10-31 02:30'],
    ['24시간 뒤에', '2027-10-30T12:00', '10-31 11:00'],
    ['12월 25일 8시에', '2027-09-01T12:00', '12-25 08:00'],
  ])('%s, said at %s, is %s', (words, said, expected) => {
    expect(read(words, said, BERLIN)).toBe(expected);
  });

  it('what comes twice is meant the first time, and the second once that is past', () => {
    const at = (text: string) => Date.parse(text);
    const once = (origin: number) => {
      const parsed = parseScheduleWords('오늘 새벽 2시 30분에 x', { at: origin, timeZone: BERLIN });
      return parsed.kind === 'schedule' && parsed.order.when.kind === 'once'
        ? new Date(parsed.order.when.once).toISOString()
        : parsed;
    };
    expect(once(at('2027-10-30T23:00Z'))).toBe('2027-10-31T00:30:00.000Z');
    expect(once(at('2027-10-31T00:45Z'))).toBe('2027-10-31T01:30:00.000Z');
  });
});

it('a long text costs no more than a short one', () => {
  const began = performance.now();
  for (const filler of [
    '내일 '.repeat(15_000),
    'in 2 hours '.repeat(5_000),
    '다음 주 '.repeat(9_000),
    `tomorrow${' '.repeat(60_000)}`,
  ])
    parseScheduleWords(filler, { at: 0, timeZone: SEOUL });
  expect(performance.now() - began).toBeLessThan(5_000);
});
