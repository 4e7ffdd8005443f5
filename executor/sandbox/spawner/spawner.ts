import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Socket } from 'node:net';
import { descriptor, startChild } from '../../../bridge/processes/child.ts';
import { cut, frame } from './frames.ts';
import type { Machine } from '../seccomp/seccomp.ts';

/** Read while this module loads: started by root, the executor's account may not be able to later. */
const PROGRAMS = ['spawner.pl', 'stores.pl', 'keeping.pl'].map(
  (name) => [name, readFileSync(new URL(`./${name}`, import.meta.url))] as const,
);

/** What it lays out once for all jobs (`base` in `spawner/stores.pl`). */
interface LaidOut {
  /** Of the machine's, below /etc. */
  readonly etc: readonly string[];
  /** Empty in what jobs see. */
  readonly hidden: { readonly folders: readonly string[] };
  /** The packages' folder, open, and a Node that lies elsewhere (`house/house.ts`). */
  readonly house: { readonly packages: { readonly fd: number }; readonly node: string | undefined };
}

export interface Home {
  /** Its mounts are seen below /proc/<pid>/root. */
  readonly pid: number;
  /** Why there can be no stores here (`spawner/stores.pl`). */
  readonly withoutStores: string | undefined;
  /** A store holds the whole workspace, not only what has changed. */
  readonly copies: boolean;
  /** A copy of the skeleton that tells no job where it lies. */
  readonly skeleton: string | undefined;
  /** Why the house's programs cannot be shown to jobs. */
  readonly withoutPrograms: string | undefined;
}

/** What is told of one program that was started, each at most once. */
export interface Followed {
  readonly started: (pid: number) => void;
  /** It never was. */
  readonly failed: (why: string) => void;
  /** The first process inside stands at the gate; `status` is what bwrap has said so far. */
  readonly ready: (status: string) => void;
  readonly ended: (status: string) => void;
  /** The first process inside, and so everything, has ended too. */
  readonly gone: () => void;
}

/**
 * A small process that starts bwrap for us (`spawner/spawner.pl`). It dies with us and everything it has started dies
 * with it; when it is gone all the same, the next job has another one. Call from the main thread only.
 */
export class Spawner {
  readonly #folder: string;
  readonly #machine: Machine;
  readonly #base: LaidOut;
  readonly #stores: 'best' | 'copy';
  readonly #followed = new Map<string, Followed>();
  readonly #asked = new Map<
    string,
    { readonly done: (answer: string) => void; readonly failed: (error: Error) => void }
  >();
  #home = Promise.withResolvers<Home>();
  #process: Spawning | undefined;
  #made: { readonly done: () => void; readonly failed: (error: Error) => void }[] = [];
  #count = 0;

  constructor(folder: string, machine: Machine, base: LaidOut, stores: 'best' | 'copy' = 'best') {
    this.#base = base;
    this.#stores = stores;
    this.#machine = machine;
    this.#folder = folder;
    for (const [name, program] of PROGRAMS) writeFileSync(join(folder, name), program, { mode: 0o600 });
  }

  /** Where it is and what it can; starts it where it does not run. */
  home(): Promise<Home> {
    this.#process ??= this.#begin();
    return this.#home.promise;
  }

  /** `store` or `keep` of `spawner/stores.pl`; rejects where it could not be done. */
  ask(what: 'store' | 'keep', ...fields: readonly string[]): Promise<string> {
    const id = String(++this.#count);
    return new Promise((done, failed) => {
      this.#asked.set(id, { done, failed });
      this.#send(what, id, ...fields);
    });
  }

  drop(store: string): void {
    if (this.#process !== undefined) this.#send('drop', store);
  }

  /** Returns the name by which it is spoken of. */
  start(fields: readonly (string | Uint8Array)[], follower: Followed): string {
    const id = String(++this.#count);
    this.#followed.set(id, follower);
    this.#send('start', id, ...fields);
    return id;
  }

  tell(what: 'go' | 'abandon' | 'kill', id: string): void {
    if (this.#followed.has(id)) this.#send(what, id);
  }

  /** Named pipes, all or a rejection. */
  makePipes(paths: readonly string[]): Promise<void> {
    return new Promise((done, failed) => {
      this.#made.push({ done, failed });
      this.#send('pipes', ...paths);
    });
  }

  /** Ends the process and all that it has started. */
  [Symbol.dispose](): void {
    this.#process?.kill('SIGKILL');
  }

  #send(...fields: readonly (string | Uint8Array)[]): void {
    this.#process ??= this.#begin();
    keepsUsAlive(this.#process, true);
    this.#process.stdin.write(frame(fields));
  }

  #begin(): Spawning {
    const { etc, hidden, house } = this.#base;
    const child = startPerl(
      [
        join(this.#folder, 'spawner.pl'),
        this.#machine,
        String(process.pid),
        this.#folder,
        this.#stores,
        ...etc.map((path) => `show:${path}`),
        ...hidden.folders.map((path) => `hide:${path}`),
        ...(house.node === undefined ? [] : [`node:${house.node}`]),
      ],
      house.packages.fd,
    );
    child.stdin.on('error', () => undefined);
    let coming: Buffer = Buffer.alloc(0);
    child.stdout.on('data', (chunk: Buffer) => {
      coming = coming.length === 0 ? chunk : Buffer.concat([coming, chunk]);
      const { frames, rest } = cut(coming);
      coming = rest;
      for (const [what = '', id = '', text = '', more = ''] of frames) {
        if (what === 'stores')
          this.#home.resolve({
            pid: child.pid ?? 0,
            withoutStores: id === '' ? undefined : id,
            copies: text !== '',
            skeleton: id === '' ? join(this.#folder, 'base') : undefined,
            withoutPrograms: more === '' ? undefined : more,
          });
        else this.#hear(what, id, text);
      }
      if (this.#followed.size + this.#asked.size + this.#made.length === 0) keepsUsAlive(child, false);
    });
    child.stdout.on('error', () => undefined);
    void child.then(() => this.#over(child));
    return child;
  }

  #hear(what: string, id: string, text: string): void {
    if (what === 'pipes') return this.#made.shift()?.done();
    const asked = this.#asked.get(id);
    if (asked !== undefined) {
      this.#asked.delete(id);
      return what === 'unstored' ? asked.failed(new Error(`the workspace: ${text}`)) : asked.done(text);
    }
    const follower = this.#followed.get(id);
    if (what === 'failed' || what === 'gone') this.#followed.delete(id);
    switch (what) {
      case 'started':
        return follower?.started(Number(text));
      case 'failed':
        return follower?.failed(text);
      case 'ready':
        return follower?.ready(text);
      case 'ended':
        return follower?.ended(text);
      case 'gone':
        return follower?.gone();
    }
  }

  /** What it had started dies with it. */
  #over(child: Spawning): void {
    if (this.#process !== child) return;
    this.#process = undefined;
    const [followers, asked, made] = [[...this.#followed.values()], [...this.#asked.values()], this.#made];
    this.#followed.clear();
    this.#asked.clear();
    this.#made = [];
    const why = 'the spawner has ended';
    this.#home.resolve({ pid: 0, withoutStores: why, copies: false, skeleton: undefined, withoutPrograms: why });
    this.#home = Promise.withResolvers<Home>();
    for (const { failed } of made) failed(new Error('no named pipes could be made'));
    for (const { failed } of asked) failed(new Error(why));
    for (const follower of followers) {
      follower.failed(why);
      follower.ended('');
      follower.gone();
    }
  }
}

type Spawning = ReturnType<typeof startPerl>;

/** Only this process goes by execa: it is begun once, and all that a command costs goes over its pipes. */
const startPerl = (args: readonly string[], packages: number) =>
  startChild('/usr/bin/perl', args, { env: {}, cwd: '/', stdio: ['pipe', 'pipe', 'inherit', descriptor(packages)] });

/** Idle, it is no reason to go on. */
function keepsUsAlive({ nodeChildProcess, stdin, stdout }: Spawning, busy: boolean): void {
  for (const handle of [nodeChildProcess, stdin, stdout]) {
    if (handle === nodeChildProcess || handle instanceof Socket) {
      if (busy) handle.ref();
      else handle.unref();
    }
  }
}
