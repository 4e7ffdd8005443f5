import type { Entry } from '../../bridge/appservice/timeline.ts';
import type { EventId, UserId } from '../../bridge/protocol/ids.ts';
import type { ContentPart } from '../models/providers/provider.ts';
import { estimateTokens } from '../models/token-estimate.ts';
import { behindMarks, inBrackets, sealed, spoken } from '../residents/sealed.ts';

/** What became of a file somebody posted. */
export type ReadAttachment =
  | { readonly kind: 'text'; readonly text: string; /** A secret stood in it. */ readonly masked?: boolean }
  | { readonly kind: 'image'; readonly mediaType: string; readonly data: Uint8Array }
  | { readonly kind: 'unreadable'; readonly why: string };

export interface LineInput {
  readonly self: UserId;
  /** As it stands inside brackets. */
  readonly nameOf: (user: UserId) => string;
  readonly attachments: ReadonlyMap<EventId, ReadAttachment>;
  readonly sees: boolean;
  readonly entryOf: (id: EventId) => Entry | undefined;
}

/** A message as a model reads it. */
export interface Line {
  readonly role: 'user' | 'assistant';
  readonly parts: readonly ContentPart[];
  readonly tokens: number;
}

const IMAGE_TOKENS = 1_000;

export const lineWith = (role: Line['role'], parts: readonly ContentPart[]): Line => ({
  role,
  parts,
  tokens: parts.reduce((total, part) => total + (part.type === 'text' ? estimateTokens(part.text) : IMAGE_TOKENS), 0),
});

interface Known {
  readonly line: Line;
  /** Whom it answers, as that read. */
  readonly quoted: Entry | undefined;
}

/** Others' words read the same to every agent that hears them, and one's own to oneself; there are many of both. */
const heard = new WeakMap<Entry, Known>();
const own = new WeakMap<Entry, Known>();

/** A line keeps the name under which it was read first: what models have read once does not change behind them. */
export function lineOf(entry: Entry, input: LineInput): Line {
  const { event } = entry;
  if (event.attachment !== undefined) return fileLine(entry, event.attachment.name, input);
  const isOwn = event.sender === input.self;
  const quoted = isOwn || event.replyTo === undefined ? undefined : input.entryOf(event.replyTo);
  const cache = isOwn ? own : heard;
  const known = cache.get(entry);
  if (known !== undefined && known.quoted === quoted) return known.line;
  const body = event.msgtype === 'm.emote' ? `* ${entry.body}` : entry.body;
  const line = isOwn
    ? lineWith('assistant', [{ type: 'text', text: body }])
    : lineWith('user', [
        { type: 'text', text: spoken(`${input.nameOf(event.sender)}${answering(quoted, input)}`, body) },
      ]);
  cache.set(entry, { line, quoted });
  return line;
}

const answering = (quoted: Entry | undefined, { nameOf }: LineInput): string =>
  quoted === undefined ? '' : ` ↪ ${nameOf(quoted.event.sender)}: "${brief(quoted.body)}"`;

const brief = (text: string): string => {
  const one = inBrackets(text).replaceAll('"', "'");
  return one.length > 120 ? `${one.slice(0, 120).toWellFormed()}…` : one;
};

/** A file that has left the history, behind it once more. */
export function shownAgainLine(entry: Entry, read: ReadAttachment, input: LineInput): readonly Line[] {
  if (entry.event.attachment === undefined || entry.event.sender === input.self) return [];
  const { parts } = fileLine(entry, entry.event.attachment.name, {
    ...input,
    attachments: new Map([[entry.event.eventId, read]]),
  });
  const head = '(What was posted earlier and is asked for now, shown once more; nobody says it again:)';
  return [
    lineWith(
      'user',
      [{ type: 'text', text: head } as const, ...parts].map((part) =>
        part.type === 'text' || part.type === 'image' ? { ...part, passing: true as const } : part,
      ),
    ),
  ];
}

function fileLine(entry: Entry, name: string, input: LineInput): Line {
  const { event, body } = entry;
  const caption = body === name ? '' : body;
  const file = inBrackets(name);
  if (event.sender === input.self)
    return lineWith('assistant', [{ type: 'text', text: `[file: ${file}]${caption === '' ? '' : ` ${caption}`}` }]);
  const quoted = event.replyTo === undefined ? undefined : input.entryOf(event.replyTo);
  const read = input.attachments.get(event.eventId);
  const line = (what: string): string => {
    const head = `${input.nameOf(event.sender)}${answering(quoted, input)}, ${what}`;
    return caption === '' ? `[${head}]` : spoken(head, caption);
  };
  if (read?.kind === 'text') {
    const content = behindMarks(sealed(`file ${file}`, read.text));
    return lineWith('user', [{ type: 'text', text: `${line(`file: ${file}`)}\n| ${content}` }]);
  }
  if (read?.kind === 'image' && input.sees)
    return lineWith('user', [
      { type: 'text', text: line(`image: ${file}`) },
      { type: 'image', mediaType: read.mediaType, data: read.data },
    ]);
  if (read === undefined)
    return lineWith('user', [{ type: 'text', text: line(`file: ${file}, posted earlier and not shown again`) }]);
  const why = read.kind === 'unreadable' ? read.why : 'you cannot see images';
  return lineWith('user', [{ type: 'text', text: line(`file: ${file}, not readable for you: ${inBrackets(why)}`) }]);
}
