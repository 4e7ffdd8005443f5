import { describe, expect, it } from 'vitest';
import { commandOfOrder } from '../../bridge/http/order.ts';
import { maskSecrets } from '../../bridge/matrix/secrets/secrets.ts';
import { AgentId, EventId } from '../../bridge/protocol/ids.ts';
import { MAX_DEPTH } from '../../bridge/protocol/turn.ts';
import { jobMessage } from '../../bridge/text/room/agent-api.ts';
import { preferredLang } from '../../bridge/text/room/agent-api-help.ts';
import { agentWish, freeId } from '../../bots/agent-api/agent-words.ts';
import { CHAIN_MS, chainOf, meantQuestion, sameChain, tooDeep } from '../../bots/agent-api/calls.ts';

describe('what stands behind !agent', () => {
  it.each<[string, object]>([
    ['', { kind: 'usage' }],
    ['add', { kind: 'usage' }],
    ['add scout', { kind: 'add', name: 'scout', id: 'scout' }],
    ['add Night Scout', { kind: 'add', name: 'Night Scout', id: 'night-scout' }],
    ['스카우트', { kind: 'add', name: '스카우트', id: null }],
    ['스카우트 scout', { kind: 'add', name: '스카우트', id: 'scout' }],
    ['추가 밤 정찰병 night', { kind: 'add', name: '밤 정찰병', id: 'night' }],
    ['@스카우트', { kind: 'add', name: '스카우트', id: null }],
    ['remove @스카우트', { kind: 'remove', who: '스카우트' }],
    ['삭제 scout', { kind: 'remove', who: 'scout' }],
    ['새열쇠 스카우트', { kind: 'rotate', who: '스카우트' }],
    ['rotate', { kind: 'usage' }],
    ['목록', { kind: 'list' }],
    ['scope scout read speak', { kind: 'scope', who: 'scout', scopes: ['read', 'speak'] }],
    ['권한 @밤 정찰병 실행', { kind: 'scope', who: '밤 정찰병', scopes: ['read', 'execute'] }],
    ['권한 scout 전부', { kind: 'scope', who: 'scout', scopes: ['read', 'speak', 'tasks', 'execute'] }],
    ['scope scout', { kind: 'usage' }],
    ['scope scout read root', { kind: 'usage' }],
    ['scope all', { kind: 'usage' }],
    ['add <script>', { kind: 'bad-name', word: '<script>' }],
    ['add a|b', { kind: 'bad-name', word: 'a|b' }],
    [`add ${'a'.repeat(41)}`, { kind: 'bad-name' }],
  ])('%s', (words, wish) => {
    expect(agentWish(words)).toMatchObject(wish);
  });

  it('gives a number to names without Latin letters', () => {
    expect(freeId((id) => id === 'guest1' || id === 'guest2')).toBe('guest3');
  });
});

describe('an outside agent’s own message', () => {
  const root = EventId.parse('$master');
  it('goes on with the chain of the last letter it was sent, and begins a new one after a while', () => {
    expect(chainOf({ root, depth: 2, at: 1_000 }, 1_000 + CHAIN_MS)).toEqual({ root, depth: 3 });
    expect(chainOf({ root, depth: 2, at: 1_000 }, 1_001 + CHAIN_MS)).toEqual({ root: null, depth: 1 });
    expect(chainOf({ at: 1_000 }, 1_001)).toEqual({ root: null, depth: 1 });
    expect(chainOf(undefined, 0)).toEqual({ root: null, depth: 1 });
    expect(tooDeep({ root, depth: MAX_DEPTH })).toBe(false);
    expect(tooDeep({ root, depth: MAX_DEPTH + 1 })).toBe(true);
  });

  it('is not freed from its chain by a letter of the house, and not bound by it to an old one', () => {
    const before = { root, depth: MAX_DEPTH, at: 1_000 };
    const letter = { ...sameChain(before, 2_000), at: 2_000 };
    expect(chainOf(letter, 2_001)).toEqual(chainOf(before, 2_001));
    expect(tooDeep(chainOf(letter, 2_001))).toBe(true);
    expect(sameChain(before, 1_001 + CHAIN_MS)).toEqual({});
    expect(sameChain(undefined, 0)).toEqual({});
  });

  it('answers the one question of the room that waits, and none of a task by chance', () => {
    const scout = AgentId.parse('scout');
    expect(meantQuestion(['$q.scout'], scout)).toBe('$q.scout');
    expect(meantQuestion(['$q.discuss.3'], scout)).toBe('$q.discuss.3');
    expect(meantQuestion(['$q.scout', '$r.scout'], scout)).toBeUndefined();
    expect(meantQuestion(['$task.0.propose.scout', '$task.0.vote.scout'], scout)).toBeUndefined();
    expect(meantQuestion(['$task.0.vote.scout', '$q.scout'], scout)).toBe('$q.scout');
  });
});

describe('a command that is asked for', () => {
  it('is typed, named by what it is, and the same for the same words', () => {
    const one = commandOfOrder({ type: 'shell', payload: { script: 'ls' } });
    expect(one).toMatchObject({ type: 'shell', script: 'ls', reason: 'shell', lent: [], hosts: [] });
    expect(commandOfOrder({ type: 'shell', payload: { script: 'ls' } }).id).toBe(one.id);
    expect(commandOfOrder({ type: 'file_write', payload: { path: 'a', content: 'b' } })).toMatchObject({
      type: 'write_file',
    });
    expect(commandOfOrder({ type: 'fetch', payload: { url: 'https://example.org/' } })).toMatchObject({
      type: 'fetch',
      method: 'GET',
    });
  });

  it.each<[string, Parameters<typeof commandOfOrder>[0]]>([
    ['names another type inside', { type: 'file_read', payload: { script: 'ls' } }],
    ['leads out of the workspace', { type: 'file_write', payload: { path: '../x', content: '' } }],
    ['says what no command says', { type: 'shell', payload: { script: 'ls', user: 'root' } }],
    ['goes nowhere', { type: 'fetch', payload: { url: 'file:///etc/passwd' } }],
  ])('is refused where it %s', (_what, command) => {
    expect(() => commandOfOrder(command)).toThrow(expect.objectContaining({ code: 'command.invalid' }));
  });
});

it('a letter says how a command ended that was asked for', () => {
  const text = (state: string, why: string | null = null, exitCode: number | null = null) =>
    jobMessage.en({ id: 'j7', state, why, exitCode });
  expect(text('done', null, 0)).toBe('`j7`: it has run (exit 0). GET /api/executor/jobs/j7');
  expect(text('failed', 'exit', 2)).toContain('failed (exit 2)');
  expect(text('refused', 'no')).toContain('said no');
  expect(text('refused', 'expired')).toContain('not answered in time');
  expect(text('refused', 'host-not-allowed')).toContain('(host-not-allowed)');
  expect(text('stopped')).toContain('stopped');
  expect(text('unknown')).toContain('nobody knows');
  expect(jobMessage.ko({ id: 'j7', state: 'refused', why: 'no', exitCode: null })).toBe(
    '`j7`: 마스터가 허락하지 않으셨습니다. 아무것도 실행하지 않았습니다. GET /api/executor/jobs/j7',
  );
});

it('a key of the agents’ API is masked wherever it is pasted', () => {
  const key = 'chv_FUXvLgjY-dL9MoxeLjPfeC00vlYEYR7h0XeWjE4XbxIf-JyRw__ccFg';
  expect(maskSecrets(`열쇠 ${key}입니다`)).toEqual({ text: '열쇠 chv_…(가림)입니다', masked: true });
  expect(maskSecrets('chv_ 로 시작합니다').masked).toBe(false);
});

it.each<[string | undefined, 'ko' | 'en']>([
  [undefined, 'ko'],
  ['en', 'en'],
  ['en-GB,en;q=0.9,ko;q=0.8', 'en'],
  ['en;q=0.1, ko-KR', 'ko'],
  ['fr', 'ko'],
  ['en;q=0', 'ko'],
  [';;;,,q=', 'ko'],
])('Accept-Language %s is %s', (header, lang) => {
  expect(preferredLang(header, 'ko')).toBe(lang);
});
