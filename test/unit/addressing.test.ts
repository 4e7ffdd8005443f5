import { describe, expect, test } from 'vitest';
import { address, mentionedByAgent, type Callable } from '../../bots/addressing/address.ts';
import { AgentId } from '../../bridge/protocol/ids.ts';
import { agents, everyone, others, say, user } from './addressing-scene.ts';

describe('what decides', () => {
  const claude = agents.find((agent) => agent.id === 'claude')!;
  const gabriel = agents.find((agent) => agent.id === 'gabriel')!;
  const [coordinator, executor] = [others[0]!, others[1]!];
  const to = (...ids: string[]) => expect.objectContaining({ kind: 'agents', agents: ids });

  test('a pill, before any word', () => {
    expect(say('클로드 이거 봐줘', {}, [claude.userId])).toEqual({
      kind: 'agents',
      agents: ['claude'],
      reason: 'mention',
    });
    expect(say('가브리엘아 안녕', {}, [claude.userId])).toEqual(to('claude'));
    expect(say('클로드 방식이 맘에 들어', {}, [claude.userId])).toEqual(to('claude'));
    expect(say('둘이 말해봐', {}, [claude.userId, gabriel.userId])).toEqual(to('gabriel', 'claude'));
    expect(say('클로드, 조율자', {}, [claude.userId, coordinator.userId])).toEqual(to('claude'));
    expect(say('이거 봐줘', {}, [claude.userId, claude.userId])).toEqual(to('claude'));
    expect(say('이거 봐줘', { floor: 'called' }, [claude.userId])).toEqual(to('claude'));
  });
  test('a pill that is left out', () => {
    expect(say('@클로드 빼고 다들 말해봐', {}, [claude.userId])).toEqual({
      kind: 'agents',
      agents: everyone.filter((id) => id !== 'claude'),
      reason: 'except',
    });
  });
  test('a pill of one who takes no turns', () => {
    expect(say('이거 돌려줘', {}, [executor.userId])).toEqual({ kind: 'nobody', reason: 'other-called' });
  });
  test('a pill of a human narrows nothing', () => {
    expect(say('철수 어떻게 생각해', {}, [user('chulsoo')])).toEqual({
      kind: 'agents',
      agents: everyone,
      reason: 'everyone',
    });
    expect(say('철수, 클로드야 봐줘', {}, [user('chulsoo')])).toEqual({
      kind: 'agents',
      agents: ['claude'],
      reason: 'callsign',
    });
    expect(say('철수 어떻게 생각해', { floor: 'called' }, [user('chulsoo')])).toEqual({
      kind: 'nobody',
      reason: 'floor-called',
    });
  });
  test('@room', () => {
    for (const floor of ['open', 'called'] as const) {
      expect(say('@room 회의', { floor }, [], true)).toEqual({ kind: 'agents', agents: everyone, reason: 'everyone' });
    }
    expect(say('@room 회의', { floor: 'closed' }, [claude.userId], true)).toEqual({
      kind: 'nobody',
      reason: 'floor-closed',
    });
  });
  test('a callsign, before a reply; a reply, before the mention that the client adds', () => {
    expect(say('더 자세히', { repliedTo: claude.userId })).toEqual({
      kind: 'agents',
      agents: ['claude'],
      reason: 'reply',
    });
    expect(say('더 자세히', { repliedTo: claude.userId }, [claude.userId])).toEqual({
      kind: 'agents',
      agents: ['claude'],
      reason: 'reply',
    });
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
    for (const body of ['클로드야', '얘들아', '안녕'])
      expect(say(body, { floor: 'closed' }, [claude.userId])).toEqual({ kind: 'nobody', reason: 'floor-closed' });
  });
  test('only those present', () => {
    expect(say('안녕', { agents: [] })).toEqual({ kind: 'nobody', reason: 'no-agents' });
    expect(say('얘들아', { agents: [claude] })).toEqual(to('claude'));
    expect(say('클로드 빼고 다들', { agents: [claude] })).toEqual({ kind: 'nobody', reason: 'no-agents' });
  });
  test('callsigns with spaces, marks and capitals', () => {
    const odd: Callable = {
      id: AgentId.parse('odd'),
      userId: user('agent_odd'),
      callsigns: ['Big Boss', 'GPT-4', 'É클레르'],
    };
    for (const body of ['big boss, hello', 'GPT-4야 안녕', 'É클레르 안녕'.normalize('NFD')])
      expect(say(body, { agents: [claude, odd] })).toEqual(to('odd'));
  });
});

describe('a message that hangs on another', () => {
  const [claude, gabriel] = ['claude', 'gabriel'].map((id) => agents.find((agent) => agent.id === id)!) as [
    Callable,
    Callable,
  ];
  const to = (...ids: string[]) => expect.objectContaining({ kind: 'agents', agents: ids });
  const hung = { unasked: new Set([gabriel.userId]) };
  test('in a thread: the client mentions the author of the last message, not the writer', () => {
    expect(say('클로드야 이거 어때?', hung, [gabriel.userId])).toEqual(to('claude'));
    expect(say('이거 어때?', hung, [gabriel.userId])).toEqual(to(...everyone));
    expect(say('이거 어때?', { ...hung, floor: 'called' }, [gabriel.userId])).toEqual({
      kind: 'nobody',
      reason: 'floor-called',
    });
    expect(say('이거 어때?', hung, [gabriel.userId, claude.userId])).toEqual(to('claude'));
  });
  test('a pill of the writer for that very author counts', () => {
    const message = { body: '이거 어때?', mentions: [gabriel.userId], mentionsRoom: false, pills: [gabriel.userId] };
    expect(address(message, { agents, others, floor: 'open', ...hung })).toEqual(to('gabriel'));
  });
  test('a thread on an agent’s words is that agent’s, unless others are called', () => {
    const inThread = { threadOf: claude.userId, unasked: new Set([claude.userId]) };
    expect(say('그럼 언제?', inThread, [claude.userId])).toEqual(to('claude'));
    expect(say('그럼 언제?', { ...inThread, floor: 'called' }, [claude.userId])).toEqual(to('claude'));
    expect(say('가브리엘아 넌?', inThread, [claude.userId])).toEqual(to('gabriel'));
    expect(say('다들 어때?', inThread, [claude.userId])).toEqual(to(...everyone));
    expect(say('왜?', { ...inThread, repliedTo: gabriel.userId }, [gabriel.userId])).toEqual(to('gabriel'));
    expect(say('그럼 언제?', { ...inThread, agents: [gabriel] })).toEqual(to('gabriel'));
  });
  test('a reply to words that mention others, whom the client mentions too, is its author’s', () => {
    const reply = { repliedTo: claude.userId, unasked: new Set([claude.userId, gabriel.userId]) };
    expect(say('왜?', reply, [claude.userId, gabriel.userId])).toEqual(to('claude'));
    expect(say('가브리엘아 넌?', reply, [claude.userId, gabriel.userId])).toEqual(to('gabriel'));
  });
});

test('the longest callsign is the one that was called', () => {
  const sun: Callable = { id: AgentId.parse('sun'), userId: user('agent_sun'), callsigns: ['해'] };
  const lady: Callable = { id: AgentId.parse('lady'), userId: user('agent_lady'), callsigns: ['해님'] };
  for (const agents of [
    [sun, lady],
    [lady, sun],
  ])
    expect(say('해님아 안녕', { agents })).toMatchObject({ agents: ['lady'] });
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
