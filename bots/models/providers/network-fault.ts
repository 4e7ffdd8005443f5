import { ProviderFault } from '../../../bridge/protocol/fault.ts';

const CERTIFICATE = /^(?:CERT_|ERR_TLS_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;
const TIMEOUT = /^UND_ERR_(?:HEADERS|BODY)_TIMEOUT$/;
const NETWORK = /^(?:E[A-Z]{3,}|UND_ERR_[A-Z_]+|EAI_AGAIN)$/;

/**
 * A fault for errors of the network, undefined for others.
 * @param answered whether response headers had come: then an answer was cut, otherwise nobody was reached.
 */
export function faultOfNetwork(error: unknown, answered: boolean): ProviderFault | undefined {
  const code = networkCode(error);
  if (code === undefined) return undefined;
  if (TIMEOUT.test(code)) return new ProviderFault('provider.timeout', { retryable: true, cause: { code } });
  if (answered) return new ProviderFault('provider.interrupted', { retryable: true, cause: { code } });
  return new ProviderFault('provider.unreachable', { retryable: !CERTIFICATE.test(code), cause: { code } });
}

/** The code of Node or undici somewhere in the chain of causes; `fetch` hides it two levels deep. */
function networkCode(error: unknown): string | undefined {
  let current: unknown = error;
  for (let depth = 0; current instanceof Error && depth < 8; depth++) {
    const code: unknown = 'code' in current ? current.code : undefined;
    if (typeof code === 'string' && (NETWORK.test(code) || CERTIFICATE.test(code))) return code;
    current = current.cause;
  }
  return undefined;
}
