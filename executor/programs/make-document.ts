import { randomBytes } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DOCUMENT_KINDS, documentKindOf } from '../../bridge/protocol/documents/document-kind.ts';
import { NoFont } from './make/fonts.ts';
import { made } from './make/made.ts';
import { Unmakeable } from './make/unmakeable.ts';
import { picturesIn } from './make/workspace-pictures.ts';
import { EXIT, ProgramFault, programMain, readInput } from './program.ts';

/** `make-document <path>`, the content on stdin: the file is put into the workspace, and what is said of it is for whoever wrote it. */
const MOST_CONTENT = 1024 * 1024;
/** What can be handed over. */
const MOST_BYTES = 4 * 1024 * 1024;

await programMain(async ([path = '']) => {
  const kind = documentKindOf(path);
  if (kind === null)
    throw new ProgramFault('kind', `the path ends in none of ${DOCUMENT_KINDS.map((one) => `.${one}`).join(' ')}`);
  try {
    const { bytes, notes } = await made(kind, readInput(MOST_CONTENT).toString('utf8'), picturesIn('.'));
    if (bytes.length >= MOST_BYTES) throw new Unmakeable('it would be larger than 4 MiB: fewer or smaller pictures');
    put(path, bytes);
    return [`${path}: ${bytes.length} bytes`, ...notes.map((note) => `- ${note}`), ''].join('\n');
  } catch (error) {
    if (error instanceof Unmakeable) throw new ProgramFault('content', error.message);
    if (error instanceof NoFont) throw new ProgramFault('font', error.message, EXIT.unavailable);
    throw error;
  }
});

/** Beside its place and moved there, so that it is there whole or not at all; a link in its place is replaced and not followed. */
function put(path: string, bytes: Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  const beside = join(dirname(path), `.${basename(path).slice(-60)}-${randomBytes(6).toString('hex')}`);
  try {
    writeFileSync(beside, bytes, { flag: 'wx', mode: 0o644 });
    renameSync(beside, path);
  } finally {
    rmSync(beside, { force: true });
  }
}
