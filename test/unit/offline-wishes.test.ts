import { describe, expect, it } from 'vitest';
import { parseRoomCommand } from '../../bots/commands/parse.ts';
import { offlineWishOf } from '../../bots/models/providers/offline-wishes.ts';

const AT = Date.parse('2026-11-28T03:00:00Z');
const wish = (text: string) => offlineWishOf(text, AT, 'Asia/Seoul');

describe('what a stand-in understands', () => {
  it.each([
    ['매일 아침 7시에 뉴스 요약해서 보내줘', '!예약 매일 아침 7시에 뉴스 요약해서 보내줘'],
    ['가브리엘아 매일 아침 7시에 날씨 알려줘', '!예약 매일 아침 7시에 날씨 알려줘'],
    ['30분 뒤에 약 먹으라고 알려줘', '!예약 30분 뒤에 약 먹으라고 알려줘'],
    ['내일 아침 8시에 깨워줘', '!예약 내일 아침 8시에 깨워줘'],
    ['클로드 예산 하루 만원으로 해줘', '!예산 클로드 하루 만원'],
    ['예산 전체 한달 30달러로 정해줘', '!예산 전체 한달 30달러'],
    ['펫샵 예약 화면 만들어줘', '!임무 펫샵 예약 화면 만들어줘'],
    ['이 두 회사 비교해 주세요', '!임무 이 두 회사 비교해 주세요'],
    ['예약 목록 보여줘', '!예약목록'],
    ['a1b2 예약 지워줘', null],
    ['예약 a1b2 취소해줘', '!예약취소 a1b2'],
    ['임무 목록 보여줘', '!임무목록'],
    ['지금 어디까지 됐는지 알려줘', '!상태'],
    ['하던 일 그만해줘', '!취소'],
    ['그거 다시 해줘', '!재시도'],
    ['마누스 좀 쉬게 해줘', '!동결 마누스'],
    ['마누스 다시 불러줘', '!해동 마누스'],
    ['기억하는 것 보여줘', '!기억'],
    ['순환 켜줘', '!순환 켜기 30분'],
    ['순환 꺼줘', '!순환 끄기'],
    ['펫샵 이름에 대해 토론해줘', '!토론 펫샵 이름'],
    ['에이전트 상태 보여줘', '!에이전트'],
    ['도움말 보여줘', '!도움'],
  ])('%s', (text, line) => {
    expect(wish(text)).toEqual(line === null ? null : { kind: 'propose', line });
    expect(line === null || parseRoomCommand(line)?.kind === 'command').toBe(true);
  });

  it.each([
    ['클로드야 서버 디스크 얼마나 남았는지 봐줘', 'df -h .'],
    ['서버 메모리 얼마나 남았는지 알려줘', 'grep -E "MemTotal|MemAvailable" /proc/meminfo'],
    ['지금 몇 시인지 알려줘', 'date'],
  ])('%s', (text, script) => {
    expect(wish(text)).toEqual({ kind: 'run', script });
  });

  it.each([
    '얘들아 안녕',
    '내일 부산 가는데 비 오나?',
    '디스크가 뭐야?',
    '예산이 뭐야',
    '나 어제 펫샵 만들었어',
    '고마워',
    '토론은 재미있다',
    '매일 아침 7시에 일어난다',
    '',
    '줘',
    '해줘',
  ])('takes “%s” for talk', (text) => {
    expect(wish(text)).toBeNull();
  });
});
