import { type FaultCode, ProviderFault } from '../../bridge/protocol/fault.ts';
import type { Provider, ProviderRequest, StreamPart } from './providers/provider.ts';

/** What another model would refuse as well, or should not be used to get around. */
const FINAL: ReadonlySet<FaultCode> = new Set(['provider.filtered', 'provider.request']);

/** Goes to the second when the first, with all its retries, has failed. */
export function withFallback(first: Provider, second: Provider): Provider {
  return {
    ...first,
    ...abandonOf(first, second),
    standIn: { rehearsal: second.rehearsal },
    stream: (request, signal) => streamWithFallback(first, second, request, signal),
  };
}

/** Either of them may have begun something for the turn. */
const abandonOf = (first: Provider, second: Provider): Pick<Provider, 'abandon'> =>
  first.abandon === undefined && second.abandon === undefined
    ? {}
    : { abandon: async (turn) => void (await Promise.all([first.abandon?.(turn), second.abandon?.(turn)])) };

async function* streamWithFallback(
  first: Provider,
  second: Provider,
  request: ProviderRequest,
  signal: AbortSignal,
): AsyncGenerator<StreamPart> {
  let begun = false;
  try {
    for await (const part of first.stream(request, signal)) {
      begun ||= part.type === 'text' || part.type === 'source' || part.type === 'tool-call';
      yield part;
    }
    return;
  } catch (error) {
    if (!(error instanceof ProviderFault) || FINAL.has(error.code)) throw error;
  }
  if (begun) yield { type: 'restart' };
  // A task that waits at the first means nothing to the second.
  const { resume: _, ...fresh } = request;
  for await (const part of second.stream(fresh, signal))
    yield part.type === 'finish' ? { ...part, model: part.model ?? second.label } : part;
}
