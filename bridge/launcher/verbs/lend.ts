import { readFileSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join, resolve, sep } from 'node:path';
import { askProgram } from '../../processes/child.ts';
import { type Environment, machineEnvironment } from '../../config/environment.ts';
import { loadSettings } from '../../config/load.ts';
import { ConfigRefusal } from '../../config/refusal.ts';
import { LentName } from '../../protocol/command-fields.ts';
import { type LentFolder, RULE_FILES } from '../../protocol/lent-folder.ts';
import { lendText } from '../../text/terminal/lend.ts';
import { accountName, find } from '../instance/accounts.ts';
import type { Owner } from '../instance/files.ts';
import { readJson } from '../instance/files.ts';
import { cacheFolder, dataPaths, Instance, SEPARATED_STATE, stateRoot } from '../instance/instance.ts';
import { ensureRules, publishLendings, readLent, writeRule } from '../instance/rules-folder.ts';
import type { Terminal } from '../instance/terminal.ts';
import { withoutEnd } from '../../protocol/text-ends.ts';

const MOST = 16;
/** The system itself, kernel interfaces and what holds everybody's secrets: neither they, nor what contains them, nor what is in them. */
const NEVER = [
  '/proc',
  '/sys',
  '/dev',
  '/run',
  '/boot',
  '/etc',
  '/root',
  '/usr',
  '/bin',
  '/sbin',
  '/lib',
  '/lib32',
  '/lib64',
  '/var/lib',
  '/var/spool',
  '/var/cache',
  '/var/backups',
  '/var/mail',
  '/snap',
  SEPARATED_STATE,
];
/** Others' things lie side by side there: one of the folders in them, not all. */
const NOT_WHOLE = ['/home', '/opt', '/mnt', '/media', '/srv', '/tmp', '/var/tmp', '/var'];

export type LendOrder =
  | { readonly kind: 'list' }
  | { readonly kind: 'end'; readonly name: string }
  | { readonly kind: 'lend'; readonly path: string; readonly mode: 'ro' | 'rw' };

/** Null where it is none of these. */
export function parseLend(args: readonly string[]): LendOrder | null {
  const [first = '', second = '', ...more] = args;
  if (more.length > 0) return null;
  if (first === '--list' && second === '') return { kind: 'list' };
  if (first === '--end' && second !== '') return { kind: 'end', name: second.replace(/^\/lent\//, '') };
  if (first === '' || first.startsWith('--') || (second !== 'ro' && second !== 'rw')) return null;
  return { kind: 'lend', path: first, mode: second };
}

/** Whether lending `path` would show one of `secret`: the same folder, one above, or one within. */
export const exposes = (path: string, secret: readonly string[]): boolean =>
  secret.some((other) => within(path, other) || within(other, path));

/** Whether it is a folder that holds everybody's things, somebody's home, or what programs keep to themselves in one (`.ssh`). */
export function tooMuch(path: string, homes: readonly string[]): boolean {
  if (NOT_WHOLE.includes(path)) return true;
  return homes.some(
    (home) =>
      path === home || within(home, path) || (within(path, home) && path.slice(home.length + 1).startsWith('.')),
  );
}

const within = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);

/** A name for /lent: from the folder's own, and told apart from those that are taken. */
export function nameFor(path: string, taken: ReadonlySet<string>): LentName {
  const plain =
    withoutEnd(
      basename(path)
        .toLowerCase()
        .replace(/[^a-z0-9_-]+/g, '-')
        .replace(/^[-_]+/, ''),
      '-',
    ).slice(0, 32) || 'folder';
  for (let n = 1; ; n += 1) {
    const name = n === 1 ? plain : `${plain}-${n}`;
    if (!taken.has(name)) return LentName.parse(name);
  }
}

/** `npm start -- lend`: takes effect with the next command, without a restart. Returns the exit code. */
export async function lend(
  project: string,
  environment: Environment,
  args: readonly string[],
  terminal: Terminal,
): Promise<number> {
  const order = parseLend(args);
  if (order === null) {
    terminal.say(lendText.usage);
    return 2;
  }
  const paths = dataPaths(project, loadSettings(environment));
  const instance = readJson(paths.instance, Instance);
  if (instance === undefined) throw new ConfigRefusal(lendText.notBegun);
  const owner = instance.separated ? await find('executor') : undefined;
  const rules = ensureRules(instance, paths, owner);
  const lent = readLent(rules);
  const swarm = {
    folder: join(stateRoot(instance, paths), 'swarm'),
    owner: instance.separated ? await find('swarm') : undefined,
  };
  const save = (folders: readonly LentFolder[]) => {
    writeRule(rules, RULE_FILES.lent, { folders }, owner?.gid);
    publishLendings(rules, swarm.folder, swarm.owner);
  };
  switch (order.kind) {
    case 'list':
      if (lent.length === 0) terminal.say(lendText.none);
      for (const { name, path, mode } of lent) terminal.say(lendText.line(name, path, mode));
      return 0;
    case 'end':
      if (!lent.some(({ name }) => name === order.name)) throw new ConfigRefusal(lendText.unknown(order.name));
      save(lent.filter(({ name }) => name !== order.name));
      terminal.say(lendText.ended(order.name));
      return 0;
    case 'lend': {
      const folder = lendable(
        order.path,
        [...NEVER, paths.data, project, stateRoot(instance, paths), cacheFolder(environment)],
        homes(),
      );
      const before = lent.find(({ path }) => path === folder);
      const others = lent.filter(({ path }) => path !== folder);
      if (others.length >= MOST) throw new ConfigRefusal(lendText.tooMany);
      const name = before?.name ?? nameFor(folder, new Set(others.map((one) => one.name)));
      save([...others, { name, path: folder, mode: order.mode }]);
      terminal.say(lendText.lent(name, folder, order.mode));
      if (owner !== undefined && !(await may(owner, folder, order.mode)))
        terminal.say(lendText.noAccess(folder, accountName('executor'), order.mode));
      return 0;
    }
  }
}

/** The folder itself, free of links. Throws a `Refusal`. */
function lendable(path: string, secret: readonly string[], homes: readonly string[]): string {
  const asked = resolve(path);
  if (statSync(asked, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new ConfigRefusal(lendText.notFolder(asked));
  const real = realpathSync(asked);
  if (exposes(real, secret.map(realOrNamed)) || tooMuch(real, homes.map(realOrNamed)))
    throw new ConfigRefusal(lendText.forbidden(real));
  return real;
}

/** Of those who can log in: a web server's "home" is the folder of its sites. */
function homes(): readonly string[] {
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const listed = accounts
    .filter(([, , , , , , shell = '']) => !/(?:nologin|false|sync)$/.test(shell))
    .map((fields) => fields[5] ?? '');
  return [...new Set([...listed, homedir()])].filter(
    (home) => home.startsWith('/') && home !== '/' && statSync(home, { throwIfNoEntry: false })?.isDirectory() === true,
  );
}

/** What is not there, or where this account may not look, counts by its name. */
function realOrNamed(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

async function may(owner: Owner, path: string, mode: 'ro' | 'rw'): Promise<boolean> {
  const test = (right: string) =>
    askProgram('/usr/bin/test', [right, path], { ...owner, cwd: '/', env: machineEnvironment() });
  const tests = await Promise.all(['-r', '-x', ...(mode === 'rw' ? ['-w'] : [])].map(test));
  return tests.every(({ failed }) => !failed);
}
