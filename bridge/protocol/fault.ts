/**
 * Every failure that a person can meet. Messages live in `bridge/text/faults.ts`, in Korean and English:
 * what happened, what was kept, what to do.
 */
export const FAULT_CODES = [
  'provider.key',
  'provider.payment',
  'provider.forbidden',
  'provider.model',
  'provider.request',
  'provider.context',
  'provider.rate',
  'provider.quota',
  'provider.overloaded',
  'provider.unreachable',
  'provider.timeout',
  'provider.interrupted',
  'provider.empty',
  'provider.filtered',
  'provider.malformed',
  'provider.absent',
  'provider.failed',
  'purse.blackout',
  'purse.frozen',
  'turn.failed',
] as const;
export type FaultCode = (typeof FAULT_CODES)[number];

/** What keeps an agent from calling its provider: a limit of its own or of the house, or the provider itself. */
export const REST_REASONS = [
  'own-day',
  'own-month',
  'house-day',
  'house-month',
  'provider.rate',
  'provider.quota',
  'provider.payment',
  'frozen',
] as const;
export type RestReason = (typeof REST_REASONS)[number];

/** An agent in blackout makes no call. */
export interface Rest {
  readonly why: RestReason;
  /** Milliseconds since 1970; null until a master says so. */
  readonly until: number | null;
  /** The same for as long as it is this blackout, another for the next: it is told once. */
  readonly key: string;
}

/** Thrown by providers and caught by the turn. Carries no prompt, no key, no body of the provider's answer. */
export class ProviderFault extends Error {
  readonly code: FaultCode;
  readonly retryable: boolean;
  /** What the provider asked for, milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** The agent is in blackout now. */
  readonly rest: Rest | undefined;

  constructor(
    code: FaultCode,
    options: { retryable?: boolean; retryAfterMs?: number | undefined; rest?: Rest; cause?: unknown } = {},
  ) {
    super(code, { cause: options.cause });
    this.name = 'ProviderFault';
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.retryAfterMs = options.retryAfterMs;
    this.rest = options.rest;
  }
}
