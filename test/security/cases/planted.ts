import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BOX_PATHS } from '../../../executor/sandbox/sandbox.ts';
import type { AbuseCase, Scene } from '../case.ts';
import { TRIED, listFiles, readFile, said, shell, writeFile } from './parts.ts';

const family = 'planted files';
const EVIL = `#!/bin/bash\necho planted\ntouch ${BOX_PATHS.workspace}/planted\n`;

function plantPrograms({ workspace }: Scene): void {
  for (const name of ['bash', 'sh', 'cat', 'head', 'find', 'env', 'perl', 'prlimit', 'mktemp', 'mv', 'ls', 'dirname']) {
    writeFileSync(join(workspace, name), EVIL);
    chmodSync(join(workspace, name), 0o755);
  }
}

function plantConfiguration({ workspace }: Scene): void {
  for (const name of ['.bashrc', '.bash_profile', '.profile', '.bash_login', '.inputrc', '.perlrc', 'sitecustomize.pl'])
    writeFileSync(join(workspace, name), `echo planted; touch ${BOX_PATHS.workspace}/planted\n`);
  mkdirSync(join(workspace, '.git', 'hooks'), { recursive: true });
  writeFileSync(
    join(workspace, '.git', 'config'),
    `[core]\n\tfsmonitor = "touch ${BOX_PATHS.workspace}/planted; false"\n\tpager = touch ${BOX_PATHS.workspace}/planted\n\tsshCommand = touch ${BOX_PATHS.workspace}/planted\n`,
  );
  writeFileSync(join(workspace, '.git', 'HEAD'), 'ref: refs/heads/main\n');
  writeFileSync(join(workspace, '.npmrc'), `script-shell=${BOX_PATHS.workspace}/bash\n`);
}

const planted = ({ workspace }: Scene, outcome: { stdout: string; stderr: string }) =>
  existsSync(join(workspace, 'planted')) || /^planted/m.test(outcome.stdout + outcome.stderr)
    ? 'a planted file was run'
    : undefined;

const withPrograms = (name: string, command: AbuseCase['command']): AbuseCase => ({
  name,
  family,
  prepare: (scene) => {
    plantPrograms(scene);
    plantConfiguration(scene);
  },
  command,
  attempted: ({ result }) => result.kind === 'exited' && result.code === 0,
  harm: planted,
});

export const plantedFiles: readonly AbuseCase[] = [
  withPrograms('plants programs and configuration for the reading command', () => readFile('.profile')),
  withPrograms('plants programs and configuration for the writing command', () => writeFile('new', 'x')),
  withPrograms('plants programs and configuration for the listing command', () => listFiles('.')),
  withPrograms('plants programs and configuration for the next script', () =>
    shell('true; head -c 1 /dev/null; find /tmp; env >/dev/null'),
  ),
  {
    name: 'keeps something in /tmp for the next job',
    family,
    command: () => shell('ls -A /tmp; echo x >/tmp/kept; echo "echo planted" >/tmp/.bashrc'),
    attempted: TRIED,
    harm: (_scene, outcome) =>
      said(outcome, 'kept', 'an earlier job left it') ?? (existsSync('/tmp/kept') ? 'it is on the host' : undefined),
  },
];
