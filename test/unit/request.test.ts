import { describe, expect, it } from 'vitest';
import type { Entry } from '../../bridge/appservice/timeline.ts';
import { defaultRoster } from '../../bridge/protocol/default-roster.ts';
import { AgentId, UserId } from '../../bridge/protocol/ids.ts';
import { Roster } from '../../bridge/protocol/roster.ts';
import type { TurnJob } from '../../bridge/protocol/turn.ts';
import { resumedBy } from '../../bots/turns/model-request.ts';
import { createResidents } from '../../bots/residents/residents.ts';
import { eventId, message, ROOM } from './events.ts';

const residents = createResidents(Roster.parse(defaultRoster), 'test');
const manus = residents.byId.get(AgentId.parse('manus'))!;
const entry = (...args: Parameters<typeof message>): Entry => ({ event: message(...args), body: '', growing: false });
const asked: Entry = { ...entry('asked', '진행할까요?', { sender: manus.userId }), resume: 'task-1' };
const reply = entry('reply', '네', { replyTo: eventId('asked') });
const job: TurnJob = {
  type: 'turn',
  room: ROOM,
  source: eventId('reply'),
  at: 1,
  agent: manus.id,
  root: eventId('reply'),
  depth: 0,
  lang: 'ko',
};

describe('a reply to a question of the provider', () => {
  it.each<[string, Partial<TurnJob>, Entry, readonly Entry[], string | undefined]>([
    ['hands back what waits', {}, reply, [asked, reply], 'task-1'],
    ['is only a reply', {}, entry('plain', '네'), [asked], undefined],
    ["is a master's, not an agent's", { depth: 1 }, reply, [asked, reply], undefined],
    [
      'is to this very agent',
      {},
      reply,
      [{ ...asked, event: { ...asked.event, sender: UserId.parse('@agent_claude:test') } }, reply],
      undefined,
    ],
    ['is to a question', {}, reply, [{ ...asked, resume: undefined }, reply], undefined],
    ['is to something that is still there', {}, reply, [reply], undefined],
  ])('%s', (_what, more, source, entries, resume) => {
    expect(resumedBy({ ...job, ...more }, manus, source, entries)).toBe(resume);
  });
});

it('a plain yes said to the agent answers its last words, where they were a question', () => {
  const provider = { takesForReply: (words: string) => words === '마누스, 네' };
  const plain = { ...entry('plain', '마누스, 네'), body: '마누스, 네' };
  const gone = { ...job, source: eventId('plain'), root: eventId('plain') };
  const later = { ...asked, event: { ...asked.event, eventId: eventId('later') }, resume: undefined };
  const other = { ...entry('other', '마누스, 네 그런데'), body: '마누스, 네 그런데' };
  expect(resumedBy(gone, manus, plain, [asked, plain], provider)).toBe('task-1');
  expect(resumedBy(gone, manus, plain, [asked, plain])).toBeUndefined();
  expect(resumedBy(gone, manus, plain, [asked, later, plain], provider)).toBeUndefined();
  expect(resumedBy({ ...gone, depth: 1 }, manus, plain, [asked, plain], provider)).toBeUndefined();
  expect(resumedBy(gone, manus, other, [asked, other], provider)).toBeUndefined();
});
