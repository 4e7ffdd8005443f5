import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, readFile, readdir, writeFile } from 'node:fs/promises';
import { statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import { type ProcessMark, partsOf } from '../../bridge/launcher/instance/processes.ts';
import { Ready } from '../../bridge/launcher/instance/ready.ts';
import type { Roster } from '../../bridge/protocol/roster.ts';
import { endHouse, houseState, removeHouse } from './remains.ts';

export type PartName = 'launcher' | 'synapse' | 'redis' | 'swarm' | 'executor';

export interface HouseOptions {
  /** Over the house's own; the machine's environment is not passed on but for what installing takes. */
  readonly env?: Readonly<Record<string, string>>;
  readonly roster?: z.input<typeof Roster>;
  /** A folder of an earlier house, to start it again; otherwise a new one in the temporary folder. */
  readonly folder?: string;
  /** Left alone by `stop` and dispose, for a later house. */
  readonly keep?: boolean;
  /** Another version of the project than this one. */
  readonly project?: string | undefined;
  /** Whose house it is; only root can start one for somebody else. */
  readonly account?: Account;
}

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

export const PROJECT = join(import.meta.dirname, '..', '..');
/** A cold machine has to install Synapse first. */
const UP_WITHIN_MS = 300_000;

/** Whether a process still has its files. What nobody has waited for has none: a launcher that stands still waits for nobody. */
async function holdsOn(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return stat !== undefined && !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
}

/** A whole Chavion of its own, started by the launcher as a person would: own folder, own ports, own Synapse and Redis. */
export async function startHouse(options: HouseOptions = {}): Promise<House> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'chavion-house-')));
  const { account } = options;
  if (account !== undefined) refuseClosed(options.project ?? PROJECT);
  // What is installed for root is there for everybody to run.
  const env =
    account === undefined
      ? options.env
      : { HOME: folder, TMPDIR: folder, XDG_CACHE_HOME: '/var/cache', ...options.env };
  if (account !== undefined) await chown(folder, account.uid, account.gid);
  const house = new House(
    folder,
    await houseEnvironment(folder, { ...options, ...(env === undefined ? {} : { env }) }),
    options.keep ?? false,
    account,
    options.project,
  );
  try {
    await house.start();
    return house;
  } catch (error) {
    await house[Symbol.asyncDispose]();
    throw error;
  }
}

/** Somebody else starts the house from this folder: where only root gets in, Node would say that it cannot find the module. */
function refuseClosed(project: string): void {
  const way = project.split('/').map((_, i, names) => names.slice(0, i + 1).join('/') || '/');
  const closed = way.find((folder) => (statSync(folder).mode & 0o001) === 0);
  if (closed !== undefined)
    throw new Error(
      `${closed} is closed to other accounts, and this house is started by one: move the clone to where everybody may read (such as /srv), or chmod o+x ${closed}`,
    );
}

export async function houseEnvironment(folder: string, options: HouseOptions = {}): Promise<Record<string, string>> {
  const passed = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !/^(?:CHAVION_|npm_)|KEY$|TOKEN$|_BASE_URL$/.test(entry[0]),
  );
  const saved = await readFile(join(folder, 'environment.json'), 'utf8').catch(() => undefined);
  const [synapse, redis, appservice, api, preview] = saved === undefined ? await freePorts(5) : [];
  const own: Record<string, string> =
    saved === undefined
      ? {
          CHAVION_DATA_DIR: join(folder, 'data'),
          CHAVION_SERVER_NAME: 'house.test',
          CHAVION_SYNAPSE_PORT: String(synapse),
          CHAVION_REDIS_PORT: String(redis),
          CHAVION_APPSERVICE_PORT: String(appservice),
          CHAVION_API_PORT: String(api),
          CHAVION_PREVIEW_PORT: String(preview),
          CHAVION_LANG: 'ko',
        }
      : JSON.parse(saved);
  await writeFile(join(folder, 'environment.json'), JSON.stringify(own));
  if (options.roster !== undefined) {
    own['CHAVION_ROSTER'] = join(folder, 'roster.json');
    // Nobody at a test looks at a poll for a minute, and every ballot is looked at; tests about that ask for it.
    const judgement = { ownerSeconds: 0, earlyStop: false };
    // An older version knows no such words.
    const known = options.project === undefined ? { judgement } : {};
    await writeFile(own['CHAVION_ROSTER'], JSON.stringify({ ...known, ...options.roster }));
  }
  return { ...Object.fromEntries(passed), ...own, ...options.env };
}

/** Ports that nobody listens on now. Below the range from which the kernel takes ports for outgoing connections. */
export async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  while (found.size < count) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!free) continue;
    await new Promise((resolve) => server.close(resolve));
    found.add(port);
  }
  return [...found];
}

export class House implements AsyncDisposable {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly #keep: boolean;
  readonly #account: Account | undefined;
  /** The version that is started next, for verbs too. */
  project: string;
  #launcher: ChildProcess | undefined;
  /** The one that brought the house up. */
  #first: ChildProcess | undefined;
  #output = '';
  #ready: Ready | undefined;

  constructor(
    folder: string,
    env: Readonly<Record<string, string>>,
    keep: boolean,
    account?: Account,
    project = PROJECT,
  ) {
    this.folder = folder;
    this.env = env;
    this.#keep = keep;
    this.#account = account;
    this.project = project;
  }

  get data(): string {
    return join(this.folder, 'data');
  }

  /** As read when the house came up; rooms, password and addresses do not change. */
  get ready(): Ready {
    if (this.#ready === undefined) throw new Error('the house is not up');
    return this.#ready;
  }

  /** What the launcher has written to its terminal since it was last started. */
  get output(): string {
    return this.#output;
  }

  /** Starts the launcher and waits for `ready.json`. Throws with everything said when it does not come up. */
  async start(): Promise<void> {
    const launcher = this.launch();
    const until = Date.now() + UP_WITHIN_MS;
    for (;;) {
      if (launcher.exitCode !== null || launcher.signalCode !== null)
        throw new Error(
          `the launcher ended (${launcher.exitCode ?? launcher.signalCode}):\n${this.#output}\n${await this.logs()}`,
        );
      const ready = await this.readyFile();
      if (ready?.pids.launcher === launcher.pid) {
        this.#ready = ready;
        this.#first = launcher;
        return;
      }
      if (Date.now() > until) throw new Error(`the house is not up:\n${this.#output}\n${await this.logs()}`);
      await sleep(50);
    }
  }

  /** The launcher alone, for starts that are to fail. */
  launch(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}, input = ''): ChildProcess {
    this.#output = '';
    const launcher = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'chavion.ts', ...args], {
      cwd: this.project,
      env: { ...this.env, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
      ...this.#account,
    });
    launcher.stdin.end(input);
    for (const stream of [launcher.stdout, launcher.stderr])
      stream.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
    this.#launcher = launcher;
    return launcher;
  }

  /** Undefined while the house is not up. */
  async readyFile(): Promise<Ready | undefined> {
    const text = await readFile(join(this.data, 'ready.json'), 'utf8').catch(() => undefined);
    return text === undefined ? undefined : Ready.parse(JSON.parse(text));
  }

  /** The processes now; null for a part that is being started anew or not built. */
  async pids(): Promise<Ready['pids']> {
    const ready = await this.readyFile();
    if (ready === undefined) throw new Error('ready.json is gone');
    return ready.pids;
  }

  /** SIGKILL, and waits until it is dead: until then it holds its locks and its ports. Returns the process that was killed. */
  async kill(part: PartName): Promise<number> {
    const pid = (await this.pids())[part];
    if (pid === null) throw new Error(`${part} is not running`);
    process.kill(pid, 'SIGKILL');
    while (await holdsOn(pid)) await sleep(5);
    if (part === 'launcher' && this.#launcher?.exitCode === null && this.#launcher.signalCode === null)
      await once(this.#launcher, 'exit');
    return pid;
  }

  /** The launcher to be stopped is this process again, after another one was launched beside it. */
  adopt(pid: number): void {
    if (this.#first?.pid === pid) this.#launcher = this.#first;
  }

  /** Waits until a part is another process than `before`, and says which. */
  async reborn(part: PartName, before: number): Promise<number> {
    for (;;) {
      const pid = (await this.readyFile())?.pids[part] ?? null;
      if (pid !== null && pid !== before) return pid;
      await sleep(20);
    }
  }

  /** An orderly end, as by Ctrl-C. Returns the exit code. */
  async stop(): Promise<number | null> {
    const launcher = this.#launcher;
    if (launcher === undefined) return null;
    if (launcher.exitCode === null && launcher.signalCode === null) {
      launcher.kill('SIGTERM');
      await once(launcher, 'exit');
    }
    return launcher.exitCode;
  }

  /** The end of every part's log, for messages of failed tests. */
  async logs(): Promise<string> {
    const folder = join(this.data, 'logs');
    const names = await readdir(folder).catch(() => []);
    const state = await this.state().catch(() => undefined);
    const files = [
      ...names.map((name) => join(folder, name)),
      ...(state === undefined ? [] : [join(state.root, 'synapse', 'homeserver.log')]),
    ];
    const parts = await Promise.all(
      files.map(
        async (file) => `--- ${basename(file)}\n${(await readFile(file, 'utf8').catch(() => '')).slice(-4_000)}`,
      ),
    );
    return parts.join('\n');
  }

  /** Where the parts keep their files, once the instance has begun. */
  state(): ReturnType<typeof houseState> {
    return houseState(this.folder);
  }

  /** Parts that run, whoever started them. */
  async partsAlive(): Promise<readonly ProcessMark[]> {
    const state = await this.state();
    return state === undefined ? [] : partsOf(state.instance.id, join(state.root, 'redis'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    // Parts whose launcher a test has killed.
    await (this.#keep ? endHouse(this.folder) : removeHouse(this.folder));
  }
}
