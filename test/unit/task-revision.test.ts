import { describe, expect, it } from 'vitest';
import { cardText } from '../../bots/tasks/messages/card.ts';
import { endingOf } from '../../bots/tasks/plan/promised-files.ts';
import { beyondReach } from '../../bots/tasks/plan/plan-reach.ts';
import { TaskState } from '../../bots/tasks/state/task-state.ts';
import type { TaskEvent } from '../../bots/tasks/state/transitions.ts';
import type { AgentId } from '../../bridge/protocol/ids.ts';
import { EventId } from '../../bridge/protocol/ids.ts';
import { A, able, answerTo, B, C, command, HOUR, MASTER, plan, rulesFor, T0, taskFor, World } from './task-world.ts';

const three = [A, B, C];
const event = (id: string) => EventId.parse(`$${id}`);
const world = (electorate = three) => new World(taskFor(electorate), rulesFor(electorate));
const wants = (
  id: string,
  words: string,
  more: { at?: number; agent?: AgentId; ready?: AgentId[] } = {},
): TaskEvent => ({
  kind: 'revise',
  at: more.at ?? T0 + HOUR,
  event: event(id),
  by: MASTER,
  words,
  sent: more.at ?? T0 + HOUR,
  ready: more.ready ?? three,
  ...(more.agent === undefined ? {} : { agent: more.agent }),
});
const says = (one: World) => cardText(one.state, { now: one.now, nameOf: (agent) => agent });

describe('a change of what a finished task has made', () => {
  it('is one agent’s round: an author of the plan, without critique or vote, checked by another', () => {
    const one = world().play(able());
    const before = one.log.length;
    one.now = T0 + HOUR;
    one.send(wants('blue', 'make it blue'));
    expect(one.state).toMatchObject({ phase: 'proposing', electorate: [A], alone: A, round: 1, runs: 1, ending: null });
    one.play(able());
    const asked = one.log.slice(before).flatMap((effect) => (effect.kind === 'ask' ? [effect.id] : []));
    expect(asked).toEqual(['1.propose.anna', '1.verify.ben', '1.report.anna']);
    expect(one.state).toMatchObject({
      phase: 'done',
      outcome: 'done',
      decision: { rule: 'alone' },
      revision: { no: 1, event: '$blue', words: 'make it blue', small: true },
    });
    // The result is announced once more, and once.
    expect(one.said('report').map((say) => say.id)).toEqual(['report.0', 'report.1']);
    expect(says(one)).toContain('🖌️ Change 1: make it blue');
    expect(TaskState.safeParse(one.state).success).toBe(true);
  });

  it('is made by whoever was called, and is not begun twice by one message', () => {
    const one = world().play(able());
    one.send(wants('blue', 'make it blue', { agent: C }));
    expect(one.state.electorate).toEqual([C]);
    expect(one.send(wants('blue', 'make it blue'))).toEqual([]);
    one.play(able());
    expect(one.send(wants('blue', 'make it blue'))).toEqual([]);
  });

  it('waits while one is under way: two more become one round, the newest message being its order', () => {
    const one = world().play(able());
    one.send(wants('blue', 'make it blue'));
    one.send(wants('big', 'bigger'));
    one.send(wants('phone', 'add the phone number'));
    expect(one.state.revisionsWanted).toHaveLength(2);
    expect(says(one)).toContain('⏳ 2 more changes wait');
    // Written down and read again, as a swarm does that was killed in between.
    one.state = TaskState.parse(JSON.parse(JSON.stringify(one.state)));
    one.play(able());
    expect(one.state).toMatchObject({
      phase: 'done',
      round: 2,
      revision: { no: 2, event: '$phone', parts: ['$big', '$phone'], words: 'bigger\nadd the phone number' },
      revisionsWanted: [],
    });
    expect(one.said('report')).toHaveLength(3);
  });

  it('waits for the last word of the round before', () => {
    const one = world().play(able(), (state) => state.phase === 'done');
    expect(one.state.saying.map(({ what }) => what)).toContain('report');
    one.send(wants('blue', 'make it blue'));
    expect(one.state).toMatchObject({ phase: 'done', round: 0 });
    one.play(able());
    expect(one.state).toMatchObject({ phase: 'done', round: 1 });
  });

  it('is everybody’s to decide where it wants an address that the task did not have', () => {
    const further = plan('further', [command('list', [], { hosts: ['example.com:443'] })]);
    const one = world().play(able());
    one.send(wants('map', 'put a map on it'));
    one.play(
      able({ ask: (ask, state) => answerTo(ask, state, state.round === 1 ? further : plan(`by ${ask.agent}`)) }),
    );
    expect(one.state).toMatchObject({ phase: 'done', round: 2, electorate: three, decision: { rule: 'vote' } });
    expect(one.said('failure')).toHaveLength(1);
    expect(one.dispatched()).toHaveLength(2);
  });

  it('is everybody’s where nothing is there to be changed, and by the one that there is', () => {
    const none = world();
    none.send({ kind: 'cancel', at: T0 + 1, by: MASTER });
    none.play(able());
    none.send(wants('table', 'as a table'));
    expect(none.state.electorate).toEqual(three);
    const alone = world([A]).play(able());
    const further = plan('further', [command('list', [], { hosts: ['example.com:443'] })]);
    alone.send(wants('map', 'put a map on it', { ready: [A] }));
    expect(alone.play(able({ plans: { anna: further } })).state).toMatchObject({ phase: 'done', round: 1 });
  });

  it('ends with its message, forgets what waits, and leaves what was made', () => {
    const one = world().play(able());
    one.send(wants('blue', 'make it blue'));
    one.send(wants('big', 'bigger'));
    one.send({ kind: 'retracted', at: T0 + HOUR, event: event('big') });
    expect(one.state.revisionsWanted).toEqual([]);
    one.send({ kind: 'retracted', at: T0 + HOUR, event: event('blue') });
    expect(one.state).toMatchObject({ phase: 'cancelled', ending: 'cancelled' });
    const two = world().play(able());
    two.send(wants('blue', 'make it blue'));
    two.send(wants('big', 'bigger'));
    two.send({ kind: 'cancel', at: T0 + HOUR, by: MASTER });
    two.play(able());
    expect(two.state).toMatchObject({ phase: 'cancelled', revisionsWanted: [], round: 1 });
  });

  it('ends alone: what waits behind it begins then', () => {
    const one = world().play(able());
    one.send(wants('blue', 'make it blue'));
    one.send(wants('big', 'bigger'));
    one.send({ kind: 'retracted', at: T0 + HOUR, event: event('blue') });
    expect(one.state).toMatchObject({ phase: 'cancelled', revisionsWanted: [{ event: '$big' }] });
    one.play(able());
    expect(one.state).toMatchObject({ phase: 'done', revision: { event: '$big', words: 'bigger', parts: ['$big'] } });
  });

  it('that is too long for a round throws nothing, and what waits is never cut', () => {
    const one = world().play(able());
    const before = one.state;
    one.send(wants('long', 'x'.repeat(8_001)));
    expect(one.state).toEqual(before);
    one.send(wants('blue', 'make it blue'));
    one.send(wants('a', 'a'.repeat(5_000)));
    one.send(wants('b', 'b'.repeat(5_000)));
    one.play(able(), (state) => state.revision?.no === 2);
    expect(one.state).toMatchObject({ revision: { words: 'a'.repeat(5_000), parts: ['$a'] } });
    expect(one.state.revisionsWanted).toMatchObject([{ event: '$b' }]);
    one.play(able());
    expect(one.state).toMatchObject({ phase: 'done', revision: { no: 3, words: 'b'.repeat(5_000), parts: ['$b'] } });
  });

  it('that fails leaves the task partly done, and another try is everybody’s', () => {
    const one = world().play(able());
    one.send(wants('blue', 'make it blue'));
    one.play(able({ command: () => ({ state: 'refused', why: 'no' }) }));
    expect(one.state).toMatchObject({ phase: 'partial', ending: 'command-refused' });
    one.send({ kind: 'retry', at: one.now, by: MASTER, ready: three, event: event('again') });
    expect(one.play(able()).state).toMatchObject({
      phase: 'done',
      electorate: three,
      revision: { no: 1, small: false },
    });
  });

  it('stands still in a freeze', () => {
    const one = world().play(able());
    one.send(wants('blue', 'make it blue'));
    one.freeze();
    one.now += HOUR;
    one.thaw();
    expect(one.play(able()).state).toMatchObject({ phase: 'done', round: 1 });
  });

  it('owes what it names, and no letter that the task had sent long ago', () => {
    const one = world().play(able());
    const done = { ...one.state, mission: '요약해서 eva@example.com 으로 메일 보내줘', lacks: [] };
    expect(endingOf(done)).toBe('no-means');
    const revision = {
      no: 1,
      of: 0,
      event: event('x'),
      by: MASTER,
      words: 'bigger',
      sent: T0,
      parts: [event('x')],
      small: true,
    };
    expect(endingOf({ ...done, revision })).toBe('done');
  });

  describe('is done by what was done for it', () => {
    const letter = (to: string) => ({
      kind: 'command',
      title: 'm',
      command: { type: 'send_mail', id: 'mail', reason: 'r', to: [to], subject: 's', text: 't' },
    });
    const file = { ...command('list'), artifacts: ['report.csv'] };
    const handed = { artifacts: [{ path: 'report.csv', bytes: 5, url: 'mxc://x/y', mediaType: 'text/csv' }] };
    /** What the mission came to, and then the change. */
    const changed = (mission: string, first: readonly unknown[], words: string) => {
      const one = new World(taskFor(three, { mission }), rulesFor(three, { mails: true, searches: true }));
      one.play(able({ ask: (ask, state) => answerTo(ask, state, plan('first', first)), command: () => handed }));
      expect(one.state).toMatchObject({ phase: 'done', ending: 'done' });
      one.send(wants('more', words));
      return one;
    };
    const then = (one: World, second: readonly unknown[], command: () => object = () => ({})) =>
      one.play(able({ ask: (ask, state) => answerTo(ask, state, plan('second', second)), command })).state;

    const mailed = () =>
      changed('요약해서 나한테 메일로 보내줘', [letter('me@example.com')], '이것도 엄마한테 메일로 보내줘');
    it('a letter that went out before is not the one that is wanted now', () => {
      expect(then(mailed(), [command('list')])).toMatchObject({ phase: 'partial', ending: 'no-means' });
      expect(then(mailed(), [letter('mum@example.com')])).toMatchObject({ phase: 'done', ending: 'done' });
    });

    it('a letter that another try of the same change has sent counts', () => {
      const one = mailed();
      const both = plan('both', [letter('mum@example.com'), command('list', ['mail'])]);
      one.play(
        able({
          ask: (ask, state) => answerTo(ask, state, both),
          command: (step) => (step === 'mail' ? {} : { state: 'refused', why: 'no' }),
        }),
      );
      expect(one.state).toMatchObject({ phase: 'partial', ending: 'command-refused' });
      one.state = TaskState.parse(JSON.parse(JSON.stringify(one.state)));
      one.send({ kind: 'retry', at: one.now, by: MASTER, ready: three, event: event('again') });
      expect(then(one, [command('list')])).toMatchObject({ phase: 'done', ending: 'done', revision: { no: 1 } });
    });

    const saved = (words: string) => changed('결과를 report.csv 파일로 저장해줘', [file], words);
    it.each([
      ['named by the change', '합계도 넣어서 report.csv로 저장해줘', [command('list')]],
      ['promised by its plan', '합계도 넣어줘', [file]],
    ])('an old file is not the new one: %s', (_what, words, second) => {
      expect(then(saved(words), second)).toMatchObject({ phase: 'partial', ending: 'not-verified' });
      expect(then(saved(words), [file], () => handed)).toMatchObject({ phase: 'done', ending: 'done' });
    });

    it('what the mission wanted made still stands', () => {
      expect(then(saved('오타만 고쳐줘'), [command('list')])).toMatchObject({ phase: 'done', ending: 'done' });
    });
  });

  it('carries on what earlier plans have read', () => {
    const one = new World(taskFor(three), rulesFor(three));
    const mail = plan('mail', [
      { kind: 'command', title: 'm', command: { type: 'read_mail', id: 'list', reason: 'r' } },
    ]);
    one.play(able({ plans: { anna: mail, ben: mail, cleo: mail } }));
    one.send(wants('blue', 'make it blue'));
    expect(one.state.held).toEqual({ untrusted: true, private: true });
  });
});

describe('how far a plan reaches', () => {
  const shell = (more: Record<string, unknown>) => plan('p', [command('list', [], more)]);
  const of = (type: string, more: Record<string, unknown>) =>
    plan('p', [{ kind: 'command', title: 't', command: { type, id: 'x', reason: 'r', ...more } }]);
  const letter = (to: string) => of('send_mail', { to: [to], subject: 's', text: 't' });

  it.each([
    ['nothing', shell({}), [], false],
    ['writing in the workspace', of('write_file', { path: 'a.txt', content: 'x' }), [shell({})], false],
    ['a host that it had', shell({ hosts: ['a.example:443'] }), [shell({ hosts: ['a.example:443'] })], false],
    ['another host', shell({ hosts: ['b.example:443'] }), [shell({ hosts: ['a.example:443'] })], true],
    ['a page', of('read_page', { url: 'https://b.example/x' }), [shell({})], true],
    ['a folder to read', shell({ lent: [{ name: 'site', access: 'ro' }] }), [shell({})], true],
    [
      'a folder to write that it only read',
      shell({ lent: [{ name: 'site', access: 'rw' }] }),
      [shell({ lent: [{ name: 'site', access: 'ro' }] })],
      true,
    ],
    [
      'a folder to read that it wrote',
      shell({ lent: [{ name: 'site', access: 'ro' }] }),
      [shell({ lent: [{ name: 'site', access: 'rw' }] })],
      false,
    ],
    ['a letter to somebody else', letter('eva@example.com'), [letter('adam@example.com')], true],
    ['a letter to the same', letter('Eva@example.com'), [letter('eva@example.com')], false],
    ['the mailbox', of('read_mail', {}), [letter('eva@example.com')], true],
    ['another tool', of('call_tool', { server: 's', tool: 'b' }), [of('call_tool', { server: 's', tool: 'a' })], true],
  ] as const)('%s', (_name, now, before, further) => {
    expect(beyondReach(now, before)).toBe(further);
  });
});
