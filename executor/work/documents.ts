import { mkdirSync } from 'node:fs';
import type { Redis } from 'ioredis';
import type { Account } from '../../bridge/matrix/account.ts';
import { MAX_DOCUMENT_BYTES } from '../../bridge/protocol/orders/posted-document.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { readInBox, wordOf } from './read-in-box.ts';

/** Why nothing was read, as the program says it (`executor/programs/document-reader.ts`). */
interface Unread {
  readonly v: 1;
  readonly word: string;
}

/** One kind of reading: what may be read, by which program, and what is left of it. */
export interface BoxReadingKind<Job extends { readonly asked: number }, Words> {
  /** Where the words are left, for `leftSeconds`. */
  readonly keyOf: (job: Job) => string;
  readonly leftSeconds: number;
  /** So long somebody waits for it. */
  readonly askedMs: number;
  readonly program: string;
  readonly timeoutMs: number;
  readonly outputBytes: number;
  /** The file with the program's arguments, or in a word why there is none. */
  readonly find: (job: Job) => Promise<{ readonly file: string; readonly args: readonly string[] } | string>;
  /** Null where the program printed more than it should. */
  readonly wordsOf: (stdout: string) => Words | null;
}

export interface DocumentsDeps {
  readonly account: Pick<Account, 'download'>;
  readonly sandbox: Sandbox;
  /** An empty folder of its own, which the box has for a workspace and cannot write. */
  readonly folder: string;
  /** Where the words are left, for a while; they are there already for whoever asks again. */
  readonly left: {
    has(key: string): Promise<boolean>;
    leave(key: string, words: object, seconds: number): Promise<void>;
  };
  readonly now: () => number;
}

/** Reads what people wrote elsewhere, each file once, in the box and without any network. */
export class Documents<Job extends { readonly asked: number }, Words extends object> {
  readonly #deps: DocumentsDeps;
  readonly #kind: BoxReadingKind<Job, Words>;

  constructor(deps: DocumentsDeps, kind: BoxReadingKind<Job, Words>) {
    this.#deps = deps;
    this.#kind = kind;
    mkdirSync(deps.folder, { recursive: true, mode: 0o700 });
  }

  async read(job: Job): Promise<void> {
    const { left, now } = this.#deps;
    const { keyOf, askedMs, leftSeconds } = this.#kind;
    if (Math.abs(now() - job.asked) > askedMs || (await left.has(keyOf(job)))) return;
    await left.leave(keyOf(job), await this.#words(job), leftSeconds);
  }

  async #words(job: Job): Promise<Words | Unread> {
    const { account, sandbox, folder } = this.#deps;
    const { find, program, timeoutMs, outputBytes, wordsOf } = this.#kind;
    const found = await find(job);
    if (typeof found === 'string') return { v: 1, word: found };
    const stdin = await account.download(found.file, MAX_DOCUMENT_BYTES).catch(() => null);
    if (stdin === null) return { v: 1, word: 'no-file' };
    const box = { sandbox, folder, timeoutMs, outputBytes };
    const read = await readInBox(box, { program, args: found.args, stdin });
    const word = wordOf(read);
    return word === null ? (wordsOf(read.stdout) ?? { v: 1, word: 'too-much' }) : { v: 1, word };
  }
}

/** What was read, in the executor's own keys. */
export const leftIn = (redis: Pick<Redis, 'exists' | 'set'>): DocumentsDeps['left'] => ({
  has: async (key) => (await redis.exists(key)) > 0,
  leave: async (key, words, seconds) => void (await redis.set(key, JSON.stringify(words), 'EX', seconds)),
});
