import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { ProviderFault, type Rest } from '../../bridge/protocol/fault.ts';
import type { AgentId } from '../../bridge/protocol/ids.ts';
import {
  EMPTY,
  type ProviderRest,
  type BudgetState,
  restAsked,
  restOf,
  type Warning,
  warningsOf,
} from './cooldowns.ts';
import type { Cost } from './cost.ts';
import { type HeldBudget, SpendingLedger } from './spending-ledger.ts';
import type { Limit } from './limits.ts';

export interface BudgetDeps {
  readonly redis: Redis;
  readonly timeZone: string;
  /** Who lives here now. */
  readonly agents: () => readonly AgentId[];
  /** What answers for the agent now; a provider's wish for a pause does not hold for another one. */
  readonly labelOf: (agent: AgentId) => string | undefined;
  /** It costs nothing: no limit concerns it, the freeze does. */
  readonly isFree: (agent: AgentId) => boolean;
  /** Most of a limit is gone: the master is told. Saying it twice with one id says it once. */
  readonly warn: (warning: Warning) => Promise<void>;
  readonly onError: (error: unknown) => void;
  readonly now?: () => number;
}

/** How old the picture of Redis may be by which turns and electorates are made; what is reserved is always exact. */
const LOOK_MS = 1_000;
/** A killed swarm's reservation is given back after this. */
const HOLD_MS = 60_000;
const RENEW_MS = 20_000;
const BUSY_MS = 250;
const LONGEST_BUSY_MS = 2_000;

/** Money that is set aside for a running call. */
export interface ModelCall {
  /** Ends with the caller's own signal, and when everything is frozen. */
  readonly signal: AbortSignal;
  /** Once, with what it really was. */
  settle(cost: Cost): Promise<void>;
}

/** The house's budget: limits, what was spent, who is in blackout. Shared through Redis by all swarms. */
export class Budget {
  readonly #deps: BudgetDeps;
  readonly #ledger: SpendingLedger;
  readonly #now: () => number;
  #state: BudgetState = EMPTY;
  #frozen = new AbortController();
  readonly #warned = new Set<string>();
  #looking: NodeJS.Timeout | undefined;
  #looks = 0;
  #seen = 0;

  constructor(deps: BudgetDeps) {
    this.#deps = deps;
    this.#ledger = new SpendingLedger(deps.redis, deps.timeZone);
    this.#now = deps.now ?? Date.now;
  }

  async start(): Promise<void> {
    await this.refresh();
    this.#looking ??= setInterval(() => void this.refresh().catch(this.#deps.onError), LOOK_MS).unref();
  }

  stop(): void {
    clearInterval(this.#looking);
    this.#looking = undefined;
  }

  /** Whether the agent may call its provider, as far as is known: for electorates and tables. */
  available(agent: AgentId): boolean {
    return this.rest(agent) === null;
  }

  /** The same, the freeze aside: tasks stand still with those whom they have, and lose nobody by it. */
  affords(agent: AgentId): boolean {
    return this.#restIn({ ...this.#state, frozenAt: null }, agent) === null;
  }

  rest(agent: AgentId): Rest | null {
    return this.#restIn(this.#state, agent);
  }

  #restIn(state: BudgetState, agent: AgentId): Rest | null {
    const { labelOf, isFree, timeZone } = this.#deps;
    return restOf(
      agent,
      labelOf(agent),
      isFree(agent) ? { ...EMPTY, frozenAt: state.frozenAt } : state,
      this.#now(),
      timeZone,
    );
  }

  blackouts(): ReadonlyMap<AgentId, Rest> {
    return new Map(
      this.#deps.agents().flatMap((agent) => {
        const rest = this.rest(agent);
        return rest === null ? [] : [[agent, rest] as const];
      }),
    );
  }

  /** Those who have said already that they are in blackout. */
  quiet(): ReadonlyMap<AgentId, Rest> {
    return new Map([...this.blackouts()].filter(([agent, { key }]) => this.#state.told.get(agent) === key));
  }

  /** Nothing calls a provider, and nothing new is to be begun. */
  get frozen(): boolean {
    return this.#state.frozenAt !== null;
  }

  get state(): BudgetState {
    return this.#state;
  }

  /**
   * Sets the estimate aside, or waits while running calls hold what is left.
   * @throws ProviderFault `purse.blackout` or `purse.frozen`; the signal's reason when aborted.
   */
  async open(agent: AgentId, label: string, cost: Cost, signal: AbortSignal): Promise<ModelCall> {
    const held: HeldBudget = { id: randomUUID(), agent, cost };
    for (let wait = BUSY_MS; ; wait = Math.min(wait * 1.5, LONGEST_BUSY_MS)) {
      const now = this.#now();
      const answer = await this.#ledger.reserve(held, label, now, now + HOLD_MS);
      if (answer === 'held') {
        // Redis has let it through: the picture of it here is older.
        if (this.frozen) await this.refresh();
        return this.#call(held, signal);
      }
      if (answer === 'rest') {
        await this.refresh();
        const rest = restOf(agent, label, this.#state, this.#now(), this.#deps.timeZone);
        if (rest !== null) throw faultFor(rest);
      }
      // The period ended, or a limit was raised, between the two looks.
      await delay(wait, undefined, { signal }).catch(() => undefined);
      signal.throwIfAborted();
    }
  }

  /** For those who cost nothing: stands still with the rest, and is not counted. @throws ProviderFault `purse.frozen` */
  async openFree(signal: AbortSignal): Promise<AbortSignal> {
    if (this.frozen) await this.refresh();
    if (this.#state.frozenAt !== null)
      throw faultFor({ why: 'frozen', until: null, key: `frozen.${this.#state.frozenAt}` });
    return AbortSignal.any([signal, this.#frozen.signal]);
  }

  /** The provider wants a pause. @returns the blackout that is in force now. */
  async pause(agent: AgentId, asked: ProviderRest): Promise<Rest> {
    const rest = await this.#ledger.rest(agent, asked, this.#now());
    await this.refresh();
    return restAsked(rest);
  }

  /** Whether this turn is to tell of the blackout: one does, and the same one after a crash. */
  async tellsFirst(agent: AgentId, { key }: Rest, turn: string): Promise<boolean> {
    const first = await this.#ledger.tellsFirst(agent, key, turn);
    if (first) await this.refresh();
    return first;
  }

  /** `at`: origin_server_ts of the master's command. */
  async limit(
    limits: readonly (Omit<Limit, 'amount'> & { readonly amount: number | null })[],
    at: number,
  ): Promise<void> {
    for (const { amount, ...which } of limits) await this.#ledger.setLimit(which, amount, at);
    await this.refresh();
  }

  async freeze(frozen: boolean, at: number): Promise<void> {
    await this.#ledger.setFrozen(frozen, at);
    await this.refresh();
  }

  async wake(agents: readonly AgentId[]): Promise<void> {
    await this.#ledger.wake(agents);
    await this.refresh();
  }

  /** Looks at Redis anew, ends what runs when everything is frozen, and warns where it is time to. */
  async refresh(): Promise<void> {
    const look = ++this.#looks;
    const state = await this.#ledger.state(this.#now());
    // Of two looks at once the one that began later counts.
    if (look < this.#seen) return;
    this.#seen = look;
    this.#state = state;
    if (this.frozen) this.#frozen.abort(FROZEN);
    else if (this.#frozen.signal.aborted) this.#frozen = new AbortController();
    for (const warning of warningsOf(this.#state, this.#now(), this.#deps.timeZone))
      void this.#warn(warning).catch(this.#deps.onError);
  }

  async #warn(warning: Warning): Promise<void> {
    if (this.#warned.has(warning.id)) return;
    this.#warned.add(warning.id);
    try {
      if (await this.#ledger.warned(warning.id)) return;
      await this.#deps.warn(warning);
      await this.#ledger.rememberWarned(warning.id, this.#now());
    } catch (error) {
      this.#warned.delete(warning.id);
      throw error;
    }
  }

  #call(held: HeldBudget, signal: AbortSignal): ModelCall {
    const renewing = setInterval(
      () => void this.#ledger.renew(held, this.#now() + HOLD_MS).catch(this.#deps.onError),
      RENEW_MS,
    ).unref();
    let settled = false;
    return {
      signal: AbortSignal.any([signal, this.#frozen.signal]),
      settle: async (cost) => {
        if (settled) return;
        settled = true;
        clearInterval(renewing);
        await this.#ledger.settle(held, cost, this.#now());
      },
    };
  }
}

/** Why running calls were aborted. */
export const FROZEN = new Error('frozen by the master');

export const faultFor = (rest: Rest): ProviderFault =>
  new ProviderFault(rest.why === 'frozen' ? 'purse.frozen' : 'purse.blackout', { rest });
