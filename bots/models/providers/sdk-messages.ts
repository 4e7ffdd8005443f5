import type {
  AssistantModelMessage,
  FilePart,
  ModelMessage,
  SystemModelMessage,
  TextPart,
  ToolModelMessage,
  ToolResultPart,
} from 'ai';
import { type CacheMark, worthMarking } from './cache-marks.ts';
import type { ChatMessage, ContentPart } from './provider.ts';
import { asObject, CallIds, partsOfStep, toCallPart } from './sdk-tools.ts';
import { alternating, toolCallsOf, paired, withoutTools } from './tool-history.ts';

/** The system prompt is what even the smallest question begins with. */
export const toSdkSystem = (system: string, mark: CacheMark | undefined): string | SystemModelMessage =>
  mark === undefined ? system : { role: 'system', content: system, providerOptions: mark };

/** To whom the messages go. */
export interface Addressee {
  readonly label: string;
  readonly sees: boolean;
  readonly mark?: CacheMark | undefined;
  /** Tools are offered with them; without any, providers refuse calls and results. */
  readonly tools: boolean;
}

/**
 * Our messages as the AI SDK takes them; an image becomes a file part with its media type. With a mark every text
 * stays a part of its own, for what is kept ends where a part does.
 */
export function toSdkMessages(messages: readonly ChatMessage[], to: Addressee): ModelMessage[] {
  const turns = to.tools ? paired(messages) : alternating(withoutTools(messages));
  const marked = to.mark === undefined ? new Set<ContentPart>() : worthMarking(turns);
  const options = (part: ContentPart) =>
    to.mark !== undefined && marked.has(part) ? { providerOptions: to.mark } : {};
  const ids = new CallIds();
  return turns.flatMap((turn): ModelMessage[] => {
    if (turn.role === 'assistant') return [assistant(turn, to.label, ids)];
    const results = toolResults(turn, ids, options);
    const words = userWords(turn, to, options);
    return [
      ...(results === undefined ? [] : [results]),
      ...(words.length === 0 ? [] : [{ role: turn.role, content: words }]),
    ];
  });
}

type Options = (part: ContentPart) => { readonly providerOptions?: CacheMark };

function userWords({ content }: ChatMessage, { sees, mark }: Addressee, options: Options): (TextPart | FilePart)[] {
  const seen = content.filter((part) => part.type === 'text' || (part.type === 'image' && sees));
  return (mark === undefined ? joined(seen) : seen).flatMap((part): (TextPart | FilePart)[] => {
    if (part.type === 'text')
      return [{ type: 'text', text: mark === undefined ? part.text : `${part.text}\n`, ...options(part) }];
    if (part.type !== 'image') return [];
    return [{ type: 'file', mediaType: part.mediaType, data: part.data, ...options(part) }];
  });
}

/** Before the words of the same turn, in a message of their own, as all providers want it. */
function toolResults({ content }: ChatMessage, ids: CallIds, options: Options): ToolModelMessage | undefined {
  const results = content.flatMap((part): ToolResultPart[] => {
    if (part.type !== 'tool-result') return [];
    const output = { type: part.failed === true ? ('error-text' as const) : ('text' as const), value: part.text };
    return [{ type: 'tool-result', toolCallId: ids.of(part.id), toolName: part.name, output, ...options(part) }];
  });
  return results.length === 0 ? undefined : { role: 'tool', content: results };
}

function assistant(turn: ChatMessage, label: string, ids: CallIds): AssistantModelMessage {
  const calls = toolCallsOf(turn);
  const texts = joined(turn.content.filter((part) => part.type === 'text'));
  const said = texts.flatMap((part) => (part.type === 'text' ? [{ type: 'text' as const, text: part.text }] : []));
  const own = calls.length === 0 ? undefined : partsOfStep(turn, label);
  ids.begin(calls, own !== undefined);
  const content = (own ?? [...said, ...calls.map(toCallPart)]).map((part) =>
    part.type === 'tool-call' ? { ...part, toolCallId: ids.of(part.toolCallId), input: asObject(part.input) } : part,
  );
  return { role: 'assistant', content };
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
