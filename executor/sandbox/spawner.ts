import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Socket } from 'node:net';
import { cut, frame } from './frames.ts';
import type { Machine } from './seccomp.ts';

/** Read while this module loads: started by root, the executor's account may not be able to later. */
const PROGRAM = readFileSync(new URL('./tools/spawner.pl', import.meta.url));

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
 * A small process that starts bwrap for us (`tools/spawner.pl`). It dies with us and everything it has started dies
 * with it; when it is gone all the same, the next job has another one. Call from the main thread only.
 */
export class Spawner {
  readonly #program: string;
  readonly #machine: Machine;
  readonly #followed = new Map<string, Followed>();
  #process: ChildProcess | undefined;
  #made: { readonly done: () => void; readonly failed: (error: Error) => void }[] = [];
  #count = 0;

  constructor(folder: string, machine: Machine) {
    this.#machine = machine;
    this.#program = join(folder, 'spawner.pl');
    writeFileSync(this.#program, PROGRAM, { mode: 0o600 });
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

  #send(...fields: readonly (string | Uint8Array)[]): void {
    this.#process ??= this.#begin();
    keepsUsAlive(this.#process, true);
    this.#process.stdin?.write(frame(fields));
  }

  #begin(): ChildProcess {
    const child = spawn('/usr/bin/perl', [this.#program, this.#machine, String(process.pid)], { env: {}, cwd: '/', stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin?.on('error', () => undefined);
    let coming: Buffer = Buffer.alloc(0);
    child.stdout?.on('data', (chunk: Buffer) => {
      coming = coming.length === 0 ? chunk : Buffer.concat([coming, chunk]);
      const { frames, rest } = cut(coming);
      coming = rest;
      for (const [what = '', id = '', text = ''] of frames) this.#hear(what, id, text);
      if (this.#followed.size === 0 && this.#made.length === 0) keepsUsAlive(child, false);
    });
    child.stdout?.on('error', () => undefined);
    const over = () => this.#over(child);
    child.once('error', over);
    child.once('close', over);
    return child;
  }

  #hear(what: string, id: string, text: string): void {
    if (what === 'pipes') return this.#made.shift()?.done();
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
  #over(child: ChildProcess): void {
    if (this.#process !== child) return;
    this.#process = undefined;
    const [followers, made] = [[...this.#followed.values()], this.#made];
    this.#followed.clear();
    this.#made = [];
    for (const { failed } of made) failed(new Error('no named pipes could be made'));
    for (const follower of followers) {
      follower.failed('the spawner has ended');
      follower.ended('');
      follower.gone();
    }
  }
}

/** Idle, it is no reason to go on. */
function keepsUsAlive(child: ChildProcess, busy: boolean): void {
  for (const handle of [child, child.stdin, child.stdout]) {
    if (handle === child || handle instanceof Socket) {
      if (busy) handle.ref();
      else handle.unref();
    }
  }
}
