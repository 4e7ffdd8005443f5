import type { ChatMessage, ContentPart } from './provider.ts';

type Of<T extends ContentPart['type']> = Extract<ContentPart, { readonly type: T }>;
export type Call = Of<'tool-call'>;
type Result = Of<'tool-result'>;

export const toolCallsOf = ({ role, content }: ChatMessage): readonly Call[] =>
  role === 'assistant' ? content.filter((part) => part.type === 'tool-call') : [];

/** The contract promises that roles alternate; Perplexity refuses a request where they do not. */
export function alternating(messages: readonly ChatMessage[]): ChatMessage[] {
  const turns: ChatMessage[] = [];
  for (const message of messages) {
    const last = turns.at(-1);
    if (last?.role === message.role)
      turns[turns.length - 1] = { role: last.role, content: [...last.content, ...message.content] };
    else turns.push(message);
  }
  return turns;
}

/** Every provider refuses a call without its result, a result without its call, and words between the two. */
export function paired(messages: readonly ChatMessage[]): ChatMessage[] {
  const turns = alternating(messages);
  return turns.map((message, i) => {
    if (message.role === 'assistant') return message;
    const before = turns[i - 1];
    const calls = before === undefined ? [] : toolCallsOf(before);
    const results = message.content.filter((part) => part.type === 'tool-result');
    const due = calls.map(
      ({ id, name }): Result =>
        results.find((one) => one.id === id) ?? { type: 'tool-result', id, name, text: 'no result', failed: true },
    );
    const rest = message.content.flatMap((part): ContentPart[] => {
      if (part.type !== 'tool-result') return [part];
      return due.includes(part) ? [] : [inWords(part, undefined)];
    });
    return { ...message, content: [...due, ...rest] };
  });
}

/** For whoever knows no tools: what came of them is told, and the calls themselves are nothing that it has said. */
export function withoutTools(messages: readonly ChatMessage[]): ChatMessage[] {
  const told = messages.map(({ role, content }, i): ChatMessage => {
    const before = messages[i - 1];
    const calls = before === undefined ? [] : toolCallsOf(before);
    return {
      role,
      content: content.flatMap((part): ContentPart[] => {
        if (part.type === 'tool-call') return [];
        if (part.type !== 'tool-result') return [part];
        return [
          inWords(
            part,
            calls.find(({ id }) => id === part.id),
          ),
        ];
      }),
    };
  });
  return alternating(told.filter(({ content }) => content.length > 0));
}

/** What a call was about is plain from its beginning. */
const LONGEST_INPUT = 1_000;

function inWords({ name, text, failed }: Result, call: Call | undefined): ContentPart {
  const input = (call?.input ?? '').slice(0, LONGEST_INPUT).toWellFormed();
  return { type: 'text', text: `(${name} ${input} ${failed === true ? 'failed' : 'gave'}:)\n${text}` };
}
