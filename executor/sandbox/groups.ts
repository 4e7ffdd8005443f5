import { mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import type { CgroupRoot } from './cgroups.ts';

/** What an ended job leaves charged to its group is the cache of its files; with more than this the group goes. */
const CLEAN_BYTES = 8 * 1024 * 1024;
/** Of all limits together, which follow the memory that is free. */
const MOST_KEPT = 12;
const TRIES = 100;
const AGAIN_MS = 20;

/**
 * Groups of ended jobs, empty, for those that come: the kernel takes milliseconds to make one and to take it away, all of
 * them on the main thread. A group is only used again for the same limits, and only with nobody in it.
 */
export class Groups {
  readonly root: CgroupRoot;
  readonly #parent: string;
  /** Whoever was given back last stands last. */
  #free: readonly { readonly folder: string; readonly limits: string }[] = [];
  readonly #limits = new Map<string, string>();
  #made = 0;

  constructor(root: CgroupRoot) {
    this.root = root;
    this.#parent = root.version === 1 ? root.memory : root.folder;
  }

  /** `limits` in words; `prepare` sets them in a new group. Throws where none can be made. */
  take(limits: string, prepare: (folder: string) => void): string {
    for (let kept = this.#kept(limits); kept !== undefined; kept = this.#kept(limits)) {
      if (isEmpty(kept)) return kept;
      this.#remove(kept);
    }
    this.#made += 1;
    const folder = join(this.#parent, `job-${process.pid}-${this.#made}`);
    mkdirSync(folder);
    prepare(folder);
    this.#limits.set(folder, limits);
    return folder;
  }

  /** When nothing of the job lives any more. `charged`: the file of the group that tells what is charged to it. */
  giveBack(folder: string, charged: 'memory.usage_in_bytes' | 'memory.current'): void {
    const limits = this.#limits.get(folder) ?? '';
    if (!isEmpty(folder) || chargedBytes(join(folder, charged)) > CLEAN_BYTES) return this.#remove(folder);
    const [oldest, ...others] = this.#free;
    if (oldest !== undefined && this.#free.length >= MOST_KEPT) {
      this.#free = others;
      this.#remove(oldest.folder);
    }
    this.#free = [...this.#free, { folder, limits }];
  }

  #kept(limits: string): string | undefined {
    const found = this.#free.findLast((one) => one.limits === limits);
    this.#free = this.#free.filter((one) => one !== found);
    return found?.folder;
  }

  /** It can go once the kernel has let go of its last process, a moment after that has ended. */
  #remove(folder: string, tries = TRIES): void {
    this.#limits.delete(folder);
    if (!removed(folder) && tries > 0) setTimeout(() => this.#remove(folder, tries - 1), AGAIN_MS).unref();
  }
}

/** A group that cannot be looked into is none to use. */
function isEmpty(folder: string): boolean {
  try {
    return readFileSync(join(folder, 'cgroup.procs'), 'latin1') === '';
  } catch {
    return false;
  }
}

function chargedBytes(file: string): number {
  try {
    return Number(readFileSync(file, 'latin1'));
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

function removed(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT';
  }
}
