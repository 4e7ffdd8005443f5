import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { address, mentionedByAgent, type Audience, type Callable, type Situation } from '../../bots/addressing/address.ts';
import { defaultRoster } from '../../bridge/protocol/default-roster.ts';
import { Roster } from '../../bridge/protocol/roster.ts';
import { AgentId, UserId } from '../../bridge/protocol/ids.ts';

const roster = Roster.parse(defaultRoster);
const user = (name: string) => UserId.parse(`@${name}:chavion.local`);
const agents: readonly Callable[] = roster.agents.map(({ id, callsigns }) => ({ id, callsigns, userId: user(`agent_${id}`) }));
const others: readonly Callable[] = [
  { id: AgentId.parse('coordinator'), callsigns: roster.coordinator.callsigns, userId: user('agent_coordinator') },
  { id: AgentId.parse('executor'), callsigns: roster.executor.callsigns, userId: user('executor') },
];
const everyone = agents.map((agent) => agent.id);
const SHORT: Readonly<Record<string, string>> = { 가: 'gabriel', 자: 'jarvis', 클: 'claude', 마: 'manus', 퍼: 'perplexity', 미: 'michael' };

const say = (body: string, situation: Partial<Situation> = {}, mentions: readonly UserId[] = [], mentionsRoom = false): Audience =>
  address({ body, mentions, mentionsRoom }, { agents, others, floor: 'open', ...situation });

/** `-`: nobody in particular; `*`: a call to all; `가자클마퍼미`: these; `없음`: only somebody who takes no turns. */
function heard(body: string): string {
  const open = say(body);
  const called = say(body, { floor: 'called' });
  if (open.kind === 'nobody') return open.reason === 'other-called' ? '없음' : open.reason;
  if (called.kind === 'nobody') return open.agents.length === agents.length ? '-' : '?';
  if (open.reason === 'everyone') return '*';
  return Object.keys(SHORT).filter((short) => open.agents.some((id) => id === SHORT[short])).join('');
}

type Row = readonly [body: string, whom: string];
const rows: (readonly [section: string, body: string, whom: string])[] = [];
const table = (section: string, added: readonly Row[]) => {
  for (const [body, whom] of added) rows.push([section, body, whom]);
};

table('the examples of the owner', [
  ['얘들아 안녕', '*'],
  ['오늘 회의 내용 정리한거 다들 읽어보고 꼭 명심해~~~~가브리엘 발표해', '가'],
  ['지금부터 내가 하는 말 잘 들어 호출하지 않은 사람은 말하지 않는다 꼭 명심해~~~~가브리엘 발표해', '가'],
  ['가브리엘이랑 클로드 의견 말해줘', '가클'],
  ['마누스 빼고 다들', '가자클퍼미'],
  ['클로드 제외하고 모두', '가자마퍼미'],
  ['가브리엘 기획과 클로드 기획을 합치자는 말이 맞아? 단답으로 대답해', '-'],
  ['자비스 방식이 맘에 들어', '-'],
  ['Claude, what do you think?', '클'],
  ["I liked Claude's plan", '-'],
  ['What do you think, Claude?', '클'],
  ['hey gemini summarise this', '자'],
  ['ask Claude and Gemini for a plan', '자클'],
  ['everyone except Claude', '가자마퍼미'],
  ['everyone but GPT', '자클마퍼미'],
  ['ChatGPT사용법 알려줘', '-'],
  ['GPT야 사용법 알려줘', '가'],
  ['GPT한테 물어볼게 있어', '가'],
  ['클로드, 마누스한테 물어봐', '클'],
  ['클로드야 마누스한테 물어봐줘', '클'],
  ['클로드, 다들 뭐라고 했어?', '클'],
]);

table('one name in front', [
  ['가브리엘아 오늘 뭐부터 할까', '가'],
  ['클로드야', '클'],
  ['클로드', '클'],
  ['클로드?', '클'],
  ['클로드!!', '클'],
  ['클로드~', '클'],
  ['클로드 ㅋㅋㅋ', '클'],
  ['클로드야ㅋㅋㅋ 뭐해', '클'],
  ['클로드ㅠㅠ 나 좀 도와줘', '클'],
  ['클로드는 어떻게 생각해', '클'],
  ['클로드는?', '클'],
  ['클로드 너는', '클'],
  ['클로드 너는 어때', '클'],
  ['클로드 넌 어떻게 생각해', '클'],
  ['클로드도 말해봐', '클'],
  ['클로드도?', '클'],
  ['클로드만 대답해', '클'],
  ['클로드만 말해', '클'],
  ['클로드가 정리해줘', '클'],
  ['클로드가 발표해', '클'],
  ['클로드가 먼저 해봐', '클'],
  ['가브리엘이 설명해줘', '가'],
  ['자비스님', '자'],
  ['자비스님 안녕하세요', '자'],
  ['자비스님 이거 요약 부탁드려요', '자'],
  ['클로드씨 오늘 시간 돼요?', '클'],
  ['팀장님 의견 주세요', '가'],
  ['팀장 오늘 할일 정리해', '가'],
  ['마누스부터', '마'],
  ['마누스부터 발표해', '마'],
  ['마누스부터 시작', '마'],
  ['클로드한테 질문 있어', '클'],
  ['클로드에게 부탁 좀 할게', '클'],
  ['제미나이야 내일 날씨 알려줘', '자'],
  ['뤼튼아 글 좀 써줘', '미'],
  ['뤼튼 이거 다듬어줘', '미'],
  ['퍼플렉시티 최신 뉴스 찾아줘', '퍼'],
  ['퍼플 이거 조사해', '퍼'],
  ['퍼플아 이거 조사해', '퍼'],
  ['미카엘 글 써줘', '미'],
  ['클로드 이거 어때?', '클'],
  ['클로드 이 코드를 고쳐줘', '클'],
  ['클로드 의견은?', '클'],
  ['클로드 의견 좀', '클'],
  ['클로드 생각은 어때?', '클'],
  ['클로드 생각이 궁금해', '클'],
  ['클로드 의견을 말해줘', '클'],
  ['클로드 요약 좀 해줘', '클'],
  ['클로드 차례', '클'],
  ['클로드 고마워', '클'],
  ['클로드 수고했어', '클'],
  ['클로드 안녕', '클'],
  ['클로드 나와', '클'],
  ['클로드 불러줘', '클'],
  ['클로드를 불러줘', '클'],
  ['클로드: 이거 검토해줘', '클'],
  ['클로드, 이거 봐봐', '클'],
  ['claude야 이거 봐줘', '클'],
  ['Claude 이거 어때', '클'],
  ['GPT 의견 말해줘', '가'],
  ['gpt는 어떻게 생각해?', '가'],
  ['ＧＰＴ야 안녕', '가'],
  ['클로드말해봐', '클'],
  ['가브리엘발표해', '가'],
  ['클로드너는 어때', '클'],
  ['@클로드 이거 봐줘', '클'],
  ['@클로드', '클'],
  ['**클로드** 이거 봐줘', '클'],
  ['야 클로드 이거 뭐야', '클'],
  ['자 이제 클로드 말해봐', '클'],
  ['이번엔 자비스 정리해줘', '자'],
  ['다음은 마누스 발표해', '마'],
  ['그럼 클로드는 어떻게 할거야?', '클'],
  ['안녕 클로드', '클'],
  ['고마워 자비스', '자'],
  ['   클로드   이거   봐줘  ', '클'],
  ['클로드\n이거 봐줘', '클'],
  ['😀 클로드 이거 봐줘', '클'],
  ['"클로드야 안녕"', '클'],
]);

table('at the end, after much else', [
  ['이거 어떻게 생각해 클로드', '클'],
  ['이거 어때 클로드?', '클'],
  ['말해봐 클로드야', '클'],
  ['오늘 일정 뭐야 자비스', '자'],
  ['수고했어 마누스', '마'],
  ['이거 어떻게 생각해, 클로드', '클'],
  ['어제 하던 얘기 이어서 하자ㅎㅎ 자비스가 정리해줘', '자'],
  ['운전하면서 생각해봤는데 이 방향이 맞는것 같아\n\n클로드 의견 말해줘', '클'],
  ['그건 됐고 클로드 의견 말해줘', '클'],
  ['알았으니까 가브리엘 발표해', '가'],
  ['다 좋은데 클로드는 어떻게 생각해?', '클'],
  ['오늘 회의는 클로드 발표해', '클'],
  ['사료 주문이 밀려서 큰일이야 ㅠㅠ 퍼플렉시티 배송 얼마나 걸리는지 찾아봐', '퍼'],
  ['내가 어제 말한 애견샵 홍보 문구 있잖아 그거 다시 써야할것 같아… 미카엘 써줘', '미'],
  [`${'트럭 몰면서 계속 생각한 건데 이게 맞는지 모르겠어 '.repeat(30)}꼭 명심해~~~~가브리엘 발표해`, '가'],
  ['이건 중요하니까 꼭 기억해라!!!! 마누스 실행 순서 짜줘', '마'],
]);

table('several at once', [
  ['클로드와 마누스 의견 말해줘', '클마'],
  ['가브리엘이랑 클로드랑 토론해봐', '가클'],
  ['클로드, 가브리엘, 마누스 의견 말해줘', '가클마'],
  ['클로드 가브리엘', '가클'],
  ['클로드 가브리엘 둘이 말해봐', '가클'],
  ['클로드야 가브리엘아 안녕', '가클'],
  ['클로드랑 자비스는 어떻게 생각해?', '자클'],
  ['클로드하고 마누스가 정리해줘', '클마'],
  ['클로드 하고 마누스 발표해', '클마'],
  ['클로드 그리고 마누스 발표해', '클마'],
  ['클로드/가브리엘 의견 말해줘', '가클'],
  ['클로드&마누스 의견 말해줘', '클마'],
  ['클로드도 마누스도 말해봐', '클마'],
  ['클로드는 분석하고 마누스는 발표해', '클마'],
  ['클로드는 분석하고 미카엘이 글 써줘', '클미'],
  ['자비스님이랑 클로드님 의견 부탁드려요', '자클'],
  ['가브리엘과 미카엘에게 질문 있어', '가미'],
  ['GPT랑 gemini랑 claude 의견 줘', '가자클'],
  ['클로드: 분석\n마누스: 실행', '클마'],
]);

table('all but some', [
  ['클로드 빼고 모두 말해', '가자마퍼미'],
  ['마누스랑 클로드 빼고 다들 말해봐', '가자퍼미'],
  ['마누스만 빼고 다 대답해', '가자클퍼미'],
  ['마누스는 빼고 말해봐', '가자클퍼미'],
  ['마누스빼고 다들 의견줘', '가자클퍼미'],
  ['다들 의견 말해줘 클로드 빼고', '가자마퍼미'],
  ['다들 말해봐 (클로드 제외)', '가자마퍼미'],
  ['클로드 제외한 나머지 의견 말해줘', '가자마퍼미'],
  ['클로드 말고 다른 사람이 말해봐', '가자마퍼미'],
  ['마누스 말고 클로드가 말해봐', '클'],
  ['클로드는 말하지 말고 나머지는 말해', '가자마퍼미'],
  ['클로드는 조용히 하고 가브리엘이 말해봐', '가'],
  ['클로드 조용히 해', '클'],
  ['Everyone except Claude, please answer', '가자마퍼미'],
  ['everybody but Claude and Gemini', '가마퍼미'],
  ['@클로드 빼고 다들', '가자마퍼미'],
]);

table('all', [
  ['다들 뭐해', '*'],
  ['모두 대답해', '*'],
  ['전원 발표해', '*'],
  ['여러분 안녕하세요', '*'],
  ['애들아 밥 먹었냐', '*'],
  ['얘들아', '*'],
  ['다들 클로드 의견에 동의해?', '*'],
  ['얘들아 클로드가 한 말 어떻게 생각해?', '*'],
  ['모두 자비스 방식 어떻게 생각해?', '*'],
  ['다들 클로드한테 질문해봐', '*'],
  ['다들 말해봐 특히 클로드', '*'],
  ['클로드부터 다들 말해봐', '*'],
  ['클로드 그리고 다들 말해봐', '*'],
  ['클로드야 먼저 정리해. 그리고 다들 의견 말해줘', '*'],
  ['어떻게 생각해 다들', '*'],
  ['이거 다들 어떻게 생각해?', '*'],
  ['everyone, what do you think?', '*'],
  ['hi all', '*'],
  ['hey guys', '*'],
  ['all of you should answer', '*'],
  ['What does everyone think?', '*'],
  ['everyone 의견 말해줘', '*'],
]);

table('in turns', [
  ['클로드부터 차례대로 발표해', '*'],
  ['가브리엘부터 한명씩 돌아가면서 말해', '*'],
  ['클로드는 순서대로 정리해줘', '클'],
  ['순서대로 정리하면 뭐가 먼저야', '-'],
  ['가브리엘 먼저 말하고 클로드가 정리해', '가클'],
  ['가브리엘 발표하고 다들 의견 말해줘', '*'],
  ['모든 에이전트 대답해', '*'],
  ['모든 게 좋아', '-'],
  ['다 같이 인사해', '*'],
  ['다 됐다', '-'],
]);

table('plural words beside a call', [
  ['클로드 다들 조용하네', '클'],
  ['클로드 의견이 제일 좋네 다들 어때?', '*'],
  ['클로드야 다 정리했어?', '클'],
  ['클로드는 다 했어?', '클'],
  ['클로드야 모두 정리해서 알려줘', '클'],
  ['클로드가 전부 정리해줘', '클'],
  ['클로드! 다들 어디갔어?', '클'],
  ['클로드\n다들 뭐라고 했어?', '클'],
  ['Claude, what did everyone say?', '클'],
]);

table('only spoken about', [
  ['클로드 방식으로 해줘', '-'],
  ['클로드가 한 말 정리해줘', '-'],
  ['클로드가 말한 거 요약해줘', '-'],
  ['클로드가 제안한 방식으로 하자', '-'],
  ['클로드가 그랬다고 말해줘', '-'],
  ['클로드가 맞아?', '-'],
  ['클로드가 뭐라고 했어?', '-'],
  ['클로드 의견에 동의해?', '-'],
  ['클로드 답변 어때?', '-'],
  ['클로드는 똑똑해', '-'],
  ['클로드도 틀렸네', '-'],
  ['클로드한테 들었어', '-'],
  ['클로드처럼 써줘', '-'],
  ['클로드의 의견을 요약해줘', '-'],
  ['범인은 클로드야', '-'],
  ['제일 좋은 건 클로드', '-'],
  ['나는 클로드가 좋아', '-'],
  ['나는 클로드 좋아', '-'],
  ['클로드 진짜 똑똑하더라', '-'],
  ['클로드랑 얘기했어', '-'],
  ['클로드보다 나은 방법 알려줘', '-'],
  ['GPT 요금이 올랐어', '-'],
  ['가브리엘 기획이랑 클로드 기획 합쳐줘', '-'],
  ['이건 가브리엘의 기획이야', '-'],
  ['GPT-4 가격 알려줘', '-'],
  ['claude.ai 들어가봤어', '-'],
  ['claude@example.org 로 메일 보냈어', '-'],
  ['claude_code 설치했어', '-'],
  ['마누스크립트 보여줘', '-'],
  ['클로드코드 설치해줘', '-'],
  ['챗GPT 써봤어?', '-'],
  ['`클로드야` 라고 치면 돼?', '-'],
  ['```\n클로드야 안녕\n```\n이 코드 맞아?', '-'],
  ['> 클로드야 안녕\n이거 누가 쓴거야', '-'],
  ['https://example.org/claude 이거 읽어봐', '-'],
  ['"클로드야 안녕"이라고 말하면 돼?', '-'],
  ['오늘 날씨 좋다', '-'],
  ['', '-'],
  ['   \n ', '-'],
  ['👍', '-'],
  ['ㅋㅋㅋㅋ', '-'],
  ['I agree with Claude', '-'],
  ['Claude is right', '-'],
  ['Claude said so yesterday', '-'],
  ['What do you think of Claude?', '-'],
  ['I told everyone about it', '-'],
  ['I asked Gemini, Claude and GPT', '-'],
  ['Claude and Gemini were great', '-'],
  ['is it Claude?', '-'],
]);

table('one called, another spoken about', [
  ['마누스는 됐고 클로드 말해봐', '클'],
  ['클로드가 보기엔 어때?', '클'],
  ['가브리엘이 낸 기획 클로드가 검토해줘', '클'],
  ['가브리엘 말이 맞는지 클로드가 확인해봐', '클'],
  ['만약 클로드가 대답을 안하면 가브리엘이 대답해', '가'],
  ['클로드, 가브리엘 빼고 다 말해', '자마퍼미'],
  ['I think Claude is right, what do you think Gemini', '자'],
  ['가브리엘아 클로드 기획 어때?', '가'],
  ['가브리엘, 클로드 방식 어때?', '가'],
  ['클로드, 마누스가 뭐라고 했어?', '클'],
  ['클로드야 마누스는 왜 말이 없어?', '클'],
  ['클로드야 마누스가 한 말 정리해줘', '클'],
  ['가브리엘이 클로드한테 설명해줘', '가'],
  ['가브리엘은 클로드 기획을 요약해줘', '가'],
  ['자비스야 가브리엘 기획이랑 클로드 기획 합쳐줘', '자'],
  ["Claude, what do you think of Gemini's plan?", '클'],
  ['Claude, Gemini said you are wrong', '클'],
  ['Gemini, ask Claude about it', '자'],
]);

table('English', [
  ['Claude what do you think', '클'],
  ['claude: summarise this', '클'],
  ['Claude please help', '클'],
  ['Claude can you check this?', '클'],
  ['can Claude summarise this?', '클'],
  ['Does Claude agree?', '클'],
  ['How about Claude?', '클'],
  ['thanks Claude', '클'],
  ['thank you Gemini', '자'],
  ['good job, GPT', '가'],
  ['what do you think Claude?', '클'],
  ['Claude and Gemini, what do you think?', '자클'],
  ['Claude, Gemini and GPT: your opinions please', '가자클'],
  ['Let Claude answer', '클'],
  ['I want Claude to answer', '클'],
  ['ok so Claude, go on', '클'],
  ['@claude look', '클'],
  ['Perplexity, find sources', '퍼'],
  ['Michael, write it', '미'],
]);

table('those who take no turns', [
  ['조율자 이거 시작해', '없음'],
  ['실행자야 이거 돌려줘', '없음'],
  ['executor, run it', '없음'],
  ['조율자랑 클로드 의견 말해줘', '클'],
  ['실행자 빼고 다들 말해봐', '*'],
]);

describe('whom a message is for', () => {
  test.each(rows)('%s: %j → %s', (_section, body, whom) => {
    expect(heard(body)).toBe(whom);
    expect(heard(body.normalize('NFD'))).toBe(whom);
  });
});

describe('what decides', () => {
  const claude = agents.find((agent) => agent.id === 'claude')!;
  const gabriel = agents.find((agent) => agent.id === 'gabriel')!;
  const [coordinator, executor] = [others[0]!, others[1]!];
  const to = (...ids: string[]) => expect.objectContaining({ kind: 'agents', agents: ids });

  test('a pill, before any word', () => {
    expect(say('클로드 이거 봐줘', {}, [claude.userId])).toEqual({ kind: 'agents', agents: ['claude'], reason: 'mention' });
    expect(say('가브리엘아 안녕', {}, [claude.userId])).toEqual(to('claude'));
    expect(say('클로드 방식이 맘에 들어', {}, [claude.userId])).toEqual(to('claude'));
    expect(say('둘이 말해봐', {}, [claude.userId, gabriel.userId])).toEqual(to('gabriel', 'claude'));
    expect(say('클로드, 조율자', {}, [claude.userId, coordinator.userId])).toEqual(to('claude'));
    expect(say('이거 봐줘', {}, [claude.userId, claude.userId])).toEqual(to('claude'));
    expect(say('이거 봐줘', { floor: 'called' }, [claude.userId])).toEqual(to('claude'));
  });
  test('a pill that is left out', () => {
    expect(say('@클로드 빼고 다들 말해봐', {}, [claude.userId])).toEqual({ kind: 'agents', agents: everyone.filter((id) => id !== 'claude'), reason: 'except' });
  });
  test('a pill of one who takes no turns', () => {
    expect(say('이거 돌려줘', {}, [executor.userId])).toEqual({ kind: 'nobody', reason: 'other-called' });
  });
  test('a pill of a human narrows nothing', () => {
    expect(say('철수 어떻게 생각해', {}, [user('chulsoo')])).toEqual({ kind: 'agents', agents: everyone, reason: 'everyone' });
    expect(say('철수, 클로드야 봐줘', {}, [user('chulsoo')])).toEqual({ kind: 'agents', agents: ['claude'], reason: 'callsign' });
    expect(say('철수 어떻게 생각해', { floor: 'called' }, [user('chulsoo')])).toEqual({ kind: 'nobody', reason: 'floor-called' });
  });
  test('@room', () => {
    for (const floor of ['open', 'called'] as const) {
      expect(say('@room 회의', { floor }, [], true)).toEqual({ kind: 'agents', agents: everyone, reason: 'everyone' });
    }
    expect(say('@room 회의', { floor: 'closed' }, [claude.userId], true)).toEqual({ kind: 'nobody', reason: 'floor-closed' });
  });
  test('a callsign, before a reply; a reply, before the mention that the client adds', () => {
    expect(say('더 자세히', { repliedTo: claude.userId })).toEqual({ kind: 'agents', agents: ['claude'], reason: 'reply' });
    expect(say('더 자세히', { repliedTo: claude.userId }, [claude.userId])).toEqual({ kind: 'agents', agents: ['claude'], reason: 'reply' });
    for (const mentions of [[], [claude.userId]]) {
      expect(say('가브리엘아 이건?', { repliedTo: claude.userId }, mentions)).toEqual(to('gabriel'));
      expect(say('다들 어때?', { repliedTo: claude.userId }, mentions)).toEqual(to(...everyone));
    }
    expect(say('더 자세히', { repliedTo: claude.userId, floor: 'called' })).toEqual(to('claude'));
    expect(say('이건 어때', { repliedTo: claude.userId }, [gabriel.userId])).toEqual(to('gabriel'));
  });
  test('a reply to somebody else decides nothing, even where the client mentions him', () => {
    expect(say('고마워', { repliedTo: user('chulsoo') })).toEqual(to(...everyone));
    expect(say('클로드는?', { repliedTo: user('chulsoo') })).toEqual(to('claude'));
    expect(say('이건 뭐야', { repliedTo: coordinator.userId }, [coordinator.userId])).toEqual(to(...everyone));
  });
  test('the floor', () => {
    expect(say('오늘 날씨 좋다', { floor: 'called' })).toEqual({ kind: 'nobody', reason: 'floor-called' });
    for (const body of ['클로드야', '얘들아', '안녕']) expect(say(body, { floor: 'closed' }, [claude.userId])).toEqual({ kind: 'nobody', reason: 'floor-closed' });
  });
  test('only those present', () => {
    expect(say('안녕', { agents: [] })).toEqual({ kind: 'nobody', reason: 'no-agents' });
    expect(say('얘들아', { agents: [claude] })).toEqual(to('claude'));
    expect(say('클로드 빼고 다들', { agents: [claude] })).toEqual({ kind: 'nobody', reason: 'no-agents' });
  });
  test('callsigns with spaces, marks and capitals', () => {
    const odd: Callable = { id: AgentId.parse('odd'), userId: user('agent_odd'), callsigns: ['Big Boss', 'GPT-4', 'É클레르'] };
    for (const body of ['big boss, hello', 'GPT-4야 안녕', 'É클레르 안녕'.normalize('NFD')]) expect(say(body, { agents: [claude, odd] })).toEqual(to('odd'));
  });
});

test('the longest callsign is the one that was called', () => {
  const sun: Callable = { id: AgentId.parse('sun'), userId: user('agent_sun'), callsigns: ['해'] };
  const lady: Callable = { id: AgentId.parse('lady'), userId: user('agent_lady'), callsigns: ['해님'] };
  for (const agents of [[sun, lady], [lady, sun]]) expect(say('해님아 안녕', { agents })).toMatchObject({ agents: ['lady'] });
});

describe('agents that call agents', () => {
  const called = (text: string) => mentionedByAgent(text, agents, AgentId.parse('claude'));
  test.each([
    ['@가브리엘 어떻게 생각하세요?', ['gabriel']],
    ['제 생각은 이렇습니다. @자비스님은 어떠세요?', ['jarvis']],
    ['@가브리엘과 @마누스의 생각이 궁금합니다', ['gabriel', 'manus']],
    ['@GPT, please check', ['gabriel']],
    ['**@퍼플렉시티** 확인 부탁드려요', ['perplexity']],
    ['가브리엘, 어떻게 생각하세요?', []],
    ['가브리엘님의 말이 맞습니다', []],
    ['@클로드 나는 나', []],
    ['`@가브리엘` 이라고 쓰세요', []],
    ['```\n@가브리엘\n```', []],
    ['> @가브리엘 안녕\n네', []],
    ['mail me@gpt.example', []],
    ['@gptuser 안녕', []],
    ['@everyone', []],
    ['@마누스크립트', []],
  ])('%j → %j', (text, ids) => {
    expect(called(text)).toEqual(ids);
  });
});

describe('any text', () => {
  const callsigns = [...agents, ...others].flatMap((agent) => agent.callsigns);
  const pieces = fc.constantFrom(...callsigns, '아', '야', '는', '랑', ' ', ' ', '\n', '~', ',', '?', '>', '`', '```', '"', '@', '빼고', '다들', '모두', '말해줘', '방식이', 'everyone', 'except', ' and ', '😀', 'ㅋㅋ');
  const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.array(pieces, { maxLength: 30 }).map((list) => list.join('')));

  const presentIn = (audience: Audience, present: readonly Callable[]): boolean => {
    if (audience.kind === 'nobody') return true;
    const kept = present.filter((agent) => audience.agents.includes(agent.id)).map((agent) => agent.id);
    return kept.length > 0 && kept.join() === audience.agents.join();
  };
  const holds = (property: fc.IProperty<[string, Callable[]]>) => expect(() => fc.assert(property, { numRuns: 500 })).not.toThrow();

  test('never calls one who is absent, in the order of the roster, on any floor', () => {
    holds(
      fc.property(texts, fc.subarray([...agents]), (body, present) =>
        (['open', 'called', 'closed'] as const).every((floor) => presentIn(say(body, { agents: present, floor }), present)),
      ),
    );
    expect(presentIn(say('클로드야', { agents: agents.slice(0, 3) }), agents.slice(0, 2))).toBe(false);
  });

  test('never lets an agent call itself or one who is absent', () => {
    const self = AgentId.parse('claude');
    holds(
      fc.property(texts, fc.subarray([...agents]), (body, present) =>
        mentionedByAgent(body, present, self).every((id) => id !== self && present.some((agent) => agent.id === id)),
      ),
    );
    expect(mentionedByAgent('@가브리엘 @클로드', agents, self)).toEqual(['gabriel']);
  });

  test('whoever speaks when only the called may, speaks when all may', () => {
    holds(
      fc.property(texts, fc.subarray([...agents]), (body, present) => {
        const called = say(body, { agents: present, floor: 'called' });
        return called.kind === 'nobody' || JSON.stringify(say(body, { agents: present })) === JSON.stringify(called);
      }),
    );
    expect(say('클로드야', { floor: 'called' })).toEqual(say('클로드야'));
  });

  /** Doubling the text may double the work, not square it: patterns that backtrack would take minutes at 100 KB. */
  test.each(['가', '클로드 ', '클로드,', '클로드랑', '~', '`', '"', '> ', '@', '@클로드', 'a.', 'http://', '```', '빼고 ', 'ㅋ', '클로드는 ', ' ', '가나다 클로드야 ', 'everyone ', '다들 '])(
    '100 KB of %j come to an end',
    (piece) => {
      const body = piece.repeat(Math.ceil(100_000 / piece.length));
      expect(presentIn(say(body), agents)).toBe(true);
      expect(mentionedByAgent(body, agents, AgentId.parse('claude')).length).toBeLessThan(2);
    },
  );
});
