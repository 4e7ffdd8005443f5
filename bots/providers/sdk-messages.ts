import type { ModelMessage } from 'ai';
import type { ChatMessage, ContentPart } from './provider.ts';

/** Our messages as the AI SDK takes them; an image becomes a file part with its media type. */
export function toSdkMessages(messages: readonly ChatMessage[], sees: boolean): ModelMessage[] {
  return alternating(messages).map(({ role, content }): ModelMessage => {
    if (role === 'assistant') return { role, content: textsOf(content).map((text) => ({ type: 'text', text })) };
    return {
      role,
      content: content
        .filter((part) => sees || part.type === 'text')
        .map((part) =>
          part.type === 'text' ? { type: 'text', text: part.text } : { type: 'file', mediaType: part.mediaType, data: part.data },
        ),
    };
  });
}

/** The contract promises that roles alternate; Perplexity refuses a request where they do not. */
function alternating(messages: readonly ChatMessage[]): ChatMessage[] {
  const joined: ChatMessage[] = [];
  for (const message of messages) {
    const last = joined.at(-1);
    if (last?.role === message.role) joined[joined.length - 1] = { role: last.role, content: [...last.content, ...message.content] };
    else joined.push(message);
  }
  return joined;
}

const textsOf = (content: readonly ContentPart[]): string[] => content.flatMap((part) => (part.type === 'text' ? [part.text] : []));
