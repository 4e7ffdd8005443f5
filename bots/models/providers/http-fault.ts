import { ProviderFault, type FaultCode } from '../../../bridge/protocol/fault.ts';
import { retryAfterMs, untilPacificMidnight } from './retry-after.ts';

/** What an HTTP answer, or an error event in a stream, says of a failure. The body is only looked at, never kept. */
export interface FailedAnswer {
  readonly status: number | undefined;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
}

/** Providers differ in status but agree in the words of their error codes; these outrank the status. */
const WORDS: readonly (readonly [RegExp, FaultCode])[] = [
  [/insufficient_quota|billing_hard_limit|billing_not_active|specified API usage limits/i, 'provider.quota'],
  [/credit balance is too low|payment_required|insufficient[_ ]credits?|not enough credits/i, 'provider.payment'],
  [/API_KEY_INVALID|API key not valid|invalid_api_key|authentication_error/i, 'provider.key'],
  [/content_filter|content_policy_violation|ResponsibleAIPolicyViolation/i, 'provider.filtered'],
  // llama.cpp: the server's own `--ctx-size`, which no model's card knows.
  [/exceed_context_size_error|exceeds the available context size/i, 'provider.window'],
  [
    /context_length_exceeded|prompt is too long|maximum context length|input token count(?: \(\d{1,12}\))? exceeds/i,
    'provider.context',
  ],
  [/model_not_found|invalid_model|unknown_model/i, 'provider.model'],
];

/**
 * The quota of a day in Google's QuotaFailure: `"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"`. The
 * RetryInfo beside it names seconds all the same.
 */
const USED_UP_FOR_TODAY = /"quotaId"\s{0,4}:\s{0,4}"[A-Za-z]{0,80}PerDay/;

const RETRYABLE: ReadonlySet<FaultCode> = new Set(['provider.rate', 'provider.overloaded', 'provider.timeout']);

export function faultOfAnswer(answer: FailedAnswer, now: number): ProviderFault {
  const body = (answer.body ?? '').slice(0, 20_000);
  const code = codeOf(answer.status, body);
  return new ProviderFault(code, {
    retryable: RETRYABLE.has(code),
    retryAfterMs: USED_UP_FOR_TODAY.test(body)
      ? untilPacificMidnight(now)
      : retryAfterMs(answer.headers ?? {}, body, now),
    ...(answer.status === undefined ? {} : { cause: { status: answer.status } }),
  });
}

function codeOf(status: number | undefined, body: string): FaultCode {
  // A failing server is only failing, whatever words it echoes.
  if (status === undefined || status < 500) {
    for (const [words, code] of WORDS) if (words.test(body)) return code;
  }
  switch (status) {
    case undefined:
      if (USED_UP_FOR_TODAY.test(body)) return 'provider.quota';
      return /rate_limit|too_many_requests|RESOURCE_EXHAUSTED/i.test(body) ? 'provider.rate' : 'provider.overloaded';
    case 401:
      return 'provider.key';
    case 402:
      return 'provider.payment';
    case 403:
      return 'provider.forbidden';
    case 404:
      return 'provider.model';
    case 408:
      return 'provider.timeout';
    case 429:
      return USED_UP_FOR_TODAY.test(body) ? 'provider.quota' : 'provider.rate';
    default:
      return status >= 500 ? 'provider.overloaded' : 'provider.request';
  }
}
