import { ProviderFault } from '../../bridge/protocol/fault.ts';
import {
  APICallError,
  EmptyResponseBodyError,
  InvalidPromptError,
  InvalidResponseDataError,
  LoadAPIKeyError,
  NoOutputGeneratedError,
  StreamProviderError,
  UnsupportedFunctionalityError,
} from 'ai';
import { faultOfAnswer } from './http-fault.ts';
import { faultOfNetwork } from './network-fault.ts';

/**
 * What the SDK threw or put into its stream, as a fault. The SDK's errors carry the whole prompt and the provider's
 * words, which may quote the key: only status, codes and waiting time are taken over.
 */
export function faultOfSdk(error: unknown, answered: boolean, now: number): ProviderFault {
  if (error instanceof ProviderFault) return error;
  if (APICallError.isInstance(error) && error.statusCode !== undefined && error.statusCode >= 400) {
    const data = typeof error.data === 'object' ? JSON.stringify(error.data) : '';
    return faultOfAnswer({ status: error.statusCode, headers: error.responseHeaders, body: `${error.responseBody ?? ''}${data}` }, now);
  }
  if (StreamProviderError.isInstance(error)) {
    return faultOfAnswer({ status: error.statusCode, body: `${error.type ?? ''} ${error.code ?? ''} ${error.message}` }, now);
  }
  const network = faultOfNetwork(error, answered);
  if (network !== undefined) return network;
  // No status and no code of the network: an address that fetch refuses, or a redirect.
  if (APICallError.isInstance(error) && error.statusCode === undefined && !answered) return new ProviderFault('provider.unreachable');
  if (NoOutputGeneratedError.isInstance(error) || EmptyResponseBodyError.isInstance(error)) {
    return new ProviderFault('provider.empty', { retryable: true });
  }
  // The compatible adapter reports a stream that ended without a finish reason this way, with no data.
  if (InvalidResponseDataError.isInstance(error) && error.data === undefined) {
    return new ProviderFault('provider.interrupted', { retryable: true });
  }
  if (LoadAPIKeyError.isInstance(error)) return new ProviderFault('provider.key');
  if (UnsupportedFunctionalityError.isInstance(error) || InvalidPromptError.isInstance(error)) return new ProviderFault('provider.request');
  return new ProviderFault('provider.malformed', { retryable: true });
}
