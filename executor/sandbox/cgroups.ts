import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Folders below which a group for each job can be made. Version 1 has one tree for each controller, version 2 one for
 * all. Null where this account may make none: then `tree-meter.ts` watches instead.
 */
export type CgroupRoot =
  | { readonly version: 1; readonly memory: string }
  | { readonly version: 2; readonly folder: string };

const TREE = '/sys/fs/cgroup';
const V2_CONTROLLERS = ['memory', 'pids'];

/**
 * Called by root before it becomes the executor's account: makes the folders and gives them away. `name` tells
 * instances apart. Version 2 lets an account move processes only within its own part of the tree, so this process
 * moves into it first. Null where the tree is absent, read-only or another's.
 */
export function delegateCgroups(
  name: string,
  owner: { readonly uid: number; readonly gid: number },
): CgroupRoot | null {
  try {
    return existsSync(join(TREE, 'cgroup.controllers')) ? delegateUnified(name, owner) : delegateSplit(name, owner);
  } catch {
    return null;
  }
}

function delegateSplit(name: string, owner: Owner): CgroupRoot | null {
  const memory = join(TREE, 'memory');
  if (!existsSync(join(memory, 'cgroup.procs'))) return null;
  return { version: 1, memory: makeFolder(join(memory, `chavion-${name}`), owner) };
}

function delegateUnified(name: string, owner: Owner): CgroupRoot | null {
  const available = readFileSync(join(TREE, 'cgroup.controllers'), 'utf8').trim().split(' ');
  if (!V2_CONTROLLERS.every((controller) => available.includes(controller))) return null;
  enableControllers(TREE);
  const folder = makeFolder(join(TREE, `chavion-${name}`), owner);
  enableControllers(folder);
  const own = makeFolder(join(folder, 'executor'), owner);
  for (const file of ['cgroup.procs', 'cgroup.subtree_control', 'cgroup.threads'])
    chownSync(join(folder, file), owner.uid, owner.gid);
  writeFileSync(join(own, 'cgroup.procs'), String(process.pid));
  return { version: 2, folder };
}

/**
 * For an ordinary account: the part of the tree that its service manager gave it (systemd's `Delegate=yes`), if any.
 */
export function ownCgroups(): CgroupRoot | null {
  try {
    const line = readFileSync('/proc/self/cgroup', 'utf8')
      .split('\n')
      .find((entry) => entry.startsWith('0::/'));
    if (line === undefined || !existsSync(join(TREE, 'cgroup.controllers'))) return null;
    const folder = join(TREE, line.slice(3));
    const available = readFileSync(join(folder, 'cgroup.controllers'), 'utf8').trim().split(' ');
    if (!V2_CONTROLLERS.every((controller) => available.includes(controller))) return null;
    // A group that hands out controllers may hold no processes itself.
    mkdirSync(join(folder, 'executor'), { recursive: true });
    writeFileSync(join(folder, 'executor', 'cgroup.procs'), String(process.pid));
    enableControllers(folder);
    return { version: 2, folder };
  } catch {
    return null;
  }
}

/** Called by the executor at its start: groups of jobs that a killed predecessor left. Those with processes in them stay. */
export function tidyCgroups(root: CgroupRoot): void {
  const folder = folderOf(root);
  for (const name of readdirSync(folder)) if (name.startsWith('job-')) remove(join(folder, name));
}

/** Called by root when an instance is done with: takes away what `delegateCgroups` gave, unless something lives in it. */
export function removeCgroups(name: string): void {
  for (const tree of ['', 'memory']) {
    const folder = join(TREE, tree, `chavion-${name}`);
    if (!existsSync(folder)) continue;
    for (const entry of readdirSync(folder, { withFileTypes: true }))
      if (entry.isDirectory()) remove(join(folder, entry.name));
    remove(folder);
  }
}

const folderOf = (root: CgroupRoot) => (root.version === 1 ? root.memory : root.folder);

function remove(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // not empty, or gone
  }
}

type Owner = { readonly uid: number; readonly gid: number };

function makeFolder(folder: string, owner: Owner): string {
  mkdirSync(folder, { recursive: true });
  chownSync(folder, owner.uid, owner.gid);
  return folder;
}

const enableControllers = (folder: string) =>
  writeFileSync(join(folder, 'cgroup.subtree_control'), V2_CONTROLLERS.map((controller) => `+${controller}`).join(' '));
