import { newTask } from '../../bots/tasks/state/begin.ts';
import { PATIENCE } from '../../bots/tasks/runtime/patience.ts';
import { reduce } from '../../bots/tasks/reducer/reduce.ts';
import { sayingOf, type Saying, type SayingFacts } from '../../bots/tasks/messages/saying.ts';
import type { Answer, Ask } from '../../bots/tasks/state/ask.ts';
import type { Say, TaskState } from '../../bots/tasks/state/task-state.ts';
import type { TaskEffect, TaskEvent, TaskRules } from '../../bots/tasks/state/transitions.ts';
import type { CommandResult } from '../../bridge/protocol/act.ts';
import { AgentId, EventId, type Lang, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import { Plan, type PlanHash } from '../../bridge/protocol/plan.ts';
import { canonicalHash } from '../../bridge/digest/canonical.ts';

/** A task that runs through the real reducer, with all that it says. */
export const agents = ['gabriel', 'jarvis', 'claude'].map((id) => AgentId.parse(id));
const NAMES: Readonly<Record<string, string>> = { gabriel: '가브리엘', jarvis: '자비스', claude: '클로드' };

export const facts: SayingFacts = {
  now: 600_000,
  nameOf: (agent) => NAMES[agent] ?? agent,
  ownerTitle: '마스터',
  master: { userId: UserId.parse('@master:house'), name: '마스터' },
  serverName: 'house',
  ops: RoomId.parse('!ops:house'),
};

export const planOf = (goal: string, scripts: readonly string[]): Plan =>
  Plan.parse({
    goal,
    steps: scripts.map((script, i) => ({
      kind: 'command',
      title: `${goal.slice(0, 150)} ${i + 1}`,
      command: {
        type: 'shell',
        id: `s${i}`,
        reason: 'r',
        script,
        success: { outputContains: 'ok' },
        after: i === 0 ? [] : [`s${i - 1}`],
      },
    })),
  });
export const hashOf = (plan: Plan): PlanHash => canonicalHash(plan) as PlanHash;

export interface Cast {
  readonly lang?: Lang;
  readonly electorate?: readonly AgentId[];
  readonly mission?: string;
  /** Who is asked for a plan only where nobody else has one. */
  readonly seconds?: readonly AgentId[];
  /** How many times as long as others an agent is waited for. */
  readonly slowness?: TaskRules['slowness'];
  /** null: no answer. */
  readonly answer: (ask: Ask, state: TaskState) => Answer | null;
  readonly result?: (step: string, attempt: number) => Partial<CommandResult>;
  /** Looks at every state on the way. */
  readonly seen?: (state: TaskState) => void;
}

export interface Played {
  readonly state: TaskState;
  readonly said: readonly { readonly say: Say; readonly saying: Saying; readonly state: TaskState }[];
}

export function play({
  lang = 'ko',
  electorate = agents,
  mission = '서버 파일 목록 조회',
  seconds = [],
  slowness,
  answer,
  result = () => ({}),
  seen = () => undefined,
}: Cast): Played {
  const rules: TaskRules = {
    integrator: agents[0] ?? AgentId.parse('x'),
    agents,
    lent: [],
    hash: canonicalHash,
    seconds: new Set(seconds),
    ...(slowness === undefined ? {} : { slowness }),
    patience: PATIENCE,
  };
  let state = newTask({
    root: EventId.parse('$root'),
    no: 12,
    room: RoomId.parse('!hq:house'),
    lang,
    by: UserId.parse('@master:house'),
    origin: 'master',
    mission,
    at: 0,
    deadline: 3 * 3_600_000,
    electorate,
  });
  let at = 1_000;
  const said: { say: Say; saying: Saying; state: TaskState }[] = [];
  const waiting: TaskEffect[] = [];
  const feed = (event: TaskEvent): void => {
    const next = reduce(state, event, rules);
    state = next.state;
    waiting.push(...next.effects);
    seen(state);
  };
  feed({ kind: 'begin', at });
  for (let effect = waiting.shift(); effect !== undefined; effect = waiting.shift()) {
    at += 1_000;
    if (effect.kind === 'say') {
      said.push({ say: effect, saying: sayingOf(state, effect, facts), state });
      feed({ kind: 'said', at, id: effect.id, event: EventId.parse(`$${effect.id}`) });
    } else if (effect.kind === 'ask') {
      const words = answer(effect.ask, state);
      feed(
        words === null
          ? { kind: 'refused', at, ask: effect.id, code: 'provider.quota' }
          : {
              kind: 'answered',
              at,
              ask: effect.id,
              answer: words,
              tokens: { input: 900, output: 100 },
              costMicroUsd: 2_000,
            },
      );
    } else if (effect.kind === 'dispatch') {
      const { plan, step, attempt } = effect;
      feed({
        kind: 'result',
        at,
        result: {
          plan,
          step,
          attempt,
          state: 'done',
          exitCode: 0,
          output: 'ok',
          report: EventId.parse(`$report.${step}.${attempt}`),
          ...result(step, attempt),
        },
      });
    }
  }
  return { state, said };
}

/** Everybody does as is hoped: two plans, votes for the first, a check that holds, a report. */
export function hopeful(
  plans: readonly Plan[],
  more: Partial<Readonly<Record<Ask['kind'], (ask: Ask, state: TaskState) => Answer | null>>> = {},
): Cast['answer'] {
  return (ask, state) => {
    const own = more[ask.kind];
    if (own !== undefined) return own(ask, state);
    const i = agents.indexOf(ask.agent);
    const [first] = plans;
    const mine = plans[Math.min(i, plans.length - 1)] ?? first;
    if (first === undefined || mine === undefined) throw new Error('no plans');
    switch (ask.kind) {
      case 'triage':
        return { kind: 'triage', goal: '파일 목록', checks: [], plain: false };
      case 'propose':
        return { kind: 'propose', plan: mine };
      case 'critique':
        return {
          kind: 'critique',
          objections: i === 1 ? [{ of: hashOf(first), step: 's0' as never, text: '너무 **단순**합니다 | 정말' }] : [],
        };
      case 'vote':
        return {
          kind: 'vote',
          ranking: i === 2 ? [] : [hashOf(first), ...(plans[1] === undefined ? [] : [hashOf(plans[1])])],
          reason: i === 2 ? '잘 모르겠습니다' : '가장 간단합니다 | 좋음',
        };
      case 'work':
        return { kind: 'work', text: '한 일' };
      case 'verify':
        return { kind: 'verify', holds: true, why: '목록이 있습니다', quotes: [{ step: 's0' as never, quote: 'ok' }] };
      case 'diagnose':
        return { kind: 'diagnose', cause: '오타', command: null };
      case 'report':
        return { kind: 'report', markdown: '# 결과\n\n파일이 3개 있습니다.' };
    }
  };
}
