import assert from 'node:assert/strict';
import { windUpAt } from '../../bots/tasks/state/draft.ts';
import { LONGEST_FREEZE_MS } from '../../bots/tasks/reducer/freeze.ts';
import { messageId } from '../../bots/tasks/state/message-ids.ts';
import { ENDED, type Phase, type TaskState } from '../../bots/tasks/state/task-state.ts';
import type { TaskEffect, TaskEvent } from '../../bots/tasks/state/transitions.ts';
import { type Plan, stepAfter, stepId } from '../../bridge/protocol/plan.ts';
import { canonicalHash } from '../../bridge/digest/canonical.ts';

/** What may be seen before and after one event. */
const LEGAL: Readonly<Record<Phase, readonly Phase[]>> = {
  triage: ['proposing', 'asking', 'failed', 'cancelled'],
  proposing: ['critique', 'voting', 'asking', 'reporting', 'partial', 'failed', 'cancelled'],
  critique: ['proposing', 'voting', 'asking', 'reporting', 'partial', 'failed', 'cancelled'],
  voting: ['proposing', 'executing', 'asking', 'reporting', 'partial', 'failed', 'cancelled'],
  asking: [
    'triage',
    'proposing',
    'voting',
    'executing',
    'verifying',
    'diagnosing',
    'reporting',
    'partial',
    'failed',
    'cancelled',
  ],
  executing: ['proposing', 'asking', 'verifying', 'diagnosing', 'reporting', 'partial', 'failed', 'cancelled'],
  verifying: ['proposing', 'reporting', 'done', 'partial', 'failed', 'cancelled'],
  diagnosing: ['proposing', 'executing', 'asking', 'reporting', 'partial', 'failed', 'cancelled'],
  reporting: ['done', 'partial', 'failed', 'cancelled'],
  // A master wants something changed.
  done: ['proposing', 'failed'],
  partial: ['triage', 'proposing', 'failed'],
  failed: ['triage', 'proposing'],
  cancelled: ['triage', 'proposing', 'failed'],
};

const RINGING: ReadonlySet<string> = new Set(['question', 'report', 'ended']);

/** What must never happen to a task, looked at with every event. */
export class TaskWatch {
  readonly #ids = new Set<string>();
  /** Plans that won, and what two agents (one, where one runs alone) made of one command of them. */
  readonly #lawful = new Map<string, Plan>();

  see(before: TaskState, after: TaskState, effects: readonly TaskEffect[], event: TaskEvent): void {
    if (after === before) return assert.equal(effects.length, 0, 'effects without a transition');
    assert.equal(after.version, before.version + 1);
    assert.ok(
      before.phase === after.phase || LEGAL[before.phase].includes(after.phase),
      `${before.phase} -> ${after.phase} by ${event.kind}`,
    );
    this.#seeEnd(before, after, effects, event);
    assert.ok(after.round - after.firstRound <= 2, 'too many plans');
    assert.equal(
      after.timers[`deadline.${after.runs}`],
      ENDED.has(after.phase) ? undefined : windUpAt(after),
      'the deadline is watched',
    );
    this.#seePlan(after);
    seeFreeze(before, after, effects, event);
    for (const effect of effects) {
      assert.ok(!this.#ids.has(effect.id), `twice: ${effect.id}`);
      this.#ids.add(effect.id);
      if (effect.kind === 'say' && effect.rings === true) assert.ok(RINGING.has(effect.what), `rings: ${effect.what}`);
      if (effect.kind === 'ask')
        assert.ok(effect.ask.until <= windUpAt(after), `${effect.id} may answer after the end`);
      if (effect.kind === 'dispatch') this.#seeDispatch(after, effect);
      if (effect.kind === 'say') seeEvidence(after, effect);
    }
  }

  #seeEnd(before: TaskState, after: TaskState, effects: readonly TaskEffect[], event: TaskEvent): void {
    if (ENDED.has(before.phase) && before.runs === after.runs) assert.equal(effects.length, 0, 'effects after the end');
    if (!ENDED.has(after.phase) || ENDED.has(before.phase)) return;
    assert.ok(event.at <= after.deadline, 'ended too late');
    assert.ok(after.ending !== null, 'ended without a word');
    assert.ok(after.phase !== 'done' || after.verdict?.holds === true, 'done unseen');
    assert.deepEqual([after.asks, after.timers], [[], {}]);
    assert.ok(
      effects.some((effect) => effect.kind === 'say' && (effect.what === 'report' || effect.what === 'ended')),
      'a silent end',
    );
  }

  #seePlan({ decision, proposals, patch, electorate }: TaskState): void {
    const winner = proposals.find(({ hash }) => hash === decision?.winner);
    if (winner !== undefined) this.#lawful.set(winner.hash, winner.plan);
    if (patch === null) return;
    const base = this.#lawful.get(patch.of);
    assert.ok(base !== undefined, 'patches a plan that did not win');
    const changed = patch.plan.steps.filter((step, index) => canonicalHash(step) !== canonicalHash(base.steps[index]));
    assert.deepEqual(
      changed.map((step) => [step.kind, stepId(step)]),
      [['command', patch.step]],
    );
    assert.deepEqual([patch.plan.goal, patch.plan.steps.length], [base.goal, base.steps.length]);
    assert.equal(
      new Set(patch.by.filter((agent) => electorate.includes(agent))).size,
      electorate.length === 1 ? 1 : 2,
      'a patch of too few',
    );
    this.#lawful.set(patch.hash, patch.plan);
  }

  /** Only what is in the plan in force, decided in the room, in its order, and not too often. */
  #seeDispatch(state: TaskState, { plan, step, attempt }: Extract<TaskEffect, { kind: 'dispatch' }>): void {
    assert.equal(plan, state.plan?.hash);
    assert.ok(this.#lawful.has(plan), 'neither won nor patched');
    assert.equal(canonicalHash(state.plan?.plan), plan);
    assert.equal(state.setback, null);
    // A decision that a master's choice has overruled may still be on its way, and its plan.
    const inForce = state.decision?.rule === 'choice';
    assert.ok(
      !state.saying.some(
        ({ what, id, about }) =>
          (what === 'plan' && about === plan) || (what === 'decision' && id.endsWith('.choice') === inForce),
      ),
      'runs before it is shown',
    );
    const event = state.plan?.event;
    assert.ok(
      event !== undefined &&
        Object.entries(state.events).some(([id, one]) => one === event && /^(?:decision|patched)\./.test(id)),
      'not decided in the room',
    );
    const found = state.plan?.plan.steps.find((one) => one.kind === 'command' && stepId(one) === step);
    assert.ok(found !== undefined, `${step} is no command of the plan`);
    for (const other of stepAfter(found))
      assert.equal((state.commands[other] ?? state.works[other])?.state, 'done', `${step} before ${other}`);
    assert.ok(attempt <= 3 * (1 + state.runs), 'too many attempts');
  }
}

/** Nobody is asked, nothing is sent and no time is lost while a task is frozen; then it is set off again whole. */
function seeFreeze(before: TaskState, after: TaskState, effects: readonly TaskEffect[], event: TaskEvent): void {
  const setOff = effects.filter(({ kind }) => kind !== 'say' && kind !== 'withdraw' && kind !== 'abandon');
  const stood = before.frozenAt === null || after.frozenAt !== null ? 0 : event.at - before.frozenAt;
  assert.ok(after.frozenMs <= LONGEST_FREEZE_MS, 'frozen for too long');
  if (before.runs === after.runs)
    assert.deepEqual([after.deadline - before.deadline, after.began - before.began], [stood, stood]);
  if (after.frozenAt !== null)
    return assert.ok(
      setOff.every(({ kind, id }) => event.kind !== 'thawed' && kind === 'timer' && id === `frozen.${after.freezes}`),
      'set off while frozen',
    );
  if (before.frozenAt === null || ENDED.has(after.phase)) return;
  assert.equal(event.kind, 'thawed');
  assert.deepEqual(
    after.asks,
    before.asks.map((ask) => ({ ...ask, until: ask.until + stood })),
  );
  assert.deepEqual(
    setOff.flatMap((effect) => (effect.kind === 'ask' ? [effect.ask] : [])),
    after.asks,
  );
  assert.deepEqual(
    new Map(setOff.flatMap((effect) => (effect.kind === 'timer' ? [[effect.timer, effect.at] as const] : []))),
    new Map(Object.entries(after.timers)),
  );
  const sent = setOff.flatMap((effect) => (effect.kind === 'dispatch' ? [`${effect.step}.${effect.attempt}`] : []));
  assert.deepEqual(
    sent.toSorted(),
    Object.entries(after.commands)
      .flatMap(([step, { state, attempt }]) => (state === 'sent' ? [`${step}.${attempt}`] : []))
      .toSorted(),
  );
}

/** What counts others' words names them: they stand in the room by then. */
function seeEvidence(
  { events, round, recalled, electorate, proposals, ballots, decision, patch }: TaskState,
  { what, id }: { readonly what: string; readonly id: string },
): void {
  if (what === 'decision') {
    assert.ok(events[messageId.electorate(round, recalled)] !== undefined, 'no electorate');
    assert.ok(
      [...proposals.flatMap(({ authors }) => authors), ...ballots.map(({ by }) => by)].every((agent) =>
        electorate.includes(agent),
      ),
      'counts somebody outside the electorate',
    );
    assert.ok(proposals.length > 0 && proposals.every((one) => one.events.length > 0), 'a proposal nobody can read');
    assert.ok(
      decision?.rule !== 'vote' || ballots.every(({ event }) => event !== undefined),
      'a ballot nobody can read',
    );
  }
  if (what === 'patched') assert.equal(patch?.events.length, patch?.by.length, 'a patch nobody can read');
  if (what === 'poll-end') assert.ok(events[id.replace('poll-end', 'poll')] !== undefined, 'no poll to end');
}
