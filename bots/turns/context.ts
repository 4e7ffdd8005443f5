import type { Entry } from '../../bridge/appservice/timeline.ts';
import type { EventId, UserId } from '../../bridge/protocol/ids.ts';
import { rehearsalLabel } from '../../bridge/text/offline.ts';
import type { ChatMessage, ContentPart } from '../models/providers/provider.ts';
import { cutToTokens, estimateTokens } from '../models/token-estimate.ts';

/** What became of a file somebody posted. */
export type ReadAttachment =
  | { readonly kind: 'text'; readonly text: string; /** A secret stood in it. */ readonly masked?: boolean }
  | { readonly kind: 'image'; readonly mediaType: string; readonly data: Uint8Array }
  | { readonly kind: 'unreadable'; readonly why: string };

export interface ContextInput {
  /** The room or thread as it reads now, oldest first. */
  readonly entries: readonly Entry[];
  readonly self: UserId;
  readonly source: EventId;
  /** Nothing said after the source belongs to the question; a discussion takes all there is. */
  readonly untilSource: boolean;
  readonly nameOf: (user: UserId) => string;
  readonly attachments: ReadonlyMap<EventId, ReadAttachment>;
  readonly sees: boolean;
  /** For the whole history, estimated. */
  readonly tokens: number;
  /** What was said before all this, summed up; stands first. */
  readonly memory?: string | undefined;
  /** Said to the agent at the very end, by nobody in the room. */
  readonly instruction?: string;
}

const IMAGE_TOKENS = 1_000;

interface Line {
  readonly role: 'user' | 'assistant';
  readonly parts: readonly ContentPart[];
  readonly tokens: number;
}

/**
 * The conversation as one agent sees it: its own words as `assistant`, everybody else's as `user` with the
 * speaker's name. Cut at message borders from the oldest on; the question itself always stays, shortened if it
 * alone is too long. Starts and ends with `user`, never two of a role in a row.
 */
export function buildContext(input: ContextInput): readonly ChatMessage[] {
  const upTo = input.untilSource ? until(input.entries, input.source) : input.entries;
  const closing: Line[] =
    input.instruction === undefined ? [] : [line('user', [{ type: 'text', text: input.instruction }])];
  const opening: Line[] = input.memory === undefined ? [] : [line('user', [{ type: 'text', text: input.memory }])];

  let left = input.tokens - sum(closing) - sum(opening);
  const kept: Line[] = [];
  for (const entry of upTo.toReversed()) {
    if (entry.growing || !(isSaid(entry) || entry.event.eventId === input.source)) continue;
    let one = lineOf(entry, input);
    if (one.tokens > left) {
      if (entry.event.eventId !== input.source) break;
      one = shorten(one, left);
    }
    left -= one.tokens;
    kept.push(one);
  }
  return alternate([...opening, ...kept.toReversed(), ...closing]);
}

/** What is to be pasted elsewhere, and a summary that is shown, only repeat what was said; and what no model has said is no history. */
export const isSaid = (entry: Entry): boolean =>
  entry.event.chavion?.kind !== 'relay' &&
  entry.event.chavion?.memory !== true &&
  entry.event.chavion?.quiet !== true &&
  !isRehearsed(entry);

const LABELS = [rehearsalLabel.ko(), rehearsalLabel.en()];

/** A stand-in's words, its own or in place of a model that failed: a real one would take them for its own earlier answers. */
export const isRehearsed = ({ event: { chavion }, body }: Entry): boolean =>
  chavion !== undefined &&
  (chavion.rehearsal === true ||
    ((chavion.kind === 'answer' || chavion.kind === 'act') && LABELS.some((label) => body.startsWith(`${label} `))));

function until(entries: readonly Entry[], source: EventId): readonly Entry[] {
  const at = entries.findLastIndex((entry) => entry.event.eventId === source);
  return at === -1 ? entries : entries.slice(0, at + 1);
}

/** Others' plain words read the same to every agent that hears them, and there are many of both. */
const shared = new WeakMap<Entry, { readonly name: string; readonly line: Line }>();

function lineOf(entry: Entry, input: ContextInput): Line {
  const { event } = entry;
  // Where the coordinator is not in a room, an agent says its lines: these are not the agent's own words.
  const own = event.sender === input.self && event.chavion?.kind !== 'notice';
  if (own || event.replyTo !== undefined || event.attachment !== undefined) return describe(entry, own, input);
  const name = input.nameOf(event.sender);
  const known = shared.get(entry);
  if (known?.name === name) return known.line;
  const made = describe(entry, own, input);
  shared.set(entry, { name, line: made });
  return made;
}

function describe(entry: Entry, own: boolean, input: ContextInput): Line {
  const { event } = entry;
  const quoted =
    event.replyTo === undefined ? undefined : input.entries.find((other) => other.event.eventId === event.replyTo);
  const reply = quoted === undefined || own ? '' : ` (↪ ${input.nameOf(quoted.event.sender)}: "${brief(quoted.body)}")`;
  const name = own ? '' : `[${input.nameOf(event.sender)}]${reply} `;
  const body = event.msgtype === 'm.emote' ? `* ${entry.body}` : entry.body;

  const attachment = input.attachments.get(event.eventId);
  if (event.attachment === undefined) return line(own ? 'assistant' : 'user', [{ type: 'text', text: name + body }]);
  const file = event.attachment.name;
  const caption = body === file ? '' : ` ${body}`;
  if (own) return line('assistant', [{ type: 'text', text: `[file: ${file}]${caption}` }]);
  if (attachment?.kind === 'text') {
    return line('user', [{ type: 'text', text: `${name}[file: ${file}]${caption}\n"""\n${attachment.text}\n"""` }]);
  }
  if (attachment?.kind === 'image' && input.sees) {
    return line('user', [
      { type: 'text', text: `${name}[image: ${file}]${caption}` },
      { type: 'image', mediaType: attachment.mediaType, data: attachment.data },
    ]);
  }
  const why =
    attachment?.kind === 'unreadable'
      ? attachment.why
      : attachment === undefined
        ? 'not loaded'
        : 'you cannot see images';
  return line('user', [{ type: 'text', text: `${name}[file: ${file}, not readable for you: ${why}]${caption}` }]);
}

const brief = (text: string): string => {
  const one = text.replace(/\s+/g, ' ').trim();
  return one.length > 120 ? `${one.slice(0, 120).toWellFormed()}…` : one;
};

const line = (role: Line['role'], parts: readonly ContentPart[]): Line => ({
  role,
  parts,
  tokens: parts.reduce((total, part) => total + (part.type === 'text' ? estimateTokens(part.text) : IMAGE_TOKENS), 0),
});

const sum = (lines: readonly Line[]): number => lines.reduce((total, one) => total + one.tokens, 0);

function shorten(long: Line, tokens: number): Line {
  const room = Math.max(tokens, 200);
  return line(
    long.role,
    long.parts.map((part) => (part.type === 'text' ? { type: 'text', text: cutToTokens(part.text, room) } : part)),
  );
}

/** Neighbours of one role become one message; models that want strict turns get them, the others lose nothing. */
function alternate(lines: readonly Line[]): readonly ChatMessage[] {
  const messages: { role: Line['role']; content: ContentPart[] }[] = [];
  for (const one of lines) {
    const last = messages.at(-1);
    if (last?.role === one.role) {
      last.content.push(...one.parts);
    } else {
      messages.push({ role: one.role, content: [...one.parts] });
    }
  }
  if (messages[0]?.role === 'assistant') messages.unshift({ role: 'user', content: [{ type: 'text', text: '[…]' }] });
  if (messages.at(-1)?.role !== 'user') messages.push({ role: 'user', content: [{ type: 'text', text: '[…]' }] });
  return messages.map(({ role, content }) => ({ role, content: joinText(content) }));
}

function joinText(parts: readonly ContentPart[]): readonly ContentPart[] {
  const joined: ContentPart[] = [];
  let texts: string[] = [];
  const flush = () => {
    if (texts.length > 0) joined.push({ type: 'text', text: texts.join('\n') });
    texts = [];
  };
  for (const part of parts) {
    if (part.type === 'text') {
      texts.push(part.text);
      continue;
    }
    flush();
    joined.push(part);
  }
  flush();
  return joined;
}
