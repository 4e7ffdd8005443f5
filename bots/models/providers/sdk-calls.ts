import type { LanguageModelMiddleware } from 'ai';
import { ProviderFault } from '../../../bridge/protocol/fault.ts';
import type { Call } from './tool-history.ts';

type SdkStream = Awaited<ReturnType<NonNullable<LanguageModelMiddleware['wrapStream']>>>['stream'];
type SdkPart = SdkStream extends ReadableStream<infer Part> ? Part : never;

/** Of all calls of one answer, in UTF-16 units; and how many. What a file needs goes in steps. */
const MOST_INPUT = 256 * 1024;
const MOST_CALLS = 64;
const USABLE_ID = /^[\w.:-]{1,64}$/;

/**
 * Stands between the provider's wire and the SDK: keeps what the model wrote as it wrote it, gives every call an id of
 * its own, and ends an answer that asks for more than anybody can want.
 */
export class CallWatch {
  readonly #offered: boolean;
  readonly #calls = new Map<string, Call>();
  #arrived = 0;
  #asked = 0;

  /** @param offered without tools there are no calls, whatever the model makes up. */
  constructor(offered: boolean) {
    this.#offered = offered;
  }

  get calls(): readonly Call[] {
    return [...this.#calls.values()];
  }

  readonly wrapStream: NonNullable<LanguageModelMiddleware['wrapStream']> = async ({ doStream }) => {
    const { stream, ...rest } = await doStream();
    const watched = new TransformStream<SdkPart, SdkPart>({
      transform: (part, sink) => {
        const passed = this.#pass(part);
        if (passed !== undefined) sink.enqueue(passed);
      },
    });
    return { ...rest, stream: stream.pipeThrough(watched) };
  };

  #pass(part: SdkPart): SdkPart | undefined {
    // Calls are wanted whole.
    if (part.type === 'tool-input-start' || part.type === 'tool-input-end') return undefined;
    if (part.type === 'tool-input-delta') {
      this.#arrived = within(this.#arrived + part.delta.length, MOST_INPUT);
      return undefined;
    }
    if (part.type !== 'tool-call' || part.providerExecuted === true) return part;
    if (!this.#offered) return undefined;
    const name = part.toolName;
    const input = part.input.trim() === '' ? '{}' : part.input;
    this.#asked = within(this.#asked + name.length + input.length, MOST_INPUT);
    const id = this.#free(part.toolCallId);
    this.#calls.set(id, { type: 'tool-call', id, name, input });
    within(this.#calls.size, MOST_CALLS);
    return { ...part, toolCallId: id };
  }

  #free(id: string): string {
    let free = id;
    for (let n = this.#calls.size; this.#calls.has(free) || !USABLE_ID.test(free); n += 1) free = `call_${n}`;
    return free;
  }
}

function within(amount: number, most: number): number {
  // The same question would bring the same again.
  if (amount > most) throw new ProviderFault('provider.malformed');
  return amount;
}
