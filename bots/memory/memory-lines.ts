import type { AgentId, EventId, UserId } from '../../bridge/protocol/ids.ts';
import { commandHead } from '../../bridge/protocol/orders/order-words.ts';
import { isSign, YES } from '../../bridge/protocol/orders/consent-signs.ts';
import type { EditEvent, MessageEvent, ReactionEvent, RoomEvent } from '../../bridge/protocol/room-event.ts';
import type { MemoryLine } from './memory-line.ts';

/** A line before it has its number. */
export type UnnumberedLine = Omit<MemoryLine, 'number'>;

/** How a master's own words are taken. */
export interface LineReader {
  readonly read: (text: string) => { readonly kind: 'order' | 'fact'; readonly agent?: AgentId; readonly text: string };
  /** Whether they hold a number of a person that is not kept unasked. */
  readonly isPersonal: (text: string) => boolean;
}

/** Who may write lines at this moment. */
export interface Writers {
  readonly masters: ReadonlySet<UserId>;
  readonly coordinator: UserId;
}

/** What stands in the room and is, or could be, a line. */
interface Candidate {
  readonly event: MessageEvent;
  /** As it was read last, so that a line is read once for each of its wordings. */
  reading?: { readonly body: string; readonly line: UnnumberedLine | null };
}

/** More messages than anybody writes by hand in a lifetime of reading them again; the oldest go. */
const MOST_CANDIDATES = 20_000;
/** What came for messages that are not here, or not yet. */
const MOST_LOOSE = 20_000;

/**
 * The memory room's events, reduced to the lines that stand. No I/O: the same events give the same lines, in whatever
 * order they come. Nobody's message is a line but a master's own and the coordinator's; an edit counts only by its
 * message's sender; a line with a personal number holds only under a master's ✅.
 */
export class MemoryLines {
  readonly #candidates = new Map<EventId, Candidate>();
  /** By target and sender. */
  readonly #edits = new Map<string, readonly EditEvent[]>();
  readonly #gone = new Set<EventId>();
  readonly #yes = new Map<EventId, ReactionEvent>();
  readonly #reader: LineReader;

  constructor(reader: LineReader) {
    this.#reader = reader;
  }

  /** Whether it can have changed what stands. */
  put(event: RoomEvent): boolean {
    switch (event.kind) {
      case 'message':
        return this.#said(event);
      case 'edit': {
        // A secret is taken out of the room, and with it the edit.
        if (event.masked) return false;
        const key = editKey(event.target, event.sender);
        const known = this.#edits.get(key) ?? [];
        if (known.some(({ eventId }) => eventId === event.eventId)) return false;
        this.#edits.set(
          key,
          [...known, event].sort((a, b) => b.at - a.at),
        );
        trim(this.#edits, MOST_LOOSE);
        return true;
      }
      case 'redaction':
        this.drop(event.target);
        return true;
      case 'reaction':
        if (!isSign(event.key, YES) || this.#gone.has(event.eventId)) return false;
        this.#yes.set(event.eventId, event);
        trim(this.#yes, MOST_LOOSE);
        return true;
      case 'poll-response':
      case 'membership':
      case 'power':
      case 'encrypted':
      case 'upgrade':
      case 'standing':
      case 'command-result':
      case 'plan-result':
      case 'other':
      case 'unreadable':
        return false;
    }
  }

  #said(event: MessageEvent): boolean {
    const known = this.#candidates.get(event.eventId)?.event;
    // Written a moment ago by ourselves, it has the homeserver's time only when it comes back.
    if (this.#gone.has(event.eventId) || known?.at === event.at || !isCandidate(event)) return false;
    this.#candidates.set(event.eventId, { event });
    trim(this.#candidates, MOST_CANDIDATES);
    return true;
  }

  /** Newest first. */
  standing(writers: Writers): readonly UnnumberedLine[] {
    const agreed = new Map<EventId, number>();
    for (const { sender, target, at } of this.#yes.values())
      if (writers.masters.has(sender)) agreed.set(target, Math.max(at, agreed.get(target) ?? 0));
    const lines: UnnumberedLine[] = [];
    const replaced = new Set<EventId>();
    for (const candidate of this.#candidates.values()) {
      const line = this.#lineOf(candidate, writers);
      if (line === null || this.#waitsForYes(candidate.event, line, agreed.get(line.event))) continue;
      lines.push(line);
      const { replyTo, chavion } = candidate.event;
      if (replyTo !== undefined && chavion === undefined) replaced.add(replyTo);
    }
    return lines
      .filter(({ event }) => !replaced.has(event) || this.#candidates.get(event)?.event.chavion === undefined)
      .sort((a, b) => b.at - a.at);
  }

  has(event: EventId): boolean {
    return this.#candidates.has(event);
  }

  knows(event: EventId): boolean {
    return this.has(event) || [...this.#edits.values()].some((edits) => edits.some(({ eventId }) => eventId === event));
  }

  /** It is out of the room, and will not come again. */
  drop(event: EventId): void {
    this.#gone.add(event);
    trim(this.#gone, MOST_LOOSE);
    this.#candidates.delete(event);
    this.#yes.delete(event);
  }

  /** The coordinator's line that this message of a master's stands in the place of. */
  replacedBy(event: EventId): MessageEvent | null {
    const replyTo = this.#candidates.get(event)?.event.replyTo;
    const target = replyTo === undefined ? undefined : this.#candidates.get(replyTo)?.event;
    return target?.chavion === undefined ? null : target;
  }

  /** @param agreedAt when a master said yes to it: what he has edited since he has not. */
  #waitsForYes(event: MessageEvent, { text }: UnnumberedLine, agreedAt: number | undefined): boolean {
    // What the coordinator wrote, a master had said yes to before.
    if (event.chavion !== undefined || !this.#reader.isPersonal(text)) return false;
    return agreedAt === undefined || agreedAt < (this.#editOf(event)?.at ?? event.at);
  }

  #lineOf(candidate: Candidate, { masters, coordinator }: Writers): UnnumberedLine | null {
    const { event } = candidate;
    const own = event.chavion !== undefined;
    if (own ? event.sender !== coordinator : !masters.has(event.sender)) return null;
    const body = own ? event.body : (this.#editOf(event)?.body ?? event.body);
    if (candidate.reading?.body !== body)
      candidate.reading = { body, line: own ? writtenLine(event) : this.#typedLine(event, body) };
    return candidate.reading.line;
  }

  #editOf({ eventId, sender }: MessageEvent): EditEvent | undefined {
    return this.#edits.get(editKey(eventId, sender))?.find((edit) => !this.#gone.has(edit.eventId));
  }

  #typedLine({ eventId: event, roomId: room, sender: by, at }: MessageEvent, body: string): UnnumberedLine | null {
    if (body.trim() === '' || commandHead(body) !== null) return null;
    const { kind, agent, text } = this.#reader.read(body);
    return text.trim() === '' ? null : { event, room, at, by, kind, text, ...(agent === undefined ? {} : { agent }) };
  }
}

/** A master's plain words in the room's main line, or what the coordinator has written down as a line. */
function isCandidate({ msgtype, thread, masked, attachment, chavion }: MessageEvent): boolean {
  if (thread !== undefined || masked || attachment !== undefined) return false;
  return chavion === undefined ? msgtype === 'm.text' : chavion.kind === 'memory' && chavion.remembers !== undefined;
}

function writtenLine({ eventId: event, roomId: room, at, body, chavion }: MessageEvent): UnnumberedLine | null {
  if (chavion?.remembers === undefined) return null;
  const { remembers: kind, by, agent, quotes, source, sourceRoom } = chavion;
  return {
    event,
    room,
    at,
    kind,
    text: body,
    ...(by === undefined ? {} : { by }),
    ...(agent === undefined ? {} : { agent }),
    ...(quotes === undefined ? {} : { quotes }),
    ...(source === undefined || sourceRoom === undefined ? {} : { origin: { room: sourceRoom, event: source } }),
  };
}

const editKey = (target: EventId, sender: UserId): string => `${target} ${sender}`;

function trim<K>(all: Map<K, unknown> | Set<K>, most: number): void {
  if (all.size <= most) return;
  for (const oldest of all.keys()) {
    if (all.size <= most) return;
    all.delete(oldest);
  }
}
