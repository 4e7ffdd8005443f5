// oxlint-disable-next-line typescript/no-explicit-any -- a parsed body is looked into freely, an absent field fails the test
export type Json = any;

export interface Said {
  readonly role: 'user' | 'assistant';
  readonly text: string;
  readonly images: number;
}

/** A tool that a scripted agent asks for. */
export interface ScriptedCall {
  readonly name: string;
  /** A text stands for itself: JSON that is none. */
  readonly input: object | string;
  readonly id?: string;
}

/** What came of a call, as it was handed back. */
export interface Handed {
  readonly id: string;
  readonly text: string;
  readonly failed: boolean;
}

export interface OfferedTool {
  readonly name: string;
  readonly description: string;
  readonly schema: Json;
}

/** What a provider's own search has found. */
export interface Found {
  readonly queries: readonly string[];
  readonly sources: readonly { readonly url: string; readonly title: string }[];
  /** So many of them, the last ones, are named by the answer. */
  readonly cited?: number;
}

export const citedOf = ({ sources, cited = 0 }: Found) => sources.slice(sources.length - cited);

/** How one provider is asked, and how it streams; after the recordings in `test/contract/fixtures`. */
export interface WireFormat {
  readonly system: (body: Json) => string;
  readonly messages: (body: Json) => readonly Said[];
  readonly tools: (body: Json) => readonly OfferedTool[];
  /** Of each answer with calls the results, in order. */
  readonly results: (body: Json) => readonly (readonly Handed[])[];
  /** It is to look things up by itself. */
  readonly isSearch: (body: Json) => boolean;
  readonly begin: string;
  /** Before the first words: what it has found. */
  readonly found: (found: Found) => string;
  /** Behind the last piece: what the words rest on. */
  readonly cites: (found: Found) => string;
  /** Before the first piece of text, and behind the last. */
  readonly open: string;
  readonly piece: (text: string) => string;
  readonly close: (text: string) => string;
  /** In pieces, those of calls side by side in turn. `text`: some was said before. */
  readonly calls: (calls: readonly ScriptedCall[], text: boolean) => readonly string[];
  readonly end: (text: string, calls: readonly ScriptedCall[], found?: Found) => string;
}

export const inputText = ({ input }: ScriptedCall): string =>
  typeof input === 'string' ? input : JSON.stringify(input);
export const idOf = ({ id }: ScriptedCall, at: number): string => id ?? `call_${at + 1}`;

/** The arguments in three pieces, and those of all calls in turn. */
export function inTurn(calls: readonly ScriptedCall[], piece: (text: string, at: number) => string): string[] {
  return [0, 1, 2].flatMap((third) =>
    calls.map((call, at) => {
      const text = inputText(call);
      const size = Math.ceil(text.length / 3);
      return piece(text.slice(third * size, (third + 1) * size), at);
    }),
  );
}

/** Neighbours that `same` says belong to one answer, together. */
export function grouped<T>(list: readonly T[], isOne: (one: T) => boolean): T[][] {
  const groups: T[][] = [];
  let open: T[] | undefined;
  for (const one of list) {
    if (!isOne(one)) open = undefined;
    else if (open === undefined) groups.push((open = [one]));
    else open.push(one);
  }
  return groups;
}

export const data = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
export const event = (value: { readonly type: string; readonly [field: string]: unknown }) =>
  `event: ${value.type}\n${data(value)}`;

export function said(role: string, parts: readonly Json[], isImage: (part: Json) => boolean): Said {
  const text = parts.flatMap((part) => (typeof part.text === 'string' ? [part.text] : [])).join('\n');
  return { role: role === 'user' ? 'user' : 'assistant', text, images: parts.filter(isImage).length };
}
export const partsOf = (content: Json): Json[] => (typeof content === 'string' ? [{ text: content }] : content);
