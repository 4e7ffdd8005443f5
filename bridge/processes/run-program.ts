import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startChild } from './child.ts';

export interface Program {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Such as `sudo -n`. */
  readonly as?: readonly string[];
  /** Ends it and all that it has started. */
  readonly stop?: AbortSignal | undefined;
  /** Taken to wait for somebody who does not answer, and ended. */
  readonly silence?: Silence;
  /** For an orderly end, once it is asked to. */
  readonly graceSeconds?: number;
  readonly umask?: number;
  /** Each line of both outputs. */
  readonly line?: (line: string) => void;
}

export interface Silence {
  /** So long until the first sign of life, and between two. */
  readonly firstMs: number;
  readonly thenMs: number;
  /** Whether a line is one; without it every line is. */
  readonly life?: (line: string) => boolean;
}

export interface ProgramEnd {
  /** Undefined where a signal ended it; 127 where there is no such program. */
  readonly code: number | undefined;
  readonly tail: readonly string[];
  /** It was ended for its silence. */
  readonly silent: boolean;
}

const TIED = join(import.meta.dirname, 'tied.sh');
const TAIL_LINES = 12;

/**
 * Runs a program to its end. It never outlives this process, however that ends, nor does anything it has started.
 * Throws the reason of `stop` once all of it is gone.
 */
export async function runProgram({
  program,
  args,
  env,
  cwd,
  as = [],
  stop,
  silence,
  graceSeconds = 3,
  umask,
  line = () => undefined,
}: Program): Promise<ProgramEnd> {
  stop?.throwIfAborted();
  const [first = '', ...rest] = [...as, '/bin/sh', TIED, String(graceSeconds), program, ...args];
  const before = umask === undefined ? undefined : process.umask(umask);
  // A group of its own: Ctrl-C in the terminal is for this process, which ends the program in order.
  const child = startChild(first, rest, { env, detached: true, ...(cwd === undefined ? {} : { cwd }) });
  if (before !== undefined) process.umask(before);
  // Its end may come before ours.
  child.stdin.on('error', () => undefined);
  let silent = false;
  const end = () => void child.stdin.end();
  const wait = (ms: number) => setTimeout(() => ((silent = true), end()), ms);
  let quiet = silence && wait(silence.firstMs);
  const tail: string[] = [];
  const heard = (text: string) => {
    if (silence !== undefined && !silent && silence.life?.(text) !== false) {
      clearTimeout(quiet);
      quiet = wait(silence.thenMs);
    }
    tail.push(text);
    if (tail.length > TAIL_LINES) tail.shift();
    line(text);
  };
  // Not execa's lines, which end at a line feed alone: git tells its progress with carriage returns, and these are signs of life.
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', heard);
  stop?.addEventListener('abort', end);
  try {
    const { exitCode, cause } = await child;
    stop?.throwIfAborted();
    // It was never begun: no such folder, no room for a process.
    if (exitCode === undefined && cause !== undefined) throw cause;
    return { code: exitCode, tail, silent };
  } finally {
    clearTimeout(quiet);
    stop?.removeEventListener('abort', end);
    child.stdin.destroy();
  }
}
