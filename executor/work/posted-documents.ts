import type { Account } from '../../bridge/matrix/account.ts';
import { decodeEvent } from '../../bridge/matrix/decode.ts';
import type { RoomId } from '../../bridge/protocol/ids.ts';
import {
  DOCUMENT_ASKED_MS,
  type DocumentJob,
  MAX_DOCUMENT_BYTES,
} from '../../bridge/protocol/orders/posted-document.ts';
import { documentKey } from '../../bridge/queue/executor-queue.ts';
import type { BoxReadingKind } from './documents.ts';

interface PostedDocumentsDeps {
  readonly account: Pick<Account, 'event'>;
  readonly rooms: { readonly all: readonly RoomId[] };
}

const MOST_OUTPUT = 1024 * 1024;
/** Letters of it, and their bytes as JSON. */
const SHOWN = ['60000', '400000'] as const;

/** What people posted: of its own rooms alone, and what stands there now. */
export const postedDocuments = ({
  account,
  rooms,
}: PostedDocumentsDeps): BoxReadingKind<DocumentJob, { readonly v: 1; readonly text: string }> => ({
  keyOf: ({ event }) => documentKey(event),
  // Then it is read anew.
  leftSeconds: 3600,
  askedMs: DOCUMENT_ASKED_MS,
  program: 'read-document',
  timeoutMs: 30_000,
  outputBytes: MOST_OUTPUT,
  find: async ({ room, event }) => {
    if (!rooms.all.includes(room)) return 'other-room';
    const message = decodeEvent(await account.event(room, event), { isOwn: () => false }, room);
    const file = message?.kind === 'message' ? message.attachment : undefined;
    if (file === undefined) return 'no-file';
    if ((file.size ?? 0) > MAX_DOCUMENT_BYTES) return 'too-big';
    return { file: file.url, args: ['-', '0', ...SHOWN, file.name.replaceAll('\0', '')] };
  },
  wordsOf: (stdout) => ({ v: 1, text: stdout.slice(0, 100_000) }),
});
