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
import { programCommand } from '../sandbox/program-command.ts';
import { DEFAULT_LIMITS, type OutputObserver, type Sandbox, type SandboxResult } from '../sandbox/sandbox.ts';

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

const LIMITS = { ...DEFAULT_LIMITS, cpuMs: 60_000, outputBytes: 1024 * 1024, processes: 64 };
const TIMEOUT_MS = 30_000;
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
    const said = { stdout: '', stderr: '' };
    const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
    const hear = (way: 'stdout' | 'stderr') => (chunk: Uint8Array) => {
      said[way] += decoders[way].decode(chunk, { stream: true });
    };
    const observer: OutputObserver = { stdout: hear('stdout'), stderr: hear('stderr') };
    const result = await sandbox.run(
      {
        ...programCommand('read-document', ['-', '0', ...SHOWN, file.name.replaceAll('\0', '')], LIMITS),
        cwd: '.',
        stdin,
        timeoutMs: TIMEOUT_MS,
        workspace: { path: folder, writable: false },
        lent: [],
        egress: null,
        limits: LIMITS,
      },
      observer,
      AbortSignal.timeout(TIMEOUT_MS * 2),
    );
    return documentOf(result, said);
  }
}

function documentOf(result: SandboxResult, said: { readonly stdout: string; readonly stderr: string }): PostedDocument {
  if (result.kind === 'sandbox-error') return { v: 1, word: 'unavailable' };
  // Whatever of time, memory and output was too much: the file asks for more than any honest one.
  if (result.kind === 'killed') return { v: 1, word: 'too-much' };
  if (result.code === 0) return { v: 1, text: said.stdout.slice(0, 100_000) };
  return { v: 1, word: /^([a-z-]{1,40}): /.exec(said.stderr)?.[1] ?? 'too-much' };
}
