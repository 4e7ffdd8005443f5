import { createReadStream, createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Decrypter, Encrypter } from 'age-encryption';
import { machineEnvironment } from '../config/environment.ts';
import { programFailure, startChild } from '../processes/child.ts';

/** A folder as one file: tar and gzip, and around them age (https://age-encryption.org/v1) where there is a passphrase. */

const AGE_HEADER = 'age-encryption.org/v1';

/** Keyboards differ in how they spell the same syllable. */
const typed = (passphrase: string): string => passphrase.normalize('NFC');

/** Written whole and synced when it resolves. Mode 0600. */
export async function pack(
  folder: string,
  file: string,
  passphrase: string | undefined,
  stop?: AbortSignal,
): Promise<void> {
  const until = stop === undefined ? {} : { signal: stop };
  const tar = startChild('tar', ['--create', '--gzip', '--sparse', '--directory', folder, '.'], {
    ...wordsOf(stop),
    stdin: 'ignore',
  });
  const out = createWriteStream(file, { mode: 0o600, flags: 'wx', flush: true });
  await both(write(tar.stdout, out, passphrase, until), succeeded(tar));
}

async function write(
  packed: Readable,
  out: Writable,
  passphrase: string | undefined,
  until: { readonly signal?: AbortSignal },
): Promise<void> {
  if (passphrase === undefined) return pipeline(packed, out, until);
  const encrypter = new Encrypter();
  encrypter.setPassphrase(typed(passphrase));
  const sealed = await encrypter.encrypt(Readable.toWeb(packed) as ReadableStream<Uint8Array>);
  await sealed.pipeTo(Writable.toWeb(out) as WritableStream<Uint8Array>, until);
}

export async function isSealed(file: string): Promise<boolean> {
  await using handle = await open(file);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(AGE_HEADER.length), 0, AGE_HEADER.length, 0);
  return buffer.subarray(0, bytesRead).toString('latin1') === AGE_HEADER;
}

/** Throws where the file is damaged or the passphrase is wrong; what was unpacked by then is in `folder`. */
export async function unpack(
  file: string,
  folder: string,
  passphrase: string | undefined,
  stop?: AbortSignal,
): Promise<void> {
  const until = stop === undefined ? {} : { signal: stop };
  const packed = passphrase === undefined ? createReadStream(file) : Readable.fromWeb(await unsealed(file, passphrase));
  const tar = startChild(
    'tar',
    ['--extract', '--gzip', '--no-same-owner', '--preserve-permissions', '--directory', folder],
    { ...wordsOf(stop), stdout: 'ignore' },
  );
  await both(pipeline(packed, tar.stdin, until), succeeded(tar));
}

/** Of a tar only what it complains of is kept. */
const wordsOf = (stop: AbortSignal | undefined) =>
  ({
    env: machineEnvironment(),
    buffer: { stdout: false, stderr: true },
    ...(stop && { cancelSignal: stop }),
  }) as const;

/** Throws what went wrong first in the order of the arguments: a tar whose pipe is gone ends as well. */
async function both(...ends: readonly Promise<void>[]): Promise<void> {
  for (const end of await Promise.allSettled(ends)) if (end.status === 'rejected') throw end.reason;
}

async function unsealed(file: string, passphrase: string) {
  const decrypter = new Decrypter();
  decrypter.addPassphrase(typed(passphrase));
  const packed = createReadStream(file);
  try {
    const open = await decrypter.decrypt(Readable.toWeb(packed) as ReadableStream<Uint8Array>);
    return open as Parameters<typeof Readable.fromWeb>[0];
  } catch (error) {
    packed.destroy();
    throw error;
  }
}

async function succeeded(
  tar: Promise<Parameters<typeof programFailure>[1] & { readonly failed: boolean }>,
): Promise<void> {
  const ended = await tar;
  if (ended.failed) throw programFailure('tar', ended);
}
