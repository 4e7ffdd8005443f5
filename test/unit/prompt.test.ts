import { describe, expect, it } from 'vitest';
import { defaultRoster } from '../../bridge/protocol/default-roster.ts';
import { AgentConfig, Roster } from '../../bridge/protocol/roster.ts';
import { closingNote, systemPrompt } from '../../bots/residents/prompt.ts';

const roster = Roster.parse({ ...defaultRoster, ownerTitle: '사장님' });
const agent = (more: object = {}) => AgentConfig.parse({ ...defaultRoster.agents[0], ...more });
const prompt = (more: object = {}) => systemPrompt({ roster, agent: agent(more), orders: '' });
const note = (more: object, lang: 'ko' | 'en' = 'ko') =>
  closingNote({ agent: agent(more), lang, timeZone: 'Asia/Seoul', now: new Date('2026-01-01T15:30:00Z') });

describe('what an agent is told of itself', () => {
  it("is the roster's word, whom it serves and who else is there", () => {
    const text = prompt({ prompt: 'You love trucks.' });
    for (const words of ['You are 가브리엘', 'You love trucks.', '사장님', '자비스 (통합'])
      expect(text).toContain(words);
    expect(text).not.toContain('가브리엘 (팀장');
  });

  it('says the time where the owner lives behind the conversation, for it changes', () => {
    expect(note({})).toContain('2026-01-02 00:30, Asia/Seoul');
  });

  it.each([
    ['auto', 'ko', 'Korean'],
    ['auto', 'en', 'English'],
    ['ko', 'en', 'Korean'],
    ['en', 'ko', 'English'],
  ] as const)('answers in the language of the message, or in its own: %s, asked in %s', (language, lang, expected) => {
    expect(/Answer in (Korean|English)/.exec(note({ language }, lang))?.[1]).toBe(expected);
  });
});

describe('a roster', () => {
  const faults = (more: object) =>
    Roster.safeParse({ ...defaultRoster, ...more }).error?.issues.map(({ path }) => path.join('.')) ?? [];

  it.each<[string, object, readonly string[]]>([
    ['is whole as it comes', {}, []],
    [
      'a compatible model needs an endpoint',
      { agents: [agent({ model: 'compatible/x' })], integrator: 'gabriel' },
      ['agents.0.endpoint'],
    ],
    [
      'so does one that stands in',
      { agents: [agent({ fallback: 'compatible/x' })], integrator: 'gabriel' },
      ['agents.0.endpoint'],
    ],
    ['memory is kept by somebody who is there', { memory: { agent: 'nobody' } }, ['memory.agent']],
    ['no waiting is for ever', { relay: { absentAfter: 100_000 } }, ['relay.absentAfter']],
  ])('%s', (_what, more, places) => {
    expect(faults(more)).toEqual(places);
  });
});
