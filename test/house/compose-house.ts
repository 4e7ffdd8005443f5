import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { freePorts } from './house.ts';
import type { Json } from './provider-formats.ts';

export const PROJECT = join(import.meta.dirname, '..', '..');
const run = promisify(execFile);
const UP_WITHIN_MS = 120_000;

/** `npm start -- compose` in a folder of its own. */
export async function composeVerb(
  folder: string,
  more: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number; readonly said: string }> {
  const { PATH = '', HOME = '' } = process.env;
  const env = {
    PATH,
    HOME,
    CHAVION_DATA_DIR: folder,
    CHAVION_SERVER_NAME: 'compose.test',
    CHAVION_PUBLIC_URL: 'https://compose.test',
    ...more,
  };
  return run(process.execPath, [join(PROJECT, 'chavion.ts'), 'compose'], { env, cwd: PROJECT }).then(
    ({ stdout }) => ({ code: 0, said: stdout }),
    (error: Json) => ({ code: error.code, said: error.stdout }),
  );
}

const CONTAINERS = {
  synapse: 8008,
  replication: 9093,
  'synapse-worker-1': 8008,
  'synapse-worker-2': 8008,
  postgres: 5432,
  redis: 6379,
  appservice: 9009,
  agentApi: 5004,
  preview: 5005,
  element: 80,
  'synapse-admin': 8080,
  pages: 8081,
  front: 80,
  shown: 80,
} as const;
type Container = keyof typeof CONTAINERS;

/** Nobody's account, where this one is root's; PostgreSQL and the sandbox refuse that one. */
export const SOMEBODY: { readonly uid: number; readonly gid: number } | undefined =
  process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined;

/**
 * What docker-compose.yml starts, started here without an engine: the same files, with names and ports of containers
 * turned into ports of this machine and their folders into folders below one.
 */
export class ComposeHouse implements AsyncDisposable {
  readonly folder: string;
  readonly ports: Readonly<Record<Container, number>>;
  readonly #children: { readonly name: string; readonly process: ChildProcess }[] = [];
  readonly #said = new Map<string, string>();

  private constructor(folder: string, ports: Readonly<Record<Container, number>>) {
    this.folder = folder;
    this.ports = ports;
  }

  static async write(profiles: string): Promise<ComposeHouse> {
    const folder = await mkdtemp(join(tmpdir(), 'chavion-compose-'));
    await chmod(folder, 0o755);
    const names = Object.keys(CONTAINERS) as Container[];
    const free = await freePorts(names.length);
    const ports = Object.fromEntries(names.map((name, index) => [name, free[index] ?? 0])) as Record<Container, number>;
    const house = new ComposeHouse(folder, ports);
    const { code, said } = await composeVerb(house.data, {
      CHAVION_PUBLIC_URL: `http://localhost:${ports.front}`,
      CHAVION_PREVIEW_URL: `http://localhost:${ports.shown}`,
      COMPOSE_PROFILES: profiles,
    });
    if (code !== 0) throw new Error(said);
    for (const part of await readdir(house.compose('parts'))) await house.#give(part);
    await cp(house.compose('rules'), house.given('rules'), { recursive: true });
    await writeFile(
      join(folder, 'Caddyfile'),
      house.here(await readFile(house.compose('open', 'caddy', 'Caddyfile'), 'utf8')),
    );
    return house;
  }

  get data(): string {
    return join(this.folder, 'data');
  }

  compose(...path: readonly string[]): string {
    return join(this.data, 'compose', ...path);
  }

  given(part: string, name = ''): string {
    return join(this.folder, 'given', part, name);
  }

  state(part: string): string {
    return join(this.folder, 'state', part);
  }

  /** Texts with `host:port` in them. */
  here(text: string): string {
    const { ports } = this;
    const of: Readonly<Record<string, number>> = {
      'swarm:5004': ports.agentApi,
      'swarm-2:5004': ports.agentApi,
      'swarm:5005': ports.preview,
      'swarm:9009': ports.appservice,
      'redis:6379': ports.redis,
      'element:80': ports.element,
      'synapse-admin:8080': ports['synapse-admin'],
    };
    const known = {
      ...of,
      'synapse:8008': ports.synapse,
      'synapse-worker-1:8008': ports['synapse-worker-1'],
      'synapse-worker-2:8008': ports['synapse-worker-2'],
    };
    const names = Object.keys(known).toSorted((a, b) => b.length - a.length);
    return text
      .replaceAll(
        new RegExp(`(?<![\\w-])(?:${names.join('|')})(?!\\d)`, 'g'),
        (found) => `127.0.0.1:${known[found as keyof typeof known]}`,
      )
      .replace('http://:8081', `http://:${ports.pages}`)
      .replaceAll('/srv/', `${this.compose('open')}/`);
  }

  async #give(part: string): Promise<void> {
    await mkdir(this.given(part), { recursive: true });
    await mkdir(this.state(part), { recursive: true });
    if (SOMEBODY !== undefined) await chown(this.state(part), SOMEBODY.uid, SOMEBODY.gid);
    for (const name of await readdir(this.compose('parts', part))) {
      const text = await readFile(this.compose('parts', part, name), 'utf8');
      const moved = this.#places(part, text);
      await writeFile(
        this.given(part, name),
        name.endsWith('.yaml') ? this.#synapse(name, moved) : this.#settings(this.here(moved)),
      );
    }
  }

  #places(part: string, text: string): string {
    const rules = this.given('rules');
    return text.replaceAll(
      /(["'])\/(given|state|rules)(?=[/"'])/g,
      (_all, quote: string, which: string) =>
        `${quote}${which === 'rules' ? rules : which === 'given' ? this.given(part) : this.state(part)}`,
    );
  }

  #settings(text: string): string {
    const { ports } = this;
    return text
      .replace("_PORT='9009'", `_PORT='${ports.appservice}'`)
      .replace("_PORT='5004'", `_PORT='${ports.agentApi}'`)
      .replace("_PORT='5005'", `_PORT='${ports.preview}'`)
      .replace('port 6379', `port ${ports.redis}`);
  }

  #synapse(file: string, text: string): string {
    const { ports } = this;
    const config: Json = JSON.parse(this.here(text));
    const own =
      file === 'homeserver.yaml'
        ? [ports.synapse, ports.replication]
        : [ports[file.replace('.yaml', '') as Container] ?? 0];
    for (const [index, listener] of [...(config.listeners ?? []), ...(config.worker_listeners ?? [])].entries())
      listener.port = own[index];
    if (config.database) Object.assign(config.database.args, { host: '127.0.0.1', port: ports.postgres });
    if (config.redis) Object.assign(config.redis, { host: '127.0.0.1', port: ports.redis });
    if (config.instance_map) config.instance_map.main = { host: '127.0.0.1', port: ports.replication };
    if (config.pid_file) config.pid_file = join(this.state('synapse'), 'homeserver.pid');
    return JSON.stringify(config);
  }

  /** Started, and answering by the time this resolves. */
  async start(
    name: string,
    program: string,
    args: readonly string[],
    answers: () => Promise<boolean>,
    options: { readonly env?: Record<string, string>; readonly somebody?: boolean; readonly cwd?: string } = {},
  ): Promise<ChildProcess> {
    const { PATH = '' } = process.env;
    const child = spawn(program, args, {
      cwd: options.cwd ?? this.folder,
      env: { PATH, HOME: this.folder, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(options.somebody === true ? SOMEBODY : {}),
    });
    this.#children.push({ name, process: child });
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) =>
        this.#said.set(name, `${this.#said.get(name) ?? ''}${chunk.toString()}`.slice(-4_000)),
      );
    const until = Date.now() + UP_WITHIN_MS;
    while (!(await answers())) {
      if (child.exitCode !== null || Date.now() > until)
        throw new Error(`${name} does not come up:\n${this.#said.get(name)}`);
      await sleep(100);
    }
    return child;
  }

  said(name: string): string {
    return this.#said.get(name) ?? '';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { process: child } of this.#children.toReversed()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = once(child, 'exit');
      // PostgreSQL calls SIGTERM "smart": it waits for whoever is connected.
      child.kill(child.spawnfile.endsWith('/postgres') ? 'SIGINT' : 'SIGTERM');
      await Promise.race([ended, sleep(8_000).then(() => child.kill('SIGKILL'))]);
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}

export const composeFile = async (): Promise<Json> =>
  parse(await readFile(join(PROJECT, 'docker-compose.yml'), 'utf8'), { merge: true });

export async function answersAt(url: string, status = 200): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.status === status;
  } catch {
    return false;
  }
}
