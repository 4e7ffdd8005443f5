import { newTask } from '../../bots/tasks/state/begin.ts';
import { PATIENCE } from '../../bots/tasks/runtime/patience.ts';
import { labelled } from '../../bots/tasks/plan/plan-labels.ts';
import { taskPrompt } from '../../bots/tasks/prompts/prompt.ts';
import { estimateTokens } from '../../bots/models/token-estimate.ts';
import { reduce } from '../../bots/tasks/reducer/reduce.ts';
import type { Answer, Ask } from '../../bots/tasks/state/ask.ts';
import type { TaskState } from '../../bots/tasks/state/task-state.ts';
import type { TaskEffect, TaskEvent, TaskRules } from '../../bots/tasks/state/transitions.ts';
import { defaultRoster } from '../../bridge/protocol/default-roster.ts';
import { Roster } from '../../bridge/protocol/roster.ts';
import { EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import { Plan, PlanHash } from '../../bridge/protocol/plan.ts';
import { type Judgement, PLAIN_JUDGEMENT } from '../../bridge/protocol/judging/judgement.ts';
import { canonicalHash } from '../../bridge/digest/canonical.ts';
import type { SeededRandom } from '../house/seeded-random.ts';

/**
 * Six scripted agents that plan and vote by one belief each, through the real reducer. Right plans come in two kinds
 * and wrong ones in three, so that two who err by themselves mostly err differently; who errs by what all share errs alike.
 */
export interface Minds {
  /** How often a belief is right. */
  readonly accuracy: number;
  /** Between the errors of any two. */
  readonly correlation: number;
}

/** 0 and 1 are right, 2 to 4 wrong. */
type Belief = number;
const RIGHT_KINDS = 2;
const WRONG_KINDS = 3;
const KINDS = RIGHT_KINDS + WRONG_KINDS;
const isRight = (kind: Belief): boolean => kind < RIGHT_KINDS;

/** Each takes the belief that is in the air with the root of the correlation's chance, and else makes its own: any two then correlate by just that. */
export function believe(random: SeededRandom, agents: number, { accuracy, correlation }: Minds): readonly Belief[] {
  const one = (): Belief =>
    random.next() < accuracy ? random.between(0, RIGHT_KINDS) : random.between(RIGHT_KINDS, KINDS);
  const shared = one();
  return Array.from({ length: agents }, () => (random.next() < Math.sqrt(correlation) ? shared : one()));
}

const roster = Roster.parse(defaultRoster);
export const AGENTS = roster.agents.map(({ id }) => id);
const plan = (name: string, kind: Belief): Plan =>
  Plan.parse({
    goal: `${name}: 애견 용품 가게의 재고를 세고 모자란 것을 목록으로 만든다`,
    steps: [
      ...['data', 'sum'].map((id) => ({
        kind: 'command',
        title: `재고 ${id}`,
        command: {
          type: 'shell',
          id,
          reason: '재고 파일을 읽고 품목마다 남은 수를 센다',
          script: `awk -F, '$2 < ${kind + 5} { print $1, $2 }' stock.csv # ${name}`,
          success: { outputContains: 'food' },
        },
      })),
      {
        kind: 'work',
        id: 'list',
        title: '주문할 것',
        agent: 'jarvis',
        work: 'write',
        instruction: '모자란 품목을 급한 순서로 적고 왜 급한지 한 줄씩 덧붙인다.',
        after: ['sum'],
      },
    ],
  });

export interface Judged {
  readonly right: boolean;
  readonly calls: number;
  readonly tokens: number;
  /** That were in when the vote ended; null where there was none. */
  readonly ballots: number | null;
}

/** One task until it is decided; null where it was not. */
export function judge(
  random: SeededRandom,
  name: string,
  minds: Minds,
  judgement: Partial<Judgement>,
  priced = false,
): Judged | null {
  const beliefs = believe(random, AGENTS.length, minds);
  const plans = Array.from({ length: KINDS }, (_, kind) => plan(name, kind));
  const hashes = plans.map((one) => PlanHash.parse(canonicalHash(one)));
  const kindOf = (hash: PlanHash): Belief => hashes.indexOf(hash);
  const rules: TaskRules = {
    integrator: roster.integrator,
    agents: AGENTS,
    lent: [],
    hash: canonicalHash,
    patience: PATIENCE,
    judgement: { ...PLAIN_JUDGEMENT, ...judgement },
    vendors: new Map(roster.agents.map(({ id, model }) => [id, model.split('/')[0] ?? model])),
  };
  const answer = (ask: Ask, state: TaskState): Answer => {
    const mine = beliefs[AGENTS.indexOf(ask.agent)] ?? 0;
    switch (ask.kind) {
      case 'propose':
        return { kind: 'propose', plan: plans[mine] ?? plan(name, mine) };
      case 'critique':
        return { kind: 'critique', objections: [] };
      case 'vote':
        return {
          kind: 'vote',
          ranking: rankingOf(
            mine,
            labelled(state).map((one) => one.proposal.hash),
            kindOf,
          ),
          reason: '',
        };
      case 'triage':
      case 'work':
      case 'verify':
      case 'diagnose':
      case 'report':
        return { kind: 'triage', goal: '재고를 세고 목록을 만든다', checks: ['목록이 있다'], plain: false };
    }
  };
  let state = newTask({
    root: EventId.parse('$root'),
    no: 1,
    room: RoomId.parse('!room'),
    lang: 'ko',
    by: UserId.parse('@master:house'),
    origin: 'master',
    mission: '애견 용품 가게의 재고를 세고 모자란 것을 목록으로 만들어 줘',
    at: 0,
    deadline: 3_600_000,
    electorate: AGENTS,
  });
  let calls = 0;
  let tokens = 0;
  const waiting: TaskEffect[] = [];
  const feed = (event: TaskEvent): void => {
    const next = reduce(state, event, rules);
    // Asked side by side: one that is taken back before its answer has been paid for.
    for (const effect of next.effects)
      if (effect.kind === 'ask') {
        calls += 1;
        if (priced) tokens += tokensOf(next.state, effect.ask, answer(effect.ask, next.state));
      }
    state = next.state;
    waiting.push(...next.effects);
  };
  feed({ kind: 'begin', at: 1 });
  for (let effect = waiting.shift(); effect !== undefined && state.decision === null; effect = waiting.shift()) {
    if (effect.kind === 'say') feed({ kind: 'said', at: 2, id: effect.id, event: EventId.parse(`$${effect.id}`) });
    else if (effect.kind === 'ask')
      feed({ kind: 'answered', at: 2, ask: effect.id, answer: answer(effect.ask, state) });
  }
  if (state.decision === null) return null;
  return {
    right: isRight(kindOf(state.decision.winner)),
    calls,
    tokens,
    ballots: state.decision.rule === 'vote' ? state.ballots.length : null,
  };
}

/** What it believes first, then what is of its side. */
const rankingOf = (mine: Belief, candidates: readonly PlanHash[], kindOf: (hash: PlanHash) => Belief): PlanHash[] =>
  candidates.toSorted((a, b) => rank(mine, kindOf(a)) - rank(mine, kindOf(b)));
const rank = (mine: Belief, kind: Belief): number => (kind === mine ? 0 : isRight(kind) === isRight(mine) ? 1 : 2);

/** By the prompts as the house writes them, the answer as JSON; thinking is left out, it differs more between models than between ways. */
function tokensOf(state: TaskState, ask: Ask, answer: Answer): number {
  const agent = roster.agents.find(({ id }) => id === ask.agent);
  if (agent === undefined) return 0;
  const { system, parts } = taskPrompt(
    state,
    ask,
    {
      agent,
      ownerTitle: roster.ownerTitle,
      workers: roster.agents,
      lent: [],
      hosts: null,
      mail: undefined,
      timeZone: 'Asia/Seoul',
      now: 3,
    },
    { own: agent.maxOutputTokens, longest: 16_000 },
  );
  return estimateTokens([system, ...parts].join('\n')) + estimateTokens(JSON.stringify(answer));
}
