import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { type Environment, installEnvironment } from '../config/environment.ts';

const run = promisify(execFile);

/** `0.1.0 (1a2b3c4)`, the second only in a clone. */
export async function projectVersion(project: string, environment: Environment): Promise<string> {
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')));
  const commit = await git(project, environment, ['rev-parse', '--short', 'HEAD']);
  return commit === null ? version : `${version} (${commit})`;
}

/** The pinned one: `matrix-synapse==1.163.0` among the locked requirements. */
export function synapsePin(project: string): string {
  const locked = readFileSync(join(project, 'synapse', 'requirements.txt'), 'utf8');
  return /^matrix-synapse(?:\[[^\]]*\])?==([^\s;\\]+)/m.exec(locked)?.[1] ?? '?';
}

/** What git answers, trimmed; null where it refuses or is missing. Never asks anybody for a password. */
export async function git(project: string, environment: Environment, args: readonly string[]): Promise<string | null> {
  try {
    const { stdout } = await run('git', ['-C', project, ...args], { env: { ...installEnvironment(environment), GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' } });
    return stdout.trim();
  } catch {
    return null;
  }
}
