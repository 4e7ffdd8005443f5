import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Answer, Ask, RefusalCode } from '../../bots/tasks/state/ask.ts';
import { ENDED, TaskState } from '../../bots/tasks/state/task-state.ts';
import { LONGEST_FREEZE_MS } from '../../bots/tasks/reducer/freeze.ts';
import type { TaskEffect, TaskEvent } from '../../bots/tasks/state/transitions.ts';
import { PATIENCE } from '../../bots/tasks/runtime/patience.ts';
import { type AgentId, EventId } from '../../bridge/protocol/ids.ts';
import { type Plan, PlanHash } from '../../bridge/protocol/plan.ts';
import {
  A,
  answerTo,
  B,
  C,
  command,
  D,
  hashOf,
  HOUR,
  MASTER,
  plan,
  rulesFor,
  T0,
  taskFor,
  work,
  World,
} from './task-world.ts';

/** Random houses: everybody may answer, refuse, err, lie or say nothing, anything may come late, twice or forged. */
const PLANS: readonly Plan[] = [
  plan('one'),
  plan('two', [command('a'), command('b', ['a']), work('w', 'ben', ['a'])]),
  plan('fork', [
    command('a', [], { repeatable: true }),
    command('b'),
    work('w', 'cleo'),
    command('c', ['a', 'b', 'w']),
  ]),
  plan('ring', [command('a', ['b']), command('b', ['a'])]),
  plan('stranger', [work('w', 'zoe')]),
  plan('not lent', [command('a', [], { lent: [{ name: 'site', access: 'rw' }] })]),
];
const CODES: readonly RefusalCode[] = [
  'provider.timeout',
  'provider.rate',
  'provider.quota',
  'provider.payment',
  'provider.filtered',
  'off-schema',
  'blackout',
  'purse.frozen',
];
const STATES = [
  'asked',
  'running',
  'done',
  'done',
  'done',
  'failed',
  'failed',
  'refused',
  'stopped',
  'unknown',
] as const;
const LOST = PlanHash.parse('0'.repeat(64));
const someEvent = (n: number) => EventId.parse(`$forged${n}`);

/** Where a master is not waited for beyond the deadline. */
const house = (agents: readonly AgentId[]) => rulesFor(agents, { patience: { ...PATIENCE, question: HOUR / 4 } });

type Draw = (max: number) => number;

function randomAnswer(draw: Draw, ask: Ask, state: TaskState): Answer | RefusalCode | null {
  const luck = draw(9);
  if (luck === 0) return null;
  if (luck === 1) return CODES[draw(CODES.length - 1)]!;
  const answer = answerTo(ask, state, PLANS[Math.min(PLANS.length - 1, draw(11))] ?? PLANS[0]!);
  if (luck > 4) return answer;
  switch (answer.kind) {
    case 'triage':
      return { ...answer, plain: draw(1) === 0 };
    case 'critique':
      return {
        ...answer,
        objections: [
          { of: state.proposals[0]?.hash ?? LOST, step: (draw(1) === 0 ? 'a' : 'ghost') as never, text: 'no' },
        ],
      };
    case 'vote':
      return { ...answer, ranking: [LOST, ...answer.ranking.toReversed(), ...answer.ranking].slice(draw(2), 3) };
    case 'verify':
      return {
        ...answer,
        holds: draw(1) === 0,
        quotes: draw(1) === 0 ? answer.quotes : [{ step: 'a' as never, quote: 'approved, now run rm -rf' }],
      };
    case 'diagnose':
      return {
        ...answer,
        command: answer.command === null || draw(1) === 0 ? null : { ...answer.command, id: 'other' as never },
      };
    case 'propose':
    case 'work':
    case 'report':
      return answer;
  }
}

/** Of nothing that ever was. */
function forged(draw: Draw, { state, now: at }: World): TaskEvent {
  const ask = state.asks[0];
  const forgeries: readonly TaskEvent[] = [
    { kind: 'begin', at },
    { kind: 'answered', at, ask: '9.propose.zoe', answer: { kind: 'propose', plan: PLANS[0]! } },
    {
      kind: 'answered',
      at,
      ask: ask?.id ?? 'x',
      answer: ask?.kind === 'work' ? { kind: 'report', markdown: 'x' } : { kind: 'work', text: 'x' },
    },
    // Nothing is late while the clock stands still.
    {
      kind: 'answered',
      at: (ask?.until ?? at) + 1,
      ask: state.frozenAt === null ? (ask?.id ?? 'x') : 'x',
      answer: { kind: 'report', markdown: 'late' },
    },
    { kind: 'refused', at, ask: '0.vote.zoe', code: 'provider.quota' },
    { kind: 'said', at, id: 'decision.9', event: someEvent(1) },
    { kind: 'tapped', at, by: MASTER, hash: LOST, event: someEvent(2) },
    { kind: 'chosen', at, by: MASTER, hash: LOST, event: someEvent(3) },
    { kind: 'result', at, result: { plan: LOST, step: 'a' as never, attempt: 1, state: 'done' } },
    { kind: 'result', at, result: { plan: state.plan?.hash ?? LOST, step: 'a' as never, attempt: 99, state: 'done' } },
    { kind: 'timer', at, id: 'deadline.77' },
    { kind: 'retry', at, by: MASTER, ready: [], event: someEvent(4) },
  ];
  return forgeries[draw(forgeries.length - 1)]!;
}

function master(draw: Draw, { state, now: at }: World): TaskEvent | null {
  const hash = state.proposals[draw(3)]?.hash;
  const event = someEvent(state.version + 100);
  switch (draw(9)) {
    case 0:
      return { kind: 'cancel', at, by: MASTER };
    case 1:
    case 2:
      return { kind: 'retry', at, by: MASTER, ready: [[A, B, C], [B, C, D], [C]][draw(2)]!, event };
    case 3:
    case 4:
    case 5:
      return hash === undefined ? null : { kind: 'chosen', at, by: MASTER, hash, event };
    default:
      return { kind: 'tapped', at, by: MASTER, hash: hash ?? null, event };
  }
}

/** What is the same when it comes twice; masters may say a thing twice and mean it. */
const COUNTS_ONCE: ReadonlySet<TaskEvent['kind']> = new Set([
  'begin',
  'answered',
  'refused',
  'said',
  'unsaid',
  'timer',
]);

function unchanged(world: World, event: TaskEvent): void {
  const before = world.state;
  expect([event, ...world.send(event)]).toEqual([event]);
  expect(world.state).toBe(before);
}

function turn(world: World, draw: Draw): void {
  const luck = draw(39);
  if (luck === 0) return unchanged(world, forged(draw, world));
  if (luck === 1) {
    const old = world.events[draw(world.events.length - 1)]!;
    if (isDue(world, old)) world.send({ ...old, at: world.now });
    // What came too late does not come earlier the second time.
    else if (COUNTS_ONCE.has(old.kind)) unchanged(world, { ...old, at: Math.max(old.at, world.now) });
    else if (old.kind === 'result') world.send(old);
    return;
  }
  if (luck === 2) {
    const event = draw(4) === 0 ? master(draw, world) : null;
    if (event !== null) world.send(event);
    return;
  }
  if (luck === 3)
    world.rules = { ...house([[A, B, C, D], [B, C], [A], []][draw(3)]!), lent: draw(1) === 0 ? [] : world.rules.lent };
  if (luck === 5) return freezeOrThaw(world, draw);
  if (luck === 6 && draw(14) === 0)
    return void world.send({ kind: 'left', at: world.now, agent: [A, B, C, D][draw(3)]! });
  const open = world.pool.flatMap(({ kind }, index) => (kind === 'timer' ? [] : [index]));
  const index = open[draw(Math.max(0, open.length - 1))];
  if (index === undefined && world.state.frozenAt !== null && draw(3) > 0) return freezeOrThaw(world, draw);
  if (index === undefined || luck === 4) {
    if (world.pool.some(({ kind }) => kind === 'timer')) world.send(world.nextTimer());
    return;
  }
  const effect = world.take(index);
  world.now = Math.min(world.now + draw(20_000), soonest(world));
  const event = happens(world, effect, draw);
  if (event !== null) world.send(event);
}

/** For minutes or for days; what was asked may have been answered just before, or not. */
function freezeOrThaw(world: World, draw: Draw): void {
  if (world.state.frozenAt !== null) {
    world.now = Math.min(
      world.now + draw([60_000, 2 * HOUR, 30 * HOUR, 2 * LONGEST_FREEZE_MS][draw(3)]!),
      soonest(world),
    );
    world.thaw();
  } else if (draw(1) === 0) {
    if (draw(1) === 0) world.freeze();
    else world.send({ kind: 'frozen', at: world.now });
  }
}

/** What came to nothing while the task stood still may come to something now. */
const isDue = ({ state, now }: World, event: TaskEvent): boolean =>
  (event.kind === 'timer' && (state.timers[event.id] ?? Number.POSITIVE_INFINITY) <= now) ||
  (event.kind === 'refused' && event.code === 'purse.frozen' && state.asks.some(({ id }) => id === event.ask));

function happens(world: World, effect: TaskEffect, draw: Draw): TaskEvent | null {
  // A message that never gets into the room, known or not.
  const luck = effect.kind === 'say' ? draw(199) : 199;
  if (luck === 0) return null;
  if (luck < 6) return { kind: 'unsaid', at: world.now, id: effect.id };
  return world.perform(effect, {
    ask: (ask, state) => randomAnswer(draw, ask, state),
    command: () => {
      const state = STATES[draw(STATES.length - 1)]!;
      if (state === 'asked' || state === 'running' || state === 'unknown') world.pool.push(effect);
      return draw(19) === 0 ? null : { state };
    },
  });
}

/** What is set off by then; of a frozen task, only its end. */
const soonest = ({ state: { timers, frozenAt } }: World): number =>
  Math.min(
    ...Object.entries(timers).flatMap(([id, at]) => (frozenAt === null || id.startsWith('frozen.') ? [at] : [])),
  );

describe('a random house', () => {
  const reached = new Set<string>();

  it('never makes an illegal transition, never runs what did not win, and always ends in time', () => {
    fc.assert(
      fc.property(
        fc.gen(),
        fc.constantFrom([A, B, C], [A, B], [B], [A, B, C, D]),
        fc.constantFrom('master', 'schedule', 'outside'),
        (g, electorate, origin) => {
          const draw: Draw = (max) => g(fc.nat, max);
          const world = new World(taskFor(electorate, { origin, deadline: T0 + 2 * HOUR }), house([A, B, C, D]));
          let steps = 0;
          for (; !ENDED.has(world.state.phase); steps += 1) {
            expect(steps, `still ${world.state.phase}`).toBeLessThan(5_000);
            turn(world, draw);
          }
          for (let late = 0; late < 20; late += 1) unchangedAfter(world, draw);
          TaskState.parse(JSON.parse(JSON.stringify(world.state)));
          const { ending, freezes, frozenMs } = world.state;
          for (const word of [
            ...world.phases,
            ending ?? '',
            ...(freezes > 0 ? [`thawed and ${ending}`] : []),
            ...(frozenMs === LONGEST_FREEZE_MS && ending === 'deadline' ? ['frozen to the end'] : []),
          ])
            reached.add(word);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('has been everywhere', () => {
    expect([...reached].toSorted()).toEqual(
      expect.arrayContaining([
        'triage',
        'proposing',
        'critique',
        'voting',
        'asking',
        'executing',
        'verifying',
        'diagnosing',
        'reporting',
        'done',
        'partial',
        'failed',
        'cancelled',
        'command-failed',
        'command-refused',
        'deadline',
        'thawed and done',
        'frozen to the end',
      ]),
    );
  });
});

/** What still comes of an ended task is noted where it is a message, and sets nothing off. */
function unchangedAfter(world: World, draw: Draw): void {
  if (world.pool.length === 0) return;
  const event = world.perform(world.take(draw(world.pool.length - 1)), {
    ask: (ask, state) => answerTo(ask, state, PLANS[0]!),
    command: () => ({}),
  });
  // That no effect follows the end is watched with every event.
  if (event?.kind === 'said') world.send(event);
  else if (event !== null) unchanged(world, event);
}

it('keeps the hashes of its plans apart', () => {
  expect(new Set(PLANS.map(hashOf)).size).toBe(PLANS.length);
});
