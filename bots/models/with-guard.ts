import { ProviderFault } from '../../bridge/protocol/fault.ts';
import { type AnsweredTo, gibberishIn } from './gibberish.ts';
import type { ChatMessage, Provider, ProviderRequest, StreamPart, TokenUsage } from './providers/provider.ts';

/** A loop is cut on the way, not when the model is out of tokens: the answer is looked at whenever it is twice as long. */
const FIRST_LOOK_CHARS = 2_000;

/**
 * What goes into a loop, a strange script or the prompt is asked once more, and then told as it is. Stands within the
 * retries, so that who asks again keeps his place at a server that many share.
 */
export const withGuard = (inner: Provider): Provider => ({
  ...inner,
  stream: (request, signal) => guarded(inner, request, signal),
});

async function* guarded(inner: Provider, request: ProviderRequest, signal: AbortSignal): AsyncGenerator<StreamPart> {
  // JSON has a reader of its own.
  if (request.format !== undefined) return void (yield* inner.stream(request, signal));
  const to = answeredTo(request);
  const first = yield* listened(inner, request, to, signal);
  if (first === 'honest') return;
  yield { type: 'restart', ...first };
  const second = yield* listened(inner, { ...request, messages: reminded(request) }, to, signal);
  if (second !== 'honest') throw new ProviderFault('provider.gibberish', second);
}

/** Passes everything on but the end of an answer that cannot be used. */
async function* listened(
  inner: Provider,
  request: ProviderRequest,
  to: AnsweredTo,
  signal: AbortSignal,
): AsyncGenerator<StreamPart, 'honest' | { readonly spent?: TokenUsage }> {
  let text = '';
  let next = FIRST_LOOK_CHARS;
  for await (const part of inner.stream(request, signal)) {
    if (part.type === 'restart') {
      text = '';
      next = FIRST_LOOK_CHARS;
    }
    if (part.type === 'text') text += part.text;
    // Words on the way to a tool are not the answer yet.
    if (part.type === 'finish' && part.reason !== 'tools' && gibberishIn(text, to) !== undefined)
      return part.usage === undefined ? {} : { spent: part.usage };
    if (text.length >= next) {
      next = 2 * text.length;
      if (!inCode(text) && gibberishIn(text, to) === 'loop') return {};
    }
    yield part;
  }
  return 'honest';
}

/** Rows of a block that is not closed yet may well be alike. */
const inCode = (text: string): boolean => text.split('```').length % 2 === 0;

function answeredTo({ lang, system, question, messages }: ProviderRequest): AnsweredTo {
  const said = messages.flatMap(({ content }) => content.flatMap((part) => ('text' in part ? [part.text] : [])));
  return { lang, system, question, said: said.join('\n') };
}

const REMINDER: Readonly<Record<ProviderRequest['lang'], string>> = {
  ko: '(앞의 대답은 쓸 수 없었습니다. 마지막 말에 한국어로, 같은 말을 되풀이하지 말고 짧게 대답하십시오.)',
  en: '(The last answer could not be used. Answer the last message in English, briefly, without repeating yourself.)',
};

/** Behind everything else: the beginning stays as it was. */
function reminded({ messages, lang }: ProviderRequest): readonly ChatMessage[] {
  const last = messages.at(-1);
  if (last === undefined) return messages;
  const reminder = { type: 'text', text: REMINDER[lang], passing: true } as const;
  return [...messages.slice(0, -1), { ...last, content: [...last.content, reminder] }];
}
