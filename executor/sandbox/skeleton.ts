import { existsSync, lstatSync, mkdirSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Base } from './bwrap-flags.ts';
import { buildHouse } from './house/house.ts';

const tool = (name: string) => readFileSync(new URL(`./tools/${name}`, import.meta.url));
/** Read while this module loads: started by root, the executor's account may not be able to later. */
const TOOLS = { 'forward.pl': tool('forward.pl'), 'fetch.pl': tool('fetch.pl') } as const;

const FILES: Readonly<Record<string, string>> = {
  passwd: 'nobody:x:65534:65534:nobody:/tmp:/bin/bash\n',
  group: 'nogroup:x:65534:\n',
  hosts: '127.0.0.1 localhost sandbox\n::1 localhost\n',
  'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files\n',
};
/** Public, the same on every machine of its kind, and needed: `awk` is a link through /etc/alternatives. */
const OF_THE_HOST = { folders: ['alternatives', 'ssl/certs'], files: ['ld.so.cache', 'ssl/openssl.cnf'] };
/** What the owner has put beside the distribution, and what of /proc no program needs and tells of this machine. */
const HIDDEN = {
  folders: ['/usr/local'],
  files: ['cmdline', 'modules', 'partitions', 'diskstats', 'swaps'].map((name) => `/proc/${name}`),
};
const TOP_LEVEL = ['/bin', '/sbin', '/lib', '/lib32', '/lib64'];

/** Writes the files that every job sees of us into `folder`, and looks up what the machine offers. */
export function buildSkeleton(folder: string): Base {
  const etc = join(folder, 'etc');
  const tools = join(folder, 'tools');
  for (const path of [etc, tools]) rmSync(path, { recursive: true, force: true });
  for (const path of [etc, tools, join(etc, 'ssl')]) mkdirSync(path, { recursive: true, mode: 0o755 });
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(etc, name), text, { mode: 0o644 });
  writeFileSync(join(tools, 'empty'), '', { mode: 0o444 }); // in the place of a file that is hidden
  for (const [name, bytes] of Object.entries(TOOLS)) writeFileSync(join(tools, name), bytes, { mode: 0o644 });
  const offered = { folders: OF_THE_HOST.folders.filter(present), files: OF_THE_HOST.files.filter(present) };
  for (const name of offered.folders) mkdirSync(join(etc, name));
  for (const name of offered.files) writeFileSync(join(etc, name), '');
  const top = TOP_LEVEL.filter((path) => existsSync(path));
  const isLink = (path: string) => lstatSync(path).isSymbolicLink();
  return {
    skeleton: folder,
    house: buildHouse(join(folder, 'house')),
    usr: '/usr',
    links: top.filter(isLink).map((path) => [path, readlinkSync(path)] as const),
    binds: top.filter((path) => !isLink(path)),
    hidden: { folders: HIDDEN.folders.filter(isFolder), files: HIDDEN.files.filter((path) => existsSync(path)) },
    etc: [...offered.folders, ...offered.files].map((name) => `/etc/${name}`),
  };
}

/**
 * The same, laid out in the spawner's namespace (`base` in `spawner/stores.pl`): one bind for /usr and one for /etc. Each
 * bind that bwrap makes costs it a reading of the whole table of mounts.
 */
export const laidOutBase = (base: Base, skeleton: string): Base => ({
  ...base,
  skeleton,
  usr: join(skeleton, 'usr'),
  etc: [],
  hidden: { ...base.hidden, folders: [] },
});

/** A link there leads to what is bound anyway, or nowhere. */
const isFolder = (path: string) => lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
const present = (name: string) => existsSync(join('/etc', name));

/** Removes what a killed predecessor left in its folder: named pipes and sockets, nothing else. */
export function tidyRunFolder(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isFIFO() || entry.isSocket()) rmSync(join(folder, entry.name), { force: true });
  }
}
