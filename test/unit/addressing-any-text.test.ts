import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mentionedByAgent, type Audience, type Callable } from '../../bots/addressing/address.ts';
import { AgentId } from '../../bridge/protocol/ids.ts';
import { agents, others, say } from './addressing-scene.ts';

describe('any text', () => {
  const callsigns = [...agents, ...others].flatMap((agent) => agent.callsigns);
  const pieces = fc.constantFrom(
    ...callsigns,
    '아',
    '야',
    '는',
    '랑',
    ' ',
    ' ',
    '\n',
    '~',
    ',',
    '?',
    '>',
    '`',
    '```',
    '"',
    '@',
    '빼고',
    '다들',
    '모두',
    '말해줘',
    '방식이',
    'everyone',
    'except',
    ' and ',
    '😀',
    'ㅋㅋ',
  );
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(pieces, { maxLength: 30 }).map((list) => list.join('')),
  );

  const presentIn = (audience: Audience, present: readonly Callable[]): boolean => {
    if (audience.kind === 'nobody') return true;
    const kept = present.filter((agent) => audience.agents.includes(agent.id)).map((agent) => agent.id);
    return kept.length > 0 && kept.join() === audience.agents.join();
  };
  const holds = (property: fc.IProperty<[string, Callable[]]>) =>
    expect(() => fc.assert(property, { numRuns: 500 })).not.toThrow();

  test('never calls one who is absent, in the order of the roster, on any floor', () => {
    holds(
      fc.property(texts, fc.subarray([...agents]), (body, present) =>
        (['open', 'called', 'closed'] as const).every((floor) =>
          presentIn(say(body, { agents: present, floor }), present),
        ),
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
  test.each([
    '가',
    '클로드 ',
    '클로드,',
    '클로드랑',
    '~',
    '`',
    '"',
    '> ',
    '@',
    '@클로드',
    'a.',
    'http://',
    '```',
    '빼고 ',
    'ㅋ',
    '클로드는 ',
    ' ',
    '가나다 클로드야 ',
    'everyone ',
    '다들 ',
  ])('100 KB of %j come to an end', (piece) => {
    const body = piece.repeat(Math.ceil(100_000 / piece.length));
    expect(presentIn(say(body), agents)).toBe(true);
    expect(mentionedByAgent(body, agents, AgentId.parse('claude')).length).toBeLessThan(2);
  });
});
