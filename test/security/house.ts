import { execFileSync, fork, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { removeCgroups } from '../../executor/sandbox/cgroups.ts';
import type { Limits, OutputObserver, Sandbox } from '../../executor/sandbox/sandbox.ts';
import type { CommandInput, HostServices, Outcome, Scene } from './case.ts';

const isRoot = process.getuid?.() === 0;
/** Nobody's number: no entry in /etc/passwd is needed to be it. */
const TEST_ACCOUNT = 64_321;
const account = isRoot
  ? { uid: TEST_ACCOUNT, gid: TEST_ACCOUNT }
  : { uid: process.getuid?.() ?? -1, gid: process.getgid?.() ?? -1 };

export const MODES = isRoot ? (['started by root', 'ordinary account'] as const) : (['ordinary account'] as const);
export type Mode = 'started by root' | 'ordinary account';

const MiB = 1024 * 1024;
/** Small, so that passing them takes no time. */
export const SUITE_LIMITS: Limits = {
  memoryBytes: 192 * MiB,
  processes: 48,
  cpuMs: 20_000,
  outputBytes: MiB,
  diskBytes: 24 * MiB,
  inodes: 1_500,
  fileBytes: 16 * MiB,
  openFiles: 128,
  tmpBytes: 8 * MiB,
};

const Said = z.object({ id: z.int(), way: z.enum(['stdout', 'stderr']), chunk: z.string() });
const Answer = z.looseObject({ id: z.int() });
const OutcomeAnswer = z.looseObject({
  result: z.custom<Outcome['result']>((value) => typeof value === 'object'),
  stdout: z.string().default(''),
  stderr: z.string().default(''),
});
const ArtifactsAnswer = z.object({
  artifacts: z.array(z.object({ path: z.string(), text: z.string() })),
  leftOut: z.array(z.string()),
});
export type Taken = z.infer<typeof ArtifactsAnswer>;

/** A sandbox in a process and under an account of its own, with a folder for scenes. */
export class SandboxHouse implements AsyncDisposable {
  readonly folder: string;
  readonly child: ChildProcess;
  cgroups: 1 | 2 | null = null;
  readonly #waiting = new Map<number, (answer: unknown) => void>();
  readonly #listening = new Map<number, OutputObserver>();
  readonly #group: string;
  #orders = 0;

  private constructor(folder: string, child: ChildProcess, group: string) {
    this.folder = folder;
    this.#group = group;
    this.child = child;
    child.on('message', (message) => {
      const said = Said.safeParse(message);
      if (said.success)
        return this.#listening.get(said.data.id)?.[said.data.way](Buffer.from(said.data.chunk, 'latin1'));
      const answer = Answer.safeParse(message);
      if (answer.success) this.#waiting.get(answer.data.id)?.(answer.data);
    });
  }

  static async open(
    mode: Mode,
    options: { canaries?: boolean; /** A folder left open as descriptor 77. */ inherit?: string; stores?: 'copy' } = {},
  ): Promise<SandboxHouse> {
    // Outside of any folder that is closed to others: bwrap has to find its way to the workspaces.
    const folder = realpathSync(mkdtempSync('/var/tmp/chavion-security-'));
    for (const name of ['', 'run', 'scenes']) give(join(folder, name));
    const group = `test-${process.pid}-${randomBytes(3).toString('hex')}`;
    const start = {
      ...account,
      runFolder: join(folder, 'run'),
      canaries: options.canaries ?? false,
      ...(options.stores === undefined ? {} : { stores: options.stores }),
      ...(mode === 'started by root' ? { cgroups: group } : {}),
    };
    // A secret in its environment and an open descriptor: what jobs must not get to see.
    const script = join(import.meta.dirname, 'sandbox-host.ts');
    // A shell opens what Node would not leave open, and becomes Node.
    const careless =
      options.inherit === undefined
        ? {}
        : { execPath: '/bin/bash', execArgv: ['-c', `exec 77<${options.inherit}; exec "$0" "$@"`, process.execPath] };
    const child = fork(script, [JSON.stringify(start)], {
      // What is handed in stays bytes.
      serialization: 'advanced',
      env: { PATH: process.env.PATH ?? '', CHAVION_TEST_SECRET: 'environment-secret-4711' },
      execArgv: ['--disable-warning=ExperimentalWarning'],
      ...careless,
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    });
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const house = new SandboxHouse(folder, child, group);
    const [message]: unknown[] = await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(() => {
        rmSync(folder, { recursive: true, force: true });
        if (isRoot) removeCgroups(group);
        throw new Error(`the sandbox does not start (${mode}): ${said}`);
      }),
    ]);
    house.cgroups = z
      .object({ ready: z.literal(true), cgroups: z.union([z.literal(1), z.literal(2), z.null()]) })
      .parse(message).cgroups;
    return house;
  }

  scene(host: HostServices): Scene {
    const name = randomBytes(6).toString('hex');
    const folder = join(this.folder, 'scenes', name);
    const inside = Object.fromEntries(
      ['', 'workspace', 'secret', 'neighbour', 'papers', 'site'].map((part) => [part, give(join(folder, part))]),
    );
    const at = (part: string) => inside[part] ?? '';
    const token = `token-${randomBytes(8).toString('hex')}`;
    const neighbour = `neighbour-${randomBytes(8).toString('hex')}`;
    this.write(join(at('secret'), 'key'), token);
    this.write(join(at('neighbour'), 'note'), neighbour);
    this.write(join(at('papers'), 'paper'), 'as it was');
    this.write(join(at('site'), 'page'), 'as it was');
    return {
      workspace: at('workspace'),
      secret: { path: join(at('secret'), 'key'), folder: at('secret'), token },
      neighbour: { path: at('neighbour'), token: neighbour },
      papers: at('papers'),
      site: at('site'),
      marker: `chavion-marker-${name}`,
      host,
    };
  }

  /** As the executor's account would have it. */
  write(path: string, text: string): void {
    writeFileSync(path, text, { mode: 0o600 });
    chownSync(path, account.uid, account.gid);
  }

  async run(
    scene: Scene,
    command: CommandInput,
    options: { limits?: Partial<Limits> | undefined; cancelAfterMs?: number | undefined } = {},
  ): Promise<Outcome> {
    const answer = await this.#ask({
      command,
      workspace: scene.workspace,
      lent: [
        ['papers', { path: scene.papers, writable: false }],
        ['site', { path: scene.site, writable: true }],
      ],
      limits: { ...SUITE_LIMITS, ...options.limits },
      ...(options.cancelAfterMs === undefined ? {} : { cancelAfterMs: options.cancelAfterMs }),
    });
    return OutcomeAnswer.parse(answer);
  }

  /** The sandbox itself, seen from here. */
  readonly sandbox: Sandbox = {
    run: async (job, observer, signal) => {
      const id = this.#orders + 1;
      this.#listening.set(id, observer);
      const cancel = () => void this.child.send({ cancel: id });
      const answer = this.#ask({ job });
      if (signal.aborted) cancel();
      signal.addEventListener('abort', cancel);
      const { result } = OutcomeAnswer.parse(await answer);
      signal.removeEventListener('abort', cancel);
      this.#listening.delete(id);
      if (result.kind === 'refused') throw new Error('a plain job is not refused');
      return result;
    },
  };

  async take(scene: Scene): Promise<Taken> {
    return ArtifactsAnswer.parse(await this.#ask({ take: scene.workspace }));
  }

  #ask(order: object): Promise<unknown> {
    const id = ++this.#orders;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.child.send({ id, ...order });
    }).finally(() => this.#waiting.delete(id));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exit = once(this.child, 'exit');
      this.child.disconnect();
      await exit;
    }
    // What a command has shut stays shut for whoever is no root.
    if (!isRoot && existsSync(this.folder)) execFileSync('chmod', ['-R', 'u+rwX', this.folder]);
    rmSync(this.folder, { recursive: true, force: true });
    if (isRoot) removeCgroups(this.#group);
  }
}

function give(folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  chownSync(folder, account.uid, account.gid);
  return folder;
}

/** Real listeners on this machine that count whoever comes; `owner` is whom the bystander belongs to. */
export async function openHostServices(
  owner: { readonly uid: number; readonly gid: number } = account,
): Promise<HostServices & AsyncDisposable> {
  let heard = 0;
  const stack = new AsyncDisposableStack();
  const listen = async (where: { port: 0; host: string } | { path: string }) => {
    const server = createServer((socket) => {
      heard += 1;
      socket.on('error', () => undefined).end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nheard');
    });
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(where, resolve));
    stack.defer(() => void server.close());
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  };
  const tcp4 = await listen({ port: 0, host: '127.0.0.1' });
  const tcp6 = await listen({ port: 0, host: '::1' }).catch(() => undefined);
  const abstractSocket = `chavion-${randomBytes(6).toString('hex')}`;
  await listen({ path: `\0${abstractSocket}` });
  const udp = createSocket('udp4', () => (heard += 1));
  udp.bind(0, '127.0.0.1');
  await once(udp, 'listening');
  stack.defer(() => void udp.close());
  const address: AddressInfo = udp.address();
  const bystander = spawn('/usr/bin/sleep', ['600'], { stdio: 'ignore', ...(isRoot ? owner : {}) });
  stack.defer(() => void bystander.kill());
  return {
    tcp4,
    tcp6,
    udp4: address.port,
    abstractSocket,
    heard: () => heard,
    bystander: bystander.pid ?? -1,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Processes of this machine, whoever's, with the word in their command line. */
export function processesWith(word: string): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'latin1').includes(word) ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}
