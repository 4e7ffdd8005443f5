import { newTask, type NewTask } from '../../bots/tasks/state/begin.ts';
import { PATIENCE } from '../../bots/tasks/runtime/patience.ts';
import { reduce } from '../../bots/tasks/reducer/reduce.ts';
import type { Answer, Ask, RefusalCode } from '../../bots/tasks/state/ask.ts';
import { ENDED, type Phase, type TaskState } from '../../bots/tasks/state/task-state.ts';
import type { TaskEffect, TaskEvent, TaskRules } from '../../bots/tasks/state/transitions.ts';
import type { CommandResult } from '../../bridge/protocol/act.ts';
import { AgentId, EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import { Plan, PlanHash, type StepId, stepId } from '../../bridge/protocol/plan.ts';
import { canonicalHash } from '../../bridge/digest/canonical.ts';
import { TaskWatch } from './task-watch.ts';

export const agent = (id: string): AgentId => AgentId.parse(id);
export const [A, B, C, D] = ['anna', 'ben', 'cleo', 'dora'].map(agent) as [AgentId, AgentId, AgentId, AgentId];
export const MASTER = UserId.parse('@master:house');
export const HOUR = 3_600_000;
export const T0 = 1_700_000_000_000;

export const rulesFor = (agents: readonly AgentId[], more: Partial<TaskRules> = {}): TaskRules => ({
  integrator: A,
  agents,
  lent: [{ name: 'site', mode: 'ro' }],
  hash: canonicalHash,
  patience: PATIENCE,
  ...more,
});

export const taskFor = (electorate: readonly AgentId[], more: Partial<NewTask> = {}): TaskState =>
  newTask({
    root: EventId.parse('$root'),
    no: 1,
    room: RoomId.parse('!hq'),
    lang: 'en',
    by: MASTER,
    origin: 'master',
    mission: 'list the files',
    at: T0,
    deadline: T0 + 6 * HOUR,
    electorate,
    ...more,
  });

export const command = (id: string, after: readonly string[] = [], more: Record<string, unknown> = {}) => ({
  kind: 'command',
  title: id,
  command: { type: 'run', id, reason: 'because', argv: ['ls', id], after, ...more },
});
export const work = (id: string, by: string, after: readonly string[] = []) => ({
  kind: 'work',
  id,
  title: id,
  agent: by,
  work: 'write',
  instruction: 'write it',
  after,
});
export const plan = (goal: string, steps: readonly unknown[] = [command('list')]): Plan => Plan.parse({ goal, steps });
export const hashOf = (one: Plan): PlanHash => PlanHash.parse(canonicalHash(one));

/** How everybody behaves; null stays silent. */
export interface Script {
  readonly ask: (ask: Ask, state: TaskState) => Answer | RefusalCode | null;
  /** A master is there when the vote could end. */
  readonly here?: boolean;
  readonly command: (step: StepId, attempt: number, state: TaskState) => Partial<CommandResult> | null;
}

/** A task with all that must never happen to it watched at every event. */
export class World {
  state: TaskState;
  now = T0;
  /** Set off and not come back yet. */
  pool: TaskEffect[] = [];
  readonly log: TaskEffect[] = [];
  readonly phases: Phase[] = ['triage'];
  readonly events: TaskEvent[] = [];
  rules: TaskRules;
  readonly #watch = new TaskWatch();

  constructor(state: TaskState, rules: TaskRules) {
    this.state = state;
    this.rules = rules;
    this.send({ kind: 'begin', at: state.at });
  }

  send(event: TaskEvent): readonly TaskEffect[] {
    const before = this.state;
    const { state, effects } = reduce(before, event, this.rules);
    this.events.push(event);
    this.state = state;
    this.#watch.see(before, state, effects, event);
    this.pool.push(...effects);
    this.log.push(...effects);
    if (before.phase !== state.phase) this.phases.push(state.phase);
    return effects;
  }

  /** What a house does with an effect; null: nobody ever hears of it. */
  perform(effect: TaskEffect, script: Script): TaskEvent | null {
    const at = this.now;
    switch (effect.kind) {
      case 'say':
        return { kind: 'said', at, id: effect.id, event: EventId.parse(`$${effect.id}`) };
      case 'ask': {
        const said = script.ask(effect.ask, this.state);
        if (said === null) return null;
        return typeof said === 'string'
          ? { kind: 'refused', at, ask: effect.ask.id, code: said }
          : { kind: 'answered', at, ask: effect.ask.id, answer: said };
      }
      case 'dispatch': {
        const result = script.command(effect.step, effect.attempt, this.state);
        return result === null
          ? null
          : {
              kind: 'result',
              at,
              result: {
                plan: effect.plan,
                step: effect.step,
                attempt: effect.attempt,
                state: 'done',
                output: `total ${effect.step}`,
                ...result,
              },
            };
      }
      case 'presence':
        return { kind: 'presence', at, here: script.here ?? false };
      case 'timer':
        return { kind: 'timer', at: effect.at, id: effect.timer ?? effect.id };
      case 'abandon':
      case 'withdraw':
        return null;
    }
  }

  take(index: number): TaskEffect {
    const [effect] = this.pool.splice(index, 1);
    if (effect === undefined) throw new Error('nothing there');
    return effect;
  }

  /** Everything that can happen without waiting, then the next timer that still counts; until `enough`, or the end. */
  play(script: Script, enough: (state: TaskState) => boolean = () => false): this {
    for (
      let steps = 0;
      !enough(this.state) && !(ENDED.has(this.state.phase) && this.pool.every(({ kind }) => kind === 'timer'));
      steps += 1
    ) {
      if (steps > 3_000) throw new Error(`does not end: ${this.state.phase}`);
      const now = this.pool.findIndex(({ kind }) => kind !== 'timer');
      const event = now >= 0 ? this.perform(this.take(now), script) : this.nextTimer();
      if (event !== null) this.send(event);
    }
    return this;
  }

  /** `!freeze`: questions that are open are taken back, and nobody hears of them again. */
  freeze(): void {
    this.send({ kind: 'frozen', at: this.now });
    this.pool = this.pool.filter(({ kind }) => kind !== 'ask');
  }

  thaw(): void {
    this.send({ kind: 'thawed', at: this.now });
  }

  nextTimer(): TaskEvent {
    const next = Math.min(
      ...this.pool.map((effect) => (effect.kind === 'timer' ? effect.at : Number.POSITIVE_INFINITY)),
    );
    const effect = this.take(this.pool.findIndex((one) => one.kind === 'timer' && one.at === next));
    this.now = Math.max(this.now, next);
    return { kind: 'timer', at: this.now, id: effect.kind === 'timer' ? (effect.timer ?? effect.id) : effect.id };
  }

  said(what: string): readonly TaskEffect[] {
    return this.log.filter((effect) => effect.kind === 'say' && effect.what === what);
  }

  dispatched(): readonly string[] {
    return this.log.flatMap((effect) => (effect.kind === 'dispatch' ? [`${effect.step}.${effect.attempt}`] : []));
  }
}

/** Everybody able: each with a plan of its own, all preferring the first agent's. */
export function able(
  more: Partial<Script> & {
    readonly plans?: Partial<Record<string, Plan>>;
    readonly favourite?: (state: TaskState) => readonly PlanHash[];
  } = {},
): Script {
  return {
    ask: (ask, state) =>
      answerTo(ask, state, more.plans?.[ask.agent] ?? plan(`by ${ask.agent} in ${state.round}`), more.favourite),
    command: () => ({}),
    ...more,
  };
}

export function answerTo(
  ask: Ask,
  state: TaskState,
  mine: Plan,
  favourite: (state: TaskState) => readonly PlanHash[] = ({ proposals }) => proposals.map(({ hash }) => hash),
): Answer {
  switch (ask.kind) {
    case 'triage':
      return { kind: 'triage', goal: 'a list', checks: ['it is complete'], plain: false };
    case 'propose':
      return { kind: 'propose', plan: mine };
    case 'critique':
      return { kind: 'critique', objections: [] };
    case 'vote':
      return { kind: 'vote', ranking: [...favourite(state)], reason: 'best' };
    case 'work':
      return { kind: 'work', text: `written by ${ask.agent}` };
    case 'verify': {
      const done = Object.entries(state.commands).find(([, { result }]) => result?.output !== undefined);
      const step = state.plan?.plan.steps.map(stepId).find((id) => id === done?.[0]);
      return { kind: 'verify', holds: true, why: 'seen', quotes: step === undefined ? [] : [{ step, quote: 'total' }] };
    }
    case 'diagnose': {
      const failed = state.plan?.plan.steps.find((step) => stepId(step) === ask.step);
      const patch =
        failed?.kind === 'command' ? { ...failed.command, reason: `${failed.command.reason}, again` } : null;
      return { kind: 'diagnose', cause: 'a slip', command: patch };
    }
    case 'report':
      return { kind: 'report', markdown: '# Done' };
  }
}
