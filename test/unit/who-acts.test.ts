import { describe, expect, it } from 'vitest';
import { handsOf } from '../../bots/intake/speak.ts';
import { AgentId } from '../../bridge/protocol/ids.ts';

const [gabriel, jarvis, claude, manus] = ['gabriel', 'jarvis', 'claude', 'manus'].map((id) => AgentId.parse(id)) as [
  AgentId,
  AgentId,
  AgentId,
  AgentId,
];
const all = [gabriel, jarvis, claude, manus];
/** Manus and relay have no tools. */
const handy = new Set([gabriel, jarvis, claude]);

describe('who acts on a message', () => {
  it.each([
    ['all are spoken to: the first', all, { calledByName: false, acts: all }, ['act', 'look', 'look', null]],
    [
      'the roster names another first',
      all,
      { calledByName: false, acts: [claude, gabriel] },
      ['look', 'look', 'act', null],
    ],
    ['the first has no tools', all, { calledByName: false, acts: [manus, jarvis] }, ['look', 'act', 'look', null]],
    ['the first is not here', [jarvis, claude], { calledByName: false, acts: [gabriel] }, [null, 'act', 'look', null]],
    ['one is called', [claude], { calledByName: true, acts: all }, [null, null, 'act', null]],
    ['two are called', [jarvis, claude], { calledByName: true, acts: all }, [null, 'act', 'act', null]],
    ['who is called has no tools', [manus], { calledByName: true, acts: all }, [null, null, null, null]],
  ] as const)('%s', (_, speakers, facts, expected) => {
    const may = handsOf(speakers, { ...facts, handy });
    expect(all.map((agent) => (speakers.some((one) => one === agent) ? (may(agent).hands ?? null) : null))).toEqual(
      expected,
    );
  });
});
