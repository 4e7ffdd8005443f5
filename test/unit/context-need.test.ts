import { describe, expect, it } from 'vitest';
import { contextNeed } from '../../bots/turns/context-need.ts';

const NAMES = ['가브리엘', '팀장', 'GPT', '자비스', '제미나이', 'gemini', '클로드', 'claude', '마누스', '퍼플', '뤼튼'];
const need = (...said: readonly string[]) => contextNeed(said, NAMES);
/** Sentences, parted by "/". */
const each = (sentences: string): readonly string[] =>
  sentences
    .split('/')
    .map((one) => one.trim())
    .filter((one) => one !== '');

const SMALL = each(`
  얘들아 안녕 / 안녕 / 안녕? / 안녕하세요 / 안녕하세요~ / 안녕하십니까! / 여러분 안녕하세요 / 다들 안녕 ㅎㅎ / 안녕안녕 / 하이 / 하이~ / ㅎㅇ / 헬로
  굿모닝 / 굿모닝!! / 좋은 아침 / 좋은 아침이야 얘들아 / 얘들아 좋은 아침~ 다들 잘 잤어? / 클로드 안녕 / 클로드야 안녕? / 안녕 자비스
  팀장님 안녕하세요 / 가브리엘, 안녕! / GPT야 안녕 / @클로드 안녕 / 안녕, 클로드랑 자비스
  고마워 / 고마워~ / 고마워요 ㅎㅎ / 정말 고마워 / 다들 너무 고마워!! / 고맙다 / 감사합니다 / 감사감사 / 땡큐 / ㄱㅅ / 고마워 클로드 / 알려줘서 고마워
  응 고마워 / 오 고마워 ㅋㅋ / 수고 / 수고했어 / 오늘도 수고했어 / 다들 수고 많았어 / 오늘 하루도 수고 많았어 얘들아 / 수고하세요 / 수고들 했어
  고생했어 / 고생 많았다 / 마누스 고생했어 / 잘자 / 잘 자 / 다들 잘자~ / 얘들아 잘 자라 / 나 잘게 / 나 이제 잔다 / 굿나잇 / 푹 쉬어 / 내일 봐
  그럼 내일 보자 / 또 봐 / 바이바이 / 안녕히 주무세요 / 나 왔어 / 얘들아 나 왔다 / 다녀올게 / 다녀왔습니다 / 출근한다 / 나 퇴근했어 / 퇴근!
  밥 먹었어? / 밥먹었니 / 다들 밥은 먹었어? / 점심 먹었어? / 저녁은 먹었어? / 잘 잤어? / 잘 지냈어? / 별일 없지? / 다들 별일 없었어? / 얘들아 뭐해?
  뭐해 / 기분 어때? / 오늘 기분 어때? / ㅋㅋ / ㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋ / ㅎㅎ / ㅠㅠ / ^^ / 😀 / ❤️❤️ / 😂😂😂 / 아 피곤하다 / 너무 졸려 ㅠㅠ
  배고프다 / 오늘 덥네 / 사랑해 얘들아 / 화이팅! / 미안해 / 새해 복 많이 받아 / 생일 축하해 클로드 / 아자아자
  Hi everyone! / hello / Hey guys / Good morning, team / good night all / thanks / Thank you so much! / thanks a lot, Claude / bye / see you tomorrow
  how are you? / what's up / haha / sorry / good job everyone
`);

const WHOLE = each(`
  아까 그거 / 아까 그거 뭐였지? / 어제 말한 거 / 어제 말한 대로 해 / 그럼 그건? / 그건? / 왜? / 왜 / 왜 그래? / 응 그렇게 해줘 / 그렇게 해 / 계속 / 계속해
  다시 / 다시 해봐 / 다음 / 이어서 / 자세히 / 더 / 그리고? / 그래서? / 누가? / 언제? / 어디? / 뭐? / 뭐라고? / 응? / 네? / 진짜? / 정말? / ? / ??? / ...
  1 / 1번 / 2번으로 해 / 1️⃣ / A안 / 둘 다 / 아니 / 아니야 / 아니 그거 말고 / 싫어 / 안돼 / 취소 / 그만 / 됐어 / ㄴㄴ / ㄱㄱ / 가자 / 해줘 / 해 / 부탁해 / 시작해
  진행해 / 보내 / 올려줘 / 👎 / ❌ / ❓ / 🤔 / 얘들아 / 클로드 / 클로드? / 팀장님 / 오늘 / 그럼 / 이제 / 정말 / 우리 / 저녁 / 나와 / 들어 / 너네 / 자네 / 와줘
  내일 부산까지 몇 시에 출발하면 좋을까? / 오늘 날씨 어때? / 사료 언제 다시 주문하지? / 타이어에서 소리가 나는데 왜 그럴까? / 이번 주 배차 정리해 줘
  점심 뭐 먹지? / 저녁 메뉴 추천해줘 / 안녕 얘들아, 내일 비 와? / 고마워, 그럼 그건 어떻게 됐어? / 수고했어 이제 요약해줘 / 잘 자 그리고 내일 6시에 깨워줘
  고마워 근데 하나만 더 / 안녕하세요 질문 있어요 / 밥 먹었는데 소화가 안 돼 / 나 퇴근했어 뭐 사갈까? / 클로드 의견은? / 자비스 생각은 어때? / 다들 어떻게 생각해?
  클로드야 그거 다시 말해줘 / 방금 뭐라고 했어? / 무슨 말이야 / 이해 안 돼 / 예를 들면? / 얼마야? / 그 사람 이름이 뭐였지 / 지난번에 정한 거 알려줘 / 우리 어디까지 했지?
  기억나? / 그때 그 식당 / 위에 거 / 첫 번째 거 / 마지막 거 말이야 / 링크 줘 / https://example.com / 사진 봤어? / 이 사진 뭐야 / 파일 읽어봐 / 표로 만들어줘
  번역해줘 / hello를 한국어로 / 안녕을 영어로 뭐라고 해? / 고마워의 반대말 / 어제 고마웠어 / 뭐하고 있어? / 그거 다 했어? / 끝났어? / 도착했어 / 부산 도착했어
  why? / what did you say earlier? / do it / go on / continue / the second one / no / stop / and then? / what about tomorrow? / thanks, now summarise it
  hi, can you check the schedule / yes do that / that one / what time is it? / explain / really?
`);

const NODS = each(`
  응 / 응응 / ㅇㅇ / ㅇㅋ / 네 / 넵 / 네네 / 그래 / 그래그래 / 좋아 / 좋아요 / 오케이 / 알았어 / 알겠습니다 / 오 / 우와 / 헐 / 대박 / 그렇구나 / 굿 / 최고야
  클로드 최고! / 잘했어 / 다들 잘했어 / 맞아 / 다행이다 / 👍 / 👌👌 / ok / OK! / yes / great / 고마워 👍
`);

describe('what an answer needs of the room', () => {
  it('has tables worth the name', () => {
    expect(new Set([...SMALL, ...WHOLE, ...NODS]).size).toBeGreaterThan(240);
  });

  it.each(SMALL)('%s: the last few messages', (sentence) => {
    expect(need(sentence)).toBe('small-talk');
  });

  it.each(WHOLE)('%s: the whole', (sentence) => {
    expect(need(sentence)).toBe('whole');
    expect(need('안녕', sentence)).toBe('whole');
  });

  it.each(NODS)('%s: what it nods to', (sentence) => {
    expect(need('얘들아 안녕', sentence)).toBe('small-talk');
    expect(need('사료 언제 다시 주문하지?', sentence)).toBe('whole');
    expect(need('사료 언제 다시 주문하지?', '좋아', sentence)).toBe('whole');
    expect(need(sentence)).toBe('whole');
  });

  it('costs a hundred turns of a hundred agents next to nothing', () => {
    const names = Array.from({ length: 131 }, (_, i) => [`에코${i}`, `메아리${i}`]).flat();
    contextNeed(['안녕 1 2'], names);
    const began = process.cpuUsage();
    for (let i = 0; i < 100; i += 1) contextNeed([`안녕 ${i} 7`], names);
    const { user, system } = process.cpuUsage(began);
    // In milliseconds; each name read anew for each turn takes 150.
    expect((user + system) / 1_000).toBeLessThan(75);
    expect(contextNeed(['메아리7아 안녕'], names)).toBe('small-talk');
    expect(contextNeed(['메아리777아 안녕'], names)).toBe('whole');
  });

  it('reads any length of text quickly, and long ones whole', () => {
    const began = performance.now();
    expect(need('안녕 '.repeat(20_000))).toBe('whole');
    expect(need('ㅋ'.repeat(60_000))).toBe('small-talk');
    expect(need('안녕하세요 '.repeat(12))).toBe('small-talk');
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});
