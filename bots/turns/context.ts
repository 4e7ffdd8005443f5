import type { Entry } from '../../bridge/appservice/timeline.ts';
import type { EventId } from '../../bridge/protocol/ids.ts';
import { rehearsalLabel } from '../../bridge/text/offline.ts';
import type { ChatMessage, ContentPart } from '../models/providers/provider.ts';
import { cutToTokens } from '../models/token-estimate.ts';
import type { ContextNeed } from './context-need.ts';
import { type Line, lineOf, type LineInput, lineWith, type ReadAttachment, shownAgainLine } from './line.ts';

export interface ContextInput extends Omit<LineInput, 'entryOf'> {
  /** The room or thread as it reads now, oldest first. */
  readonly entries: readonly Entry[];
  readonly source: EventId;
  /** Nothing said after the source belongs to the question; a discussion takes all there is. */
  readonly untilSource: boolean;
  /** For the whole history, estimated. */
  readonly tokens: number;
  /** `whole` where it is not said. */
  readonly need?: ContextNeed;
  /** Where this agent's history began the last time. */
  readonly began?: Beginning | undefined;
  /** Said at the very end, by nobody in the room: the summary, the time, the instruction. */
  readonly closing?: readonly string[];
  /** Files of long ago that are asked for: shown behind the history, which stays as it was read. */
  readonly shownAgain?: ReadonlyMap<EventId, ReadAttachment>;
}

/** The oldest message that is told; the time finds its place again when it was deleted. */
export interface Beginning {
  readonly event: EventId;
  readonly at: number;
}

export interface Context {
  readonly messages: readonly ChatMessage[];
  readonly began: Beginning | undefined;
}

/** What is left of a history that has become too long: cut seldom and deep, it begins the same for many turns. */
export const KEPT_SHARE = 0.5;

/** What small talk is answered from; of a long message its beginning. */
const RECENT = { messages: 8, tokensEach: 200 } as const;

/**
 * The conversation as one agent sees it: its own words as `assistant`, everybody else's as `user` behind the
 * speaker's name, a part a message. It only grows at its end until it no longer fits; then half of the room there is
 * stays. The question itself always stays, shortened if it alone is too long. For small talk it is the last few
 * messages, and where the history began stays as it was. Starts and ends with `user`, never two
 * of a role in a row.
 */
export function buildContext(input: ContextInput): Context {
  const upTo = input.untilSource ? until(input.entries, input.source) : input.entries;
  const told = upTo.filter(
    (entry) => entry.event.eventId === input.source || (!entry.growing && isSaid(entry) && entry.body.trim() !== ''),
  );
  const lineInput: LineInput = { ...input, entryOf: finder(input.entries) };
  const closing = [
    ...told.flatMap((entry) => {
      const again = input.shownAgain?.get(entry.event.eventId);
      return again === undefined ? [] : shownAgainLine(entry, again, lineInput);
    }),
    ...(input.closing ?? []).map((text) => lineWith('user', [{ type: 'text', text, passing: true }])),
  ];
  if (input.need === 'small-talk') {
    const recent = told.slice(-RECENT.messages).map((entry) => shorten(lineOf(entry, lineInput), RECENT.tokensEach));
    return { messages: alternate([...recent, ...closing]), began: input.began };
  }
  const room = input.tokens - sum(closing);
  const kept = cut(told, beginsAt(told, input.began), room, (entry) => {
    const line = lineOf(entry, lineInput);
    return entry.event.eventId === input.source && line.tokens > room ? shorten(line, room) : line;
  });
  const first = told[told.length - kept.length];
  return {
    messages: alternate([...kept, ...closing]),
    began: first === undefined ? undefined : { event: first.event.eventId, at: first.event.at },
  };
}

function cut(told: readonly Entry[], from: number, room: number, read: (entry: Entry) => Line): readonly Line[] {
  const lines: Line[] = [];
  let used = 0;
  let deep = 0;
  for (const entry of told.slice(from).toReversed()) {
    const line = read(entry);
    used += line.tokens;
    if (used > room && lines.length > 0) return lines.slice(0, Math.max(deep, 1)).toReversed();
    lines.push(line);
    if (used <= room * KEPT_SHARE) deep = lines.length;
  }
  return lines.toReversed();
}

function beginsAt(told: readonly Entry[], began: Beginning | undefined): number {
  if (began === undefined) return 0;
  const same = told.findIndex(({ event }) => event.eventId === began.event);
  return same === -1
    ? Math.max(
        0,
        told.findIndex(({ event }) => event.at >= began.at),
      )
    : same;
}

/** Looked for only where something is answered. */
function finder(entries: readonly Entry[]): LineInput['entryOf'] {
  let byId: Map<EventId, Entry> | undefined;
  return (id) => {
    byId ??= new Map(entries.map((entry) => [entry.event.eventId, entry]));
    const found = byId.get(id);
    return found !== undefined && isSaid(found) ? found : undefined;
  };
}

const UNSAID: ReadonlySet<string> = new Set(['relay', 'fault', 'notice', 'card', 'memory']);

/** The house's own lines are no conversation, and what no model has said is no history. */
export const isSaid = (entry: Entry): boolean =>
  !UNSAID.has(entry.event.chavion?.kind ?? '') &&
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

const sum = (lines: readonly Line[]): number => lines.reduce((total, one) => total + one.tokens, 0);

function shorten(long: Line, tokens: number): Line {
  const room = Math.max(tokens, 200);
  if (long.tokens <= room) return long;
  return lineWith(
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
  return messages;
}
