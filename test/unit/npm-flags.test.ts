import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { meantWords } from '../../bridge/config/npm-flags.ts';

const PROJECT = join(import.meta.dirname, '../..');

/** As npm 11 hands them on: what it did not know without a `--` before it stands in the environment alone. */
const start = (words: readonly string[], taken: Readonly<Record<string, string>>) => {
  const { words: meant, lost } = meantWords('start', words, {
    npm_lifecycle_event: 'start',
    ...Object.fromEntries(Object.entries(taken).map(([name, value]) => [`npm_config_${name}`, value])),
  });
  return lost === undefined ? meant : lost.en();
};

describe('flags without the -- that npm wants before them', () => {
  it('count as if it had been there', () => {
    expect(start(['doctor'], { providers: 'true' })).toEqual(['doctor', '--providers']);
    expect(start(['backup', '/tmp/file'], { encrypt: 'true' })).toEqual(['backup', '--encrypt', '/tmp/file']);
    expect(start(['admin-login'], { new: 'true' })).toEqual(['admin-login', '--new']);
    expect(start(['lend'], { list: 'true' })).toEqual(['lend', '--list']);
    expect(start(['logs', 'swarm'], { force: 'true' })).toEqual(['logs', '-f', 'swarm']);
    // The verb itself refuses what is none of its own.
    expect(start(['status'], { encrypt: 'true' })).toEqual(['status', '--encrypt']);
    expect(start(['doctor'], { providers: 'yes' })).toEqual(['doctor', '--providers=yes']);
  });

  it('keep the word that belongs behind them where it can be told', () => {
    expect(start(['lend', 'shop'], { end: 'true' })).toEqual(['lend', '--end', 'shop']);
    expect(start(['backup', '/tmp/out'], { passphrase_file: '/tmp/pw' })).toEqual([
      'backup',
      '--passphrase-file',
      '/tmp/pw',
      '/tmp/out',
    ]);
    expect(start(['backup', '/tmp/pw'], { passphrase_file: 'true', encrypt: 'true' })).toEqual([
      'backup',
      '--encrypt',
      '--passphrase-file',
      '/tmp/pw',
    ]);
  });

  it('are asked for again where it cannot', () => {
    for (const words of [
      ['restore', '/tmp/pw', '/tmp/backup'],
      ['restore', '/tmp/backup', '/tmp/pw'],
    ])
      expect(start(words, { passphrase_file: 'true' })).toMatch(
        /Nothing was done\. Write: npm start -- restore --passphrase-file …$/,
      );
  });

  it('are not taken from what npm itself is set to', () => {
    expect(start([], { force: 'true', yes: 'true', registry: 'x' })).toEqual([]);
    expect(start(['doctor'], { force: 'true' })).toEqual(['doctor']);
    // As in a verb that is started below another script of npm's.
    expect(
      meantWords('start', ['doctor'], { npm_lifecycle_event: 'test', npm_config_providers: 'true' }).words,
    ).toEqual(['doctor']);
    expect(start(['doctor', '--providers'], { providers: 'true' })).toEqual(['doctor', '--providers']);
  });

  it('are those of the other scripts too', () => {
    const chat = (words: readonly string[], room: string) =>
      meantWords('chat', words, { npm_lifecycle_event: 'chat', npm_config_room: room });
    expect(chat(['ops'], 'true').words).toEqual(['--room', 'ops']);
    expect(chat(['안녕', '얘들아'], 'ops').words).toEqual(['--room', 'ops', '안녕', '얘들아']);
    expect(chat(['ops', '안녕'], 'true').lost?.ko()).toContain('npm run chat -- --room');
    expect(meantWords('bench', ['tasks'], { npm_lifecycle_event: 'bench', npm_config_quick: 'true' }).words).toEqual([
      '--quick',
      'tasks',
    ]);
  });

  it('are all known: every flag that a usage names', () => {
    const usages = globSync('bridge/text/**/*.ts', { cwd: PROJECT }).flatMap((file) =>
      readFileSync(join(PROJECT, file), 'utf8')
        .split('\n')
        .filter((line) => line.includes("'Usage: npm start -- ") || line.includes('npm start -- lend ')),
    );
    const named = new Set(
      usages.flatMap((line) => line.replaceAll(/\w -- /g, '').match(/(?<![\w-])--[a-z][a-z-]+/g) ?? []),
    );
    expect(named.size).toBeGreaterThan(5);
    for (const flag of named)
      expect([
        flag,
        meantWords('start', ['x'], {
          npm_lifecycle_event: 'start',
          [`npm_config_${flag.slice(2).replaceAll('-', '_')}`]: 'true',
        }).words,
      ]).toEqual([flag, ['x', flag]]);
  });

  it('reach the verb through the npm of this machine, or npm refuses them itself', () => {
    const env = {
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_'))),
      CHAVION_LANG: 'en',
    };
    const { status, stdout, stderr } = spawnSync('npm', ['start', '--silent', 'status', '--encrypt'], {
      cwd: PROJECT,
      env,
      encoding: 'utf8',
    });
    expect(status).not.toBe(0);
    expect(`${stdout}${stderr}`).toContain('--encrypt');
  });
});
