import type { FilePart, ModelMessage, SystemModelMessage, TextPart } from 'ai';
import type { ChatMessage, ContentPart } from './provider.ts';

/** What the SDK is told of a part up to which a provider is to keep what it has read. */
export type CacheMark = NonNullable<SystemModelMessage['providerOptions']>;

/** The system prompt is what even the smallest question begins with. */
export const toSdkSystem = (system: string, mark: CacheMark | undefined): string | SystemModelMessage =>
  mark === undefined ? system : { role: 'system', content: system, providerOptions: mark };

/**
 * Our messages as the AI SDK takes them; an image becomes a file part with its media type. With a mark every text
 * stays a part of its own, for what is kept ends where a part does.
 */
export function toSdkMessages(messages: readonly ChatMessage[], sees: boolean, mark?: CacheMark): ModelMessage[] {
  const marked = mark === undefined ? new Set() : worthMarking(messages);
  return alternating(messages).map(({ role, content }): ModelMessage => {
    const seen = content.filter((part) => part.type === 'text' || (part.type === 'image' && sees && role === 'user'));
    const options = (part: ContentPart) => (mark !== undefined && marked.has(part) ? { providerOptions: mark } : {});
    if (role === 'assistant')
      return { role, content: joined(seen).flatMap((part) => (part.type === 'text' ? [part] : [])) };
    const parts = mark === undefined ? joined(seen) : seen;
    return {
      role,
      content: parts.flatMap((part): (TextPart | FilePart)[] => {
        if (part.type === 'text')
          return [{ type: 'text', text: mark === undefined ? part.text : `${part.text}\n`, ...options(part) }];
        if (part.type !== 'image') return [];
        return [{ type: 'file', mediaType: part.mediaType, data: part.data, ...options(part) }];
      }),
    };
  });
}

/** A kept beginning is looked for so many parts back from a mark; four marks are allowed, and the system prompt has one. */
const LOOKED_BACK = 12;
const MARKS = 3;

/** The end of what the next question begins with too, and before it places that stay while the history grows. */
function worthMarking(messages: readonly ChatMessage[]): ReadonlySet<unknown> {
  const parts = messages.flatMap(({ role, content }) =>
    role === 'user' ? content.filter((part) => !('passing' in part)) : [],
  );
  const last = parts.length - 1;
  const steps = Array.from({ length: MARKS }, (_, i) => (Math.floor(last / LOOKED_BACK) - i) * LOOKED_BACK);
  return new Set([last, ...steps.filter((at) => at > 0 && at < last)].slice(0, MARKS).map((at) => parts[at]));
}

/** Texts that follow one another become one: some providers join them without so much as a blank. */
function joined(content: readonly ContentPart[]): ContentPart[] {
  const parts: ContentPart[] = [];
  for (const part of content) {
    const last = parts.at(-1);
    if (last?.type === 'text' && part.type === 'text')
      parts[parts.length - 1] = { type: 'text', text: `${last.text}\n\n${part.text}` };
    else parts.push(part);
  }
  return parts;
}

/** The contract promises that roles alternate; Perplexity refuses a request where they do not. */
function alternating(messages: readonly ChatMessage[]): ChatMessage[] {
  const turns: ChatMessage[] = [];
  for (const message of messages) {
    const last = turns.at(-1);
    if (last?.role === message.role)
      turns[turns.length - 1] = { role: last.role, content: [...last.content, ...message.content] };
    else turns.push(message);
  }
  return turns;
}
