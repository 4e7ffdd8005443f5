import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { maskSecrets } from '../../bridge/matrix/secrets/secrets.ts';
import type { EventId, RoomId } from '../../bridge/protocol/ids.ts';
import { PostedDocument } from '../../bridge/protocol/orders/posted-document.ts';
import { documentKey, type OrderBox } from '../../bridge/queue/executor-queue.ts';
import { cleanText } from '../../bridge/text/clean-text.ts';
import type { ReadAttachment } from './line.ts';

/** What a model is told of a file that could not be read, to say it in its own words. */
const WHY: Readonly<Record<string, string>> = {
  encrypted: 'it is protected by a password',
  broken: 'the file is damaged',
  bomb: 'it would unpack to far more than it may, so it was not opened',
  'too-big': 'it is bigger than 16 MiB',
  'too-much': 'reading it took more time or memory than it may',
  scanned: 'its pages are pictures without any text in them',
  empty: 'there is no text in it',
  unsupported: 'this kind of file cannot be read',
  'other-room': 'files of this kind or size are read in the headquarters only',
  'no-file': 'it could not be fetched',
};
const NOT_READ = 'it could not be read just now';

const WAIT_MS = 20_000;
const LOOK_EVERY_MS = 150;

export interface DocumentReadingDeps {
  readonly redis: Pick<Redis, 'get'>;
  readonly orders: Pick<OrderBox, 'add'>;
  readonly waitMs?: number;
}

/** The words of a document that somebody posted, as the executor reads them; null where none have come in time. */
export type DocumentReading = (room: RoomId, event: EventId) => Promise<ReadAttachment | null>;

/** Asks the executor once and waits for a bounded time. */
export function documentReading({ redis, orders, waitMs = WAIT_MS }: DocumentReadingDeps): DocumentReading {
  const look = async (event: EventId): Promise<ReadAttachment | null> => {
    const stored = await redis.get(documentKey(event));
    return stored === null ? null : asRead(PostedDocument.parse(JSON.parse(stored)));
  };
  return async (room, event) => {
    const known = await look(event);
    if (known !== null) return known;
    const asked = Date.now();
    await orders.add({ v: 1, type: 'document', room, event, asked });
    while (Date.now() - asked < waitMs) {
      await sleep(LOOK_EVERY_MS);
      const read = await look(event);
      if (read !== null) return read;
    }
    return null;
  };
}

function asRead(document: PostedDocument): ReadAttachment {
  if ('text' in document) return { kind: 'text', ...maskSecrets(cleanText(document.text)) };
  return { kind: 'unreadable', why: WHY[document.word] ?? NOT_READ };
}
