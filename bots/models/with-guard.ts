import { ProviderFault } from '../../bridge/protocol/fault.ts';
import { type AnsweredTo, gibberishIn } from './gibberish.ts';
import type { ChatMessage, Provider, ProviderRequest, StreamPart, TokenUsage } from './providers/provider.ts';

/** A loop is cut when so much more has come, not when the model is out of tokens. */
const LOOK_CHARS = 2_000;

/** What goes into a loop, a strange script or the prompt is asked once more, and then told as it is. */
export const withGuard = (inner: Provider): Provider => ({
  ...inner,
  stream: (request, signal) => guarded(inner, request, signal),
});

async function* guarded(inner: Provider, request: ProviderRequest, signal: AbortSignal): AsyncGenerator<StreamPart> {
  // JSON has a reader of its own.
  if (request.format !== undefined) return void (yield* inner.stream(request, signal));
  const first = yield* listened(inner, request, signal);
  if (first === 'honest') return;
  yield { type: 'restart' };
  const again = { ...request, turn: `${request.turn}.again`, messages: reminded(request) };
  if ((yield* listened(inner, again, signal, first.usage)) !== 'honest') throw new ProviderFault('provider.gibberish');
}

/** Passes everything on but the end of an answer that cannot be used. */
async function* listened(
  inner: Provider,
  request: ProviderRequest,
  signal: AbortSignal,
  before?: TokenUsage,
): AsyncGenerator<StreamPart, 'honest' | { readonly usage: TokenUsage | undefined }> {
  const to = answeredTo(request);
  let text = '';
  let looked = 0;
  for await (const part of inner.stream(request, signal)) {
    if (part.type === 'restart') text = '';
    if (part.type === 'restart') looked = 0;
    if (part.type === 'text') text += part.text;
    if (part.type === 'finish') {
      if (gibberishIn(text, to) !== undefined) return { usage: part.usage };
      yield { ...part, ...(part.usage === undefined ? {} : { usage: sum(part.usage, before) }) };
      return 'honest';
    }
    if (text.length - looked >= LOOK_CHARS) {
      looked = text.length;
      if (gibberishIn(text, to) === 'loop') return { usage: undefined };
    }
    yield part;
  }
  return 'honest';
}

function answeredTo({ lang, system, question, messages }: ProviderRequest): AnsweredTo {
  const said = messages.flatMap(({ content }) => content.flatMap((part) => (part.type === 'text' ? [part.text] : [])));
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
  return [...messages.slice(0, -1), { ...last, content: [...last.content, { type: 'text', text: REMINDER[lang] }] }];
}

const sum = (usage: TokenUsage, before: TokenUsage | undefined): TokenUsage => ({
  ...usage,
  inputTokens: usage.inputTokens + (before?.inputTokens ?? 0),
  outputTokens: usage.outputTokens + (before?.outputTokens ?? 0),
});
