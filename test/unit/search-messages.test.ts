import { describe, expect, it } from 'vitest';
import type { Entry } from '../../bridge/appservice/timeline.ts';
import { searchMessages } from '../../bots/hands/search-messages.ts';

const said = [
  '내일 부산 가는데 비 오나?',
  '펫샵 예산을 백만 원으로 잡자',
  '고양이 사료가 떨어졌어',
  '부산에서 돌아오는 길이야',
  'The pet shop opens at nine',
  '타이어 교체는 12월 3일로 예약했어',
  'ㅋㅋㅋㅋ',
].map((body): Entry => ({ body, growing: false, event: {} as Entry['event'] }));
const found = (query: string) => searchMessages(query, said, 3).map(({ body }) => body);

describe('looking for what was said', () => {
  it.each([
    ['예산', '펫샵 예산을 백만 원으로 잡자'],
    ['펫샵 예산', '펫샵 예산을 백만 원으로 잡자'],
    ['타이어 언제 교체', '타이어 교체는 12월 3일로 예약했어'],
    ['PET SHOP', 'The pet shop opens at nine'],
    ['고양이 사료'.normalize('NFD'), '고양이 사료가 떨어졌어'],
    ['12월', '타이어 교체는 12월 3일로 예약했어'],
  ])('finds %s', (query, first) => {
    expect(found(query)[0]).toBe(first);
  });

  it('puts the newest first where two say it', () => {
    expect(found('부산')).toEqual(['부산에서 돌아오는 길이야', '내일 부산 가는데 비 오나?']);
  });

  it.each(['제주도', '!!!', '', '   ', 'xyz'.repeat(1_000)])('finds nothing for “%.10s”', (query) => {
    expect(found(query)).toEqual([]);
  });
});
