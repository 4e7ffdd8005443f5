import { describe, expect, it } from 'vitest';
import { EventId } from '../../bridge/protocol/ids.ts';
import { parseSchedule, parseUnschedule, type When } from '../../bridge/protocol/orders/schedule-order.ts';
import { namesOf, scheduleId, shortName } from '../../bridge/digest/schedule-id.ts';

// Friday, 27 November 2026, ten in the morning in Seoul.
const ORIGIN = { at: Date.parse('2026-11-27T01:00Z'), timeZone: 'Asia/Seoul' };
const whenOf = (when: When) => (when.kind === 'cron' ? when.cron : new Date(when.once).toISOString().slice(0, 16));
const read = (body: string) => {
  const parsed = parseSchedule(body, ORIGIN);
  if (parsed === null) return null;
  return parsed.kind === 'bad'
    ? parsed.why
    : `${whenOf(parsed.order.when)} | ${parsed.order.mission}${parsed.order.missed === 'skip' ? ' (skip)' : ''}`;
};

describe('!schedule', () => {
  it.each([
    ['!schedule "0 7 * * *" check the disk', '0 7 * * * | check the disk'],
    ['!예약 "*/15  9-18 * * 1-5" 디스크 확인', '*/15 9-18 * * 1-5 | 디스크 확인'],
    ['!예약 “0 7 * * mon” 디스크 확인', '0 7 * * mon | 디스크 확인'],
    ['!schedule `30 6 1 * *` pay the rent', '30 6 1 * * | pay the rent'],
    ['!schedule "0 7 * *" check', 'when'],
    ['!schedule "rm -rf" check', 'when'],
    ['!예약 매일 아침 7시에 디스크 확인해 줘', '0 7 * * * | 디스크 확인해 줘'],
    ['！예약 매일 아침 ７시에 디스크 확인', '0 7 * * * | 디스크 확인'],
    ['!예약 매일 오전 7시 30분에 날씨', '30 7 * * * | 날씨'],
    ['!예약 매일 7시 반 날씨', '30 7 * * * | 날씨'],
    ['!예약 매일 밤 11시에 백업', '0 23 * * * | 백업'],
    ['!예약 매일 밤 12시에 백업', '0 0 * * * | 백업'],
    ['!예약 매일 새벽 2시에 백업', '0 2 * * * | 백업'],
    ['!예약 매일 저녁 6시에 정산', '0 18 * * * | 정산'],
    ['!예약 매일 낮 12시에 점심', '0 12 * * * | 점심'],
    ['!예약 매일 아침 일곱 시에 날씨', '0 7 * * * | 날씨'],
    ['!예약 매일 저녁 일곱시 반에 날씨', '30 19 * * * | 날씨'],
    ['!예약 매일 밤 1시에 백업', '0 1 * * * | 백업'],
    ['!예약 매일 9시마다 살피기', '0 9 * * * | 살피기'],
    ['!예약 매주 월요일 오전 열 시 회의', '0 10 * * 1 | 회의'],
    ['!예약 두 시간마다 살피기', '0 */2 * * * | 살피기'],
    ['!예약 한 시간마다 살피기', '0 * * * * | 살피기'],
    ['!예약 십오 분마다 살피기', '*/15 * * * * | 살피기'],
    ['!schedule every two hours look', '0 */2 * * * | look'],
    ['!schedule every thirty minutes look', '*/30 * * * * | look'],
    ['!예약 매일 정오에 점심', '0 12 * * * | 점심'],
    ['!예약 매일 자정에 백업', '0 0 * * * | 백업'],
    ['!예약 매일 21:30에 보고', '30 21 * * * | 보고'],
    ['!예약 15분마다 서버 살피기', '*/15 * * * * | 서버 살피기'],
    ['!예약 10분에 한 번 서버 살피기', '*/10 * * * * | 서버 살피기'],
    ['!예약 1분마다 살피기', '* * * * * | 살피기'],
    ['!예약 7분마다 살피기', 'interval'],
    ['!예약 90분마다 살피기', 'interval'],
    ['!예약 2시간마다 살피기', '0 */2 * * * | 살피기'],
    ['!예약 매시간 살피기', '0 * * * * | 살피기'],
    ['!예약 매시 30분에 살피기', '30 * * * * | 살피기'],
    ['!예약 평일 9시에 할 일 정리', '0 9 * * 1-5 | 할 일 정리'],
    ['!예약 평일마다 오전 9시 할 일 정리', '0 9 * * 1-5 | 할 일 정리'],
    ['!예약 주말 오후 3시에 청소', '0 15 * * 0,6 | 청소'],
    ['!예약 매주 월요일 오후 3시 회의 준비', '0 15 * * 1 | 회의 준비'],
    ['!예약 매주 월요일과 목요일 오후 3시에 회의', '0 15 * * 1,4 | 회의'],
    ['!예약 매주 월수금 오후 3시에 회의', '0 15 * * 1,3,5 | 회의'],
    ['!예약 토요일마다 10시에 어항 청소', '0 10 * * 6 | 어항 청소'],
    ['!예약 매월 1일 오전 9시에 월세', '0 9 1 * * | 월세'],
    ['!예약 매달 25일에 9시에 급여', '0 9 25 * * | 급여'],
    ['!schedule every weekday at 9 plan the day', '0 9 * * 1-5 | plan the day'],
    ['!schedule every weekday at 9: plan the day', '0 9 * * 1-5 | plan the day'],
    ['!schedule weekdays at 9:30 am plan', '30 9 * * 1-5 | plan'],
    ['!schedule every 15 minutes look at the server', '*/15 * * * * | look at the server'],
    ['!schedule every 7 minutes look', 'interval'],
    ['!schedule every hour look', '0 * * * * | look'],
    ['!schedule every 6 hours look', '0 */6 * * * | look'],
    ['!schedule hourly look', '0 * * * * | look'],
    ['!schedule daily at 7:30 weather', '30 7 * * * | weather'],
    ['!schedule every day at 7 pm weather', '0 19 * * * | weather'],
    ['!schedule every morning at 7 weather', '0 7 * * * | weather'],
    ['!schedule every evening at 8 report', '0 20 * * * | report'],
    ['!schedule every day at noon lunch', '0 12 * * * | lunch'],
    ['!schedule daily at 12 am backup', '0 0 * * * | backup'],
    ['!schedule every monday at 15 meeting', '0 15 * * 1 | meeting'],
    ['!schedule every monday, wednesday and friday at 3pm meeting', '0 15 * * 1,3,5 | meeting'],
    ['!schedule on sundays at 10 clean', '0 10 * * 0 | clean'],
    ['!schedule every month on the 1st at 9 rent', '0 9 1 * * | rent'],
    ['!schedule monthly on the 1st at 9 rent', '0 9 1 * * | rent'],
    ['!schedule --skip every day at 7 weather', '0 7 * * * | weather (skip)'],
    ['!예약 --건너뛰기 매일 7시에 날씨', '0 7 * * * | 날씨 (skip)'],
    ['!예약 —건너뛰기 매일 7시에 날씨', '0 7 * * * | 날씨 (skip)'],
    ['!schedule --twice every day at 7 weather', 'unknown-option'],
    ['!예약', 'empty'],
    ['!예약 매일 7시에', 'no-mission'],
    ['!예약 매일 25시에 날씨', 'when'],
    ['!예약 7시에 날씨', '2026-11-27T10:00 | 날씨'],
    ['!예약 매일 낮 11시에 점심 주문', '0 11 * * * | 점심 주문'],
    ['!예약 7시에 내일 날씨 알려 줘', '2026-11-27T10:00 | 내일 날씨 알려 줘'],
    ['!예약 --건너뛰기 내일 아침 7시에 날씨', '2026-11-27T22:00 | 날씨 (skip)'],
    ['!예약 내일 아침 ７시에 날씨', '2026-11-27T22:00 | 날씨'],
    ['!예약 내일 7시에', 'no-mission'],
    ['!예약 내일 날씨', 'hour'],
    ['!예약 내일부터 매일 7시에 날씨', 'when'],
    ['!예약 월요일과 목요일 3시에 회의', 'when'],
    ['!예약 월요일마다 3시에 회의', '0 3 * * 1 | 회의'],
    ['!schedule on monday at 9 meeting', '2026-11-30T00:00 | meeting'],
    ['!schedule on mondays at 9 meeting', '0 9 * * 1 | meeting'],
    ['!schedule on monday and friday at 9 meeting', '0 9 * * 1,5 | meeting'],
    ['!Schedule Tomorrow at 7 Tell Me The Weather', '2026-11-27T22:00 | Tell Me The Weather'],
    ['!schedule tomorrow at 7: weather', '2026-11-27T22:00 | weather'],
    ['!schedule tomorrow check', 'hour'],
    ['!schedule in 30 minutes', 'no-mission'],
    ['!schedule 5 apples', 'when'],
    ['!예약 언젠가 날씨', 'when'],
    ['!schedule someday weather', 'when'],
    ['!schedule every day at 7 ' + 'x'.repeat(4_001), 'too-long'],
    ['!예약목록', null],
    ['!예약취소 abcd', null],
    ['!schedules', null],
    ['매일 7시에 날씨', null],
  ])('%s', (body, expected) => {
    expect(read(body)).toBe(expected);
  });

  it('keeps a mission of several lines', () => {
    expect(read('!예약 매일 7시에\n1. 디스크\n2. 백업')).toBe('0 7 * * * | 1. 디스크\n2. 백업');
  });
});

it.each([
  ['!unschedule abcd', 'abcd'],
  ['!예약취소 `ABCD`', 'abcd'],
  ['!예약취소 abcde', 'abcde'],
  ['!예약취소 abc', null],
  ['!예약취소 abcdefghabcdefgha', null],
  ['!예약취소', null],
  ['!예약 abcd', null],
])('%s takes away %s', (body, id) => {
  expect(parseUnschedule(body)).toBe(id);
});

it('a schedule is called by the first letters of its event that no other begins with', () => {
  const ids = Array.from({ length: 2_000 }, (_, i) => scheduleId(EventId.parse(`$event-${i}`)));
  expect(new Set(ids).size).toBe(2_000);
  const names = ids.map((id) => shortName(id, ids));
  expect(new Set(names).size).toBe(2_000);
  expect(names.filter((name) => name.length === 4).length).toBeGreaterThan(1_900);
  expect(names.every((name) => parseUnschedule(`!unschedule ${name}`) === name)).toBe(true);
  // As it was called when ids had four letters.
  expect(scheduleId(EventId.parse('$event-1')).slice(0, 4)).toBe('s46l');
  expect(namesOf('abcdefghijklmnop')).toHaveLength(13);
});
