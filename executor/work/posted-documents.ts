import { mkdirSync } from 'node:fs';
import type { Account } from '../../bridge/matrix/account.ts';
import { decodeEvent } from '../../bridge/matrix/decode.ts';
import type { RoomId } from '../../bridge/protocol/ids.ts';
import {
  DOCUMENT_ASKED_MS,
  type DocumentJob,
  MAX_DOCUMENT_BYTES,
  type PostedDocument,
} from '../../bridge/protocol/orders/posted-document.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { readInBox, wordOf } from './read-in-box.ts';

export interface PostedDocumentsDeps {
  readonly account: Pick<Account, 'event' | 'download'>;
  readonly rooms: { readonly all: readonly RoomId[] };
  readonly sandbox: Sandbox;
  /** An empty folder of its own, which the box has for a workspace and cannot write. */
  readonly folder: string;
  /** Where the words are left, for a while; they are there already for whoever asks again. */
  readonly left: {
    has(event: DocumentJob['event']): Promise<boolean>;
    leave(event: DocumentJob['event'], document: PostedDocument): Promise<void>;
  };
  readonly now: () => number;
}

const TIMEOUT_MS = 30_000;
const MOST_OUTPUT = 1024 * 1024;
/** Letters of it, and their bytes as JSON. */
const SHOWN = ['60000', '400000'] as const;

/** Reads what people posted, in the box and without any network: of its own rooms alone, and what stands there now. */
export class PostedDocuments {
  readonly #deps: PostedDocumentsDeps;

  constructor(deps: PostedDocumentsDeps) {
    this.#deps = deps;
    mkdirSync(deps.folder, { recursive: true, mode: 0o700 });
  }

  async read(job: DocumentJob): Promise<void> {
    const { left, now } = this.#deps;
    if (Math.abs(now() - job.asked) > DOCUMENT_ASKED_MS || (await left.has(job.event))) return;
    await left.leave(job.event, await this.#words(job));
  }

  async #words({ room, event }: DocumentJob): Promise<PostedDocument> {
    const { account, rooms, sandbox, folder } = this.#deps;
    if (!rooms.all.includes(room)) return { v: 1, word: 'other-room' };
    const message = decodeEvent(await account.event(room, event), { isOwn: () => false }, room);
    const file = message?.kind === 'message' ? message.attachment : undefined;
    if (file === undefined) return { v: 1, word: 'no-file' };
    if ((file.size ?? 0) > MAX_DOCUMENT_BYTES) return { v: 1, word: 'too-big' };
    const stdin = await account.download(file.url, MAX_DOCUMENT_BYTES).catch(() => null);
    if (stdin === null) return { v: 1, word: 'no-file' };
    const args = ['-', '0', ...SHOWN, file.name.replaceAll('\0', '')];
    const read = await readInBox(
      { sandbox, folder, timeoutMs: TIMEOUT_MS, outputBytes: MOST_OUTPUT },
      { program: 'read-document', args, stdin },
    );
    const word = wordOf(read);
    return word === null ? { v: 1, text: read.stdout.slice(0, 100_000) } : { v: 1, word };
  }
}
