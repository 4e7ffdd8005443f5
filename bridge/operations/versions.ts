import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type Environment, installEnvironment } from '../config/environment.ts';
import { askProgram } from '../processes/child.ts';

/** `0.1.0 (1a2b3c4)`, the second only in a clone. */
export async function projectVersion(project: string, environment: Environment): Promise<string> {
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')));
  const commit = await git(project, environment, ['rev-parse', '--short', 'HEAD']);
  return commit === null ? version : `${version} (${commit})`;
}

/** The pinned one: `matrix-synapse==1.163.0` among the locked requirements. */
export function synapsePin(project: string): string {
  const locked = readFileSync(join(project, 'synapse', 'requirements.txt'), 'utf8');
  return /^matrix-synapse(?:\[[\w,-]{0,60}\])?==([^\s;\\]+)/m.exec(locked)?.[1] ?? '?';
}

const LONGEST_LOCAL_MS = 60_000;

export const gitEnvironment = (environment: Environment): Record<string, string> => ({
  ...installEnvironment(environment),
  GIT_TERMINAL_PROMPT: '0',
  LC_ALL: 'C',
});

/**
 * What git answers, trimmed; null where it refuses or is missing. Of the clone alone: what reaches out may wait for
 * somebody. Throws when stopped.
 */
export async function git(
  project: string,
  environment: Environment,
  args: readonly string[],
  stop?: AbortSignal,
): Promise<string | null> {
  stop?.throwIfAborted();
  const answer = await askProgram('git', ['-C', project, ...args], {
    env: gitEnvironment(environment),
    timeout: LONGEST_LOCAL_MS,
    ...(stop && { cancelSignal: stop }),
  });
  stop?.throwIfAborted();
  return answer.failed ? null : answer.stdout.trim();
}
