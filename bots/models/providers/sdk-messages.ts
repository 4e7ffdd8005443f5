import type { ModelMessage } from 'ai';
import type { ChatMessage, ContentPart } from './provider.ts';

/** Our messages as the AI SDK takes them; an image becomes a file part with its media type. */
export function toSdkMessages(messages: readonly ChatMessage[], sees: boolean): ModelMessage[] {
  return alternating(messages).map(({ role, content }): ModelMessage => {
    const parts = joined(content.filter((part) => part.type === 'text' || (sees && role === 'user')));
    if (role === 'assistant') return { role, content: parts.flatMap((part) => (part.type === 'text' ? [part] : [])) };
    return {
      role,
      content: parts.map((part) =>
        part.type === 'text' ? part : { type: 'file', mediaType: part.mediaType, data: part.data },
      ),
    };
  });
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
