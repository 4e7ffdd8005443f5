import type { AgentId } from '../../../bridge/protocol/ids.ts';
import type { StepId } from '../../../bridge/protocol/plan.ts';
import { freezeLimitId, messageId } from './message-ids.ts';
import type { Ask, AskKind, PlanFault, AskRefusal } from './ask.ts';
import { ENDED, type Phase, type Say, type TaskState } from './task-state.ts';
import type { TaskEffect, TaskRules } from './transitions.ts';

/** Before the deadline the task ends with what there is, so that the end itself still stands in time. */
export const windUpAt = ({ began, deadline }: Pick<TaskState, 'began' | 'deadline'>): number =>
  deadline - Math.min(60_000, Math.floor((deadline - began) / 10));

/** Who cannot come back while the task runs. */
const LEAVES: ReadonlySet<AskRefusal['code']> = new Set([
  'provider.quota',
  'provider.payment',
  'purse.blackout',
  'blackout',
]);
/** An answer, if a bad one. */
const ANSWERED: ReadonlySet<AskRefusal['code']> = new Set(['plan', 'many']);
const KEPT_REFUSALS = 60;

/** One transition in the making: the state as it will be, and what that sets off. */
export class Draft {
  readonly effects: TaskEffect[] = [];
  readonly rules: TaskRules;
  /** To be entered when the event is dealt with. */
  next: Phase | null = null;
  readonly #at: number;
  #state: TaskState;

  constructor(state: TaskState, at: number, rules: TaskRules) {
    this.#state = state;
    this.#at = at;
    this.rules = rules;
  }

  /** The task's own time: it stands still while the task is frozen. */
  get at(): number {
    return this.#state.frozenAt ?? this.#at;
  }

  /** It goes on after a freeze: every time that was set moves by as long as it stood still, the deadline among them. */
  startClock(): void {
    const { frozenAt, frozenMs, freezes, began, since, deadline, asks, pollOpen } = this.#state;
    if (frozenAt === null) return;
    this.disarm(freezeLimitId(freezes));
    const stood = Math.max(0, this.#at - frozenAt);
    this.set({
      frozenAt: null,
      frozenMs: frozenMs + stood,
      began: began + stood,
      since: since + stood,
      deadline: deadline + stood,
      asks: asks.map((ask) => ({ ...ask, until: ask.until + stood })),
      ...(pollOpen === undefined || pollOpen === null ? {} : { pollOpen: { ...pollOpen, at: pollOpen.at + stood } }),
      timers: Object.fromEntries(Object.entries(this.#state.timers).map(([id, at]) => [id, at + stood])),
    });
  }

  get state(): TaskState {
    return this.#state;
  }

  set(change: Partial<TaskState>): void {
    this.#state = { ...this.#state, ...change };
  }

  /** Says it once: an id that is in the room, on its way or refused is not said again. */
  say(message: Omit<Say, 'as'> & { readonly as?: AgentId }): void {
    const { events, saying, unsaid } = this.#state;
    if (events[message.id] !== undefined || this.isPending(message.id) || unsaid.includes(message.id)) return;
    const say: Say = { ...message, as: message.as ?? null };
    this.set({ saying: [...saying, say] });
    this.effects.push({ kind: 'say', ...say });
  }

  isSaid(id: string): boolean {
    return this.#state.events[id] !== undefined;
  }

  /** On its way; neither in the room nor given up. */
  isPending(id: string): boolean {
    return this.#state.saying.some((say) => say.id === id);
  }

  /** What is asked, sent or waited for while the task is frozen is set off by the thaw, off the state. */
  setOff(effect: TaskEffect): void {
    const { frozenAt } = this.#state;
    if (frozenAt === null || effect.kind === 'say' || effect.kind === 'withdraw') this.effects.push(effect);
  }

  /** @param more what tells this ask from others of its kind to the same agent in the same round */
  ask(kind: AskKind, agent: AgentId, more: { readonly step?: StepId; readonly tail?: string } = {}): void {
    const id = [this.#state.round, kind, agent, ...(more.tail === undefined ? [] : [more.tail])].join('.');
    const patience = Math.ceil(this.rules.patience[kind] * (this.rules.slowness?.get(agent) ?? 1));
    const until = Math.min(this.at + patience, windUpAt(this.#state));
    const ask: Ask = { id, kind, agent, until, ...(more.step === undefined ? {} : { step: more.step }) };
    this.set({ asks: [...this.#state.asks, ask] });
    this.setOff({ kind: 'ask', id, ask });
    this.timer(`until.${id}`, until);
  }

  close(ask: Ask): void {
    this.set({ asks: this.#state.asks.filter(({ id }) => id !== ask.id) });
    this.disarm(`until.${ask.id}`);
  }

  timer(id: string, at: number): void {
    this.set({ timers: { ...this.#state.timers, [id]: at } });
    this.setOff({ kind: 'timer', id, at });
  }

  disarm(id: string): void {
    const { [id]: _, ...timers } = this.#state.timers;
    this.set({ timers });
  }

  /** The ask came to nothing. Told once an agent and round, and every time where a plan was turned down. */
  refuse(ask: Ask, code: AskRefusal['code'], faults: readonly PlanFault[] = []): void {
    const { refusals, round, leaving } = this.#state;
    const told = refusals.some((one) => one.round === round && one.agent === ask.agent && one.code !== 'plan');
    const refusal: AskRefusal = {
      ask: ask.id,
      round,
      agent: ask.agent,
      kind: ask.kind,
      code,
      faults: faults.slice(0, 20),
    };
    this.set({ refusals: [...refusals, refusal].slice(-KEPT_REFUSALS) });
    const silent = this.rules.residents?.includes(ask.agent) === false && !ANSWERED.has(code);
    if ((silent || LEAVES.has(code)) && !leaving.includes(ask.agent)) this.set({ leaving: [...leaving, ask.agent] });
    if (silent) this.set({ silent: [...new Set([...(this.#state.silent ?? []), ask.agent])] });
    if (!told || code === 'plan') this.say({ id: messageId.refusal(ask.id), what: 'refusal', about: ask.id });
  }

  /** Commands that are with the executor are ended, and whatever it says of them from now on is late. */
  withdraw(): void {
    const { commands, runs, round, withdrawn } = this.#state;
    const open = Object.entries(commands).filter(
      ([, { state }]) => state === 'sent' || state === 'asked' || state === 'running' || state === 'unknown',
    );
    if (open.length === 0) return;
    const stopped = open.map(([step, command]) => [
      step,
      command.state === 'unknown' ? command : { ...command, state: 'stopped' as const },
    ]);
    const id = `withdraw.${runs}.${round}`;
    if (withdrawn === id) return;
    this.set({ withdrawn: id, commands: { ...commands, ...Object.fromEntries(stopped) } });
    this.effects.push({ kind: 'withdraw', id });
  }

  /** The phase is left: who has not answered is late, who is out of quota leaves. */
  go(phase: Phase): void {
    this.next = phase;
    this.#leave();
  }

  /** The end, in words that were said before or are on their way. */
  end(phase: 'done' | 'partial' | 'failed' | 'cancelled'): void {
    this.next = null;
    this.startClock();
    this.#leave();
    this.set({ phase, since: this.at, timers: {}, question: null });
    this.closePoll();
  }

  /** The poll that is open, where one is. */
  closePoll(): void {
    const { round, repolled } = this.#state;
    if (this.isSaid(messageId.poll(round, repolled)))
      this.say({ id: messageId.pollEnd(round, repolled), what: 'poll-end' });
  }

  get ended(): boolean {
    return ENDED.has(this.#state.phase);
  }

  #leave(): void {
    const { gone, leaving, timers, runs, freezes } = this.#state;
    const kept = [`deadline.${runs}`, freezeLimitId(freezes)];
    this.set({
      asks: [],
      gone: [...new Set([...gone, ...leaving])],
      leaving: [],
      timers: Object.fromEntries(Object.entries(timers).filter(([id]) => kept.includes(id))),
    });
  }
}
