import { describe, expect, it } from 'vitest';
import { decodeEvent } from '../../bridge/matrix/decode.ts';
import { EventId } from '../../bridge/protocol/ids.ts';
import { judgePlan } from '../../executor/gate/plan-gate.ts';
import { namedIn } from '../../executor/gate/task-acts.ts';
import {
  account,
  COORDINATOR,
  factsOf as facts,
  hashOf,
  HQ,
  jobOf as job,
  MASTER,
  planWith,
  shell,
  type TaskThreadRecord,
  voted,
} from './task-thread.ts';

const LIST = planWith('list', shell('look', 'ls'));
const TREE = planWith('tree', shell('look', 'find .'));
const brand = (id: string) => EventId.parse(id);
const RESPONSE = 'org.matrix.msc3381.poll.response';
const GABRIEL = '$ballot-0-gabriel';

const answers = (thread: TaskThreadRecord, ...ids: string[]): void =>
  thread.change(GABRIEL, (raw) => ({ ...raw, content: { ...raw.content, [RESPONSE]: { answers: ids } } }));
const inPoll = (thread: TaskThreadRecord, relation: object): void =>
  thread.change('$poll-0', (raw) => ({ ...raw, content: { 'm.relates_to': relation } }));

describe('a ballot in the poll', () => {
  it('is counted as one in a message is, an abstention too', () => {
    expect(judgePlan(job(), facts(voted(LIST, TREE, 'paper')))).toMatchObject({
      kind: 'command',
      order: { winner: hashOf(LIST) },
    });
    const abstained = voted(LIST, TREE, 'paper');
    abstained.say(GABRIEL, { ranking: [] });
    answers(abstained);
    abstained.say('$ballot-0-jarvis', { ranking: [hashOf(LIST)] });
    abstained.change('$ballot-0-jarvis', (raw) => ({
      ...raw,
      content: { ...raw.content, [RESPONSE]: { answers: [hashOf(LIST).slice(0, 16)] } },
    }));
    expect(judgePlan(job(), facts(abstained)).kind).toBe('command');
  });

  it('leads whoever reads it to its poll', () => {
    expect(namedIn(voted(LIST, TREE, 'paper').events.get(brand(GABRIEL)))).toEqual(['$poll-0']);
  });

  it.each<[string, string, (thread: TaskThreadRecord) => void]>([
    ['it is a master’s', 'ballot', (t) => t.from(GABRIEL, MASTER)],
    ['it is the coordinator’s', 'ballot', (t) => t.from(GABRIEL, COORDINATOR)],
    ['it is a stranger’s', 'ballot', (t) => t.from(GABRIEL, '@mallory:test')],
    ['it is of an agent of another server', 'ballot', (t) => t.from(GABRIEL, '@agent_gabriel:evil')],
    ['it is of an agent outside the electorate', 'ballot', (t) => t.from(GABRIEL, account('manus'))],
    ['one agent has two', 'ballot', (t) => t.from(GABRIEL, account('claude'))],
    ['it was edited', 'ballot', (t) => t.edit(GABRIEL)],
    ['it was redacted', 'ballot', (t) => t.redact(GABRIEL)],
    ['it is of another round', 'ballot', (t) => t.say(GABRIEL, { round: 1 })],
    ['it is another act', 'ballot', (t) => t.say(GABRIEL, { kind: 'words' })],
    ['it lies in another room', 'ballot', (t) => t.change(GABRIEL, (raw) => ({ ...raw, room_id: '!other:test' }))],
    [
      'it is of another task',
      'ballot',
      (t) =>
        t.change(GABRIEL, (raw) => ({
          ...raw,
          content: JSON.parse(JSON.stringify(raw.content).replaceAll('"conversation":"$root"', '"conversation":"$x"')),
        })),
    ],
    ['the poll counts another vote than it', 'ballot', (t) => answers(t, hashOf(TREE).slice(0, 16))],
    ['the poll counts two votes', 'ballot', (t) => answers(t, hashOf(LIST).slice(0, 16), hashOf(TREE).slice(0, 16))],
    ['the poll counts none', 'ballot', (t) => answers(t)],
    ['the poll counts one that fits everything', 'ballot', (t) => answers(t, '')],
    ['it abstains where the poll counts a vote', 'ballot', (t) => t.say(GABRIEL, { ranking: [] })],
    ['its poll is an agent’s', 'ballot', (t) => t.from('$poll-0', account('gabriel'))],
    ['its poll is of another thread', 'ballot', (t) => inPoll(t, { rel_type: 'm.thread', event_id: '$other' })],
    ['its poll is nowhere to be read', 'ballot', (t) => void t.events.delete(brand('$poll-0'))],
    [
      'they elect the other plan',
      'recount',
      (t) => {
        t.say(GABRIEL, { ranking: [hashOf(TREE)] });
        answers(t, hashOf(TREE).slice(0, 16));
      },
    ],
  ])('is refused when %s', (_, why, tamper) => {
    const thread = voted(LIST, TREE, 'paper');
    tamper(thread);
    expect(judgePlan(job(), facts(thread))).toMatchObject({ kind: 'refused', why });
  });

  it('is believed of the house’s own accounts alone', () => {
    const raw = voted(LIST, TREE, 'paper').events.get(brand(GABRIEL));
    expect(decodeEvent(raw, { isOwn: () => false }, HQ)).not.toHaveProperty('chavion');
    expect(decodeEvent(raw, { isOwn: () => true }, HQ)).toMatchObject({
      kind: 'poll-response',
      chavion: { act: { content: { kind: 'ballot' } } },
    });
  });
});
