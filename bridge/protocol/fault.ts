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
  /** A local server was started with less room than the conversation takes. */
  'provider.window',
  'provider.rate',
  'provider.quota',
  'provider.overloaded',
  'provider.unreachable',
  'provider.timeout',
  'provider.interrupted',
  'provider.empty',
  /** All of the room for the answer went into thoughts. */
  'provider.thinking',
  'provider.filtered',
  'provider.malformed',
  /** Twice: in a loop, in a script that nobody reads here, or its own instructions. */
  'provider.gibberish',
  'provider.absent',
  'provider.failed',
  /** The provider no longer knows the work it was given. */
  'provider.vanished',
  'purse.blackout',
  'purse.frozen',
  'turn.failed',
] as const;
export type FaultCode = (typeof FAULT_CODES)[number];

/** With these a provider has refused a request: no work was begun, and none is billed. */
export const REQUEST_REFUSALS: ReadonlySet<FaultCode> = new Set([
  'provider.key',
  'provider.payment',
  'provider.forbidden',
  'provider.model',
  'provider.request',
  'provider.context',
  'provider.window',
  'provider.rate',
  'provider.quota',
]);

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

/** How often a model was asked before its fault was told. */
export interface Tries {
  readonly count: number;
  /** From the first to the last, milliseconds. */
  readonly ms: number;
}

interface FaultDetails {
  readonly retryable?: boolean;
  readonly retryAfterMs?: number | undefined;
  readonly rest?: Rest | undefined;
  readonly tries?: Tries | undefined;
  readonly spent?: { readonly inputTokens: number; readonly outputTokens: number } | undefined;
  readonly cause?: unknown;
}

/** Thrown by providers and caught by the turn. Carries no prompt, no key, no body of the provider's answer. */
export class ProviderFault extends Error {
  readonly code: FaultCode;
  readonly retryable: boolean;
  /** What the provider asked for, milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** The agent is in blackout now. */
  readonly rest: Rest | undefined;
  readonly tries: Tries | undefined;
  /** What the provider counts though no answer came of it. */
  readonly spent: FaultDetails['spent'];

  constructor(code: FaultCode, details: FaultDetails = {}) {
    super(code, { cause: details.cause });
    this.name = 'ProviderFault';
    this.code = code;
    this.retryable = details.retryable ?? false;
    this.retryAfterMs = details.retryAfterMs;
    this.rest = details.rest;
    this.tries = details.tries;
    this.spent = details.spent;
  }

  /** The same fault, of which more has become known. */
  with(details: FaultDetails): ProviderFault {
    const { code, retryable, retryAfterMs, rest, tries, spent, cause } = this;
    return new ProviderFault(code, { retryable, retryAfterMs, rest, tries, spent, cause, ...details });
  }
}
