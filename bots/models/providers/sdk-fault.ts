import { ProviderFault } from '../../../bridge/protocol/fault.ts';
import {
  APICallError,
  EmptyResponseBodyError,
  InvalidPromptError,
  InvalidResponseDataError,
  LoadAPIKeyError,
  NoOutputGeneratedError,
  StreamProviderError,
  TypeValidationError,
  UnsupportedFunctionalityError,
} from 'ai';
import { z } from 'zod';
import { faultOfAnswer } from './http-fault.ts';
import { faultOfNetwork } from './network-fault.ts';

/**
 * What the SDK threw or put into its stream, as a fault. The SDK's errors carry the whole prompt and the provider's
 * words, which may quote the key: only status, codes and waiting time are taken over.
 * @param answered whether response headers had come.
 */
export function faultOfSdk(error: unknown, answered: boolean, now: number): ProviderFault {
  if (error instanceof ProviderFault) return error;
  if (APICallError.isInstance(error) && error.statusCode !== undefined && error.statusCode >= 400) {
    const data = typeof error.data === 'object' ? JSON.stringify(error.data) : '';
    return faultOfAnswer(
      { status: error.statusCode, headers: error.responseHeaders, body: `${error.responseBody ?? ''}${data}` },
      now,
    );
  }
  if (StreamProviderError.isInstance(error)) {
    return faultOfAnswer(
      { status: error.statusCode, body: `${error.type ?? ''} ${error.code ?? ''} ${error.message}` },
      now,
    );
  }
  const network = faultOfNetwork(error, answered);
  if (network !== undefined) return network;
  // No status and no code of the network: an address that fetch refuses, or a redirect.
  if (APICallError.isInstance(error) && error.statusCode === undefined && !answered)
    return new ProviderFault('provider.unreachable');
  // Nothing where an answer, empty as it may be, has a beginning and an end: the connection broke before either.
  // The compatible adapter reports a stream that ended without a finish reason with no data.
  if (
    NoOutputGeneratedError.isInstance(error) ||
    EmptyResponseBodyError.isInstance(error) ||
    (InvalidResponseDataError.isInstance(error) && error.data === undefined)
  )
    return new ProviderFault('provider.interrupted', { retryable: true });
  if (LoadAPIKeyError.isInstance(error)) return new ProviderFault('provider.key');
  if (UnsupportedFunctionalityError.isInstance(error) || InvalidPromptError.isInstance(error))
    return new ProviderFault('provider.request');
  const event = TypeValidationError.isInstance(error) ? ErrorEvent.safeParse(error.value).data?.error : undefined;
  if (event !== undefined)
    return faultOfAnswer({ status: statusIn(event.code), body: `${event.type} ${event.code} ${event.message}` }, now);
  return new ProviderFault('provider.malformed', { retryable: true });
}

/** An error in place of a chunk, where the SDK knows chunks alone. */
const ErrorEvent = z.object({
  error: z.object({
    message: z.string().catch(''),
    type: z.string().catch(''),
    code: z.union([z.string(), z.number()]).catch(''),
  }),
});

function statusIn(code: string | number): number | undefined {
  const status = Number(code);
  return status >= 400 && status <= 599 ? status : undefined;
}
