import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Decrypter, Encrypter } from 'age-encryption';

/** A folder as one file: tar and gzip, and around them age (https://age-encryption.org/v1) where there is a passphrase. */

const AGE_HEADER = 'age-encryption.org/v1';

/** Written whole and synced when it resolves. Mode 0600. */
export async function pack(folder: string, file: string, passphrase: string | undefined): Promise<void> {
  const tar = spawn('tar', ['--create', '--gzip', '--sparse', '--directory', folder, '.'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const done = succeeded(tar, tar.stderr);
  const out = createWriteStream(file, { mode: 0o600, flags: 'wx', flush: true });
  if (passphrase === undefined) await pipeline(tar.stdout, out);
  else {
    const encrypter = new Encrypter();
    encrypter.setPassphrase(passphrase);
    const sealed = await encrypter.encrypt(Readable.toWeb(tar.stdout) as ReadableStream<Uint8Array>);
    await sealed.pipeTo(Writable.toWeb(out) as WritableStream<Uint8Array>);
  }
  await done;
}

export async function isSealed(file: string): Promise<boolean> {
  await using handle = await open(file);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(AGE_HEADER.length), 0, AGE_HEADER.length, 0);
  return buffer.subarray(0, bytesRead).toString('latin1') === AGE_HEADER;
}

/** Throws where the file is damaged or the passphrase is wrong; what was unpacked by then is in `folder`. */
export async function unpack(file: string, folder: string, passphrase: string | undefined): Promise<void> {
  const packed = passphrase === undefined ? createReadStream(file) : Readable.fromWeb(await unsealed(file, passphrase));
  const tar = spawn('tar', ['--extract', '--gzip', '--no-same-owner', '--preserve-permissions', '--directory', folder], { stdio: ['pipe', 'ignore', 'pipe'] });
  const results = await Promise.allSettled([pipeline(packed, tar.stdin), succeeded(tar, tar.stderr)]);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

async function unsealed(file: string, passphrase: string) {
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  const packed = createReadStream(file);
  try {
    const open = await decrypter.decrypt(Readable.toWeb(packed) as ReadableStream<Uint8Array>);
    return open as Parameters<typeof Readable.fromWeb>[0];
  } catch (error) {
    packed.destroy();
    throw error;
  }
}

async function succeeded(child: ReturnType<typeof spawn>, errors: Readable): Promise<void> {
  let said = '';
  errors.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-500)));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`tar: ${said.trim()}`);
}
