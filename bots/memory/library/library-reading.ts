import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { maskSecrets } from '../../../bridge/matrix/secrets/secrets.ts';
import { LIBRARY_ASKED_MS, LibraryDocument } from '../../../bridge/protocol/orders/library-document.ts';
import { libraryKey, type OrderBox } from '../../../bridge/queue/executor-queue.ts';
import { cleanText } from '../../../bridge/text/clean-text.ts';

export interface LibraryReadingDeps {
  readonly redis: Pick<Redis, 'get' | 'del'>;
  readonly orders: Pick<OrderBox, 'add'>;
  readonly waitMs?: number;
}

/** A document's pages as the executor reads them, without secrets; null where none have come in time. */
export type LibraryReading = (file: string, name: string, signal: AbortSignal) => Promise<LibraryDocument | null>;

const LOOK_EVERY_MS = 300;
/** Not the document's own fault: another time it may be read. */
const PASSING: ReadonlySet<string> = new Set(['unavailable', 'no-file']);

/** Asks the executor once and waits for a bounded time. */
export function libraryReading({ redis, orders, waitMs = LIBRARY_ASKED_MS }: LibraryReadingDeps): LibraryReading {
  const taken = async (file: string): Promise<LibraryDocument | null> => {
    const stored = await redis.get(libraryKey(file));
    if (stored === null) return null;
    await redis.del(libraryKey(file));
    return LibraryDocument.parse(JSON.parse(stored));
  };
  return async (file, name, signal) => {
    const asked = Date.now();
    await orders.add({ v: 1, type: 'library', file, name, asked });
    while (Date.now() - asked < waitMs) {
      const document = await taken(file);
      if (document !== null) return 'word' in document && PASSING.has(document.word) ? null : cleaned(document);
      await sleep(LOOK_EVERY_MS, undefined, { signal, ref: false });
    }
    return null;
  };
}

async function cleaned(document: LibraryDocument): Promise<LibraryDocument> {
  if ('word' in document) return document;
  const pages: string[] = [];
  for (const page of document.pages) {
    pages.push(maskSecrets(cleanText(page)).text);
    // Somebody may wait for an answer meanwhile.
    await sleep(0);
  }
  return { ...document, pages };
}
