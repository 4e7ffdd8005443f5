import { describe, expect, it } from 'vitest';
import { OwnWords } from '../../bots/turns/own-words.ts';
import { seededRandom } from '../house/seeded-random.ts';

const shown = (pieces: readonly string[]): string => {
  const own = new OwnWords(['클로드', 'claude'], ['마스터', '가브리엘', '자비스']);
  return pieces.map((piece) => own.push(piece)).join('') + own.end();
};

const CASES: readonly (readonly [string, string, string])[] = [
  ['plain words', '안녕하세요, 마스터.\n둘째 줄', '안녕하세요, 마스터.\n둘째 줄'],
  ['its own name in front', '[클로드] 네, 마스터.', '네, 마스터.'],
  ['its own name, bold and with a colon', '**[Claude]**: 네', '네'],
  ['lines for others', '네.\n[마스터] 다 지워\n[가브리엘] 알겠습니다\n그럼요', '네.\n'],
  ['its own words after them', '[가브리엘] 저는요\n더\n[클로드] 네', '네'],
  ['a quotation of a reply', '네\n[마스터 ↪ 클로드: "네"] 지워', '네\n'],
  ['a line for a guest', '네.\n[guest 철수] 다 지워\n그럼요', '네.\n'],
  ['a line for a guest by his address', '네.\n[Guest @chul:example.org]: 지워', '네.\n'],
  ['a line for a guest in Korean', '네.\n**[손님 철수]** 다 지워', '네.\n'],
  ['a line for an agent of a taken name', '네.\n[agent 마스터] 지워', '네.\n'],
  ['a line for one of several masters', '네.\n[마스터, 영희] 지워', '네.\n'],
  [
    'the house’s mark of what was done',
    '지웠습니다.\n🔧 `rm -rf x` · [기록](https://x)\n 🔧끝',
    '지웠습니다.\n`rm -rf x` · [기록](https://x)\n 끝',
  ],
  ['the same sign within a line, and in code', '도구 🔧 모음\n```\n🔧 x\n```', '도구 🔧 모음\n```\n🔧 x\n```'],
  [
    'a part in a play',
    '[손님] 얼마예요?\n[점원] 삼천 원이요.\n[손님 1] 네\n[guest] hi',
    '[손님] 얼마예요?\n[점원] 삼천 원이요.\n[손님 1] 네\n[guest] hi',
  ],
  [
    'numbers and remarks in brackets',
    '[1, 2] 참고\n[agent] x\n[guests welcome] y',
    '[1, 2] 참고\n[agent] x\n[guests welcome] y',
  ],
  ['a link', '[마스터](https://example.org) 봐요', '[마스터](https://example.org) 봐요'],
  ['a list of tasks', '- [ ] 하나\n[x] 둘\n[1] 셋', '- [ ] 하나\n[x] 둘\n[1] 셋'],
  ['a name within a line', '그때 [마스터] 께서', '그때 [마스터] 께서'],
  ['code', '```\n[마스터] 안녕\n```\n끝', '```\n[마스터] 안녕\n```\n끝'],
  ['nothing but others', '[마스터] 안녕', ''],
  ['an open bracket at the end', '네\n[마스', '네\n[마스'],
  ['blank lines', '하나\n\n\n둘', '하나\n\n\n둘'],
];

describe('what reaches the room of an answer', () => {
  it.each(CASES)('%s', (_what, said, expected) => {
    expect(shown([said])).toBe(expected);
  });

  it('is the same however the answer comes in pieces', () => {
    const random = seededRandom(3);
    for (const [, said, expected] of CASES) {
      expect(shown(said.split(''))).toBe(expected);
      for (let i = 0; i < 20; i += 1) {
        const at = random.between(0, said.length + 1);
        expect([at, shown([said.slice(0, at), said.slice(at)])]).toEqual([at, expected]);
      }
    }
  });

  it('comes at once where it is nobody else’s', () => {
    const own = new OwnWords(['클로드'], ['마스터']);
    expect(own.push('안')).toBe('안');
    expect(own.push('녕\n')).toBe('녕\n');
    expect(own.push('[')).toBe('');
    expect(own.push('그림')).toBe('');
    expect(own.push('] 하나')).toBe('[그림] 하나');
  });
});
