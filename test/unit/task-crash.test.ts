import { describe, expect, it } from 'vitest';
import { pendingEffects } from '../../bots/tasks/reducer/pending.ts';
import { reduce } from '../../bots/tasks/reducer/reduce.ts';
import { ENDED, TaskState } from '../../bots/tasks/state/task-state.ts';
import type { TaskEffect, TaskEvent } from '../../bots/tasks/state/transitions.ts';
import { canonical } from '../../bridge/digest/canonical.ts';
import {
  A,
  able,
  answerTo,
  B,
  C,
  command,
  plan,
  rulesFor,
  type Script,
  T0,
  taskFor,
  work,
  World,
} from './task-world.ts';

/**
 * Three agents, and every order in which answers, messages and results can come. A crash between any two of them begins
 * again from the stored state, and what was in flight may come twice. So at every state that can be reached:
 * what the state says is under way is exactly what is under way, and whatever came before changes nothing when it
 * comes again, in the same words or in others. Then a crash there leads nowhere that its absence does not.
 */
interface Node {
  readonly state: TaskState;
  readonly open: readonly TaskEffect[];
  readonly past: readonly TaskEvent[];
  readonly sent: readonly string[];
}

interface Found {
  readonly states: number;
  readonly again: number;
  readonly ends: ReadonlySet<string>;
  readonly problems: readonly string[];
}

const rules = rulesFor([A, B, C]);
const timeless = (effects: readonly TaskEffect[]): TaskEffect[] => effects.filter(({ kind }) => kind !== 'timer');
const sorted = (things: readonly unknown[]): string =>
  things
    .map((thing) => canonical(thing))
    .toSorted()
    .join('\n');

/** Nothing that comes later depends on the order in which equals were noted. */
function keyOf({ state, open }: Node): string {
  const { version: _, since: __, timers: ___, saying, ballots, asks, proposals, plan, events, ...rest } = state;
  const one = proposals.map((proposal) => ({
    ...proposal,
    authors: proposal.authors.toSorted(),
    events: proposal.events.toSorted(),
  }));
  const inForce = plan === null ? null : { ...plan, authors: plan.authors.toSorted() };
  return [
    sorted([rest, inForce]),
    sorted(Object.keys(events)),
    sorted(saying),
    sorted(ballots),
    sorted(asks),
    sorted(one),
    sorted(open.map(({ id }) => id)),
  ].join('\n\n');
}

function explore(script: Script): Found {
  const task = taskFor([A, B, C]);
  const world = new World(task, rules);
  const begin: TaskEvent = { kind: 'begin', at: T0 };
  const begun = reduce(task, begin, rules);
  const seen = new Set<string>();
  const problems: string[] = [];
  const ends = new Set<string>();
  let again = 0;
  const stack: Node[] = [{ state: begun.state, open: timeless(begun.effects), past: [begin], sent: [] }];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const key = keyOf(node);
    if (seen.has(key)) continue;
    seen.add(key);
    const { state, open, past, sent } = node;

    // After a crash: nothing is lost, nothing new is done, nothing late counts.
    const stored = JSON.parse(JSON.stringify(state)) as TaskState;
    const pending = timeless(pendingEffects(stored)).filter(({ kind }) => kind !== 'withdraw');
    if (sorted(pending) !== sorted(open))
      problems.push(
        `under way: ${open.map(({ id }) => id).join()}; in the state: ${pending.map(({ id }) => id).join()}`,
      );
    for (const event of past.flatMap((one) => [one, ...otherwise(one)])) {
      const { state: after, effects } = reduce(stored, event, rules);
      again += 1;
      if (after !== stored || effects.length > 0)
        problems.push(`changed by ${JSON.stringify(event).slice(0, 100)} in ${state.phase}`);
    }

    if (open.length === 0) ends.add(`${state.phase} ${sent.join(' ')}`);
    for (const effect of open) {
      world.state = state;
      const event = world.perform(effect, script);
      if (event === null) throw new Error('everybody answers here');
      const { state: next, effects } = reduce(state, event, rules);
      if (ENDED.has(state.phase) && effects.length > 0)
        problems.push(`after the end: ${effects.map(({ id }) => id).join()}`);
      const orders = effects.flatMap(({ kind, id }) => (kind === 'dispatch' ? [id.replace(/\.\w+/, '')] : []));
      stack.push({
        state: next,
        open: [...open.filter((one) => one !== effect), ...timeless(effects)],
        past: [...past, event],
        sent: [...sent, ...orders],
      });
    }
  }
  return { states: seen.size, again, ends, problems };
}

/** A model that is asked again, and a homeserver, may say something else. */
function otherwise(event: TaskEvent): TaskEvent[] {
  if (event.kind === 'answered')
    return [
      { kind: 'refused', at: event.at, ask: event.ask, code: 'provider.quota' },
      ...(event.answer.kind === 'vote' ? [{ ...event, answer: { ...event.answer, ranking: [] } }] : []),
    ];
  if (event.kind === 'said') return [{ ...event, event: `${event.event}-again` as never }];
  if (event.kind === 'result')
    return [
      { ...event, result: { ...event.result, state: 'unknown' } },
      { ...event, result: { ...event.result, state: 'running' } },
    ];
  return [];
}

describe('one crash anywhere', () => {
  const script = (more: Partial<Script> = {}): Script =>
    able({
      ask: (ask, state) =>
        answerTo(ask, state, plan('once', [command('a'), work('text', 'ben', ['a']), command('b', ['text'])])),
      ...more,
    });

  it('a task that goes well ends once, done, with each command sent once', () => {
    const { ends, problems, states, again } = explore(script());
    expect(problems.slice(0, 3)).toEqual([]);
    expect([...ends]).toEqual(['done dispatch.a.1 dispatch.b.1']);
    expect(states).toBeGreaterThan(500);
    expect(again).toBeGreaterThan(10_000);
  });

  it('so does one whose command fails and is patched', () => {
    const { ends, problems } = explore(
      script({ command: (step, attempt) => (step === 'b' && attempt === 1 ? { state: 'failed' } : {}) }),
    );
    expect(problems.slice(0, 3)).toEqual([]);
    expect([...ends]).toEqual(['done dispatch.a.1 dispatch.b.1 dispatch.b.2']);
  });

  it('keeps a state that can be read back', () => {
    const { state } = new World(taskFor([A, B, C]), rules).play(script());
    expect(TaskState.parse(JSON.parse(JSON.stringify(state)))).toEqual(state);
  });
});
