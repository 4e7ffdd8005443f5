import {
  accessSync,
  constants,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';

/**
 * All of it is had while this module loads: started by root, the executor's account may find no way to it later. An
 * open folder can still be laid out by whoever is handed it.
 */
const PACKAGES = realpathSync(new URL('../../../node_modules', import.meta.url));
const OPEN_PACKAGES = openSync(PACKAGES, constants.O_RDONLY | constants.O_DIRECTORY);
const ROOT = new URL('../../../', import.meta.url);
/** The programs, and the shapes of what they are given, which whoever asks for it knows too. */
const SOURCES = ['executor/programs', 'bridge/protocol/documents'].flatMap((folder) =>
  readdirSync(new URL(`${folder}/`, ROOT), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => [join(folder, name), readFileSync(new URL(`${folder}/${name}`, ROOT))] as const),
);
/** Installed with the packages, whatever Node runs us. */
const LOCKED_NODE = `node-linux-${process.arch}/bin/node`;

/** What jobs that run the house's programs are shown, but for the packages. */
export interface HousePrograms {
  readonly folder: string;
  readonly packages: { readonly path: string; readonly fd: number };
  /** Of a Node that lies elsewhere than among the packages. */
  readonly node: string | undefined;
}

/** Writes what of it is ours into `folder`, with empty places for what is bound. */
export function buildHouse(folder: string): HousePrograms {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'node_modules'), { recursive: true, mode: 0o755 });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n', { mode: 0o644 });
  for (const [path, bytes] of SOURCES) {
    mkdirSync(join(folder, dirname(path)), { recursive: true, mode: 0o755 });
    writeFileSync(join(folder, path), bytes, { mode: 0o644 });
  }
  const inside = relative(PACKAGES, process.execPath);
  const node = inside.startsWith('..') && canRun(process.execPath) ? process.execPath : undefined;
  if (node !== undefined) writeFileSync(join(folder, 'node'), '', { mode: 0o755 });
  else symlinkSync(join('node_modules', inside.startsWith('..') ? LOCKED_NODE : inside), join(folder, 'node'));
  return { folder, packages: { path: PACKAGES, fd: OPEN_PACKAGES }, node };
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
