import { constants, type Stats } from 'node:fs';
import { type FileHandle, link, lstat, mkdir, open, readdir, readlink, rm, symlink, utimes } from 'node:fs/promises';
import { machineEnvironment } from '../config/environment.ts';
import { descriptor, programFailure, startChild } from '../processes/child.ts';
import { hasCode } from '../launcher/instance/files.ts';

/** Names are bytes: a command may give a file one that is no text. */
type Path = Buffer;

export type LeftWhy = 'pipe' | 'socket' | 'device' | 'closed' | 'long';
/** What was not copied, as it is shown to people. */
export interface LeftOut {
  readonly path: string;
  readonly why: LeftWhy;
}

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_WRONLY, O_CREAT, O_EXCL } = constants;
const PERMISSIONS = 0o7777;

/**
 * Copies a file or a folder by what things are, never by what they are called: files with their holes and their other
 * names, folders, links as links. Pipes, sockets, devices and what this account may not read are left out and returned.
 * What goes away meanwhile is not missed. Throws where the copy cannot be written, and the reason of `stop`.
 */
export async function copyTree(from: string, to: string, stop?: AbortSignal): Promise<readonly LeftOut[]> {
  const copying: Copying = { twins: new Map(), leftOut: [], stop };
  await copyAny(Buffer.from(from), Buffer.from(to), copying);
  return copying.leftOut;
}

interface Copying {
  /** Where the first name of a file with several is now. */
  readonly twins: Map<string, Path>;
  readonly leftOut: LeftOut[];
  readonly stop: AbortSignal | undefined;
}

const beside = (folder: Path, name: Path): Path => Buffer.concat([folder, Buffer.from('/'), name]);

async function copyAny(from: Path, to: Path, copying: Copying): Promise<void> {
  copying.stop?.throwIfAborted();
  const leave = (why: LeftWhy) => void copying.leftOut.push({ path: from.toString(), why });
  try {
    const found = await reading(lstat(from));
    if (found.isDirectory()) return await copyFolder(from, to, found, copying);
    if (found.isSymbolicLink()) return await copyLink(from, to);
    if (found.isFile()) return await copyFile(from, to, found, copying);
    leave(found.isFIFO() ? 'pipe' : found.isSocket() ? 'socket' : 'device');
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    if (error.why !== undefined) leave(error.why);
  }
}

/** It lies with what is read, not with what is written. */
class Unreadable extends Error {
  readonly why: LeftWhy | undefined;
  constructor(why: LeftWhy | undefined, cause: unknown) {
    super('not readable', { cause });
    this.name = 'Unreadable';
    this.why = why;
  }
}

async function reading<T>(does: Promise<T>): Promise<T> {
  try {
    return await does;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) throw new Unreadable(undefined, error);
    if (hasCode(error, 'EACCES') || hasCode(error, 'EPERM')) throw new Unreadable('closed', error);
    // A link or something else by now.
    if (hasCode(error, 'ELOOP') || hasCode(error, 'ENOTDIR') || hasCode(error, 'ENXIO'))
      throw new Unreadable(undefined, error);
    if (hasCode(error, 'ENAMETOOLONG')) throw new Unreadable('long', error);
    throw error;
  }
}

async function copyFolder(from: Path, to: Path, found: Stats, copying: Copying): Promise<void> {
  const names = await reading(readdir(from, { encoding: 'buffer' }));
  await mkdir(to, { recursive: true, mode: 0o700 });
  for (const name of names) await copyAny(beside(from, name), beside(to, name), copying);
  await using folder = await open(to, O_RDONLY);
  // Open to its owner, who has to be able to take the copy away again.
  await folder.chmod((found.mode & PERMISSIONS) | 0o700);
  await utimes(to, found.atime, found.mtime);
}

async function copyLink(from: Path, to: Path): Promise<void> {
  const target = await reading(readlink(from, { encoding: 'buffer' }));
  await rm(to, { force: true });
  await symlink(target, to);
}

async function copyFile(from: Path, to: Path, found: Stats, copying: Copying): Promise<void> {
  const identity = `${found.dev}:${found.ino}`;
  const twin = copying.twins.get(identity);
  if (twin !== undefined) {
    await rm(to, { force: true });
    return link(twin, to);
  }
  await using source = await reading(open(from, O_RDONLY | O_NOFOLLOW | O_NONBLOCK));
  const { mode, size, blocks, atime, mtime, nlink } = await source.stat();
  await rm(to, { force: true });
  await using copy = await open(to, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  if (blocks * 512 < size) await copySparse(source, copy, copying.stop);
  else await copyBytes(source, copy, copying.stop);
  await copy.chmod(mode & PERMISSIONS);
  await copy.utimes(atime, mtime);
  if (nlink > 1) copying.twins.set(identity, to);
}

const CHUNK = 1024 * 1024;

async function copyBytes(source: FileHandle, copy: FileHandle, stop: AbortSignal | undefined): Promise<void> {
  const buffer = Buffer.allocUnsafe(CHUNK);
  for (;;) {
    stop?.throwIfAborted();
    const { bytesRead } = await source.read(buffer, 0, CHUNK);
    if (bytesRead === 0) return;
    await copy.writeFile(buffer.subarray(0, bytesRead));
  }
}

/** Node cannot ask where a file has holes; cp can, and of a terabyte of them it reads nothing. */
async function copySparse(source: FileHandle, copy: FileHandle, stop: AbortSignal | undefined): Promise<void> {
  const stdio = ['ignore', 'ignore', 'pipe', descriptor(source.fd), descriptor(copy.fd)] as const;
  const copied = await startChild('cp', ['--sparse=always', '--', '/proc/self/fd/3', '/proc/self/fd/4'], {
    env: machineEnvironment(),
    stdio,
    buffer: true,
    ...(stop && { cancelSignal: stop }),
  });
  stop?.throwIfAborted();
  if (copied.failed) throw programFailure('cp', copied);
}
