import { vi } from 'vitest';
import { newTask } from '../../bots/tasks/state/begin.ts';
import { candidatesFor } from '../../bots/tasks/plan/candidates.ts';
import { askModel } from '../../bots/tasks/answers/task-models.ts';
import { PATIENCE } from '../../bots/tasks/runtime/patience.ts';
import { type SayingFacts, sayingOf } from '../../bots/tasks/messages/saying.ts';
import type { Ask, AskKind } from '../../bots/tasks/state/ask.ts';
import { ENDED, type TaskState } from '../../bots/tasks/state/task-state.ts';
import type { TaskEffect, TaskEvent, TaskRules } from '../../bots/tasks/state/transitions.ts';
import type { ModelBinding } from '../../bots/models/model-bindings.ts';
import type { Provider, ProviderRequest } from '../../bots/models/providers/provider.ts';
import type { CommandResult } from '../../bridge/protocol/act.ts';
import type { Command } from '../../bridge/protocol/command.ts';
import { PlanJob } from '../../bridge/protocol/command-job.ts';
import { AgentId, EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import { stepId } from '../../bridge/protocol/plan.ts';
import { canonicalHash } from '../../bridge/digest/canonical.ts';
import { judgePlan } from '../../executor/gate/plan-gate.ts';
import { depsOf, roster } from './task-models-scene.ts';
import { account, AT, COORDINATOR, HQ, MASTER, ROOT, TaskThreadRecord } from './task-thread.ts';
import { rulesFor, World } from './task-world.ts';

/**
 * A task with everything real but the outside: the reducer, the question to each model with its prompt and its parsing,
 * what is said, and the executor's gate, which finds each command again in what was said. Time is the world's.
 */
export const FOUR = ['jarvis', 'gabriel', 'claude', 'perplexity'].map((id) => AgentId.parse(id));
export const saidBy: SayingFacts = {
  now: AT,
  nameOf: (agent) => agent,
  ownerTitle: '마스터',
  master: { userId: MASTER, name: '마스터' },
  serverName: 'test',
  ops: RoomId.parse('!ops:test'),
};

/** What a model does when it is asked: says something, throws, or hangs until `signal`. */
export type Behaviour = (about: {
  readonly ask: Ask;
  readonly state: TaskState;
  readonly request: ProviderRequest;
  readonly signal: AbortSignal;
}) => string | Promise<string>;

export interface StageOptions {
  readonly mission?: string;
  readonly model: Behaviour;
  /** What the executor's program says to a command that passed the gate. */
  readonly run?: (command: Command, attempt: number) => Partial<CommandResult>;
  /** What is otherwise in this house. */
  readonly rules?: Partial<TaskRules>;
  /** Who is of the house; absent: all four. */
  readonly residents?: readonly AgentId[];
}

export class Stage {
  readonly world: World;
  readonly room = new TaskThreadRecord();
  readonly ran: Command[] = [];
  /** Why the executor turned a command away. */
  readonly refused: string[] = [];
  readonly prompts: { readonly ask: Ask; readonly request: ProviderRequest }[] = [];
  /** Whom the task asked although they had left, or were leaving. */
  readonly askedInVain: string[] = [];
  readonly said: { readonly what: string; readonly ko: string; readonly en: string }[] = [];
  readonly #options: StageOptions;
  #hanging: AbortController | null = null;
  readonly #silent: { readonly until: number; readonly event: TaskEvent }[] = [];

  constructor(options: StageOptions) {
    this.#options = options;
    const mission = options.mission ?? '로그가 얼마나 큰지 봐 줘';
    this.room.change('$root', (raw) => ({ ...raw, content: { msgtype: 'm.text', body: `!task ${mission}` } }));
    const task = newTask({
      root: ROOT,
      no: 1,
      room: HQ,
      lang: 'ko',
      by: UserId.parse(MASTER),
      origin: 'master',
      mission,
      at: AT,
      deadline: AT + 3 * 24 * 3_600_000,
      electorate: FOUR,
    });
    this.world = new World(task, {
      ...rulesFor(FOUR),
      integrator: FOUR[0]!,
      patience: PATIENCE,
      ...options.rules,
      ...(options.residents === undefined ? {} : { residents: options.residents }),
    });
  }

  /** Until the end, nobody interfering. */
  async play(): Promise<TaskState> {
    const { world } = this;
    this.#watchAsks(world.pool);
    for (
      let steps = 0;
      !(ENDED.has(world.state.phase) && world.pool.every(({ kind }) => kind === 'timer'));
      steps += 1
    ) {
      if (steps > 2_000) throw new Error(`does not end: ${world.state.phase}`);
      const now = world.pool.findIndex(({ kind }) => kind !== 'timer');
      const event = now >= 0 ? await this.#perform(world.take(now)) : (this.#afterTheOthers() ?? world.nextTimer());
      if (event !== null) this.#watchAsks(world.send(event));
    }
    return world.state;
  }

  /** Models are asked side by side: one that hangs is heard of when the others have answered. */
  #afterTheOthers(): TaskEvent | null {
    const silent = this.#silent.shift();
    if (silent === undefined) return null;
    this.world.now = Math.max(this.world.now, silent.until);
    return { ...silent.event, at: this.world.now };
  }

  #watchAsks(effects: readonly TaskEffect[]): void {
    const { gone, leaving } = this.world.state;
    for (const effect of effects)
      if (effect.kind === 'ask' && [...gone, ...leaving].includes(effect.ask.agent)) this.askedInVain.push(effect.id);
  }

  async #perform(effect: TaskEffect): Promise<TaskEvent | null> {
    const { world } = this;
    switch (effect.kind) {
      case 'say': {
        const [ko, en] = (['ko', 'en'] as const).map((lang) => sayingOf({ ...world.state, lang }, effect, saidBy));
        if (ko === undefined || en === undefined) return null;
        this.said.push({ what: effect.what, ko: ko.text, en: en.text });
        const sender = ko.as === null ? COORDINATOR : account(ko.as);
        const event =
          ko.poll === null
            ? this.room.act(`$${effect.id}`, sender, ko.act.content)
            : this.room.put(
                `$${effect.id}`,
                sender,
                { ...ko.poll.content, 'com.chavion': { v: 1, kind: 'act', act: ko.act } },
                ko.poll.type,
              );
        return { kind: 'said', at: world.now, id: effect.id, event };
      }
      case 'ask':
        return this.#ask(effect.ask);
      case 'dispatch': {
        const result = this.#execute(effect);
        return result === null
          ? null
          : {
              kind: 'result',
              at: world.now,
              result: { plan: effect.plan, step: effect.step, attempt: effect.attempt, ...result },
            };
      }
      case 'presence':
        return { kind: 'presence', at: world.now, here: false };
      case 'timer':
      case 'abandon':
      case 'withdraw':
        return null;
    }
  }

  async #ask(ask: Ask): Promise<TaskEvent | null> {
    const { world } = this;
    const state = world.state;
    if (!state.asks.some(({ id }) => id === ask.id)) return null;
    const provider: Provider = {
      label: 'test/stage',
      billing: 'tokens',
      pace: 'seconds',
      sees: false,
      searches: false,
      rehearsal: false,
      stream: (request, signal) => this.#stream(ask, state, request, signal),
    };
    const get = (id: AgentId): ModelBinding | undefined => {
      const config = roster.agents.find((one) => one.id === id);
      return config === undefined ? undefined : { config, provider };
    };
    using _clock = this.#clock();
    const reply = await askModel(
      state,
      ask,
      depsOf(provider, { bindings: { get, alone: get }, now: () => world.now }),
      new AbortController().signal,
    );
    const event: TaskEvent =
      reply.kind === 'refused'
        ? { kind: 'refused', at: world.now, ask: ask.id, code: reply.code }
        : { at: world.now, ask: ask.id, ...reply };
    if (!this.#hanging?.signal.aborted) return event;
    this.#silent.push({ until: ask.until, event });
    return null;
  }

  async *#stream(
    ask: Ask,
    state: TaskState,
    request: ProviderRequest,
    signal: AbortSignal,
  ): ReturnType<Provider['stream']> & AsyncGenerator {
    this.prompts.push({ ask, request });
    yield { type: 'text', text: await this.#options.model({ ask, state, request, signal }) };
    yield { type: 'finish', reason: 'stop', usage: { inputTokens: 100, outputTokens: 10 } };
  }

  /** A model that never answers: the time that it has passes at once. */
  hang(signal: AbortSignal): Promise<never> {
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      this.#hanging?.abort(new DOMException('time is up', 'TimeoutError'));
    });
  }

  #clock(): Disposable {
    const controller = new AbortController();
    this.#hanging = controller;
    const spy = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(controller.signal);
    return { [Symbol.dispose]: () => spy.mockRestore() };
  }

  /** The job names events; the command is what the executor finds in them. */
  #execute({
    plan,
    step,
    attempt,
  }: Extract<TaskEffect, { kind: 'dispatch' }>): (Pick<CommandResult, 'state'> & Partial<CommandResult>) | null {
    const { state } = this.world;
    const decision = state.decision?.event;
    const inForce = state.plan?.event;
    if (decision === undefined || inForce === undefined || state.plan?.hash !== plan) return null;
    const job = PlanJob.parse({
      v: 1,
      type: 'plan',
      root: ROOT,
      room: HQ,
      at: AT,
      lang: 'ko',
      decision,
      ...(inForce === decision ? {} : { patched: inForce }),
      step,
      attempt,
    });
    const verdict = judgePlan(job, {
      raw: this.room.events.get(ROOT),
      masters: new Set([MASTER]),
      reactions: [],
      stoppedUntil: 0,
      rooms: [HQ],
      now: AT + 600_000,
      events: this.room.events,
      coordinator: COORDINATOR,
      endedAt: 0,
    });
    if (verdict.kind === 'refused') {
      this.refused.push(verdict.why);
      return { state: 'refused', why: verdict.why };
    }
    const { command } = verdict.order.step;
    const planned = state.plan.plan.steps.find((one) => stepId(one) === step);
    if (planned?.kind !== 'command' || canonicalHash(planned.command) !== canonicalHash(command))
      throw new Error(`${step} is not what was agreed on`);
    this.ran.push(command);
    return { state: 'done', exitCode: 0, output: `out of ${step}`, ...this.#options.run?.(command, attempt) };
  }
}

/** Everybody able: a plan with commands and work; what failed once is put right. */
export const steps = (who: string) => [
  {
    kind: 'command',
    title: '재기',
    command: {
      type: 'shell',
      id: 'measure',
      script: `du -sh . # ${who}`,
      reason: '크기',
      success: { outputContains: '.' },
    },
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
    after: ['measure'],
  },
];

export function sensible({ ask, state }: { readonly ask: Ask; readonly state: TaskState }): string {
  switch (ask.kind) {
    case 'triage':
      return JSON.stringify({ goal: '크기를 안다', checks: ['숫자가 있다'], plain: false });
    case 'propose':
      return JSON.stringify({ goal: `by ${ask.agent}`, steps: steps(ask.agent) });
    case 'critique':
      return JSON.stringify({
        objections: [{ of: candidatesFor(state, ask.agent)[0]?.label ?? 'A', step: 'look', text: '철자가 틀렸다' }],
      });
    case 'vote':
      return JSON.stringify({
        ranking: candidatesFor(state, ask.agent)
          .map(({ label }) => label)
          .toSorted(),
        reason: '좋다',
      });
    case 'work':
      return '충분합니다.';
    case 'verify':
      return JSON.stringify({ holds: true, why: '있다', quotes: [{ step: 'measure', quote: 'out of measure' }] });
    case 'diagnose':
      return JSON.stringify({
        cause: '오타',
        command: { type: 'shell', id: ask.step, script: 'ls -la', reason: '보기', after: ['measure'] },
      });
    case 'report':
      return '# 결과\n\n4 KB';
  }
}

/** Fails as long as it is misspelt. */
export const spelling = (command: Command): Partial<CommandResult> =>
  command.type === 'shell' && command.script.startsWith('lz')
    ? { state: 'failed', exitCode: 127, output: 'lz: command not found' }
    : {};

export const KINDS: readonly AskKind[] = [
  'triage',
  'propose',
  'critique',
  'vote',
  'work',
  'verify',
  'diagnose',
  'report',
];
export const event = (id: string): EventId => EventId.parse(id);
