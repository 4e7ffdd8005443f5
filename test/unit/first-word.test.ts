import { describe, expect, it } from 'vitest';
import { firstWord } from '../../bots/turns/first-word.ts';
import { Dropped, RunningTurns } from '../../bots/turns/running-turns.ts';
import { AgentId } from '../../bridge/protocol/ids.ts';
import type { TurnJob } from '../../bridge/protocol/turn.ts';
import { eventId, ROOM } from './events.ts';

/** A call alone, said so long ago, whose time to be answered is now. */
function due(age: number) {
  const running = new RunningTurns();
  const call = eventId('call');
  const job: TurnJob = {
    type: 'turn',
    room: ROOM,
    source: call,
    root: call,
    at: Date.now() - age,
    agent: AgentId.parse('claude'),
    depth: 0,
    lang: 'ko',
    waits: { begin: age, speak: 0 },
  };
  const slot = running.enter(job);
  const spoken = firstWord({ job, began: performance.now(), slot }, { replacedBy: () => Promise.resolve(null) });
  /** The sentence after the call is heard now. */
  const goesOn = () => running.cancel({ room: ROOM, replaced: call, by: eventId('sentence') });
  return { spoken, goesOn };
}

describe('the first word after a call alone', () => {
  it('waits where the process is younger than the call: what followed it may not have been heard yet', async () => {
    const { spoken, goesOn } = due(performance.now() + 100);
    goesOn();
    await expect(spoken).rejects.toBeInstanceOf(Dropped);
  });

  it('comes at its time where the process has been there since', async () => {
    const { spoken, goesOn } = due(performance.now() / 2);
    goesOn();
    await expect(spoken).resolves.toBeUndefined();
  });
});
