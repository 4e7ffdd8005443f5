import { describe, expect, it } from 'vitest';
import { taskEventHandler } from '../../bots/tasks/event-handler.ts';
import { answerId } from '../../bots/tasks/messages/poll-content.ts';
import type { TaskState } from '../../bots/tasks/state/task-state.ts';
import type { TaskEvent } from '../../bots/tasks/state/transitions.ts';
import type { ChavionContent } from '../../bridge/protocol/content.ts';
import { EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import type { ReactionEvent, RoomEvent } from '../../bridge/protocol/room-event.ts';
import { A, able, agent, B, C, D, hashOf, MASTER, plan, rulesFor, taskFor, World } from './task-world.ts';

/** What a task takes from a room, and from whom. */
const EXECUTOR = UserId.parse('@executor:house');
const COORDINATOR = UserId.parse('@agent_coordinator:house');
const STRANGER = UserId.parse('@mallory:house');
const AGENT = UserId.parse('@agent_anna:house');
const HQ = RoomId.parse('!hq');
const id = (name: string) => EventId.parse(`$${name}`);

/** A task that stands still, and a handler of the events of its room. */
function listening(reached: (state: TaskState) => boolean, script = able()) {
  const world = new World(taskFor([A, B, C, D]), rulesFor([A, B, C, D])).play(script, reached);
  const apply = (event: TaskEvent) => {
    world.send({ ...event, at: world.now });
    return world.state;
  };
  const polls = new Map([
    ['$poll.0', 0],
    ['$poll.1', 1],
  ]);
  const by = (sender: UserId, chavion: object) => ({
    event: { sender, chavion: { v: 1, root: world.state.root, ...chavion } },
  });
  const shown = new Map<string, object>([
    ['$card', by(COORDINATOR, { kind: 'card' })],
    ['$run', by(COORDINATOR, { kind: 'act', run: true })],
    ['$forged', by(AGENT, { kind: 'card' })],
  ]);
  const handler = taskEventHandler({
    tasks: {
      apply: (_root, event) => Promise.resolve(apply(event)),
      get: (which) => Promise.resolve(which === world.state.root ? world.state : null),
      live: () => Promise.resolve([world.state]),
      cancel: (_root, by) => Promise.resolve(apply({ kind: 'cancel', at: world.now, by })),
      retry: (_root, by, event) => Promise.resolve(apply({ kind: 'retry', at: world.now, by, event, ready: [A, B] })),
    },
    rooms: {
      masters: () => Promise.resolve(new Set([MASTER])),
      reader: () =>
        Promise.resolve({
          event: (_room: RoomId, event: EventId) =>
            Promise.resolve(
              polls.has(event)
                ? {
                    type: 'org.matrix.msc3381.poll.start',
                    sender: COORDINATOR,
                    content: {
                      'com.chavion': {
                        v: 1,
                        kind: 'act',
                        act: {
                          performative: 'cfp',
                          conversation: world.state.root,
                          ontology: 'chavion-task',
                          content: { kind: 'words' },
                        },
                      },
                    },
                  }
                : null,
            ),
        } as never),
    },
    timeline: { find: (_room, event) => Promise.resolve((shown.get(event) as never) ?? null) },
    coordinator: COORDINATOR,
    executor: EXECUTOR,
  });
  return { world, handler };
}

const common = (sender: UserId, name = 'heard') => ({ roomId: HQ, eventId: id(name), sender, at: 1 });
const tap = (sender: UserId, poll: string, answer?: string, name = 'tap') =>
  ({
    kind: 'poll-response',
    ...common(sender, name),
    target: EventId.parse(poll),
    answers: answer === undefined ? [] : [answer],
  }) as RoomEvent;
const redaction = (target: string, sender = MASTER) =>
  ({ kind: 'redaction', ...common(sender), target: EventId.parse(target) }) as RoomEvent;
const result = (
  sender: UserId,
  chavion: Partial<ChavionContent>,
  kind: 'message' | 'edit' | 'plan-result' = 'plan-result',
) =>
  ({
    kind,
    root: chavion.root ?? id('root'),
    ...(chavion.result === undefined ? {} : { result: chavion.result }),
    ...common(sender),
    body: '',
    msgtype: 'm.notice',
    target: id('x'),
    chavion: { v: 1, kind: 'result', root: id('root'), ...chavion },
  }) as unknown as RoomEvent;
const PHASES = [
  'triage',
  'proposing',
  'critique',
  'voting',
  'executing',
  'diagnosing',
  'verifying',
  'reporting',
  'asking',
] as const;

describe('a result', () => {
  const running = () =>
    listening(
      (state) => state.phase === 'executing' && Object.keys(state.attempts).length > 0,
      able({ command: () => null }),
    );
  const done = ({ state }: World, more: object = {}) => ({
    result: {
      plan: state.plan!.hash,
      step: 'list' as never,
      attempt: 1,
      state: 'done' as const,
      output: 'approved',
      ...more,
    },
  });

  it.each<[string, UserId]>([
    ['an agent', AGENT],
    ['the coordinator', COORDINATOR],
    ['a master', MASTER],
    ['a stranger', STRANGER],
  ])('by %s is none, in whatever form', async (_who, sender) => {
    const { world, handler } = running();
    const before = world.state;
    for (const kind of ['plan-result', 'message', 'edit'] as const)
      await handler.hear(result(sender, done(world), kind));
    expect(world.state).toBe(before);
  });

  it('by the executor counts once, in its room, for this attempt', async () => {
    const { world, handler } = running();
    const before = world.state;
    await handler.hear({ ...result(EXECUTOR, done(world)), roomId: RoomId.parse('!other') });
    await handler.hear(result(EXECUTOR, done(world, { attempt: 2 })));
    await handler.hear(result(EXECUTOR, { ...done(world), root: id('another') }));
    expect(world.state).toBe(before);
    await handler.hear(result(EXECUTOR, done(world)));
    expect(world.state).toMatchObject({ phase: 'verifying', commands: { list: { state: 'done' } } });
    const after = world.state;
    await handler.hear(result(EXECUTOR, done(world, { state: 'failed' })));
    expect(world.state).toBe(after);
  });

  it('counts as an executor of an earlier version says it', async () => {
    const { world, handler } = running();
    await handler.hear(result(EXECUTOR, done(world), 'message'));
    expect(world.state).toMatchObject({ phase: 'verifying', commands: { list: { state: 'done' } } });
  });

  it('of the attempt before a retry changes nothing', async () => {
    const { world, handler } = listening(
      (state) => state.phase === 'asking',
      able({ command: () => ({ state: 'unknown' }) }),
    );
    const old = done(world);
    world.send({ kind: 'retry', at: world.now, by: MASTER, ready: [A, B, C, D], event: id('retry') });
    const again = world.state;
    expect(again.commands['list']).toMatchObject({ state: 'sent', attempt: 2 });
    await handler.hear(result(EXECUTOR, old));
    expect(world.state).toBe(again);
    world.send({ kind: 'retry', at: world.now, by: MASTER, ready: [A, B], event: id('again') });
    expect(world.state).toBe(again);
  });
});

describe('a tap', () => {
  const voting = () => listening((state) => state.phase === 'voting' && state.events['poll.0'] !== undefined);
  const choice = ({ state }: World, i: number) => answerId(state.proposals[i]!.hash);

  it('counts for masters alone', async () => {
    const { world, handler } = voting();
    for (const sender of [STRANGER, AGENT, EXECUTOR]) await handler.hear(tap(sender, '$poll.0', choice(world, 1)));
    expect(world.state.tap).toBeNull();
    await handler.hear(tap(MASTER, '$poll.0', choice(world, 1)));
    expect(world.state).toMatchObject({ tap: world.state.proposals[1]!.hash, tapEvent: '$tap' });
  });

  it('is taken back by an answer that is none, and by taking it out of the room', async () => {
    const { world, handler } = voting();
    await handler.hear(tap(MASTER, '$poll.0', choice(world, 1)));
    await handler.hear(tap(MASTER, '$poll.0', 'nothing of this', 'second'));
    expect(world.state.tap).toBeNull();
    await handler.hear(tap(MASTER, '$poll.0', choice(world, 2), 'third'));
    await handler.hear(redaction('$second'));
    expect(world.state.tap).toBe(world.state.proposals[2]!.hash);
    await handler.hear(redaction('$third'));
    expect(world.state).toMatchObject({ phase: 'voting', tap: null, tapEvent: null });
  });

  it('after the decision, or in a poll that is over, changes nothing', async () => {
    const { world, handler } = listening((state) => state.phase === 'executing', able({ command: () => null }));
    const decided = world.state;
    await handler.hear(tap(MASTER, '$poll.0', choice(world, 1)));
    expect(world.state).toBe(decided);

    const script = able({
      command: (_step, _attempt, { round }) => ({ state: round === 0 ? 'failed' : 'done' }),
      ask: (ask, state) =>
        ask.kind === 'diagnose' ? { kind: 'diagnose', cause: '', command: null } : able().ask(ask, state),
    });
    const two = listening(
      (state) => state.round === 1 && state.phase === 'voting' && state.events['poll.1'] !== undefined,
      script,
    );
    await two.handler.hear(tap(MASTER, '$poll.1', choice(two.world, 1)));
    await two.handler.hear(tap(MASTER, '$poll.0', 'a plan of the first round', 'late'));
    expect(two.world.state.tap).toBe(two.world.state.proposals[1]!.hash);
  });
});

describe('the root', () => {
  it.each(PHASES)('taken out of the room while %s ends the task, once', async (phase) => {
    const script = able({
      command: (_step, attempt) =>
        phase === 'asking' ? { state: 'unknown' } : phase === 'diagnosing' && attempt === 1 ? { state: 'failed' } : {},
      ask: (ask, state) => (ask.kind === 'diagnose' || ask.kind === 'report' ? null : able().ask(ask, state)),
    });
    const { world, handler } = listening((state) => state.phase === phase, script);
    expect(world.state.phase).toBe(phase);
    await handler.hear(redaction('$root'));
    expect(world.state).toMatchObject({ phase: 'cancelled', ending: 'cancelled', asks: [], timers: {} });
    const ended = world.state;
    await handler.hear(redaction('$root'));
    await handler.hear(
      result(EXECUTOR, { result: { plan: hashOf(plan('x')), step: 'list' as never, attempt: 1, state: 'done' } }),
    );
    expect(world.state).toBe(ended);
  });

  it('of another room, or another event, ends nothing', async () => {
    const { world, handler } = listening((state) => state.phase === 'voting');
    const before = world.state;
    await handler.hear({ ...redaction('$root'), roomId: RoomId.parse('!other') });
    await handler.hear(redaction('$poll.0'));
    expect(world.state).toBe(before);
  });
});

describe('an edit of a task’s own message', () => {
  const edit = (sender: UserId, target: string) =>
    ({ kind: 'edit', ...common(sender), target: EventId.parse(target), body: 'other', masked: false }) as Extract<
      RoomEvent,
      { kind: 'edit' }
    >;

  it('ends it at once: the executor would refuse all of it', async () => {
    const { world, handler } = listening((state) => state.phase === 'voting');
    expect(await handler.edited(edit(STRANGER, world.state.root))).toBe(false);
    expect(await handler.edited(edit(MASTER, '$else'))).toBe(false);
    expect(world.state.phase).toBe('voting');
    expect(await handler.edited(edit(MASTER, world.state.root))).toBe(true);
    expect(world.state.phase).toBe('cancelled');
    expect(await handler.edited(edit(MASTER, world.state.root))).toBe(false);
  });
});

describe('whom nobody waits for', () => {
  it('is not asked again: out of quota in the same phase, or alone before everybody helps', () => {
    const graph = {
      plans: {
        anna: plan('w', [
          { kind: 'work', id: 'one', title: 't', agent: 'ben', work: 'write', instruction: 'i', after: [] },
          { kind: 'work', id: 'two', title: 't', agent: 'ben', work: 'write', instruction: 'i', after: ['one'] },
        ]),
      },
    };
    const base = able(graph);
    const world = new World(taskFor([A, B, C]), rulesFor([A, B, C])).play({
      ...base,
      ask: (ask, state) => (ask.kind === 'work' && ask.agent === B ? 'provider.quota' : base.ask(ask, state)),
    });
    expect(
      world.log.filter((effect) => effect.kind === 'ask' && effect.ask.kind === 'work' && effect.ask.agent === B),
    ).toHaveLength(1);

    const alone = new World(taskFor([A]), rulesFor([A, B])).play(
      able({
        ask: (ask, state) => (ask.agent === A && ask.kind === 'propose' ? 'provider.quota' : able().ask(ask, state)),
      }),
    );
    expect(alone.state).toMatchObject({ phase: 'done', electorate: [B], alone: B, gone: [A] });
  });

  it('does not hold up a task for a hundred silences', () => {
    const many = Array.from({ length: 100 }, (_, i) => agent(`a${i}`));
    const world = new World(taskFor(many), { ...rulesFor(many), integrator: many[0]! }).play(
      able({ ask: (ask, state) => (ask.kind === 'triage' ? 'provider.rate' : able().ask(ask, state)) }),
      (state) => state.phase !== 'triage',
    );
    expect(world.state).toMatchObject({ phase: 'proposing', triage: { by: null } });
    expect(world.state.refusals).toHaveLength(3);
  });
});

describe('a tap on the card', () => {
  const sign = (key: string, target: string, name = 'sign'): ReactionEvent => ({
    kind: 'reaction',
    ...common(MASTER, name),
    target: EventId.parse(target),
    key,
  });
  const failed = () =>
    listening(({ phase }) => phase === 'failed', able({ command: () => ({ state: 'refused', why: 'no' }) }));

  it('takes an ended task up once, however often it is heard', async () => {
    const { world, handler } = failed();
    expect(await handler.again(sign('🔁', '$card'))).toBe('taken-up');
    expect(world.state).toMatchObject({ round: 1, retry: '$sign' });
    const after = world.state;
    expect(await handler.again(sign('🔁', '$card'))).toBe('none');
    expect(await handler.again(sign('🔁', '$card', 'second'))).toBe('none');
    expect(world.state).toBe(after);
  });

  it.each(['$run', '$forged', '$chat'])('is none on %s', async (target) => {
    const { world, handler } = failed();
    const before = world.state;
    expect(await handler.again(sign('🔁', target))).toBe('none');
    expect(world.state).toBe(before);
  });

  it.each(['$card', '$run', '$root'])('🛑 on %s cancels the task', async (target) => {
    const { world, handler } = listening(({ phase }) => phase === 'executing', able({ command: () => null }));
    await handler.stopSign(sign('🛑', target));
    expect(world.state.phase).toBe('cancelled');
  });

  it('🛑 on a card that an agent has written cancels nothing', async () => {
    const { world, handler } = listening(({ phase }) => phase === 'executing', able({ command: () => null }));
    await handler.stopSign(sign('🛑', '$forged'));
    expect(world.state.phase).toBe('executing');
  });
});
