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
  'turn.failed',
] as const;
export type FaultCode = (typeof FAULT_CODES)[number];

/** Thrown by providers and caught by the turn. Carries no prompt, no key, no body of the provider's answer. */
export class ProviderFault extends Error {
  readonly code: FaultCode;
  readonly retryable: boolean;
  /** What the provider asked for, milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(code: FaultCode, options: { retryable?: boolean; retryAfterMs?: number | undefined; cause?: unknown } = {}) {
    super(code, { cause: options.cause });
    this.name = 'ProviderFault';
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.retryAfterMs = options.retryAfterMs;
  }
}
