import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Twice as long as a root is believed: by then nothing can run in the workspace of its task any more. */
const KEEP_MS = 30 * 24 * 3_600_000;

/**
 * Takes away workspaces of tasks that nobody has worked in for a month, since all together have a limit. The one of
 * masters' own commands stays. Returns their names; one that cannot be taken away is tried again the next time.
 */
export function forgetOldWorkspaces(workspaces: string, inUse: ReadonlySet<string>, now: number): readonly string[] {
  const old = readdirSync(workspaces).filter(
    (name) => /^task-[0-9a-f]+$/.test(name) && !inUse.has(name) && now - lastUse(join(workspaces, name), now) > KEEP_MS,
  );
  return old.filter((name) => {
    try {
      rmSync(join(workspaces, name), { recursive: true, force: true });
      return true;
    } catch {
      return false;
    }
  });
}

const lastUse = (folder: string, now: number): number => lstatSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? now;
