import { newTask } from '../../bots/tasks/state/begin.ts';
import { type ModelReply, askModel, type TaskModelsDeps } from '../../bots/tasks/answers/task-models.ts';
import type { Ask, AskKind } from '../../bots/tasks/state/ask.ts';
import type { CommandState, TaskState } from '../../bots/tasks/state/task-state.ts';
import type { ModelBinding } from '../../bots/models/model-bindings.ts';
import type { Provider, ProviderRequest, StreamPart } from '../../bots/models/providers/provider.ts';
import { rehearsal } from '../../bots/models/providers/offline.ts';
import { defaultRoster } from '../../bridge/protocol/default-roster.ts';
import { AgentId, EventId, type Lang, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import { Plan, PlanHash, StepId, stepId } from '../../bridge/protocol/plan.ts';
import { Roster } from '../../bridge/protocol/roster.ts';
import { noRecall } from '../house/paper-memory.ts';
import { canonicalHash } from '../../bridge/digest/canonical.ts';

export const NOW = 1_790_000_000_000;
export const roster = Roster.parse(defaultRoster);
export const EVERYONE = roster.agents.map(({ id }) => id);
export const agent = (id: string) => AgentId.parse(id);
export const step = (id: string) => StepId.parse(id);

export function task(mission: string, lang: Lang = 'ko', electorate: readonly AgentId[] = EVERYONE): TaskState {
  return newTask({
    root: EventId.parse('$root'),
    no: 1,
    room: RoomId.parse('!hq:chavion.local'),
    lang,
    by: UserId.parse('@master:chavion.local'),
    origin: 'master',
    mission,
    at: NOW,
    deadline: NOW + 3_600_000,
    electorate,
  });
}

export const askOf = (kind: AskKind, who = 'gabriel', of?: string): Ask => ({
  id: `0.${kind}.${who}`,
  kind,
  agent: agent(who),
  until: NOW + 60_000,
  ...(of === undefined ? {} : { step: step(of) }),
});

/** Asked by a model that says these words, one after the other; the last one again and again. */
export function saying(...texts: readonly string[]) {
  const asked: ProviderRequest[] = [];
  const provider: Provider = {
    label: 'test/says',
    billing: 'tokens',
    pace: 'seconds',
    sees: false,
    searches: false,
    rehearsal: false,
    async *stream(request): AsyncGenerator<StreamPart> {
      const text = texts[Math.min(asked.push(request), texts.length) - 1] ?? '';
      for (let at = 0; at < text.length; at += 50_000) yield { type: 'text', text: text.slice(at, at + 50_000) };
      yield { type: 'finish', reason: 'stop', usage: { inputTokens: 100, outputTokens: 10 } };
    },
  };
  return { provider, asked };
}

export function bindingsOf(
  provider: Provider,
  values: Partial<ModelBinding['config']> = {},
): TaskModelsDeps['bindings'] {
  const get = (id: AgentId) => {
    const config = roster.agents.find((one) => one.id === id);
    return config === undefined ? undefined : { config: { ...config, ...values }, provider };
  };
  return { get, alone: get };
}

export const depsOf = (provider: Provider, more: Partial<TaskModelsDeps> = {}): TaskModelsDeps => ({
  bindings: bindingsOf(provider),
  roster,
  recall: noRecall,
  lent: () => [],
  hosts: () => null,
  timeZone: 'Asia/Seoul',
  now: () => NOW,
  log: { warn: () => undefined },
  ...more,
});

export const askOnce = (state: TaskState, ask: Ask, deps: TaskModelsDeps): Promise<ModelReply> =>
  askModel(state, ask, deps, new AbortController().signal);
export const rehearsing = (more: Partial<TaskModelsDeps> = {}) => depsOf(rehearsal, more);

export const hashOf = (plan: Plan) => PlanHash.parse(canonicalHash(plan));

export function withProposals(state: TaskState, ...plans: readonly Plan[]): TaskState {
  const proposals = new Map(
    plans.map((plan) => [hashOf(plan), { hash: hashOf(plan), plan, authors: [agent('gabriel')], events: [] }]),
  );
  return { ...state, phase: 'voting', proposals: [...proposals.values()] };
}

/** Carried out as told: what each step printed, and the state it is in (`done` where nothing is said). */
export function carriedOut(
  state: TaskState,
  plan: Plan,
  outputs: Readonly<Record<string, string>>,
  states: Readonly<Record<string, CommandState['state']>> = {},
): TaskState {
  const hash = hashOf(plan);
  const commands: TaskState['commands'] = {};
  const works: TaskState['works'] = {};
  for (const one of plan.steps) {
    const id = stepId(one);
    const output = outputs[id] ?? '';
    if (one.kind === 'work') works[id] = { state: output === '' ? 'waiting' : 'done', text: output, tries: 1 };
    else {
      const now = states[id] ?? 'done';
      commands[id] = {
        state: now,
        attempt: 1,
        retries: 0,
        result: {
          plan: hash,
          step: id,
          attempt: 1,
          state: now === 'waiting' || now === 'sent' ? 'running' : now,
          exitCode: now === 'done' ? 0 : 127,
          output,
        },
      };
    }
  }
  return { ...state, phase: 'executing', plan: { hash, plan, authors: [agent('gabriel')] }, commands, works };
}

/** Two commands and a text about them. */
export const PLAN = Plan.parse({
  goal: '로그 크기 알아보기',
  steps: [
    {
      kind: 'command',
      title: '재기',
      command: { type: 'run', id: 'measure', argv: ['du', '-sh', '.'], reason: '크기', workspace: 'ro' },
    },
    {
      kind: 'command',
      title: '보기',
      command: { type: 'shell', id: 'look', script: 'lz -la', reason: '보기', after: ['measure'] },
    },
    {
      kind: 'work',
      id: 'advice',
      title: '조언',
      agent: 'claude',
      work: 'analyse',
      instruction: '세 문장으로',
      after: ['look'],
    },
  ],
});
export const OTHER_PLAN = Plan.parse({
  goal: '다른 길',
  steps: [{ kind: 'command', title: '목록', command: { type: 'list_files', id: 'list', reason: '보기' } }],
});
