import { describe, expect, it } from 'vitest';
import { putToVote, saidToDecide } from '../../bots/ballots/said-to-decide.ts';

/** As an owner types it on a phone. What is chosen between stands behind `=>`; `?` where everyone names what they want. */
const BETWEEN: readonly (readonly [
  said: string,
  options: readonly string[] | '?' | 'yes-no' | 'opinions' | 'names',
])[] = [
  ['다수결로 정하자: 짜장 vs 짬뽕', ['짜장', '짬뽕']],
  ['다수결로 정하자 : 짜장vs짬뽕', ['짜장', '짬뽕']],
  ['다수결로 정해줘. 짜장 VS 짬뽕', ['짜장', '짬뽕']],
  ['얘들아 다수결로 정하자: 부산, 대구, 아니면 광주', ['부산', '대구', '광주']],
  ['점심은 짜장 vs 짬뽕 투표하자', ['짜장', '짬뽕']],
  ['점심 메뉴: 짜장 vs 짬뽕 vs 우동 투표해줘', ['짜장', '짬뽕', '우동']],
  ['오늘 점심 뭐 먹을까? 짜장 vs 짬뽕. 투표하자', ['짜장', '짬뽕']],
  ['짜장? 짬뽕? 투표해', ['짜장', '짬뽕']],
  ['짜장 아니면 짬뽕 투표해봐', ['짜장', '짬뽕']],
  ['짜장이랑 짬뽕 중에 투표하자', ['짜장', '짬뽕']],
  ['짜장이랑 짬뽕 중에서 다수결로 골라줘', ['짜장', '짬뽕']],
  ['짜장 짬뽕 우동 중에 다수결로 골라', ['짜장', '짬뽕', '우동']],
  ['다수결로 짜장이랑 짬뽕 중에 정하자', ['짜장', '짬뽕']],
  ['짜장이냐 짬뽕이냐 다수결로 정해', ['짜장', '짬뽕']],
  ['중고로 살지 새 차로 살지 투표로 정하자', ['중고로 살지', '새 차로 살지']],
  ['투표: 짜장 vs 짬뽕', ['짜장', '짬뽕']],
  ['점심 투표! 짜장 / 짬뽕 / 우동', ['짜장', '짬뽕', '우동']],
  ['비밀투표로 정하자: 1안 / 2안', ['1안', '2안']],
  ['표결에 부치자: 찬성안 vs 반대안', ['찬성안', '반대안']],
  ['얘들아 다수결로 가자. 부산 아니면 대구', ['부산', '대구']],
  ['각자 한 표씩 던져줘: 짜장, 짬뽕', ['짜장', '짬뽕']],
  ['한표씩 찍어봐 ㅋㅋ\n짜장\n짬뽕\n우동', ['짜장', '짬뽕', '우동']],
  ['다수결로 정하자\n- 짜장\n- 짬뽕', ['짜장', '짬뽕']],
  ['1. 짜장\n2. 짬뽕\n투표해줘', ['짜장', '짬뽕']],
  ['가게 이름 투표하자\n1) 멍냥이네\n2) 왈왈이\n3) 펫모아', ['멍냥이네', '왈왈이', '펫모아']],
  ['다수결로 정하자: 클로드 안 vs 자비스 안', ['클로드 안', '자비스 안']],
  ['다수결로 정하자: "빠르게" vs "꼼꼼하게"', ['빠르게', '꼼꼼하게']],
  ['투표 좀 해줄래? 짜장 vs 짬뽕', ['짜장', '짬뽕']],
  ['짜장면 vs 짬뽕 투표하자', ['짜장면', '짬뽕']],
  ["Let's vote: pizza or pasta", ['pizza', 'pasta']],
  ['vote pizza vs pasta', ['pizza', 'pasta']],
  ["Pizza or pasta? Let's vote", ['Pizza', 'pasta']],
  ['Please take a vote on lunch: pizza, pasta or soup', ['pizza', 'pasta', 'soup']],
  ['majority decides: red vs blue', ['red', 'blue']],
  ['이사할지 말지 투표하자', 'yes-no'],
  ['가게 옮길까? 다수결로 정하자', 'yes-no'],
  ['새 트럭 살까 말까 투표해줘', 'yes-no'],
  ['오늘 점심 뭐 먹을지 다수결로 정하자', '?'],
  ['강아지 이름 뭐가 좋을까? 투표로 정하자', '?'],
  ['가게 이름 다수결로 정하자', '?'],
  ['다수결로 정하자', 'opinions'],
  ['다수결로 ㄱㄱ', 'opinions'],
  ['그럼 다수결로 가자', 'opinions'],
  ['자 이제 투표하자!', 'opinions'],
  ['다들 투표해', 'opinions'],
  ["ok let's vote", 'opinions'],
  ['누구 의견이 제일 좋은지 투표하자', 'opinions'],
  ['누구 안이 제일 나은지 한 명만 골라줘', 'opinions'],
  ['누구 의견이 제일 좋은지 이름만 대답해', 'names'],
  ['누구 의견이 제일 좋아? 이름만 말해줘', 'names'],
  ['다들 누구 의견이 제일 좋은지 이름만 대답해줘', 'names'],
  ['누구 말이 맞는지 이름만 대', 'names'],
  ['누구의 제안이 가장 현실적인지 이름만 적어줘', 'names'],
  ['누가 제일 잘했는지 이름만 말해', 'names'],
  ['제일 좋은 의견 낸 사람 이름만 대답해', 'names'],
  ['whose idea is the best? just the name', 'names'],
];

const NO_CALL = `투표 결과 어때?
투표는 언제 끝나?
투표했어?
다들 투표했어?
다수결이 뭐야?
다수결로 정하면 좋을까?
다수결로 정할까?
다수결로 정하는 게 맞을까?
투표할까?
투표하는 게 나을까 그냥 정할까?
투표 방식이 왜 이래
투표로 정하는 건 어떻게 생각해?
왜 B가 투표에서 이겼어?
투표가 뭐야
어제 동네에서 투표했어
어제 반상회에서 다수결로 정했대
회사에서 투표로 정했다더라
친구들이 투표하자고 했어
아내가 투표하자고 하네
클로드가 다수결로 정하자고 했잖아
아들이 반장 선거 투표하래
오늘 선거 투표해
대선 투표하자
이번 총선 누구 찍을지 투표하자
사전투표 하자
투표소 어디야?
투표 앱 만들어줘
투표 페이지 만들어 줘
투표 공지 써줘
투표율 조사해줘
투표 결과 정리해줘
투표 기능 넣어줘
투표하지 마
투표하지 말자
다수결로 하지 말고 클로드가 정해
다수결 말고 네가 정해
투표 말고 토론해
투표는 싫어
앞으로는 다수결로 정하자
앞으로 점심은 다수결로 정해
이제부터 항상 투표로 정해
내일 투표하자
내일 아침에 짜장 vs 짬뽕 투표하자
이따가 투표하자
나중에 다수결로 정하자
30분 뒤에 투표하자
저녁 7시에 투표해
매일 아침 투표해
의견이 갈리면 투표하자
동점이면 다시 투표해
못 정하면 다수결로 정하자
비 오면 투표로 정하자
엄마한테 투표해
클로드에게 투표해줘
나 투표하고 올게
투표하러 가자
투표 가자
투표 끝나면 알려줘
투표 다 했으면 결과 보여줘
"다수결로 정하자" 라는 말이 유행이래
> 다수결로 정하자: 짜장 vs 짬뽕
그 사람이 「투표하자」 그랬어
투표 결과: 짜장 3, 짬뽕 2
한 표 차이로 졌대
한 표도 못 받았네
한 표씩 받았대
누구 의견이 제일 좋아?
누구 의견이 제일 좋았는지 기억나?
누구 생일이 제일 빠른지 이름만 대답해
누구 의견에 반대해?
의견 하나만 말해줘
이름만 대답해
너희 이름만 말해봐
강아지 이름만 골라줘
제일 좋은 사료 이름만 알려줘
제일 싼 가게 이름만 말해줘
클로드 의견이 제일 좋다
누구 의견인지 모르겠다
가장 좋은 방법 알려줘
가장 좋은 방법 하나만 골라줘 왜냐하면 시간이 없거든 그리고 설명도 해줘
짜장 vs 짬뽕 어느 게 나아?
짜장 vs 짬뽕 차이가 뭐야
짜장이랑 짬뽕 중에 뭐 먹을까
부산이냐 대구냐
하나 골라줘
네가 골라줘
정하자
결정해줘
이제 정합시다
표로 정리해줘
다수결의 원칙을 설명해줘
다수결의 문제점 알려줘
가결됐어?
과반 넘었어?
찬반 의견 정리해줘
주주 투표 하자
인기투표 1위가 누구야
아이돌 투표 도와줘
프로듀스 투표 조작 사건 알려줘
did you vote?
who should I vote for
how do votes work here?
what does majority vote mean?
let's vote tomorrow
vote for me
I voted this morning
vote
the majority was against it
whose idea was that?
who has the best idea?
write a page for votes
don't vote yet
they said let's vote
안녕
고마워`.split('\n');

const kindOf = (said: string) => {
  const found = saidToDecide(said);
  if (found === null) return null;
  if (found.about === 'yes-no') return 'yes-no';
  if (found.about === 'opinions') return found.brief ? 'names' : 'opinions';
  return found.options.length === 0 ? '?' : found.options;
};

describe('putting something to the vote in plain words', () => {
  it.each(BETWEEN)('%s', (said, options) => {
    expect(kindOf(said)).toEqual(options);
  });

  it.each(NO_CALL)('no vote: %s', (said) => {
    expect(saidToDecide(said)).toBeNull();
  });

  it('says what is decided, without the words that lead to it', () => {
    expect(saidToDecide('오늘 점심 뭐 먹을까? 짜장 vs 짬뽕. 투표하자')).toMatchObject({
      question: '오늘 점심 뭐 먹을까?',
    });
    expect(saidToDecide('점심은 짜장 vs 짬뽕 투표하자')).toMatchObject({ question: '점심' });
    expect(saidToDecide('가게 이름 투표하자\n1) 멍냥이네\n2) 왈왈이')).toMatchObject({ question: '가게 이름' });
    expect(saidToDecide('얘들아 이사할지 말지 투표하자')).toMatchObject({ question: '이사할지 말지' });
  });

  it('takes each option once, and a long text for no call', () => {
    expect(saidToDecide('다수결로 정하자: 짜장, 짬뽕, 짜 장')).toMatchObject({ options: ['짜장', '짬뽕'] });
    expect(saidToDecide(`다수결로 정하자: 짜장 vs 짬뽕 ${'그리고 '.repeat(200)}`)).toBeNull();
    expect(saidToDecide('')).toBeNull();
  });

  it.each([
    ['점심: 짜장 / 짬뽕', ['짜장', '짬뽕']],
    ['짜장 vs 짬뽕', ['짜장', '짬뽕']],
    ['짜장, 짬뽕', ['짜장', '짬뽕']],
    ['7:30 출발 vs 8:00 출발', ['7:30 출발', '8:00 출발']],
    ['점심\n짜장\n짬뽕', ['점심', '짜장', '짬뽕']],
    ['점심:\n짜장\n짬뽕', ['짜장', '짬뽕']],
  ])('!투표 %s', (words, options) => {
    expect(putToVote(words)).toMatchObject({ about: 'options', options });
  });

  it('!투표 of a question', () => {
    expect(putToVote('가게 옮길까?')).toEqual({ about: 'yes-no', question: '가게 옮길까?' });
    expect(putToVote('강아지 이름')).toEqual({ about: 'options', question: '강아지 이름', options: [] });
    expect(putToVote('')).toMatchObject({ about: 'opinions' });
    expect(putToVote('누구 의견이 제일 좋아')).toMatchObject({ about: 'opinions' });
  });
});
