import type { SandboxJob } from './sandbox.ts';

const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;
/** One argument may be as long (MAX_ARG_STRLEN), all together a quarter of the stack. */
const MAX_ARGUMENT = 128 * 1024 - 1;
/** It lies in memory until the job has ended. */
const MAX_STDIN = 16 * 1024 * 1024;
const MAX_SCRIPT = 4 * 1024 * 1024;
const MAX_ARGUMENTS = 1024 * 1024;

/** The last look at a job, whoever made it. Throws with the field's name. */
export function checkJob(job: SandboxJob): void {
  if ('argv' in job.command) checkArguments(job.command.argv);
  else if (job.command.script.length > MAX_SCRIPT) throw new Error('command.script is too long');
  if (job.stdin !== undefined && job.stdin.length > MAX_STDIN) throw new Error('stdin is too long');
  if (job.cwd.startsWith('/') || job.cwd.includes('\0') || job.cwd.split('/').includes('..'))
    throw new Error('cwd leads out of the workspace');
  if (!(job.timeoutMs > 0 && job.timeoutMs <= 2 ** 31 - 1)) throw new Error('timeoutMs is no time');
  for (const [name, value] of Object.entries(job.limits)) {
    if (!Number.isSafeInteger(value) || value <= 0) throw new Error(`limits.${name} is no limit`);
  }
  const names = new Set<string>();
  for (const { name } of job.lent) {
    if (!NAME.test(name)) throw new Error(`lent: not a name: ${JSON.stringify(name)}`);
    if (names.has(name)) throw new Error(`lent: twice: ${name}`);
    names.add(name);
  }
}

function checkArguments(argv: readonly string[]): void {
  let sum = 0;
  for (const argument of argv) {
    const bytes = Buffer.byteLength(argument);
    if (argument.includes('\0')) throw new Error('command.argv holds a NUL');
    if (bytes > MAX_ARGUMENT) throw new Error('command.argv: one argument is too long');
    sum += bytes;
  }
  if (argv[0] === undefined || argv[0] === '') throw new Error('command.argv is empty');
  if (sum > MAX_ARGUMENTS) throw new Error('command.argv is too long');
}
