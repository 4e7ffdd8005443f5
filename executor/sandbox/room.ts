import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { folderUsage, type FolderUsage } from './folder-usage.ts';
import { OpenFolder } from './folders.ts';
import type { Limits } from './sandbox.ts';

/** Room for a job to tidy up a workspace that is over its limit already. */
const SLACK: FolderUsage = { bytes: 1024 * 1024, inodes: 64 };
/** All workspaces together, where nothing else is said: as much as ten full ones. */
const WORKSPACES = 10;
/** What no command may take from a file system of the host: the homeserver and Redis live there too. */
const RESERVE_BYTES = 1024 * 1024 * 1024;
const RESERVE_SHARE = 0.05;
const RESERVE_INODES = 2_000;
/** Where nothing more may be taken, tidying up needs a little all the same. */
const TIDYING: FolderUsage = { bytes: 64 * 1024, inodes: 16 };

/** A workspace that is too full already may be worked in, so that it can be emptied, but may not grow. */
export const allowance = (limits: Pick<Limits, 'diskBytes' | 'inodes'>, before: FolderUsage): FolderUsage => ({
  bytes: Math.max(limits.diskBytes, before.bytes + SLACK.bytes),
  inodes: Math.max(limits.inodes, before.inodes + SLACK.inodes),
});

export function over(used: FolderUsage, allowed: FolderUsage): 'disk' | 'inodes' | undefined {
  if (used.bytes > allowed.bytes) return 'disk';
  return used.inodes > allowed.inodes ? 'inodes' : undefined;
}

/** By how much a workspace may grow, given its own limits, those of all together and what the disk has left. */
export function growth(limits: Limits, before: FolderUsage, all: FolderUsage, left: FolderUsage): FolderUsage {
  const allowed = allowance(limits, before);
  const totals = { bytes: limits.totalBytes ?? limits.diskBytes * WORKSPACES, inodes: limits.inodes * WORKSPACES };
  const least = (name: keyof FolderUsage) =>
    Math.max(TIDYING[name], Math.floor(Math.min(allowed[name] - before[name], totals[name] - all[name], left[name])));
  return { bytes: least('bytes'), inodes: least('inodes') };
}

/** Of the file system below an open folder, beyond what stays for the house; negative when that is being used up. */
export async function leftOnDisk(fd: number): Promise<FolderUsage> {
  const { bsize, blocks, bavail, files, ffree } = await statfs(`/proc/self/fd/${fd}`);
  return {
    bytes: bavail * bsize - Math.min(RESERVE_BYTES, blocks * bsize * RESERVE_SHARE),
    // btrfs and some others have no fixed number of files.
    inodes: files > 0 ? ffree - RESERVE_INODES : Number.POSITIVE_INFINITY,
  };
}

/** The file system that the folder lies on is nearly full, whoever filled it. */
export async function scarcity(fd: number): Promise<'disk' | 'inodes' | undefined> {
  const left = await leftOnDisk(fd);
  if (left.bytes < 0) return 'disk';
  return left.inodes < 0 ? 'inodes' : undefined;
}

/** How full each workspace is, and all of one folder together; walked once and then kept up. */
export class Fullness {
  readonly #of = new Map<string, FolderUsage>();
  readonly #all = new Map<string, FolderUsage>();

  async of(workspace: OpenFolder, limits: Limits): Promise<FolderUsage> {
    const known = this.#of.get(workspace.identity);
    if (known !== undefined) return known;
    const found = await walk(workspace, limits);
    this.#of.set(workspace.identity, found);
    return found;
  }

  /** After a job may have changed it. */
  async again(workspace: OpenFolder, limits: Limits): Promise<FolderUsage> {
    const before = this.#of.get(workspace.identity);
    const now = await walk(workspace, limits);
    this.#of.set(workspace.identity, now);
    const parent = dirname(workspace.path);
    const all = this.#all.get(parent);
    if (all !== undefined && before !== undefined)
      this.#all.set(parent, {
        bytes: all.bytes + now.bytes - before.bytes,
        inodes: all.inodes + now.inodes - before.inodes,
      });
    return now;
  }

  /** By how much it may grow now. Before that is said to be too little, all is counted anew: the owner may have tidied up. */
  async room(workspace: OpenFolder, limits: Limits, enough: (room: FolderUsage) => boolean): Promise<FolderUsage> {
    const before = await this.of(workspace, limits);
    const parent = dirname(workspace.path);
    const known = this.#all.get(parent);
    const left = await leftOnDisk(workspace.fd);
    if (known !== undefined) {
      const room = growth(limits, before, known, left);
      if (enough(room)) return room;
    }
    using folder = new OpenFolder({ path: parent, writable: false });
    const all = await folderUsage(folder.fd, { bytes: Number.POSITIVE_INFINITY, inodes: Number.POSITIVE_INFINITY });
    this.#all.set(parent, all);
    return growth(limits, before, all, left);
  }
}

const walk = (workspace: OpenFolder, { diskBytes, inodes }: Limits): Promise<FolderUsage> =>
  folderUsage(workspace.fd, { bytes: diskBytes * 4, inodes: inodes * 4 });
