import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../bridge/launcher/instance/instance.ts';
import { findPython } from '../../synapse/python.ts';

/** Clients that two generators make of the API's document, in two languages, each with a whole flow to carry. */

const TOOLS = join(import.meta.dirname, 'generators');
const LOCKS = ['package.json', 'package-lock.json', 'requirements.txt'] as const;
const environment = (): Record<string, string> =>
  Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined));
const run = async (
  program: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<string> =>
  (await promisify(execFile)(program, args, { cwd, env: { ...environment(), ...env }, maxBuffer: 64 * 1024 * 1024 }))
    .stdout;

/** Once a machine: where the generators of these versions are. Made beside its place and renamed when whole. */
async function tools(): Promise<string> {
  const found = await findPython(environment(), false);
  if (found.kind !== 'ready') throw new Error('no Python that makes virtual environments');
  const hash = createHash('sha256').update(`${found.python.executable}\0${found.python.version}`);
  for (const name of LOCKS) hash.update(readFileSync(join(TOOLS, name)));
  const folder = join(cacheFolder(environment()), `generators-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(join(folder, 'whole'))) return folder;
  const building = `${folder}.${randomUUID().slice(0, 8)}`;
  try {
    await mkdir(building, { recursive: true });
    for (const name of LOCKS) await cp(join(TOOLS, name), join(building, name));
    await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], building);
    await run(found.python.executable, ['-m', 'venv', join(building, 'python')], building);
    await run(
      join(building, 'python', 'bin', 'python'),
      ['-m', 'pip', 'install', '-q', '--no-input', '--disable-pip-version-check', '-r', 'requirements.txt'],
      building,
    );
    await writeFile(join(building, 'whole'), '');
    await rename(building, folder).catch((error: unknown) => {
      if (!existsSync(join(folder, 'whole'))) throw error;
    });
  } finally {
    await rm(building, { recursive: true, force: true });
  }
  return folder;
}

/** What a client got for each operation of the flow. */
export type Got = Readonly<
  Record<string, { readonly status: number; readonly data: Readonly<Record<string, unknown>> }>
>;

export interface Flow {
  readonly url: string;
  readonly key: string;
  readonly name: string;
}

/** A folder inside the tools', so that what is generated finds what it needs. */
async function workshop<T>(
  document: unknown,
  act: (at: { readonly folder: string; readonly tools: string; readonly file: string }) => Promise<T>,
): Promise<T> {
  const home = await tools();
  const folder = await mkdtemp(join(home, 'run-'));
  try {
    const file = join(folder, 'openapi.json');
    await writeFile(file, JSON.stringify(document));
    return await act({ folder, tools: home, file });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The whole document as one, every reference followed, and held against the schema of OpenAPI; throws what is wrong with it. */
export const validated = (document: unknown): Promise<string> =>
  workshop(document, async ({ folder, file }) => {
    await cp(join(TOOLS, 'validate.mjs'), join(folder, 'validate.mjs'));
    return run(process.execPath, ['validate.mjs', file], folder);
  });

export const typescriptFlow = (document: unknown, flow: Flow): Promise<Got> =>
  workshop(document, async ({ folder, tools: home, file }) => {
    await run(process.execPath, [join(home, 'node_modules', 'oazapfts', 'dist', 'cli.js'), file, 'api.ts'], folder);
    await cp(join(TOOLS, 'flow.mjs'), join(folder, 'flow.mjs'));
    return JSON.parse(
      await run(process.execPath, ['--disable-warning=ExperimentalWarning', 'flow.mjs', JSON.stringify(flow)], folder),
    ) as Got;
  });

export const pythonFlow = (document: unknown, flow: Flow): Promise<Got> =>
  workshop(document, async ({ folder, tools: home, file }) => {
    const bin = join(home, 'python', 'bin');
    // By its module: the scripts beside it name the folder that it was built in.
    const said = await run(
      join(bin, 'python'),
      [
        '-m',
        'openapi_python_client',
        'generate',
        '--path',
        file,
        '--output-path',
        'agents_client',
        '--meta',
        'none',
        '--fail-on-warning',
      ],
      folder,
      { PATH: `${bin}:${process.env['PATH'] ?? ''}` },
    );
    if (/warning/i.test(said)) throw new Error(said);
    await cp(join(TOOLS, 'flow.py'), join(folder, 'flow.py'));
    return JSON.parse(await run(join(bin, 'python'), ['flow.py', JSON.stringify(flow)], folder)) as Got;
  });
