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
}

export interface Launched {
  /** Of bwrap itself, our own child: killing it kills everything inside. */
  readonly process: ChildProcess;
  /** The first process inside, as the host numbers it; undefined when bwrap ended before it had one. */
  readonly firstPid: Promise<number | undefined>;
  /** Lets the job begin: until then it waits, so that it can be put into its cgroup. */
  release(): void;
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
      ...(['pipe', 'pipe', 'pipe', 'pipe'] as const), // args, seccomp, status, block
      options.workspace,
      ...options.lent,
      ...options.files.map(() => 'pipe' as const),
    ],
  });
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  const status = readStatus(streamOf(child, FD.status), ended);
  feed(streamOf(child, FD.args), Buffer.from(options.flags.map((flag) => `${flag}\0`).join('')));
  feed(streamOf(child, FD.seccomp), options.filter);
  options.files.forEach((bytes, index) => feed(streamOf(child, FD.extra + options.lent.length + index), bytes));
  const block = streamOf(child, FD.block);
  block?.on('error', ignore);
  return {
    process: child,
    firstPid: status.firstPid,
    release: () => block?.end('x'),
    ended: ended.then(() => {
      block?.destroy();
      return status.exitCode();
    }),
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
function readStatus(stream: Readable | undefined, ended: Promise<void>) {
  let text = '';
  let tell: (pid: number | undefined) => void = ignore;
  const firstPid = new Promise<number | undefined>((resolve) => (tell = resolve));
  const number = (name: string) => {
    const found = new RegExp(`"${name}"\\s*:\\s*(\\d+)`).exec(text);
    return found === null ? undefined : Number(found[1]);
  };
  stream?.on('error', ignore);
  stream?.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk;
    const pid = text.includes('\n') ? number('child-pid') : undefined;
    if (pid !== undefined) tell(pid);
  });
  void ended.then(() => tell(undefined));
  return { firstPid, exitCode: () => number('exit-code') };
}
