import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Verb, wish } from '../../bridge/launcher/verbs/verbs.ts';
import { phrase } from '../../bridge/text/say.ts';
import { verbsHelpText, unknownVerb } from '../../bridge/text/terminal/verbs.ts';

const usage = (of: string) =>
  phrase(
    () => `쓰는 법: ${of}`,
    () => `Usage: ${of}`,
  );
const run = () => Promise.resolve();
const verbs: Readonly<Record<string, Verb>> = {
  start: { usage: usage('start'), takes: [], run },
  keys: { usage: usage('keys'), takes: [], run },
  doctor: { usage: usage('doctor'), takes: ['--providers'], run },
  backup: { usage: usage('backup'), run },
};
const seen = (...words: readonly string[]) => {
  const wanted = wish(verbs, words);
  return wanted.kind === 'run' ? wanted.name : [wanted.code, ...wanted.said.map((phrase) => phrase.en())];
};

describe('the words behind npm start', () => {
  it('are carried out where each of them means something', () => {
    expect(seen()).toBe('start');
    expect(seen('keys')).toBe('keys');
    expect(seen('doctor', '--providers')).toBe('doctor');
    expect(seen('backup', '--encrypt', 'file')).toBe('backup');
  });

  it('ask for help anywhere, and get that of the verb', () => {
    for (const words of [
      ['keys', '--help'],
      ['keys', '-h'],
      ['help', 'keys'],
      ['--help', 'keys'],
      ['keys', '--hidden', '--help'],
    ])
      expect(seen(...words)).toEqual([0, 'Usage: keys']);
    expect(seen('backup', '--help')).toEqual([0, 'Usage: backup']);
    for (const words of [['help'], ['--help'], ['-h'], ['help', 'nothing']])
      expect(seen(...words)).toEqual([0, verbsHelpText.en()]);
  });

  it('are refused with the usage of the verb where one of them means nothing', () => {
    expect(seen('keys', 'openai')).toEqual([
      2,
      '"openai" means nothing behind npm start -- keys. Nothing was done.',
      'Usage: keys',
    ]);
    expect(seen('start', '--port', '80')).toEqual([
      2,
      '"--port" means nothing behind npm start. Nothing was done.',
      'Usage: start',
    ]);
    expect(seen('doctor', '--provider')).toEqual([2, expect.stringContaining('--provider'), 'Usage: doctor']);
    expect(seen('toString')).toEqual([2, unknownVerb('toString').en(), verbsHelpText.en()]);
  });

  it('are not shown again where they may be a key', () => {
    expect(JSON.stringify(seen('keys', 'sk-ant-api03-abcdefghijklmnop'))).not.toContain('abcdef');
  });

  it('say nothing but what was asked for: no warnings of libraries that the launcher has no need of', () => {
    const said = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', 'chavion.ts', '--help'], {
      cwd: join(import.meta.dirname, '../..'),
      encoding: 'utf8',
    });
    expect(said.stdout).toContain('npm start');
    expect(said.stderr).toBe('');
  });

  it('has a usage in both languages for every verb of the launcher', () => {
    const rows =
      readFileSync(join(import.meta.dirname, '../../chavion.ts'), 'utf8').match(/^ {2}'?[a-z-]+'?: \{[^]*?\brun:/gm) ??
      [];
    expect(rows.length).toBeGreaterThan(13);
    expect(rows.filter((row) => !row.includes('usage:'))).toEqual([]);
  });
});
