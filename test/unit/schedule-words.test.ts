import { describe, expect, it } from 'vitest';
import { cronWords, momentWords } from '../../bridge/text/room/schedule-words.ts';

describe('a schedule in words', () => {
  it.each([
    ['0 7 * * 1', '매주 월요일 07:00', 'every Monday at 07:00'],
    ['0 9 * * 1-5', '평일 09:00', 'on weekdays at 09:00'],
    ['0 9 * * mon-fri', '평일 09:00', 'on weekdays at 09:00'],
    ['0 15 * * 0,6', '주말 15:00', 'at weekends at 15:00'],
    ['0 15 * * 1,3,5', '매주 월요일·수요일·금요일 15:00', 'every Monday, Wednesday, Friday at 15:00'],
    ['0 10 * * 7', '매주 일요일 10:00', 'every Sunday at 10:00'],
    ['0 8 1 * *', '매달 1일 08:00', 'day 1 of every month at 08:00'],
    ['0 8 1,15 * *', '매달 1일·15일 08:00', 'day 1, 15 of every month at 08:00'],
    ['0 8 L * *', '매달 마지막 날 08:00', 'the last day of every month at 08:00'],
    ['0 8 25 12 *', '매년 12월 25일 08:00', 'day 25 of Dec every year at 08:00'],
    ['0 7 * * *', '매일 07:00', 'every day at 07:00'],
    ['0 7,19 * * *', '매일 07:00, 19:00', 'every day at 07:00, 19:00'],
    ['*/15 * * * *', '15분마다', 'every 15 minutes'],
    ['* * * * *', '1분마다', 'every minute'],
    ['0 * * * *', '매시간', 'every hour'],
    ['30 * * * *', '매시간 30분에', 'every hour at :30'],
    ['0 */2 * * *', '2시간마다', 'every 2 hours'],
    ['0 9-18 * * 1-5', '평일 09:00부터 18:00까지 매시간', 'every hour from 09:00 to 18:00, on weekdays'],
    ['*/15 9-18 * * 1-5', '평일 09시부터 18시 59분까지 15분마다', 'every 15 minutes from 09:00 to 18:59, on weekdays'],
    ['0 7 1 * 1', '정해 두신 때마다 (`0 7 1 * 1`)', 'at its own times (`0 7 1 * 1`)'],
    ['0 7 * * 1#2', '정해 두신 때마다 (`0 7 * * 1#2`)', 'at its own times (`0 7 * * 1#2`)'],
    ['5/7 * * * *', '정해 두신 때마다 (`5/7 * * * *`)', 'at its own times (`5/7 * * * *`)'],
  ])('%s is %s', (cron, ko, en) => {
    expect([cronWords({ cron }, 'ko'), cronWords({ cron }, 'en')]).toEqual([ko, en]);
  });

  it('has the five fields behind them where the master wrote those', () => {
    expect(cronWords({ cron: '0 7 * * 1', typed: true }, 'ko')).toBe('매주 월요일 07:00 (`0 7 * * 1`)');
  });

  it('names a moment with its day, and its year where that is another', () => {
    const now = Date.parse('2026-11-27T01:00Z');
    expect(momentWords(Date.parse('2026-11-27T22:00Z'), now, 'Asia/Seoul', 'ko')).toBe('11월 28일 토요일 07:00');
    expect(momentWords(Date.parse('2027-01-02T23:00Z'), now, 'Asia/Seoul', 'ko')).toBe('2027년 1월 3일 일요일 08:00');
    expect(momentWords(Date.parse('2026-11-27T22:00Z'), now, 'Asia/Seoul', 'en')).toBe('Saturday 28 November 07:00');
    expect(momentWords(Date.parse('2026-11-27T15:00Z'), now, 'Asia/Seoul', 'ko')).toBe('11월 28일 토요일 00:00');
  });
});
