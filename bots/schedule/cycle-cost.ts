import type { Price } from '../../bridge/protocol/roster.ts';

/** What a standing cycle may cost in a day. Pure; micro-dollars and tokens. */
export interface CycleCost {
  /** As often as the clock allows: a round that is due while one goes on is skipped. */
  readonly rounds: number;
  /** Of models, in one round. */
  readonly calls: number;
  readonly tokens: number;
  readonly usd: number;
  /** Taken from rounds that have ended; guessed otherwise. */
  readonly measured: boolean;
}

export interface PaidModel {
  readonly price?: Price | undefined;
}

/** Of one question of a task and its answer, tokens. */
const ASKED = 4_000;
const ANSWERED = 1_200;
/** Everybody proposes, criticises and votes; and one understands, two work, one checks, one reports. */
const EACH = 3;
const ONCE = 5;
const DAY_MINUTES = 24 * 60;

/** Of a cycle's cron line: every so many minutes or hours. */
export function roundsADay(cron: string): number {
  const [minutes = '*', hours = '*'] = cron.split(' ');
  const step = (field: string, all: number): number => {
    const every = /^\*(?:\/(\d{1,3}))?$/.exec(field);
    return every === null ? field.split(',').length : Math.ceil(all / Number(every[1] ?? 1));
  };
  return Math.min(DAY_MINUTES, step(minutes, 60) * step(hours, 24));
}

/** Null where nobody's words cost anything. */
export function cycleCost(
  cron: string,
  bindings: readonly PaidModel[],
  ended: readonly { readonly usd: number; readonly tokens: number }[],
): CycleCost | null {
  if (bindings.length === 0) return null;
  const rounds = roundsADay(cron);
  const calls = EACH * bindings.length + ONCE;
  const known = ended.filter(({ tokens }) => tokens > 0);
  if (known.length > 0) {
    const mean = (of: (one: (typeof known)[number]) => number): number =>
      Math.ceil(known.reduce((sum, one) => sum + of(one), 0) / known.length);
    return {
      rounds,
      calls,
      tokens: rounds * mean(({ tokens }) => tokens),
      usd: rounds * mean(({ usd }) => usd),
      measured: true,
    };
  }
  const dearest = (of: (price: Price) => number): number =>
    Math.max(0, ...bindings.map(({ price }) => (price === undefined ? 0 : of(price))));
  const each = bindings.reduce(
    (sum, { price }) => sum + (price === undefined ? 0 : EACH * (ASKED * price.input + ANSWERED * price.output)),
    0,
  );
  const once = ONCE * (ASKED * dearest(({ input }) => input) + ANSWERED * dearest(({ output }) => output));
  return {
    rounds,
    calls,
    tokens: rounds * calls * (ASKED + ANSWERED),
    usd: rounds * Math.ceil((each + once) / 1_000_000),
    measured: false,
  };
}
