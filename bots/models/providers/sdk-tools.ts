import {
  assistantModelMessageSchema,
  type AssistantModelMessage,
  jsonSchema,
  tool,
  type ToolCallPart,
  type ToolModelMessage,
  type ToolSet,
} from 'ai';
import type { ChatMessage, ToolOffer } from './provider.ts';
import { type Call, toolCallsOf } from './tool-history.ts';

/** No tool has an `execute`: the SDK only asks. Sorted, for they stand in front of the prompt that providers keep. */
export const toSdkTools = (offers: readonly ToolOffer[]): ToolSet =>
  Object.fromEntries(
    offers
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, description, input }) => [name, tool({ description, inputSchema: jsonSchema(input) })]),
  );

type AssistantPart = Exclude<AssistantModelMessage['content'], string>[number];

/** Bytes; thoughts longer than this are not worth their place in the journal. */
const LARGEST_STATE = 256 * 1024;

/** What the provider wants back with the results: the SDK's own parts, thoughts and their signatures among them. */
export function stepState(
  messages: readonly (AssistantModelMessage | ToolModelMessage)[],
  calls: readonly Pick<Call, 'id'>[],
): string | undefined {
  const said = messages.find(({ role }) => role === 'assistant');
  if (said?.role !== 'assistant' || typeof said.content === 'string') return undefined;
  const kept = said.content.filter(
    (part) => part.type !== 'tool-call' || calls.some(({ id }) => id === part.toolCallId),
  );
  const state = JSON.stringify(kept);
  return Buffer.byteLength(state) > LARGEST_STATE ? undefined : state;
}

/** Undefined where the state is of another provider, of another version, or not of these calls. */
export function partsOfStep(message: ChatMessage, label: string): readonly AssistantPart[] | undefined {
  const { step } = message;
  if (step?.provider !== label) return undefined;
  const { data } = assistantModelMessageSchema.safeParse({ role: 'assistant', content: parsed(step.state) });
  if (data === undefined || typeof data.content === 'string') return undefined;
  const asked = data.content.flatMap((part) => (part.type === 'tool-call' ? [part.toolCallId] : []));
  return asked.join('\n') ===
    toolCallsOf(message)
      .map(({ id }) => id)
      .join('\n')
    ? data.content
    : undefined;
}

/** Providers take nothing but an object here; the text that was none is told of in the result. */
export const toCallPart = ({ id, name, input }: Call): ToolCallPart => ({
  type: 'tool-call',
  toolCallId: id,
  toolName: name,
  input: asObject(parsed(input)),
});

export const asObject = (value: unknown): object =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** What every provider takes, of whichever maker the call is. */
const PLAIN_ID = /^[\w-]{1,64}$/;

/**
 * Under which id each call goes out: some servers count anew with every answer, and Anthropic refuses an id that was
 * there before. The same for the same conversation, and never longer than what Mistral takes.
 */
export class CallIds {
  readonly #used = new Set<string>();
  #now = new Map<string, string>();
  #count = 0;

  /** @param own whether the provider itself gave them, and may want them as they were. */
  begin(calls: readonly Pick<Call, 'id'>[], own: boolean): void {
    this.#now = new Map(calls.map(({ id }) => [id, this.#free(id, own)]));
  }

  of(id: string): string {
    return this.#now.get(id) ?? id;
  }

  #free(id: string, own: boolean): string {
    const taken = own || PLAIN_ID.test(id) ? this.#used.has(id) : true;
    let free = id;
    if (taken) {
      do free = `call${String((this.#count += 1)).padStart(5, '0')}`;
      while (this.#used.has(free));
    }
    this.#used.add(free);
    return free;
  }
}
