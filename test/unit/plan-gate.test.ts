import { describe, expect, it } from 'vitest';
import { TASK_LASTS_MS } from '../../bridge/protocol/command-job.ts';
import { EventId, UserId } from '../../bridge/protocol/ids.ts';
import { REQUEST_LASTS_MS, requestBody, TASK_REQUEST_KEY } from '../../bridge/protocol/orders/task-request.ts';
import { canonical } from '../../bridge/digest/canonical.ts';
import { judgePlan, type PlanGateFacts } from '../../executor/gate/plan-gate.ts';
import { MAX_PATCHES } from '../../executor/gate/plan-patches.ts';
import { namedIn } from '../../executor/gate/task-acts.ts';
import {
  account,
  AT,
  COORDINATOR,
  factsOf as facts,
  hashOf,
  jobOf as job,
  MASTER,
  planWith,
  ROOT,
  shell,
  type TaskThreadRecord,
  voted,
} from './task-thread.ts';

const LIST = planWith('list', shell('look', 'ls'), shell('count', 'ls | wc -l', { after: ['look'] }));
const TREE = planWith('tree', shell('look', 'find .'), shell('count', 'find . | wc -l'));
const AGENTS = ['claude', 'gabriel', 'jarvis'];
const brand = (id: string) => EventId.parse(id);

describe('a command of a plan', () => {
  it('is found in the plan that the votes name', () => {
    const verdict = judgePlan(job(), facts(voted(LIST, TREE, 'ballot')));
    expect(verdict).toMatchObject({
      kind: 'command',
      by: MASTER,
      order: {
        winner: hashOf(LIST),
        hash: hashOf(LIST),
        rule: 'vote',
        round: 0,
        step: { command: { id: 'look', script: 'ls' } },
      },
    });
  });

  it.each<[string, string, (thread: TaskThreadRecord) => void]>([
    ['the root was redacted', 'redacted', (t) => t.redact('$root')],
    ['the root was edited', 'edited', (t) => t.edit('$root')],
    ['the root is not a master’s', 'not-master', (t) => t.from('$root', '@eve:test')],
    ['the root is an agent’s', 'not-master', (t) => t.from('$root', account('claude'))],
    ['the root is the coordinator’s, and no master ordered it', 'not-scheduled', (t) => t.from('$root', COORDINATOR)],
    [
      'the root orders no task',
      'not-task',
      (t) => t.change('$root', (raw) => ({ ...raw, content: { msgtype: 'm.text', body: '!run ls' } })),
    ],
    [
      'the root orders an empty task',
      'not-task',
      (t) => t.change('$root', (raw) => ({ ...raw, content: { msgtype: 'm.text', body: '!task' } })),
    ],
    ['an agent wrote the decision', 'decision', (t) => t.from('$decision', account('claude'))],
    ['a master wrote the decision', 'decision', (t) => t.from('$decision', MASTER)],
    ['another server’s coordinator wrote it', 'decision', (t) => t.from('$decision', '@agent_coordinator:evil')],
    ['the decision was edited', 'decision', (t) => t.edit('$decision')],
    ['the decision was redacted', 'decision', (t) => t.redact('$decision')],
    [
      'the decision stands in another thread',
      'decision',
      (t) =>
        t.change('$decision', (raw) => ({
          ...raw,
          content: { ...raw.content, 'm.relates_to': { rel_type: 'm.thread', event_id: '$other' } },
        })),
    ],
    [
      'the decision lies in another room',
      'decision',
      (t) => t.change('$decision', (raw) => ({ ...raw, room_id: '!other:test' })),
    ],
    ['the decision names a losing plan', 'recount', (t) => t.say('$decision', { winner: hashOf(TREE) })],
    [
      'the decision names a plan that nobody proposed',
      'proposal',
      (t) => t.say('$decision', { winner: '0'.repeat(64) }),
    ],
    ['the decision is of another round than the votes', 'electorate', (t) => t.say('$decision', { round: 1 })],
    ['an agent wrote the electorate', 'electorate', (t) => t.from('$electorate', account('claude'))],
    [
      'the electorate is of another task',
      'electorate',
      (t) =>
        t.act(
          '$electorate',
          COORDINATOR,
          { kind: 'electorate', round: 0, agents: AGENTS as never },
          { conversation: '$other', thread: '$other' },
        ),
    ],
    [
      'a ballot was left out, and no quorum is left',
      'recount',
      (t) => t.say('$decision', { ballots: ['$ballot-0-claude'] }),
    ],
    ['a ballot is the coordinator’s', 'ballot', (t) => t.from('$ballot-0-gabriel', COORDINATOR)],
    [
      'the coordinator calls itself and votes',
      'ballot',
      (t) => {
        t.say('$electorate', { agents: ['claude', 'coordinator', 'jarvis'] });
        t.from('$ballot-0-gabriel', COORDINATOR);
      },
    ],
    [
      'those who are left were never asked',
      'electorate',
      (t) => {
        t.act('$voters', COORDINATOR, { kind: 'electorate', round: 0, agents: ['claude', 'manus'] as never });
        t.say('$decision', { voters: '$voters' });
      },
    ],
    [
      'an agent says who is left',
      'electorate',
      (t) => {
        t.act('$voters', account('claude'), { kind: 'electorate', round: 0, agents: ['claude'] as never });
        t.say('$decision', { voters: '$voters' });
      },
    ],
    [
      'who is left is of another round',
      'electorate',
      (t) => {
        t.act('$voters', COORDINATOR, { kind: 'electorate', round: 1, agents: ['claude'] as never });
        t.say('$decision', { voters: '$voters' });
      },
    ],
    ['who is left is nowhere to be read', 'electorate', (t) => t.say('$decision', { voters: '$voters' })],
    [
      'a ballot is of one who is left out',
      'ballot',
      (t) => {
        t.act('$voters', COORDINATOR, { kind: 'electorate', round: 0, agents: ['claude', 'jarvis'] as never });
        t.say('$decision', { voters: '$voters' });
      },
    ],
    ['a ballot is a stranger’s', 'ballot', (t) => t.from('$ballot-0-gabriel', '@mallory:test')],
    ['a ballot is of an agent outside the electorate', 'ballot', (t) => t.from('$ballot-0-gabriel', account('manus'))],
    ['a ballot is of an agent of another server', 'ballot', (t) => t.from('$ballot-0-gabriel', '@agent_gabriel:evil')],
    ['one agent has two ballots', 'ballot', (t) => t.from('$ballot-0-gabriel', account('claude'))],
    [
      'one ballot is named twice',
      'ballot',
      (t) => t.say('$decision', { ballots: ['$ballot-0-claude', '$ballot-0-claude', '$ballot-0-jarvis'] }),
    ],
    ['a ballot was edited', 'ballot', (t) => t.edit('$ballot-0-gabriel')],
    ['a ballot was redacted', 'ballot', (t) => t.redact('$ballot-0-gabriel')],
    ['a ballot is of another round', 'ballot', (t) => t.say('$ballot-0-gabriel', { round: 1 })],
    [
      'a ballot is of another task',
      'ballot',
      (t) =>
        t.act(
          '$ballot-0-gabriel',
          account('gabriel'),
          { kind: 'ballot', round: 0, ranking: [hashOf(LIST)], reason: '' },
          { conversation: '$other' },
        ),
    ],
    ['the ballots elect the other plan', 'recount', (t) => t.say('$ballot-0-gabriel', { ranking: [hashOf(TREE)] })],
    [
      'a plan does not match its hash',
      'proposal',
      (t) => t.say('$proposal-0-claude', { plan: canonical(planWith('list', shell('look', 'rm -rf .'))) }),
    ],
    ['a plan is no JSON', 'proposal', (t) => t.say('$proposal-0-claude', { plan: 'ls' })],
    [
      'a plan has a field that plans do not have',
      'proposal',
      (t) => t.say('$proposal-0-claude', { plan: canonical({ ...LIST, sudo: true }) }),
    ],
    ['a proposal was edited', 'proposal', (t) => t.edit('$proposal-0-claude')],
    ['a proposal is the coordinator’s', 'proposal', (t) => t.from('$proposal-0-claude', COORDINATOR)],
    ['a proposal is a stranger’s', 'proposal', (t) => t.from('$proposal-0-claude', '@eve:test')],
  ])('is refused when %s', (_, why, tamper) => {
    const thread = voted(LIST, TREE, 'ballot');
    tamper(thread);
    expect(judgePlan(job(), facts(thread))).toMatchObject({ kind: 'refused', why });
  });

  it.each<[string, string, object, Partial<PlanGateFacts>]>([
    ['the plan has no such step', 'no-step', { step: 'erase' }, {}],
    ['the time of the root is not as claimed', 'wrong-time', { at: AT - 1 }, {}],
    ['the task is too old', 'too-old', {}, { now: AT + TASK_LASTS_MS + 1 }],
    ['the room was stopped', 'stopped', {}, { stoppedUntil: AT }],
    [
      'a master put a stop sign under the task',
      'stopped',
      {},
      { reactions: [{ event: brand('$stop'), sender: MASTER, key: '🛑', at: AT + 1 }] },
    ],
    ['the task has ended since', 'task-ended', {}, { endedAt: AT + 500_000 }],
    ['its writer is a master no longer', 'not-master', {}, { masters: new Set() }],
    ['the decision is not there', 'decision', { decision: '$nothing' }, {}],
  ])('is refused when %s', (_, why, more, changed) => {
    expect(judgePlan(job(more), facts(voted(LIST, TREE, 'ballot'), changed))).toMatchObject({ kind: 'refused', why });
  });

  it('goes on after its end, or a stop, when a master asks for another try, and for nobody else', () => {
    const thread = voted(LIST, TREE, 'ballot');
    const later = { endedAt: AT + 8_000, stoppedUntil: AT + 8_000 };
    thread.put('$chat', MASTER, { msgtype: 'm.text', body: 'hello' });
    thread.put('$retry', MASTER, { msgtype: 'm.text', body: '!retry' });
    expect(judgePlan(job({ retry: '$retry' }), facts(thread, later)).kind).toBe('command');
    expect(judgePlan(job({ retry: '$chat' }), facts(thread, later)).kind).toBe('refused');
    thread.from('$retry', account('claude'));
    expect(judgePlan(job({ retry: '$retry' }), facts(thread, later))).toMatchObject({ kind: 'refused' });
    thread.from('$retry', MASTER);
    expect(judgePlan(job({ retry: '$retry' }), facts(thread, { endedAt: AT + 500_000 }))).toMatchObject({
      why: 'task-ended',
    });
  });

  it('goes on when a master puts 🔁 on the card, and for no other sign, place or hand', () => {
    const card = (sender = COORDINATOR as string, root = ROOT as string, kind = 'card') => ({
      sender,
      content: {
        msgtype: 'm.notice',
        body: 'card',
        'com.chavion': { v: 1, kind },
        'm.relates_to': { rel_type: 'm.thread', event_id: root },
      },
    });
    const judged = (more: {
      readonly key?: string;
      readonly by?: string;
      readonly on?: ReturnType<typeof card>;
      readonly tamper?: (thread: TaskThreadRecord) => void;
    }) => {
      const thread = voted(LIST, TREE, 'ballot');
      const { sender, content } = more.on ?? card();
      thread.put('$card', sender, content);
      const relation = { rel_type: 'm.annotation', event_id: '$card', key: more.key ?? '🔁' };
      thread.put('$tap', more.by ?? MASTER, { 'm.relates_to': relation }, 'm.reaction');
      more.tamper?.(thread);
      return judgePlan(job({ retry: '$tap' }), facts(thread, { endedAt: AT + 8_000, stoppedUntil: AT + 8_000 })).kind;
    };
    expect(judged({})).toBe('command');
    expect(judged({ key: '🔁\uFE0F' })).toBe('command');
    // The card is edited all the time.
    expect(judged({ tamper: (t) => t.edit('$card') })).toBe('command');
    expect(
      [
        { key: '✅' },
        { by: account('claude') },
        { by: '@eve:test' },
        { by: COORDINATOR },
        { on: card(account('claude')) },
        { on: card(MASTER) },
        { on: card(COORDINATOR, '$other') },
        { on: card(COORDINATOR, ROOT, 'act') },
        { tamper: (t: TaskThreadRecord) => t.redact('$tap') },
        { tamper: (t: TaskThreadRecord) => t.redact('$card') },
        { tamper: (t: TaskThreadRecord) => void t.events.delete(brand('$card')) },
        {
          tamper: (t: TaskThreadRecord) => t.change('$tap', (raw) => ({ ...raw, room_id: '!other:test' })),
        },
      ].map(judged),
    ).toEqual(Array.from({ length: 12 }, () => 'refused'));
  });

  it('counts a master’s tap in the poll that the decision names', () => {
    const thread = voted(LIST, TREE, 'ballot');
    const poll = 'org.matrix.msc3381.poll';
    // One to one, and the tap decides.
    thread.say('$ballot-0-gabriel', { ranking: [] });
    thread.put('$poll', COORDINATOR, { 'm.relates_to': { rel_type: 'm.thread', event_id: ROOT } }, `${poll}.start`);
    thread.put(
      '$tap',
      MASTER,
      {
        'm.relates_to': { rel_type: 'm.reference', event_id: '$poll' },
        [`${poll}.response`]: { answers: [hashOf(TREE).slice(0, 16)] },
      },
      `${poll}.response`,
    );
    thread.say('$decision', { winner: hashOf(TREE), tap: '$tap' });
    expect(judgePlan(job(), facts(thread))).toMatchObject({ kind: 'command', order: { winner: hashOf(TREE) } });
    for (const [sender, at] of [
      [account('claude'), '$tap'],
      ['@eve:test', '$tap'],
      [account('claude'), '$poll'],
    ] as const) {
      const before = thread.events.get(brand(at))?.['sender'];
      thread.from(at, sender);
      expect(judgePlan(job(), facts(thread))).toMatchObject({ kind: 'refused', why: 'tap' });
      thread.from(at, String(before));
    }
    thread.say('$decision', { winner: hashOf(LIST) });
    expect(judgePlan(job(), facts(thread))).toMatchObject({ kind: 'refused', why: 'recount' });
  });

  it('names everything that has to be read', () => {
    const thread = voted(LIST, TREE, 'ballot');
    expect(namedIn(thread.events.get(brand('$decision')))).toEqual([
      '$electorate',
      '$proposal-0-claude',
      '$proposal-0-jarvis',
      '$ballot-0-claude',
      '$ballot-0-gabriel',
      '$ballot-0-jarvis',
    ]);
  });
});

describe('a choice', () => {
  const chosen = (body: string, sender: string = MASTER, thread: string | null = ROOT) => {
    const record = voted(LIST, TREE, 'ballot');
    record.put('$choice', sender, {
      msgtype: 'm.text',
      body,
      ...(thread === null ? {} : { 'm.relates_to': { rel_type: 'm.thread', event_id: thread, is_falling_back: true } }),
    });
    record.say('$decision', { rule: 'choice', winner: hashOf(TREE), ballots: [], choice: '$choice' });
    return record;
  };

  const early = chosen('!choose B', MASTER, null);
  early.events.set(EventId.parse('$choice'), {
    ...Object(early.events.get(EventId.parse('$choice'))),
    origin_server_ts: 1,
  });

  it('of a master overrules the votes', () => {
    expect(judgePlan(job(), facts(chosen('!choose B')))).toMatchObject({
      kind: 'command',
      order: { rule: 'choice', winner: hashOf(TREE) },
    });
    expect(judgePlan(job(), facts(chosen('!선택 2')))).toMatchObject({ kind: 'command' });
    expect(judgePlan(job(), facts(chosen('!choose 12 B', MASTER, null)))).toMatchObject({ kind: 'command' });
    expect(judgePlan(job(), facts(chosen('!choose B', MASTER, null)))).toMatchObject({ kind: 'command' });
  });

  it.each<[string, TaskThreadRecord]>([
    ['an agent’s', chosen('!choose B', account('claude'))],
    ['a stranger’s', chosen('!choose B', '@eve:test')],
    ['of another plan', chosen('!choose A')],
    ['of no plan', chosen('!choose Q')],
    ['in the thread of another task', chosen('!choose B', MASTER, '$other')],
    ['outside, and said before the plans were', early],
    ['no choice', chosen('B, I think')],
  ])('counts for nothing when it is %s', (_, thread) => {
    expect(judgePlan(job(), facts(thread))).toMatchObject({ kind: 'refused', why: 'choice' });
  });

  it('counts for nothing once it was edited or redacted', () => {
    for (const tamper of ['edit', 'redact'] as const) {
      const thread = chosen('!choose B');
      thread[tamper]('$choice');
      expect(judgePlan(job(), facts(thread))).toMatchObject({ kind: 'refused', why: 'choice' });
    }
  });
});

describe('one agent alone', () => {
  it('is believed where nobody else was asked, and only there', () => {
    const thread = voted(LIST, TREE, 'ballot');
    thread.say('$decision', { rule: 'alone', proposals: ['$proposal-0-claude'], ballots: [] });
    expect(judgePlan(job(), facts(thread))).toMatchObject({ kind: 'refused', why: 'electorate' });
    thread.say('$electorate', { agents: ['claude'] });
    expect(judgePlan(job(), facts(thread))).toMatchObject({ kind: 'command', order: { rule: 'alone' } });
    thread.say('$electorate', { agents: ['gabriel'] });
    expect(judgePlan(job(), facts(thread))).toMatchObject({ kind: 'refused', why: 'proposal' });
  });
});

describe('a patch', () => {
  const MENDED = planWith('list', shell('look', 'ls -la'), shell('count', 'ls | wc -l', { after: ['look'] }));
  const patchedJob = job({ patched: '$patched' });

  function patched(plan = MENDED): TaskThreadRecord {
    const thread = voted(LIST, TREE, 'ballot');
    const patches = [
      thread.patch('$patch-1', 'claude', LIST, plan, 'look'),
      thread.patch('$patch-2', 'jarvis', LIST, plan, 'look'),
    ];
    thread.act('$patched', COORDINATOR, { kind: 'patched', base: brand('$decision'), patches, hash: hashOf(plan) });
    return thread;
  }

  it('of two agents changes one command', () => {
    const verdict = judgePlan(patchedJob, facts(patched()));
    expect(verdict).toMatchObject({
      kind: 'command',
      order: { winner: hashOf(LIST), hash: hashOf(MENDED), step: { command: { script: 'ls -la' } } },
    });
    expect(judgePlan(job(), facts(patched()))).toMatchObject({ order: { step: { command: { script: 'ls' } } } });
  });

  it.each<[string, (thread: TaskThreadRecord) => void]>([
    ['one agent made it twice', (t) => t.from('$patch-2', account('claude'))],
    ['one patch is named twice', (t) => t.say('$patched', { patches: ['$patch-1', '$patch-1'] })],
    ['it is one agent’s only', (t) => t.say('$patched', { patches: ['$patch-1'] })],
    ['one of the two is the coordinator', (t) => t.from('$patch-2', COORDINATOR)],
    ['one of the two is outside the electorate', (t) => t.from('$patch-2', account('manus'))],
    ['one of the two is a stranger', (t) => t.from('$patch-2', '@eve:test')],
    [
      'the two differ',
      (t) =>
        void t.patch(
          '$patch-2',
          'jarvis',
          LIST,
          planWith('list', shell('look', 'ls -l'), shell('count', 'ls | wc -l', { after: ['look'] })),
          'look',
        ),
    ],
    ['it is of another plan', (t) => t.say('$patch-1', { of: hashOf(TREE) })],
    ['it names another step', (t) => t.say('$patch-1', { step: 'count' })],
    ['an agent confirmed it', (t) => t.from('$patched', account('claude'))],
    ['a patch was edited', (t) => t.edit('$patch-1')],
    ['a patch was redacted', (t) => t.redact('$patch-1')],
    ['its plan is not what its hash says', (t) => t.say('$patch-1', { plan: canonical(TREE) })],
    ['it leads back to no decision', (t) => t.say('$patched', { base: '$nothing' })],
    ['it leads back to itself', (t) => t.say('$patched', { base: '$patched' })],
  ])('is refused when %s', (_, tamper) => {
    const thread = patched();
    tamper(thread);
    expect(judgePlan(patchedJob, facts(thread))).toMatchObject({ kind: 'refused', why: 'patch' });
  });

  it.each([
    ['two commands', planWith('list', shell('look', 'ls -la'), shell('count', 'rm *', { after: ['look'] }))],
    ['the goal', planWith('erase', shell('look', 'ls -la'), shell('count', 'ls | wc -l', { after: ['look'] }))],
    [
      'the name of the command',
      planWith('list', shell('peek', 'ls -la'), shell('count', 'ls | wc -l', { after: ['look'] })),
    ],
    [
      'how many commands there are',
      planWith(
        'list',
        shell('look', 'ls -la'),
        shell('count', 'ls | wc -l', { after: ['look'] }),
        shell('more', 'rm *'),
      ),
    ],
    [
      'the title around the command',
      planWith(
        'list',
        { ...shell('look', 'ls -la'), title: 'harmless' },
        shell('count', 'ls | wc -l', { after: ['look'] }),
      ),
    ],
    [
      'which files come back',
      planWith(
        'list',
        { ...shell('look', 'ls -la'), artifacts: ['x'] },
        shell('count', 'ls | wc -l', { after: ['look'] }),
      ),
    ],
    [
      'which hosts it may reach',
      planWith(
        'list',
        shell('look', 'ls -la', { hosts: ['example.org:443'] }),
        shell('count', 'ls | wc -l', { after: ['look'] }),
      ),
    ],
    [
      'which folders it sees',
      planWith(
        'list',
        shell('look', 'ls -la', { lent: [{ name: 'site', access: 'ro' }] }),
        shell('count', 'ls | wc -l', { after: ['look'] }),
      ),
    ],
    ['nothing', LIST],
  ])('is refused when it changes %s', (_, plan) => {
    expect(judgePlan(patchedJob, facts(patched(plan)))).toMatchObject({ kind: 'refused', why: 'patch' });
  });

  it('may follow another one, and not without end', () => {
    const thread = patched();
    let base = MENDED;
    let last = '$patched';
    for (let i = 0; i < MAX_PATCHES; i += 1) {
      const next = planWith('list', shell('look', `ls -la ${i}`), shell('count', 'ls | wc -l', { after: ['look'] }));
      const patches = [
        thread.patch(`$p-${i}-a`, 'claude', base, next, 'look'),
        thread.patch(`$p-${i}-b`, 'gabriel', base, next, 'look'),
      ];
      const id = thread.act(`$patched-${i}`, COORDINATOR, {
        kind: 'patched',
        base: brand(last),
        patches,
        hash: hashOf(next),
      });
      const expected =
        i < MAX_PATCHES - 1 ? { kind: 'command', order: { hash: hashOf(next) } } : { kind: 'refused', why: 'patch' };
      expect(judgePlan(job({ patched: id }), facts(thread))).toMatchObject(expected);
      base = next;
      last = id;
    }
  });

  it('never asks for more than the command that it replaces, whoever agrees on it', () => {
    const looking = (more: object) =>
      planWith('list', shell('look', 'ls -la', more), shell('count', 'ls | wc -l', { after: ['look'] }));
    const thread = patched(looking({ workspace: 'ro' }));
    expect(judgePlan(patchedJob, facts(thread))).toMatchObject({ kind: 'command' });
    const patches = ['claude', 'gabriel'].map((agent) =>
      thread.patch(`$more-${agent}`, agent, looking({ workspace: 'ro' }), looking({ workspace: 'rw' }), 'look'),
    );
    const id = thread.act('$more', COORDINATOR, {
      kind: 'patched',
      base: brand('$patched'),
      patches,
      hash: hashOf(looking({ workspace: 'rw' })),
    });
    expect(judgePlan(job({ patched: id }), facts(thread))).toMatchObject({ kind: 'refused', why: 'patch' });
  });

  it('of one agent is enough where one runs alone', () => {
    const thread = voted(LIST, TREE, 'ballot');
    thread.say('$electorate', { agents: ['claude'] });
    thread.say('$decision', { rule: 'alone', proposals: ['$proposal-0-claude'], ballots: [] });
    const patch = thread.patch('$patch-1', 'claude', LIST, MENDED, 'look');
    thread.act('$patched', COORDINATOR, {
      kind: 'patched',
      base: brand('$decision'),
      patches: [patch],
      hash: hashOf(MENDED),
    });
    expect(judgePlan(patchedJob, facts(thread))).toMatchObject({ kind: 'command', order: { hash: hashOf(MENDED) } });
  });
});

describe('a task that an agent asked for', () => {
  const ADMIN = UserId.parse('@admin:test');
  const reaction = (sender: UserId, key = '✅', at = AT + 60_000) => ({ event: brand('$tap'), sender, key, at });
  const YES = reaction(MASTER);

  /** The same votes, under an outside agent's own request. */
  function requested(): TaskThreadRecord {
    const thread = voted(LIST, TREE, 'ballot');
    thread.from('$root', account('scout'));
    thread.change('$root', (raw) => ({
      ...raw,
      content: {
        msgtype: 'm.text',
        body: requestBody('임무를 부탁드립니다.', '!임무', 'list the files'),
        'm.mentions': {},
        [TASK_REQUEST_KEY]: true,
      },
    }));
    return thread;
  }
  const content = (thread: TaskThreadRecord, more: object) =>
    thread.change('$root', (raw) => ({ ...raw, content: { ...raw.content, ...more } }));

  it('runs when a master has put ✅ on the request, in the master’s name', () => {
    expect(judgePlan(job(), facts(requested(), { reactions: [YES] }))).toMatchObject({
      kind: 'command',
      by: MASTER,
      order: { step: { command: { id: 'look' } } },
    });
    expect(
      judgePlan(
        job(),
        facts(requested(), {
          reactions: [reaction(COORDINATOR), reaction(COORDINATOR, '❌'), reaction(MASTER, '✅\uFE0F')],
        }),
      ).kind,
    ).toBe('command');
  });

  it.each<[string, string, Partial<PlanGateFacts>, (thread: TaskThreadRecord) => void]>([
    ['nobody said yes, or it was taken back', 'not-approved', {}, () => undefined],
    ['the agent says yes to itself', 'not-approved', { reactions: [reaction(account('scout'))] }, () => undefined],
    ['another agent says yes', 'not-approved', { reactions: [reaction(account('claude'))] }, () => undefined],
    ['the coordinator says yes', 'not-approved', { reactions: [reaction(COORDINATOR)] }, () => undefined],
    ['the admin says yes', 'not-approved', { reactions: [reaction(ADMIN)] }, () => undefined],
    ['a stranger says yes', 'not-approved', { reactions: [reaction(UserId.parse('@eve:test'))] }, () => undefined],
    [
      'who said yes is a master no longer',
      'not-master',
      { reactions: [YES], masters: new Set() },
      (t) => t.from('$root', MASTER),
    ],
    ['the master put something else on it', 'not-approved', { reactions: [reaction(MASTER, '👍')] }, () => undefined],
    [
      'the yes came a day too late',
      'not-approved',
      { reactions: [reaction(MASTER, '✅', AT + REQUEST_LASTS_MS + 1)], now: AT + REQUEST_LASTS_MS + 2 },
      () => undefined,
    ],
    [
      'the yes is older than the request',
      'not-approved',
      { reactions: [reaction(MASTER, '✅', AT - 1)] },
      () => undefined,
    ],
    ['a master said no as well', 'declined', { reactions: [YES, reaction(MASTER, '❌')] }, () => undefined],
    ['a master stopped it', 'stopped', { reactions: [YES, reaction(MASTER, '🛑')] }, () => undefined],
    ['the request was edited after the yes', 'edited', { reactions: [YES] }, (t) => t.edit('$root')],
    ['the request was redacted', 'redacted', { reactions: [YES] }, (t) => t.redact('$root')],
    ['a stranger wrote it', 'not-master', { reactions: [YES] }, (t) => t.from('$root', '@eve:test')],
    ['the coordinator wrote it', 'not-scheduled', { reactions: [YES] }, (t) => t.from('$root', COORDINATOR)],
    [
      'an agent of another server wrote it',
      'not-master',
      { reactions: [YES] },
      (t) => t.from('$root', '@agent_scout:evil'),
    ],
    [
      'it is an agent’s chat and no request',
      'not-master',
      { reactions: [YES] },
      (t) => content(t, { [TASK_REQUEST_KEY]: undefined }),
    ],
    [
      'it shows something else than it says',
      'not-task',
      { reactions: [YES] },
      (t) => content(t, { format: 'org.matrix.custom.html', formatted_body: '<b>good morning</b>' }),
    ],
    [
      'it does not look like a request',
      'not-task',
      { reactions: [YES] },
      (t) => content(t, { body: 'good morning\n!task list the files' }),
    ],
    [
      'it asks for no task',
      'not-task',
      { reactions: [YES] },
      (t) => content(t, { body: requestBody('please', '!task', '') }),
    ],
    [
      'it stands in a thread',
      'not-task',
      { reactions: [YES] },
      (t) => content(t, { 'm.relates_to': { rel_type: 'm.thread', event_id: '$other' } }),
    ],
    [
      'the votes do not elect the plan',
      'recount',
      { reactions: [YES] },
      (t) => t.say('$decision', { winner: hashOf(TREE) }),
    ],
  ])('is refused when %s', (_, why, more, tamper) => {
    const thread = requested();
    tamper(thread);
    expect(judgePlan(job(), facts(thread, more))).toMatchObject({ kind: 'refused', why });
  });
});
