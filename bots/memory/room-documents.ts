import { isDocument } from '../../bridge/protocol/orders/posted-document.ts';
import type { EventId, UserId } from '../../bridge/protocol/ids.ts';
import type { MessageEvent, RoomEvent } from '../../bridge/protocol/room-event.ts';
import type { RoomDocument } from './passage.ts';

/** The oldest go. */
const MOST_DOCUMENTS = 2_000;
const MOST_GONE = 20_000;

/**
 * The memory room's events, reduced to the documents that stand there: files that masters have posted into its main line.
 * No I/O: the same events give the same documents, in whatever order they come.
 */
export class RoomDocuments {
  readonly #documents = new Map<EventId, RoomDocument>();
  readonly #gone = new Set<EventId>();

  /** Whether it can have changed what stands. */
  put(event: RoomEvent): boolean {
    if (event.kind === 'redaction') return this.drop(event.target);
    if (event.kind !== 'message') return false;
    const document = documentOf(event);
    if (document === null || this.#gone.has(event.eventId) || this.#documents.has(event.eventId)) return false;
    this.#documents.set(event.eventId, document);
    trim(this.#documents, MOST_DOCUMENTS);
    return true;
  }

  /** It is out of the room, and will not come again. */
  drop(event: EventId): boolean {
    this.#gone.add(event);
    trim(this.#gone, MOST_GONE);
    return this.#documents.delete(event);
  }

  /** Newest first. */
  standing(masters: ReadonlySet<UserId>): readonly RoomDocument[] {
    return [...this.#documents.values()].filter(({ by }) => masters.has(by)).toSorted((a, b) => b.at - a.at);
  }
}

function documentOf(message: MessageEvent): RoomDocument | null {
  const { attachment, thread, masked, chavion, body } = message;
  if (attachment === undefined || thread !== undefined || masked || chavion !== undefined) return null;
  if (!isDocument(attachment)) return null;
  const { eventId: event, roomId: room, at, sender: by } = message;
  const { url: file, name } = attachment;
  return { event, room, at, by, file, name, ...(body === name || body.trim() === '' ? {} : { caption: body }) };
}

function trim(all: Map<EventId, unknown> | Set<EventId>, most: number): void {
  if (all.size <= most) return;
  for (const oldest of all.keys()) {
    if (all.size <= most) return;
    all.delete(oldest);
  }
}
