import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PROJECT } from './house.ts';

const run = promisify(execFile);

/** The version whose houses every later one has to take over. */
export const LANDED = '1e2a2445e2764d3034703b841b2c81343a1d7c17';

/** Packages that it imports and this one has no more, with what it takes of them; no agent of the test asks through them. */
const GONE = [['@ai-sdk/perplexity', 'createPerplexity']] as const;

/**
 * The project as it was, in a folder of its own, from the history of this clone or else from where it came from.
 * With the packages of now: what it stores is its own doing. Throws where it cannot be had.
 */
export async function checkOutOld(folder: string, commit = LANDED): Promise<string> {
  const git = (...args: readonly string[]) =>
    run('git', ['-C', PROJECT, ...args], { env: { ...process.env, GIT_TERMINAL_PROMPT: '0' }, timeout: 60_000 });
  const there = () =>
    git('cat-file', '-e', `${commit}^{commit}`).then(
      () => true,
      () => false,
    );
  if (!(await there())) await git('fetch', '--quiet', '--depth=1', 'origin', commit).catch(() => undefined);
  if (!(await there()))
    throw new Error(
      `The version ${commit.slice(0, 7)}, whose house is to be taken over, is not in this clone. Get it: git fetch --unshallow`,
    );
  const project = join(folder, 'old');
  await mkdir(project);
  await run('sh', ['-c', 'git -C "$1" archive "$2" | tar --extract --directory "$3"', 'sh', PROJECT, commit, project]);
  // No link to the folder: the parts' accounts may have no way to where the project lies.
  const packages = [`${join(PROJECT, 'node_modules')}/.`, join(project, 'node_modules')] as const;
  await mkdir(packages[1]);
  await run('cp', ['--archive', '--link', ...packages]).catch(() => run('cp', ['--archive', ...packages]));
  for (const [name, exported] of GONE) {
    const stub = join(packages[1], name);
    await mkdir(stub, { recursive: true });
    await writeFile(join(stub, 'package.json'), JSON.stringify({ name, type: 'module', exports: './index.js' }));
    await writeFile(join(stub, 'index.js'), `export function ${exported}() { throw new Error('gone'); }\n`);
  }
  // The one that lies in the project itself is one of them.
  const own = join('bridge', 'matrix', 'no-native-crypto');
  await run('cp', ['--archive', `${join(PROJECT, own)}/.`, join(project, own)]);
  return project;
}

/** What a module of that version exports under this name. */
export async function exportOf(project: string, file: string, name: string): Promise<unknown> {
  const script = `import { ${name} } from ${JSON.stringify(join(project, file))}; process.stdout.write(JSON.stringify(${name}));`;
  const { stdout } = await run(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', script],
    { cwd: project, maxBuffer: 16 * 1024 * 1024 },
  );
  return JSON.parse(stdout);
}
