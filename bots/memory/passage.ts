import type { EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import type { PlaceUnit } from '../../bridge/protocol/orders/library-document.ts';

/** A document that a master has put into the memory room, and that stands there. */
export interface RoomDocument {
  readonly event: EventId;
  /** The memory room, or one that it was upgraded from. */
  readonly room: RoomId;
  /** origin_server_ts */
  readonly at: number;
  readonly by: UserId;
  /** mxc:// */
  readonly file: string;
  readonly name: string;
  /** What he wrote beneath it. */
  readonly caption?: string;
}

/** A piece of it, in the words that stand there: anybody may have written them, and nobody but the masters may read them. */
export interface Passage {
  readonly document: RoomDocument;
  /** Where it stands; nothing where the document has no such places. */
  readonly place?: { readonly unit: PlaceUnit; readonly number: number };
  readonly text: string;
  /** Above 0, at most 1, as of facts. */
  readonly score: number;
}

/** The house's library, as whoever recalls asks it: what may be told where he asks himself, as of a line with no origin. */
export interface PassageSource {
  /** The best first, of equal ones the newest document's. Never rejects: without its store nothing is found. */
  find(question: string, most: number): Promise<readonly Passage[]>;
}
