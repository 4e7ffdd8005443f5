import { mkdirSync } from 'node:fs';
import type { Account } from '../../bridge/matrix/account.ts';
import {
  LIBRARY_ASKED_MS,
  type LibraryDocument,
  type LibraryJob,
  LibraryPages,
} from '../../bridge/protocol/orders/library-document.ts';
import { MAX_DOCUMENT_BYTES } from '../../bridge/protocol/orders/posted-document.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { readInBox, wordOf } from './read-in-box.ts';

export interface LibraryDocumentsDeps {
  readonly account: Pick<Account, 'download'>;
  readonly sandbox: Sandbox;
  /** An empty folder of its own, which the box has for a workspace and cannot write. */
  readonly folder: string;
  readonly left: {
    has(file: string): Promise<boolean>;
    leave(file: string, document: LibraryDocument): Promise<void>;
  };
  readonly now: () => number;
}

const TIMEOUT_MS = 120_000;
/** A thousand full pages; with what JSON adds. */
const MOST_LETTERS = 2_000_000;
const MOST_OUTPUT = 16 * 1024 * 1024;

/** Reads documents of the library whole, in the box and without any network. */
export class LibraryDocuments {
  readonly #deps: LibraryDocumentsDeps;

  constructor(deps: LibraryDocumentsDeps) {
    this.#deps = deps;
    mkdirSync(deps.folder, { recursive: true, mode: 0o700 });
  }

  async read(job: LibraryJob): Promise<void> {
    const { left, now } = this.#deps;
    if (Math.abs(now() - job.asked) > LIBRARY_ASKED_MS || (await left.has(job.file))) return;
    await left.leave(job.file, await this.#pages(job));
  }

  async #pages({ file, name }: LibraryJob): Promise<LibraryDocument> {
    const { account, sandbox, folder } = this.#deps;
    const stdin = await account.download(file, MAX_DOCUMENT_BYTES).catch(() => null);
    if (stdin === null) return { v: 1, word: 'no-file' };
    const args = [String(MOST_LETTERS), name.replaceAll('\0', '')];
    const read = await readInBox(
      { sandbox, folder, timeoutMs: TIMEOUT_MS, outputBytes: MOST_OUTPUT },
      { program: 'read-pages', args, stdin },
    );
    const word = wordOf(read);
    if (word !== null) return { v: 1, word };
    const pages = LibraryPages.safeParse(jsonOf(read.stdout));
    return pages.success ? { v: 1, ...pages.data } : { v: 1, word: 'too-much' };
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
