import { closeSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { FD } from './bwrap-flags.ts';
import type { OpenFolder } from './folders.ts';
import type { Pipe } from './spawner/pipes.ts';
import type { Spawner } from './spawner/spawner.ts';

export interface Launch {
  readonly spawner: Spawner;
  readonly bwrap: string;
  readonly flags: readonly string[];
  readonly command: readonly string[];
  readonly filter: Uint8Array;
  readonly stdout: Pipe;
  readonly stderr: Pipe;
  readonly workspace: Pick<OpenFolder, 'path' | 'identity'>;
  readonly lent: readonly Pick<OpenFolder, 'path' | 'identity'>[];
  /** Contents of the files that `bwrapFlags` was told of, in that order. */
  readonly files: readonly Uint8Array[];
  /** Puts a shell between the spawner and bwrap, to be killed in the spawner's stead: for the canary. */
  readonly underShell?: boolean;
  /** `cgroup.procs` of the group that bwrap enters before it begins; null where there are none. */
  readonly group: string | null;
  /** The pipes' ends, once somebody can write into the others. */
  readonly listen: (stdout: Readable, stderr: Readable) => void;
  /** bwrap's pid, before it can have ended unseen. */
  readonly adopt: (pid: number) => void;
}

export interface Launched {
  /** The first process inside, as the host numbers it, once the gate stands; undefined when it never did. */
  readonly ready: Promise<number | undefined>;
  /** Lets the command begin: until then it waits at the gate, so that it never runs unwatched. */
  release(): void;
  /** Shuts the gate for good; no use after `release`. */
  abandon(): void;
  /** SIGKILL for bwrap itself, however often. */
  kill(): void;
  /** When bwrap has ended: the exit code it reported, undefined when the command never started. */
  readonly ended: Promise<number | undefined>;
  /** When the first process inside has ended as well. */
  readonly gone: Promise<void>;
  /** Why it could not be started. */
  readonly fault: () => string | undefined;
}

/** Starts bwrap with an empty environment and exactly the descriptors named here. */
export function launch(options: Launch): Launched {
  const { spawner, stdout, stderr } = options;
  const line = [options.bwrap, '--args', String(FD.args), '--', ...options.command];
  const folders = [options.workspace, ...options.lent];
  const fields = [
    options.group ?? '',
    stdout.name,
    stderr.name,
    options.flags.map((flag) => `${flag}\0`).join(''),
    options.filter,
    String(folders.length),
    ...folders.flatMap(({ path, identity }) => [path, identity]),
    String(options.files.length),
    ...options.files,
    ...(options.underShell === true ? ['/bin/sh', '-c', '"$@" & wait', 'sh'] : []),
    ...line,
  ];
  const ready = Promise.withResolvers<number | undefined>();
  const ended = Promise.withResolvers<number | undefined>();
  const gone = Promise.withResolvers<void>();
  let fault: string | undefined;
  let listening = false;
  const id = spawner.start(fields, {
    started: (pid) => {
      listening = true;
      options.adopt(pid);
      options.listen(outputStream(stdout.read), outputStream(stderr.read));
    },
    failed: (why) => {
      if (!listening) [stdout, stderr].forEach(letGo);
      listening = true;
      fault = why;
      ready.resolve(undefined);
      ended.resolve(undefined);
      gone.resolve();
    },
    ready: (status) => ready.resolve(numberIn(status, 'child-pid')),
    ended: (status) => {
      ready.resolve(undefined);
      ended.resolve(numberIn(status, 'exit-code'));
    },
    gone: () => gone.resolve(),
  });
  return {
    ready: ready.promise,
    release: () => spawner.tell('go', id),
    abandon: () => spawner.tell('abandon', id),
    kill: () => spawner.tell('kill', id),
    ended: ended.promise,
    gone: gone.promise,
    fault: () => fault,
  };
}

/** Of a pipe that nobody may ever have opened at its other end. */
function letGo({ read, name }: Pipe): void {
  closeSync(read);
  rmSync(name, { force: true });
}

/** A descriptor as a stream; closing the stream closes it. */
const outputStream = (fd: number): Readable => new Socket({ fd, readable: true, writable: false });

/** bwrap writes one JSON object a line: first `child-pid`, last `exit-code` (bwrap(1), --json-status-fd). */
function numberIn(status: string, name: 'child-pid' | 'exit-code'): number | undefined {
  const at = status.indexOf(`"${name}"`);
  const found = at === -1 ? null : /^\s*:\s*(\d+)/.exec(status.slice(at + name.length + 2));
  return found === null ? undefined : Number(found[1]);
}
