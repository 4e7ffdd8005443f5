import { describe, expect, it } from 'vitest';
import { burstBefore, inPieces, isHalf, isPiece, joined, waitsFor } from '../../bots/intake/burst.ts';
import { decideForMaster } from '../../bots/intake/decide.ts';
import { needsNewMessage, underItsName, wasBegun } from '../../bots/intake/edits.ts';
import type { MessageEvent } from '../../bridge/protocol/room-event.ts';
import { jobId } from '../../bridge/protocol/turn.ts';
import { agents, others } from './addressing-scene.ts';
import { facts } from './decide-facts.ts';
import { eventId, message } from './events.ts';

const callables = [...agents, ...others];

/** Said by the master one after the other, so many seconds apart. */
function said(
  bodies: readonly string[],
  secondsApart = 2,
  more: readonly Partial<MessageEvent>[] = [],
): readonly MessageEvent[] {
  return bodies.map((body, i) => message(`m${i}`, body, { at: 1_000_000 + i * secondsApart * 1_000, ...more[i] }));
}

/** The pieces heard with the last message. */
function heardWith(all: readonly MessageEvent[]): readonly string[] {
  const last = all.at(-1)!;
  return burstBefore(last, all.slice(0, -1), callables).map(({ body }) => body);
}

describe('a thought in pieces', () => {
  it.each<[string, readonly string[]]>([
    ['a call, half a sentence, a question', ['클로드야', '내일 부산 가는데', '비 오나?']],
    ['a call and a request', ['가브리엘', '오늘 저녁 메뉴 추천해줘']],
    ['in English', ['Claude', "I'm driving to Busan tomorrow", 'will it rain?']],
    ['without a call', ['내일 부산 가는데', '비 오나?']],
    ['to all', ['얘들아', '뭐해?']],
    ['a call and everything', ['클로드야', '이거 다 정리해줘']],
    ['two calls', ['클로드야', '가브리엘아', '둘이 정해']],
    ['half a sentence, then whom it is for', ['내일 부산 가는데', '클로드야 비 오나?']],
    ['a call with words, and more', ['클로드야 내일 부산 가', '비 오니']],
  ])('%s is one', (_what, bodies) => {
    expect(heardWith(said(bodies))).toEqual(bodies.slice(0, -1));
  });

  it.each<[string, readonly MessageEvent[]]>([
    ['calls somebody itself', said(['클로드야 이거 어때', '가브리엘아 이건?'])],
    ['calls all itself', said(['얘들아 1번째야', '얘들아 2번째야'])],
    ['comes much later', said(['내일 부산 가는데', '비 오나?'], 9)],
    ['is a command', said(['클로드야', '!도움'])],
    ['follows a command', said(['!발언 호출', '비 오나?'])],
    ['is a task', said(['클로드야', '//chavion_task: 서버 파일 목록 조회'])],
    ['follows a task', said(['//chavion_task: 서버 파일 목록 조회', '비 오나?'])],
    ['is a reply', said(['내일 부산 가는데', '비 오나?'], 2, [{}, { replyTo: eventId('other') }])],
    [
      'opens a thread on it',
      said(['클로드야, 정비 얘기 좀 하자', '엔진부터 볼까?'], 2, [{}, { thread: eventId('m0') }]),
    ],
    [
      'is a file',
      said(['클로드야', '사진.png'], 2, [
        {},
        { attachment: { url: 'mxc://a/b', name: '사진.png', mediaType: 'image/png' } },
      ]),
    ],
    ['is somebody else’s', said(['내일 부산 가는데', '비 오나?'], 2, [{ sender: agents[0]!.userId }])],
    ['holds a secret', said(['클로드야', '열쇠는 ***'], 2, [{}, { masked: true }])],
    ['is long', said(['클로드야', '가'.repeat(301)])],
    ['mentions somebody', said(['내일 부산 가는데', '비 오나?'], 2, [{}, { mentions: [agents[0]!.userId] }])],
    ['sets the floor', said(['클로드야', '내가 부를 때만 대답해'])],
    ['follows a whole sentence and calls', said(['비 오겠다.', '클로드야 우산 챙겨?'])],
  ])('not where the next message %s', (_what, all) => {
    expect(heardWith(all)).toEqual([]);
  });

  it('is not joined across what somebody else said', () => {
    const [first, between, last] = said(['내일 부산 가는데', '네, 조심하세요.', '비 오나?'], 1, [
      {},
      { sender: agents[0]!.userId, chavion: { v: 1, kind: 'answer' } },
    ]);
    expect(burstBefore(last!, [first!, between!], callables)).toEqual([]);
  });

  it('does not grow without end', () => {
    expect(
      heardWith(
        said(
          Array.from({ length: 30 }, (_, i) => `그리고 ${i}`),
          0.1,
        ),
      ),
    ).toHaveLength(9);
  });

  it('is answered once, by whom it calls, in place of answers to its pieces', () => {
    const [call, half, question] = said(['클로드야', '내일 부산 가는데', '비 오나?']) as [
      MessageEvent,
      MessageEvent,
      MessageEvent,
    ];
    const whole = joined([call, half], question);
    expect([whole.eventId, whole.body]).toEqual([question.eventId, '클로드야\n내일 부산 가는데\n비 오나?']);
    const plan = inPieces(decideForMaster(whole, facts), [call, half], question, callables);
    expect(plan.jobs).toEqual([
      expect.objectContaining({
        type: 'turn',
        agent: 'claude',
        source: question.eventId,
        burst: [call.eventId, half.eventId],
      }),
    ]);
    expect(plan.instead).toEqual([call, half].map(({ eventId: source }) => ({ source, by: question.eventId })));
  });

  it('keeps the reply and the pill of its first piece', () => {
    const [first, second] = said(['그건', '왜?'], 2, [
      { replyTo: eventId('quoted'), mentions: [agents[0]!.userId] },
    ]) as [MessageEvent, MessageEvent];
    expect(joined([first], second)).toMatchObject({ replyTo: eventId('quoted'), mentions: [agents[0]!.userId] });
  });
});

describe('waiting for more', () => {
  const waits = (...bodies: readonly string[]) => {
    const all = said(bodies);
    return waitsFor(all.slice(0, -1), all.at(-1)!, callables);
  };
  it.each([
    '클로드',
    '클로드야',
    '클로드야!',
    '@가브리엘',
    '야 클로드',
    '얘들아',
    '가브리엘이랑 클로드',
    'Claude',
    'hey Claude',
  ])('a call waits for its sentence: %s', (body) => {
    expect(waits(body)?.begin).toBe(5_000);
  });
  it.each(['내일 부산 가는데', '짐이 늦으면', '그리고', '이것 좀 보고,', 'I will be late because'])(
    'half a sentence waits for the other half: %s',
    (body) => {
      expect(isHalf(body)).toBe(true);
      expect(waits(body)).toEqual({ begin: 1_500, speak: 4_000 });
    },
  );
  it.each(['비 오나?', '클로드야, 오늘 날씨 어때?', '고마워.', '안녕 0 0.1234', '클로드는?', '이거 1004'])(
    'a sentence does not: %s',
    (body) => {
      expect(waits(body)).toBeUndefined();
    },
  );
  it.each(['얘들아 안녕', '클로드야 내일 부산 가', '점심은 라면', '너희 최고', 'good morning everyone'])(
    'one without a mark takes a breath at most: %s',
    (body) => {
      expect(waits(body)).toEqual({ begin: 0, speak: 300 });
    },
  );
  it('whoever writes in pieces has not ended before he asks', () => {
    expect(waits('Claude', "I'm driving to Busan tomorrow")?.speak).toBe(4_000);
    expect(waits('클로드야', '내일 부산 가', '비 오나?')).toBeUndefined();
    expect(waits('클로드야', '날씨 알려줘')?.speak ?? 0).toBeLessThan(500);
  });
  it('is for words alone', () => {
    expect(isPiece(message('x', '!도움'))).toBe(false);
    expect(waits('!도움')).toBeUndefined();
  });
});

describe('an edit', () => {
  it.each([
    ['!실행 df -h', true],
    ['//chavion_task: 서버 파일 목록 조회', true],
    ['!예약 매일 아침 7시에 보고', true],
    ['!선택 A', true],
    ['!관리 방', true],
    ['!도움', false],
    ['!상태', false],
    ['!실헹 df -h', false],
    ['클로드야 비 와?', false],
  ])('into %s: a new message is needed, %s', (body, needed) => {
    expect(needsNewMessage(message('x', body))).toBe(needed);
  });

  it('is too late once something was begun, not for words that were only spoken', () => {
    const begun = (body: string) => wasBegun(decideForMaster(message('x', body), facts));
    expect(['!실행 ls', '!상태', '!발언 호출', '!그만', '!잊어', '//chavion_task: 일'].map(begun)).toEqual([
      true,
      true,
      true,
      true,
      true,
      true,
    ]);
    expect(['클로드야', '!상텡', '!도움', '얘들아 안녕'].map(begun)).toEqual([false, false, false, false]);
  });

  it('is answered under its message, by jobs of its own', () => {
    const [source, cause] = [eventId('original'), eventId('edit')];
    const plan = underItsName(decideForMaster(message('edit', '클로드야 비 와?'), facts), source, cause);
    expect(plan.jobs).toEqual([expect.objectContaining({ source, root: source, cause })]);
    expect(plan.jobs.map(jobId)).toEqual([`${cause}.claude`]);
    expect(plan.instead).toEqual([{ source, by: cause }]);
    const discussion = underItsName(decideForMaster(message('edit', '!토론 점심 1'), facts), source, cause);
    expect(discussion.jobs.map((job) => ('thread' in job ? job.thread : null))).toEqual([source, source]);
  });
});
