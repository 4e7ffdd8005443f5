import { spawn, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import type { Duplex, Readable, Writable } from 'node:stream';
import { FD } from './bwrap-flags.ts';

export interface Launch {
  readonly bwrap: string;
  readonly flags: readonly string[];
  readonly command: readonly string[];
  readonly filter: Uint8Array;
  /** Descriptors for the job. */
  readonly stdout: number;
  readonly stderr: number;
  readonly workspace: number;
  readonly lent: readonly number[];
  /** Contents of the files that `bwrapFlags` was told of, in that order. */
  readonly files: readonly Uint8Array[];
  /** Puts a shell between us and bwrap, to be killed in our stead: for the canary. */
  readonly underShell?: boolean;
  /** Called with bwrap's pid while it still waits for its flags: whatever it is put into then, all it starts is in. */
  readonly contain: (pid: number) => Promise<void>;
}

export interface Launched {
  /** Of bwrap itself, our own child. */
  readonly process: ChildProcess;
  /** The first process inside, as the host numbers it, once the gate stands; undefined when it never did. */
  readonly ready: Promise<number | undefined>;
  /** Lets the command begin: until then it waits at the gate, so that it never runs unwatched. */
  release(): void;
  /** Shuts the gate for good; no use after `release`. */
  abandon(): void;
  /** When bwrap has ended: the exit code it reported, undefined when the command never started. */
  readonly ended: Promise<number | undefined>;
}

/** Starts bwrap with an empty environment and exactly the descriptors named here. Call from the main thread only. */
export function launch(options: Launch): Launched {
  const line = [options.bwrap, '--args', String(FD.args), '--', ...options.command];
  const [program = '', ...args] = options.underShell === true ? ['/bin/sh', '-c', '"$@" & wait', 'sh', ...line] : line;
  const child = spawn(program, args, {
    env: {},
    cwd: '/',
    stdio: [
      'ignore',
      options.stdout,
      options.stderr,
      ...(['pipe', 'pipe', 'pipe', 'pipe'] as const), // args, seccomp, status, gate
      options.workspace,
      ...options.lent,
      ...options.files.map(() => 'pipe' as const),
    ],
  });
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  const status = readStatus(streamOf(child, FD.status));
  const hand = () => {
    feed(streamOf(child, FD.args), Buffer.from(options.flags.map((flag) => `${flag}\0`).join('')));
    feed(streamOf(child, FD.seccomp), options.filter);
    options.files.forEach((bytes, index) => feed(streamOf(child, FD.extra + options.lent.length + index), bytes));
  };
  // Without its flags it can do nothing; killed while it waits for them, it has done nothing.
  if (child.pid !== undefined) options.contain(child.pid).then(hand, () => child.kill('SIGKILL'));
  const gate = streamOf(child, FD.gate);
  gate?.on('error', ignore);
  const stands = new Promise<boolean>((resolve) => {
    gate?.once('data', () => resolve(true));
    void ended.then(() => resolve(false));
  });
  return {
    process: child,
    ready: stands.then((there) => (there ? status.number('child-pid') : undefined)),
    release: () => gate?.end('go\n'),
    abandon: () => gate?.destroy(),
    ended: ended.then(() => status.number('exit-code')),
  };
}

/** Sends bytes into a pipe whose reader may go away at any moment. */
function feed(stream: Writable | undefined, bytes: Uint8Array): void {
  stream?.on('error', ignore);
  stream?.end(bytes);
}

/** A descriptor as a stream; closing the stream closes it. */
export const outputStream = (fd: number): Readable => new Socket({ fd, readable: true, writable: false });

const ignore = () => undefined;

function streamOf(child: ChildProcess, fd: number): Duplex | undefined {
  const stream: unknown = child.stdio[fd];
  return stream instanceof Socket ? stream : undefined;
}

/** bwrap writes one JSON object a line: first `child-pid`, last `exit-code` (bwrap(1), --json-status-fd). */
function readStatus(stream: Readable | undefined) {
  let text = '';
  stream?.on('error', ignore);
  stream?.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
  return {
    number: (name: 'child-pid' | 'exit-code') => {
      const found = new RegExp(`"${name}"\\s*:\\s*(\\d+)`).exec(text);
      return found === null ? undefined : Number(found[1]);
    },
  };
}
