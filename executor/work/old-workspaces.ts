import { chmodSync, lstatSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Twice as long as a root is believed: by then nothing can run in the workspace of its task any more. */
const KEEP_MS = 30 * 24 * 3_600_000;
/** What a workspace is called while it is being taken away; no command's workspace has such a name. */
const GOING = '.going-';

/** Where workspaces lie, and beside them what is remembered of the files that were put there. */
export interface WorkspaceFolders {
  readonly workspaces: string;
  readonly inputs: string;
}

/**
 * Takes away workspaces of tasks and conversations that nobody has worked in for a month, since all together have a limit. The one of
 * masters' own commands stays. Returns their names; one that cannot be taken away is tried again the next time.
 */
export async function forgetOldWorkspaces(
  folders: WorkspaceFolders,
  inUse: ReadonlySet<string>,
  now: number,
): Promise<readonly string[]> {
  const names = readdirSync(folders.workspaces);
  // Of a process that ended while it was at it.
  for (const name of names) if (name.startsWith(GOING)) await removeFolder(join(folders.workspaces, name));
  const gone: string[] = [];
  for (const name of names)
    if (/^(?:task|chat)-[0-9a-f]+$/.test(name) && !inUse.has(name) && now - lastUse(folders, name, now) > KEEP_MS)
      if (await takeAway(folders, name)) gone.push(name);
  return gone;
}

export const lastUse = ({ workspaces }: WorkspaceFolders, name: string, now: number): number =>
  lstatSync(join(workspaces, name), { throwIfNoEntry: false })?.mtimeMs ?? now;

/**
 * At once under another name, so that whatever begins meanwhile has a workspace of its own, and then piece by piece:
 * there may be millions of files. Whoever calls it has looked, in the same breath, that nothing runs there.
 */
export async function takeAway({ workspaces, inputs }: WorkspaceFolders, name: string): Promise<boolean> {
  const going = join(workspaces, `${GOING}${name}`);
  try {
    renameSync(join(workspaces, name), going);
    // What was put there is put there again, should the task ever go on.
    rmSync(join(inputs, `${name}.json`), { force: true });
  } catch {
    return false;
  }
  return removeFolder(going);
}

/** With all that is in it; false where that cannot be. */
export async function removeFolder(folder: string): Promise<boolean> {
  try {
    await rm(folder, { recursive: true, force: true });
  } catch {
    // Commands may have left folders closed to everybody.
    try {
      openUp(folder);
      await rm(folder, { recursive: true, force: true });
    } catch {
      return false;
    }
  }
  return true;
}

function openUp(folder: string): void {
  const folders = [folder];
  for (let at = folders.pop(); at !== undefined; at = folders.pop()) {
    chmodSync(at, 0o700);
    for (const entry of readdirSync(at, { withFileTypes: true }))
      if (entry.isDirectory()) folders.push(join(at, entry.name));
  }
}
