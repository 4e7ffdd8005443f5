import type { SystemModelMessage } from 'ai';
import type { ChatMessage, ContentPart } from './provider.ts';

/** What the SDK is told of a part up to which a provider is to keep what it has read. */
export type CacheMark = NonNullable<SystemModelMessage['providerOptions']>;

/** A kept beginning is looked for so many parts back from a mark; four marks are allowed, and the system prompt has one. */
const LOOKED_BACK = 12;
const MARKS = 3;

/**
 * The end of what the next question begins with too, and before it places that stay while the history grows. Calls
 * and what the assistant said are counted, for they are parts as well, but never marked.
 */
export function worthMarking(messages: readonly ChatMessage[]): ReadonlySet<ContentPart> {
  const parts = messages.flatMap(({ role, content }) =>
    content.flatMap((part) => ('passing' in part ? [] : [{ role, part }])),
  );
  const last = parts.length - 1;
  const steps = Array.from(
    { length: parts.length === 0 ? 0 : MARKS },
    (_, i) => (Math.floor(last / LOOKED_BACK) - i) * LOOKED_BACK,
  );
  const marked = new Set<ContentPart>();
  for (const at of [last, ...steps.filter((step) => step > 0 && step < last)]) {
    const markable = parts.slice(0, at + 1).findLast(({ role }) => role === 'user');
    if (markable !== undefined && marked.size < MARKS) marked.add(markable.part);
  }
  return marked;
}
