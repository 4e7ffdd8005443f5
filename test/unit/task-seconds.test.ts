import { describe, expect, it } from 'vitest';
import type { AgentId } from '../../bridge/protocol/ids.ts';
import { slowness } from '../../bots/tasks/runtime/patience.ts';
import { agents, type Cast, hopeful, planOf, play } from './task-scene.ts';

const [gabriel, jarvis, claude] = agents as [AgentId, AgentId, AgentId];
const plans = [planOf('하나', ['ls']), planOf('둘', ['ls -l']), planOf('셋', ['ls -a'])];

/** Who was asked for what, and the call for proposals as it was said. */
function round(seconds: readonly AgentId[], without: readonly AgentId[] = [], more: Partial<Cast> = {}) {
  const asked: string[] = [];
  const answer: Cast['answer'] = (ask, state) => {
    asked.push(`${ask.kind} ${ask.agent}`);
    return ask.kind === 'propose' && without.includes(ask.agent) ? null : hopeful(plans)(ask, state);
  };
  const { state, said } = play({ seconds, answer, ...more });
  const call = said.find(({ say }) => say.what === 'electorate')?.saying?.text ?? '';
  return { state, call, asked, of: (kind: string) => asked.filter((one) => one.startsWith(`${kind} `)) };
}

describe('a weak agent in a task', () => {
  it('is not asked for a plan, and criticises and votes', () => {
    const { state, call, of } = round([claude]);
    expect(state.phase).toBe('done');
    expect(of('propose')).toEqual([`propose ${gabriel}`, `propose ${jarvis}`]);
    expect(of('critique')).toHaveLength(3);
    expect(of('vote')).toHaveLength(3);
    expect(call).toMatch(/3명이 합니다\. 계획은 서로 보지 않고 각자 내고, .+ 계획 없이 의견과 표만 냅니다/);
    expect(round([claude], [], { lang: 'en' }).call).toMatch(/3 agents, who each propose .+ only criticises and votes/);
  });

  it('is asked where all are weak, and where it is alone', () => {
    const { call, of } = round(agents);
    expect(of('propose')).toHaveLength(3);
    expect(call).toContain('각자 계획을 냅니다');
    expect(round([claude], [], { electorate: [claude] }).of('propose')).toEqual([`propose ${claude}`]);
  });

  it('is asked after all where the others have no plan, once', () => {
    const { state, of } = round([claude], [gabriel, jarvis]);
    expect(of('propose')).toEqual([`propose ${gabriel}`, `propose ${jarvis}`, `propose ${claude}`]);
    expect(state.proposals.map(({ authors }) => authors)).toEqual([[claude]]);
    expect(round([jarvis, claude], agents).of('propose')).toHaveLength(3);
  });

  it('and the phase waits for the slowest that it has asked, and says until when', () => {
    const patience = (seconds: number, queue?: { readonly limit: number }) => ({
      provider: queue === undefined ? {} : { queue },
      config: { id: jarvis, patience: seconds },
    });
    const slow = slowness([patience(600)]);
    expect(slow.get(jarvis)).toBe(10);
    expect(round([claude], [], { slowness: slow }).call).toMatch(/ 20분 안에 합니다/);
    expect(round([jarvis], [], { slowness: slow }).call).toMatch(/ 2분 안에 합니다/);
  });
});
