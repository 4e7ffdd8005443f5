import { describe, expect, it } from 'vitest';
import { COMMAND_NAMES, commandNamed, type CommandName } from '../../bots/commands/names.ts';
import { decideForMaster } from '../../bots/intake/decide.ts';
import { type HelpPlace, helpText } from '../../bridge/text/room/help.ts';
import { columnsOf } from '../../bridge/terminal/columns.ts';
import { agents, facts } from './decide-facts.ts';
import { message } from './events.ts';

const said = (place: HelpPlace, lang: 'ko' | 'en', agent = 'claude'): string =>
  helpText[lang]({ place, example: '클로드, 안녕', agent });
const listed = (text: string): readonly string[] => text.split('\n').filter((line) => line.startsWith('- `'));
const namesIn = (text: string): ReadonlySet<CommandName | null> =>
  new Set([...text.matchAll(/!([\p{L}-]+)/gu)].map(([, word = '']) => commandNamed(word)));

/** Read off the code that carries them out: these refuse elsewhere, or nobody finds them there. */
const HQ_ONLY: readonly CommandName[] = ['task', 'choose', 'retry', 'schedule', 'cycle'];
const HOUSE_ONLY: readonly CommandName[] = ['run', 'admin', 'agent'];

describe.each(['ko', 'en'] as const)('!help (%s)', (lang) => {
  it('names every command in HQ, and none that there is not', () => {
    expect(namesIn(said('hq', lang))).toEqual(COMMAND_NAMES);
  });

  it('lists in other rooms what works there', () => {
    const ops = namesIn(listed(said('ops', lang)).join());
    expect(ops).toEqual(new Set([...COMMAND_NAMES].filter((name) => !HQ_ONLY.includes(name))));
    for (const place of ['memory', 'direct', 'other'] as const) {
      const here = namesIn(listed(said(place, lang)).join());
      for (const name of [...HQ_ONLY, ...HOUSE_ONLY]) expect(here).not.toContain(name);
      for (const name of ['stop', 'memory', 'model', 'agents', 'aside'] as const) expect(here).toContain(name);
      expect(here.has('discuss')).toBe(place === 'other');
      expect(said(place, lang)).toMatch(/본부|HQ/);
    }
  });

  it('is short on a phone', () => {
    expect(listed(said('direct', lang)).length).toBeLessThanOrEqual(10);
    for (const line of listed(said('hq', lang))) expect(columnsOf(line)).toBeLessThanOrEqual(90);
  });
});

describe('where it is asked', () => {
  const asked = (more: object): string => {
    const [job] = decideForMaster(message('help', '!도움'), { ...facts, ...more }).jobs;
    return job?.type === 'notice' ? job.text : '';
  };

  it('a direct room says who answers in it, a room without agents that nobody does', () => {
    expect(asked({ place: 'direct', agents: agents.slice(2), nameOf: () => '클로드' })).toContain(
      '그냥 쓰면 클로드가 대답합니다',
    );
    expect(asked({ place: 'other', agents: [] })).toContain('대답할 에이전트가 없습니다');
    expect(asked({ place: 'hq' })).toContain('모두가 대답합니다');
  });
});
