import { describe, expect, it } from 'vitest';
import { asksToMerge } from '../../bots/ballots/said-to-merge.ts';

describe('what several have said is to become one', () => {
  it.each(
    `두 안을 합쳐 줘
두 안을 합쳐줘
좋아. 두 안을 합쳐 줘
세 의견을 하나로 합쳐줘
둘을 합쳐서 하나로 만들어줘
둘 다 합쳐줘
의견들 하나로 정리해줘
다들 낸 의견을 하나로 모아줘
지금까지 나온 의견 하나로 정리해 줘
너희 의견 종합해줘
여섯 개 답을 통합해줘
다 합쳐봐
초안 두 개를 합쳐 주세요
A안이랑 B안 합쳐줘
클로드 안하고 자비스 안을 합쳐줘
의견 취합해줘
아이디어를 섞어줘
두 안을 합쳐줄래?
두 안을 합치자
merge the two proposals
please combine both plans into one
can you merge your answers?`.split('\n'),
  )('%s', (said) => {
    expect(asksToMerge(said)).toBe(true);
  });

  it.each(
    `두 안을 합치면 어때?
두 안을 합쳐도 될까?
두 안을 합칠까?
두 회사가 합쳤대
합치면 얼마야?
다 합쳐서 얼마야?
모두 합쳐 12만원이야
두 안 중에 뭐가 나아?
의견 말해줘
의견 줘
하나로 충분해
"두 안을 합쳐 줘"라고 했어
> 두 안을 합쳐 줘
엄마랑 살림을 합쳤어
두 안을 합치지 마
파일을 압축해줘
힘을 합쳐 보자고 했어
merge conflicts are annoying
how do I merge branches?
안녕`.split('\n'),
  )('not: %s', (said) => {
    expect(asksToMerge(said)).toBe(false);
  });
});
