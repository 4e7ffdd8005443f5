import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messageId } from '../../bots/tasks/state/message-ids.ts';
import { sayingOf } from '../../bots/tasks/messages/saying.ts';
import type { Ask } from '../../bots/tasks/state/ask.ts';
import type { TaskState } from '../../bots/tasks/state/task-state.ts';
import type { TaskEffect, TaskEvent } from '../../bots/tasks/state/transitions.ts';
import { type AgentId, type EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import { type Decided, judgeDecision } from '../../executor/gate/plan-vote.ts';
import {
  A,
  able,
  answerTo,
  B,
  C,
  command,
  D,
  plan,
  rulesFor,
  taskFor,
  work,
  World,
  type Script,
} from './task-world.ts';

/** A house in which everything that is said stands in a room that the executor can read. */
class Room extends World {
  readonly room = new Map<EventId, unknown>();
  readonly #user = (agent: AgentId | null): UserId => UserId.parse(`@agent_${agent ?? 'coordinator'}:house`);

  override perform(effect: TaskEffect, script: Script): TaskEvent | null {
    // Nobody speaks in the name of whoever is gone.
    if (effect.kind === 'say' && effect.as !== null && this.state.removed.includes(effect.as))
      return { kind: 'unsaid', at: this.now, id: effect.id };
    const event = super.perform(effect, script);
    if (effect.kind !== 'say' || event?.kind !== 'said') return event;
    const { act, text, poll } = sayingOf(this.state, effect, {
      now: this.now,
      nameOf: (agent) => agent,
      ownerTitle: '마스터',
      master: { userId: this.state.by, name: '' },
      serverName: 'house',
      ops: RoomId.parse('!ops'),
    });
    this.room.set(event.event, {
      event_id: event.event,
      room_id: this.state.room,
      sender: this.#user(effect.as),
      type: poll?.type ?? 'm.room.message',
      origin_server_ts: this.now,
      unsigned: {},
      content: {
        msgtype: 'm.notice',
        body: text,
        'com.chavion': { v: 1, kind: 'act', act },
        'm.relates_to': { rel_type: 'm.thread', event_id: this.state.root },
        ...poll?.content,
      },
    });
    return event;
  }

  /** The decision in force, as the executor counts it. */
  judged(): Decided | string {
    const { decision, root, room } = this.state;
    if (decision?.event === undefined) return 'none';
    return judgeDecision({ root, room, events: this.room, coordinator: this.#user(null) }, decision.event, new Set());
  }
}

const open = (electorate: readonly AgentId[]) => new Room(taskFor(electorate), rulesFor(electorate));
function leave(world: World, agent: AgentId): void {
  world.rules = { ...world.rules, agents: world.rules.agents.filter((one) => one !== agent) };
  // Its open questions are taken back, and nobody hears of them again.
  world.pool = world.pool.filter((effect) => effect.kind !== 'ask' || effect.ask.agent !== agent);
  world.send({ kind: 'left', at: world.now, agent });
}
const asked = (world: World, kind: Ask['kind']): readonly string[] =>
  world.log.flatMap((effect) => (effect.kind === 'ask' && effect.ask.kind === kind ? [effect.ask.agent] : []));
const in_ = (phase: TaskState['phase']) => (state: TaskState) => state.phase === phase;

describe('an agent that is put out of the house', () => {
  it('while plans are proposed is out of the electorate, and nobody proposes twice', () => {
    const world = open([A, B, C]).play(able(), (state) => state.phase === 'proposing' && state.proposals.length === 1);
    leave(world, C);
    expect(world.play(able()).state).toMatchObject({
      phase: 'done',
      round: 0,
      electorate: [A, B],
      decision: { rule: 'vote' },
    });
    expect(asked(world, 'propose')).toEqual([A, B, C]);
    expect(asked(world, 'critique')).toEqual([A, B]);
    expect(asked(world, 'vote')).toEqual([A, B]);
    expect(world.judged()).toMatchObject({ round: 0, electorate: new Set([A, B]) });
  });

  it('while the plans are judged takes its plan and its ballot along, and the poll is asked anew', () => {
    const favourite = ({ proposals }: TaskState) =>
      proposals.toSorted((a) => (a.authors.includes(C) ? -1 : 1)).map(({ hash }) => hash);
    const world = open([A, B, C, D]).play(
      able({ favourite }),
      (state) => state.ballots.length === 2 && state.ballots.some(({ by }) => by === A),
    );
    const before = world.state.ballots.map(({ by }) => by);
    leave(world, C);
    const { state } = world.play(able({ favourite }));
    expect(state).toMatchObject({ phase: 'done', round: 0, electorate: [A, B, D] });
    expect(state.proposals.flatMap(({ authors }) => authors)).toEqual([A, B, D]);
    expect(state.ballots.map(({ by }) => by).toSorted()).toEqual([A, B, D]);
    expect(asked(world, 'vote')).toEqual([A, B, C, D]);
    expect(before).toContain(A);
    expect(Object.keys(state.events)).toEqual(
      expect.arrayContaining(['poll.0', 'poll-end.0', 'poll.0.1', 'poll-end.0.1', 'electorate.0.1']),
    );
    expect(world.judged()).toMatchObject({ electorate: new Set([A, B, D]) });
  });

  it('and whose plan another has proposed too leaves it to that one', () => {
    const same = plan('the same');
    const world = open([A, B, C]).play(able({ plans: { cleo: same, ben: same } }), in_('critique'));
    leave(world, C);
    expect(world.play(able()).state).toMatchObject({ phase: 'done', round: 0 });
    expect(world.state.proposals.find(({ plan: { goal } }) => goal === 'the same')).toMatchObject({
      authors: [B],
      events: [`$${messageId.proposal(0, B)}`],
    });
    expect(world.state.repolled).toBe(0);
    expect(world.judged()).toMatchObject({ round: 0 });
  });

  it('hands its part of the work to another: the plan that names it is fit as before', () => {
    const script = able({
      plans: Object.fromEntries(
        [A, B, C].map((agent) => [agent, plan('with cleo', [command('list'), work('note', C, ['list'])])]),
      ),
    });
    const world = open([A, B, C]).play(script, in_('voting'));
    leave(world, C);
    expect(world.play(script).state).toMatchObject({ phase: 'done', round: 0, works: { note: { state: 'done' } } });
    expect(asked(world, 'work')).toEqual([A]);
  });

  it('while it is at its work is asked nothing more, and the decision stands', () => {
    const hers = plan('with cleo', [command('list'), work('note', C)]);
    const slow: Script = able({
      ask: (ask, state) => (ask.kind === 'work' && ask.agent === C ? null : answerTo(ask, state, hers)),
    });
    const world = open([A, B, C]).play(slow, (state) => state.asks.some(({ kind }) => kind === 'work'));
    leave(world, C);
    expect(world.play(slow).state).toMatchObject({
      phase: 'done',
      round: 0,
      electorate: [A, B, C],
      works: { note: { state: 'done', tries: 2 } },
    });
    expect(world.now - world.state.since).toBeLessThan(60_000);
  });

  it('leaves one alone to decide alone, and nobody to end', () => {
    const two = open([A, B]).play(able(), in_('proposing'));
    leave(two, B);
    expect(two.play(able()).state).toMatchObject({ phase: 'done', round: 0, alone: A, decision: { rule: 'alone' } });
    expect(two.judged()).toMatchObject({ rule: 'alone' });
    const one = open([A]).play(able(), in_('proposing'));
    leave(one, A);
    expect(one.play(able()).state).toMatchObject({ phase: 'failed', ending: 'no-agents' });
  });

  it('at any moment: one round, and what was decided is counted the same by the executor', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.constantFrom(A, B, C, D), fc.constantFrom(A, B, C, D), (moment, first, second) => {
        const world = open([A, B, C, D]);
        let steps = 0;
        const script = able({ favourite: ({ proposals }) => proposals.map(({ hash }) => hash).toSorted() });
        world.play(script, () => (steps += 1) > moment);
        leave(world, first);
        if (second !== first) leave(world, second);
        const { state } = world.play(script);
        // Two who are left over have to agree; here they do.
        expect(state).toMatchObject({ phase: 'done', round: 0 });
        expect(world.judged()).toMatchObject({ round: 0 });
        expect(new Set(asked(world, 'propose')).size).toBe(asked(world, 'propose').length);
      }),
      { numRuns: 150 },
    );
  });
});
