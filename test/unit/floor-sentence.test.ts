import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { floorSentence } from '../../bots/addressing/floor-sentence.ts';

describe('sets the floor to those called', () => {
  test.each([
    '호출하지 않은 에이전트는 아무 말도 하지마',
    '호출하지 않은 에이전트는 아무 말도 하지 마.',
    '호출하지않은 에이전트는 아무말도 하지마라',
    '호출 안한 사람은 말하지마',
    '호출하지 않은 사람은 말하지 않는다 꼭 명심해',
    '호출되지 않은 봇은 조용히 해',
    '이름 안 부른 사람은 대답하지 마세요',
    '내가 부르지 않은 애들은 가만히 있어',
    '내가 부를 때만 대답해',
    '내가 부를때만 대답해줘',
    '앞으로 내가 부를 때만 말해 알겠지?',
    '내가 부를 때만 말하세요',
    '이제부터 내가 이름 부를 때만 말해ㅋㅋ',
    '얘들아 내가 호출할 때만 대답해!!',
    '이름 부른 사람만 말해',
    '내가 부른 사람만 대답해',
    '호출한 에이전트만 말해',
    '호출된 에이전트만 말하도록 해',
    '내가 부를 때까지 조용히 해',
    '내가 부르기 전까지는 아무도 말하지 마',
    '호출하지 않은 에이전트는 아무 말도 하지마 꼭 명심해~~~~가브리엘 발표해',
    '안 부르면 말하지 마',
    'only speak when I call you',
    'Only answer when called.',
    'From now on, only reply if I mention you',
    "Please don't speak unless I call you",
    'speak only when I call you by name',
    'only those I call may speak',
    'be quiet until I call you',
  ])('%j', (body) => {
    expect(floorSentence(body)).toBe('called');
    expect(floorSentence(body.normalize('NFD'))).toBe('called');
  });
});

describe('opens the floor', () => {
  test.each([
    '이제 다들 말해도 돼',
    '이제 다들 말해도 돼~',
    '다들 말해도 돼',
    '이제 말해도 돼',
    '이제 모두 말해도 됩니다',
    '모두 자유롭게 말해',
    '모두 자유롭게 말해줘',
    '다들 편하게 얘기해',
    '이제 아무나 대답해도 돼요',
    '얘들아 이제 자유롭게 말해',
    '이제 안 불러도 대답해',
    '호출하지 않아도 말해도 돼',
    'everyone may speak again',
    'Everyone can talk now',
    'ok, everybody may answer',
    'you may all speak freely',
    'speak freely, everyone',
  ])('%j', (body) => {
    expect(floorSentence(body)).toBe('open');
  });
});

describe('closes the floor', () => {
  test.each([
    '지금부터 아무도 말하지 마',
    '아무도 말하지마',
    '아무도 말하지 마세요',
    '다들 조용히 해',
    '다들 조용히 해줘',
    '다들 조용!!',
    '모두 조용히 하세요',
    '얘들아 다들 조용히 좀 해',
    '지금부터 모두 말하지 말아줘',
    '다들 아무 말도 하지 마',
    '전원 발언 금지',
    '내가 말하라고 할 때까지 조용히 해',
    'everybody be quiet',
    'Everyone, please be quiet',
    'quiet, everyone!',
    'nobody speak',
    'no one says anything until further notice',
  ])('%j', (body) => {
    expect(floorSentence(body)).toBe('closed');
  });
});

describe('is no order about the floor', () => {
  test.each([
    '내가 부를 때만 대답하라고 했잖아 왜 말해?',
    '내가 부를 때만 대답하라고 했는데',
    '내가 부를 때만 대답해?',
    '내가 부를 때만 대답해야 돼?',
    '아무도 말하지 않네',
    '아무도 말을 안 하네',
    '다들 말해도 되는 거야?',
    '다들 말해도 돼?',
    '이제 말해도 돼?',
    '다들 조용하네',
    '왜 이렇게 다들 조용해?',
    '다들 조용히 해?',
    '다들 조용히 있었어',
    '다들 말해봐',
    '다들 의견 말해줘',
    '모두 대답해',
    '클로드는 말하지 마',
    '클로드 조용히 해',
    '클로드는 말해도 돼',
    '가브리엘 발표해',
    '"다들 조용히 해"라고 했어',
    '"다들 조용히 해"',
    '“지금부터 아무도 말하지 마”',
    '> 다들 조용히 해',
    '`다들 조용히 해`',
    '다들 조용히 하라고 손님한테 말했어',
    '손님이 다들 조용히 해달래',
    '아무도 말하지 말라는 뜻은 아니야',
    '내가 부를 때만 대답하는 게 좋을까',
    '호출하지 않은 에이전트는 왜 말해?',
    '호출하지 않은 에이전트가 말했어',
    '이름 부른 사람만 말하는 기능 만들어줘',
    '고객한테 아무 말도 하지 마',
    '비밀이니까 아무한테도 말하지 마',
    '자유롭게 말하는 문화에 대해 알려줘',
    '안녕',
    '',
    '  \n',
    '!!!',
    'Did I say only speak when I call you?',
    'Why does nobody speak',
    'nobody speaks English here',
    'I told everyone to be quiet',
    'everyone was quiet',
    'everyone can speak English',
    'can everyone speak?',
    'Claude, be quiet',
    'He said "everybody be quiet"',
    `${'오늘 가게에서 있었던 일인데 손님이 많아서 정신이 없었고 강아지들이 계속 짖어서 힘들었어. '.repeat(4)}다들 조용히 해`,
  ])('%j', (body) => {
    expect(floorSentence(body)).toBeNull();
  });
});

describe('any text', () => {
  const words = fc.constantFrom(
    '다들',
    '모두',
    '이제',
    '지금부터',
    '내가',
    '부를 때만',
    '호출하지 않은',
    '에이전트는',
    '말',
    '하지마',
    '조용히',
    '해',
    '?',
    ' ',
    '\n',
    '"',
    '꼭',
    '말해도 돼',
    'everyone',
    ' be quiet',
  );
  test('never throws, and a question sets nothing', () => {
    const asked = fc.array(words, { maxLength: 40 }).map((list) => `${list.join('').replaceAll(/[\n"]/gu, '')} 왜?`);
    expect(() =>
      fc.assert(
        fc.property(fc.oneof(fc.string({ unit: 'binary' }), asked), (body) => floorSentence(body) !== undefined),
      ),
    ).not.toThrow();
    expect(floorSentence('다들 조용히 해 왜?')).toBeNull();
  });
  test.each(['다들', '이제', '꼭', '제발 ', '"', '“', 'everyone ', 'please ', '자', '?'])(
    'repeated without end: %j',
    (piece) => {
      for (const times of [40, 100, 100_000]) expect(floorSentence(piece.repeat(times))).toBeNull();
      expect(floorSentence(`${piece.repeat(Math.floor(130 / piece.length))}x`)).toBeNull();
    },
  );
});
