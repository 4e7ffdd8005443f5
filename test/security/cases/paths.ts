import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AbuseCase } from '../case.ts';
import { TRIED, leaks, listFiles, readFile, said, shell, writeFile } from './parts.ts';

const family = 'file paths and artifacts';

const hostile: readonly (readonly [what: string, path: string])[] = [
  ['upwards', '../secret/key'],
  ['upwards from further in', 'a/b/../../../secret/key'],
  ['from the root', '/etc/passwd'],
  ['with a NUL', 'good\0/../secret/key'],
  ['with a line break', 'good\n../secret/key'],
  ['with letters that turn the line round', 'report\u202etxt.exe'],
  ['with letters that are not seen', 're\u200bport'],
  ['with a slash that is none', '..\u2215secret\u2215key'],
  ['with dots that are none', '\u2024\u2024/secret/key'],
  ['with half a letter', 'a\ud800b'],
  ['longer than any', 'a/'.repeat(600) + 'a'],
  ['as nothing', ''],
];

export const paths: readonly AbuseCase[] = [
  ...hostile.map(([what, path]): AbuseCase => ({
    name: `names a file ${what}`,
    family,
    command: () => writeFile(path, 'evil'),
    attempted: ({ result }) => result.kind === 'refused' && result.fields.includes('path'),
    harm: ({ secret, workspace }) => {
      if (readFileSync(secret.path, 'utf8') !== secret.token) return 'the secret was overwritten';
      return existsSync(join(dirname(workspace), 'report')) ? 'a file appeared outside' : undefined;
    },
  })),
  {
    name: 'works in a folder outside',
    family,
    command: () => shell('pwd; ls', { cwd: '../secret' }),
    attempted: ({ result }) => result.kind === 'refused' && result.fields.includes('cwd'),
    harm: (_scene, outcome) => said(outcome, 'key', 'it worked there'),
  },
  {
    name: 'works in a folder that is a link to outside',
    family,
    prepare: ({ workspace, secret }) => symlinkSync(secret.folder, join(workspace, 'there')),
    command: () => shell('pwd; ls; cat key', { cwd: 'there' }),
    attempted: ({ result }) => result.kind === 'exited' && result.code !== 0,
    harm: leaks,
  },
  {
    name: 'has a pipe read that never ends',
    family,
    command: () => shell('mkfifo pipe; timeout 2 head -c 1 pipe'),
    attempted: TRIED,
    harm: (_scene, outcome) => ('ms' in outcome.result && outcome.result.ms > 10_000 ? 'it hung' : undefined),
  },
  {
    name: 'has the reading command read a device through a link',
    family,
    prepare: ({ workspace }) => symlinkSync('/dev/zero', join(workspace, 'endless')),
    command: () => readFile('endless'),
    attempted: ({ result }) => result.kind === 'exited' && result.code === 66,
    harm: (_scene, outcome) => (outcome.stdout.length > 0 ? 'a device was read' : undefined),
  },
  {
    name: 'has a file written over a folder',
    family,
    prepare: ({ workspace }) => mkdirSync(join(workspace, 'folder'), { mode: 0o777 }),
    command: () => writeFile('folder', 'x'),
    attempted: ({ result }) => result.kind === 'exited' && result.code !== 0,
    harm: ({ workspace }) => (statSync(join(workspace, 'folder')).isDirectory() ? undefined : 'the folder is gone'),
  },
  {
    name: 'names a file like an option',
    family,
    command: () => writeFile('-rf', 'x'),
    attempted: ({ result }) => result.kind === 'exited' && result.code === 0,
    harm: ({ workspace }) =>
      readFileSync(join(workspace, '-rf'), 'utf8') === 'x' ? undefined : 'it was taken for an option',
  },
  {
    name: 'lists names that look like entries of the list',
    family,
    prepare: ({ workspace }) => {
      writeFileSync(join(workspace, 'f 1 0.0 evil\nf 2 0.0 ..'), '');
      writeFileSync(join(workspace, '$(touch evil)'), '');
    },
    command: () => listFiles('.'),
    attempted: ({ result }) => result.kind === 'exited' && result.code === 0,
    harm: ({ workspace }, outcome) =>
      existsSync(join(workspace, 'evil'))
        ? 'a name was run'
        : outcome.stdout.split('\0').length === 3
          ? undefined
          : 'a name made entries',
  },
];
