import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { ConfigRefusal } from '../config/refusal.ts';
import { RoomId, UserId } from '../protocol/ids.ts';
import { terminalText } from '../text/terminal/terminal.ts';

/** What the terminal needs of `ready.json`, which the launcher keeps while the house is up. */
export const InstanceFile = z.object({
  homeserver: z.url({ protocol: /^https?$/ }),
  master: z.object({ userId: UserId, password: z.string() }),
  rooms: z.object({ hq: RoomId, ops: RoomId }),
});
export type InstanceFile = z.infer<typeof InstanceFile>;

const errno = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

/** Throws a `Refusal` that says what to do. */
export function readInstanceFile(projectFolder: string, dataFolder: string): InstanceFile {
  const path = join(resolve(projectFolder, dataFolder), 'ready.json');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const denied = errno(cause) === 'EACCES' || errno(cause) === 'EPERM';
    throw new ConfigRefusal(denied ? terminalText.otherAccount(path) : terminalText.notRunning, { cause });
  }
  try {
    return InstanceFile.parse(JSON.parse(text));
  } catch {
    // The cause may quote the file, and the file holds the password.
    throw new ConfigRefusal(terminalText.houseFileBroken(path));
  }
}
