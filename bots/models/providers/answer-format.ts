import { APICallError } from 'ai';
import type { ProviderRequest, StreamPart } from './provider.ts';

/** An endpoint that will have no schema has said so before its first word. */
export class FormatRefused extends Error {
  constructor() {
    super('the endpoint takes no schema for its answer');
  }
}

const REFUSED: ReadonlySet<number> = new Set([400, 404, 405, 415, 422, 500, 501]);
const ABOUT_FORMAT =
  /response[_ ]?(?:format|mime|json)|json[_ ]?(?:schema|object|mode)|structured|grammar|output[_ ](?:config|format)|text\.format|schema|tool_choice/i;

/** A 4xx or "not implemented" whose words are about the form of the answer. */
export const refusesFormat = (error: unknown): boolean =>
  APICallError.isInstance(error) &&
  error.statusCode !== undefined &&
  REFUSED.has(error.statusCode) &&
  ABOUT_FORMAT.test(`${error.responseBody ?? ''} ${JSON.stringify(error.data ?? '')}`);

/** Servers are updated: after a day it is tried again. */
const REMEMBERED_MS = 24 * 3_600_000;
const MAX_REMEMBERED = 500;
/** Model at an address, and when it refused. Every agent on the endpoint goes by it; a restart forgets it. */
const refusals = new Map<string, number>();

/** Asks with the schema, and without it where the endpoint refuses it: then the prompt alone says what is wanted. */
export async function* withFormat(
  { label, address }: { readonly label: string; readonly address: string },
  request: ProviderRequest,
  stream: (request: ProviderRequest) => AsyncIterable<StreamPart>,
): AsyncGenerator<StreamPart> {
  const endpoint = `${label} ${address}`;
  const { format, ...plain } = request;
  if (format === undefined || Date.now() - (refusals.get(endpoint) ?? -Infinity) < REMEMBERED_MS) {
    yield* stream(plain);
    return;
  }
  try {
    yield* stream(request);
    return;
  } catch (error) {
    if (!(error instanceof FormatRefused)) throw error;
  }
  for await (const part of stream(plain)) {
    // Only now is it known that the schema was what it refused.
    if (part.type === 'text') {
      const [oldest] = refusals.keys();
      if (refusals.size >= MAX_REMEMBERED && oldest !== undefined) refusals.delete(oldest);
      refusals.set(endpoint, Date.now());
    }
    yield part;
  }
}
