import { randomUUID } from 'node:crypto';
import { closeSync, fchownSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import type { z } from 'zod';
import { ConfigRefusal } from '../../config/refusal.ts';
import { settingsText } from '../../text/terminal/settings.ts';

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Mode 0600, whole or not at all, on the disk before it returns. */
export function writeSecret(path: string, text: string, owner?: Owner): void {
  const beside = `${path}.${randomUUID()}`;
  const file = openSync(beside, 'wx', 0o600);
  try {
    if (owner) fchownSync(file, owner.uid, owner.gid);
    writeSync(file, text);
    fsyncSync(file);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
  renameSync(beside, path);
}

export const writeSecretJson = (path: string, value: unknown, owner?: Owner): void =>
  writeSecret(path, `${JSON.stringify(value, null, 2)}\n`, owner);

/** Undefined when there is no such file. Throws a `Refusal` naming the file when it is not what it should be. */
export function readJson<T>(path: string, schema: z.ZodType<T>): T | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    // The folder itself is none.
    if (hasCode(error, 'ENOTDIR')) throw error;
    throw new ConfigRefusal(
      settingsText.fileUnreadable(path, error instanceof Error && 'code' in error ? String(error.code) : '?'),
      { cause: error },
    );
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new ConfigRefusal(settingsText.fileBroken(path), { cause });
  }
}

export const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
