import { spawnSync } from 'node:child_process';
import { basename, join } from 'node:path';
import type { SandboxJob } from '../../executor/sandbox/sandbox.ts';

const TRIAL_PROGRAMS = new Set(['try-view.ts', 'collect-changes.ts', 'put-changes.ts']);

/** For a box of paper: what the real programs do that copy lent folders and put changes there; null for any other command. */
export function playTrialProgram(
  job: SandboxJob,
): { readonly code: number; readonly stdout: string; readonly stderr: string } | null {
  const argv: readonly string[] = 'argv' in job.command ? job.command.argv : [];
  const program = argv.find((part) => TRIAL_PROGRAMS.has(basename(part)));
  if (program === undefined) return null;
  const lent = new Map(job.lent.map(({ name, path }) => [name, path]));
  const args = argv.slice(argv.indexOf(program) + 1);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      join(import.meta.dirname, '../../executor/programs', basename(program)),
      ...args.map((part) => part.replace(/^\/lent\/(\w+)/, (_, name: string) => lent.get(name) ?? '')),
    ],
    { encoding: 'utf8' },
  );
  return { code: status ?? 1, stdout, stderr };
}
