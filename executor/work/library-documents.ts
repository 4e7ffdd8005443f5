import { LIBRARY_ASKED_MS, type LibraryJob, LibraryPages } from '../../bridge/protocol/orders/library-document.ts';
import { libraryKey } from '../../bridge/queue/executor-queue.ts';
import type { BoxReadingKind } from './documents.ts';

/** A thousand full pages; with what JSON adds. */
const MOST_LETTERS = 2_000_000;
const MOST_OUTPUT = 16 * 1024 * 1024;

/** Documents of the library, read whole, page by page. */
export const libraryDocuments: BoxReadingKind<LibraryJob, { readonly v: 1 } & LibraryPages> = {
  keyOf: ({ file }) => libraryKey(file),
  // The swarm takes the pages at once, and keeps them.
  leftSeconds: 900,
  askedMs: LIBRARY_ASKED_MS,
  program: 'read-pages',
  timeoutMs: 120_000,
  outputBytes: MOST_OUTPUT,
  find: ({ file, name }) => Promise.resolve({ file, args: [String(MOST_LETTERS), name.replaceAll('\0', '')] }),
  wordsOf: (stdout) => {
    const pages = LibraryPages.safeParse(jsonOf(stdout));
    return pages.success ? { v: 1, ...pages.data } : null;
  },
};

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
