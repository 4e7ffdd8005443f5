import { execa, type Result, type Subprocess } from 'execa';

/**
 * How every program is started: by execa, and from here alone, so that what a child gets is decided once. Its
 * environment is what it is given, and nothing of this process: that may hold keys. What goes wrong is a value, never a
 * rejection; it carries the command line and what was said, so neither it nor its `message` belongs in a log. Nothing
 * is ended when this process ends: the parts outlive a killed launcher and are adopted by the next one, and a process
 * that is killed tidies up nothing (`tied.sh` is for what must not outlive us).
 */
const closed = execa({ extendEnv: false, cleanup: false, reject: false, verbose: 'none' });

/** Lives for long or says much: nothing of its output is kept. */
export const startChild = closed({ buffer: false });

/**
 * Is asked something: has nothing to read, its output is kept whole, and when its time is over or it is called off it
 * is ended with all that it has started, by force after five seconds.
 */
export const askProgram = closed({ stdin: 'ignore', killDescendants: true });

/** One that lives for long; it settles when it has ended. */
export type Child = Pick<Subprocess, 'pid' | 'kill'> & {
  readonly then: Promise<Pick<Result, 'exitCode' | 'signal' | 'originalMessage'>>['then'];
};

type Ended = Pick<Result, 'exitCode' | 'signal' | 'timedOut' | 'originalMessage'> & {
  readonly stderr?: string | undefined;
};

/** What went wrong, by the program's last words: without its arguments. Not for programs that are told secrets. */
export function programFailure(
  program: string,
  { stderr = '', exitCode, signal, timedOut, originalMessage }: Ended,
): Error {
  return new Error(
    `${program}: ${stderr.trim().slice(-500) || (timedOut ? 'timed out' : (signal ?? originalMessage ?? `exit ${exitCode}`))}`,
  );
}

/** An open file for `stdio`, of any number: execa's types know those up to nine. */
export function descriptor(fd: number): 3;
export function descriptor(fd: number): number {
  return fd;
}
