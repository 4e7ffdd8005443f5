import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { z } from 'zod';
import { processEnvironment } from '../bridge/config/environment.ts';
import { meantWords } from '../bridge/config/npm-flags.ts';
import { openRunFolder, removeAbandonedRuns, removeRunFolder } from './house/remains.ts';
import { outcomeOf } from './report.ts';
import { changedFiles, housesTouched, OF_THE_TREE } from './touched.ts';

/**
 * `npm test` and `npm run soak`: lint, types, then every test. The last line says how many checks passed and failed;
 * with arguments only the tests whose file names contain one of them.
 */
const USAGE = `npm test                                  lint, types and every test
npm test -- <part of a file's name> ...   only the test files whose names contain one of them
npm test -- --changed                     lint, types, and the tests that your changes touch: what is not on main yet,
                                          uncommitted and new files included (on main itself: what is not committed).
                                          Pure tests by what they import; houses by a table of folders (test/touched.ts)
`;
const { words } = meantWords('test', process.argv.slice(2), processEnvironment());
const strange = words.filter((word) => word.startsWith('-') && word !== '--soak' && word !== '--changed');
if (strange.length > 0) {
  const help = strange.every((word) => word === '--help' || word === '-h');
  process.stdout.write(`${help ? '' : `Not known: ${strange.join(' ')}\n`}${USAGE}`);
  process.exit(help ? 0 : 2);
}
const soak = words.includes('--soak');
const onlyChanged = words.includes('--changed');
const filters = words.filter((argument) => !argument.startsWith('--'));
const say = (line: string) => process.stdout.write(`${line}\n`);
const PROJECT = join(import.meta.dirname, '..');
const VITEST = 'node_modules/vitest/vitest.mjs';
const CONFIG = ['--config', 'test/vitest.config.ts'];

function succeeds(name: string, args: readonly string[]): boolean {
  const began = performance.now();
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  say(`${status === 0 ? '✓' : '✗'} ${name} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  return status === 0;
}

function touched(): readonly string[] {
  const changed = changedFiles(PROJECT);
  if (changed === null) {
    say('--changed asks git what was changed, and this is no clone with a commit.');
    process.exit(2);
  }
  const listed = spawnSync(
    process.execPath,
    [VITEST, 'list', ...CONFIG, '--project', 'pure', '--changed', changed.base, '--filesOnly', '--json'],
    { cwd: PROJECT, encoding: 'utf8' },
  );
  const pure = z.array(z.object({ file: z.string() })).parse(JSON.parse(listed.stdout === '' ? '[]' : listed.stdout));
  const houses = housesTouched(changed.files, PROJECT);
  const ofTheTree = changed.files.length === 0 ? [] : OF_THE_TREE;
  const tests = [
    ...new Set([...pure.map(({ file }) => file), ...[...ofTheTree, ...houses].map((file) => join(PROJECT, file))]),
  ];
  say(
    `${changed.files.length} files changed since ${changed.base.slice(0, 8)}: ${tests.length - houses.length} pure test files and ${houses.length} houses`,
  );
  return filters.length === 0 ? tests : tests.filter((file) => filters.some((part) => file.includes(part)));
}

const checks =
  filters.length > 0 || soak
    ? []
    : [
        succeeds('format', ['node_modules/oxfmt/bin/oxfmt', '--check']),
        succeeds('lint', ['node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings']),
        succeeds('types', ['node_modules/typescript/bin/tsc', '--noEmit']),
      ];
const chosen = onlyChanged ? touched() : filters;

await removeAbandonedRuns();
// Everything that the tests make lies below one folder, and goes with it whatever becomes of them.
const folder = await openRunFolder();
const file = join(folder, 'report.json');

async function tests(): Promise<boolean> {
  const vitest = spawn(
    process.execPath,
    [VITEST, 'run', ...CONFIG, '--reporter=default', '--reporter=json', `--outputFile=${file}`, ...chosen],
    {
      stdio: 'inherit',
      env: { ...process.env, TMPDIR: folder, ...(soak ? { CHAVION_SOAK: '1' } : {}) },
    },
  );
  // Ctrl-C reaches both; whoever ends this process alone means both.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => vitest.kill('SIGTERM'));
  await once(vitest, 'exit');
  return vitest.exitCode === 0;
}

const nothing = onlyChanged && chosen.length === 0;
const result = nothing ? { passed: 0, failed: 0, skipped: 0, slowest: [] } : outcomeOf(file, await tests(), PROJECT);
const left = await removeRunFolder(folder);
if (left > 0) say(`${left} house${left === 1 ? '' : 's'} left by failed tests taken away`);
if (result.slowest.length > 1) say(`Slowest files:\n${result.slowest.join('\n')}`);
const passed = result.passed + checks.filter(Boolean).length;
const failed = result.failed + checks.filter((ok) => !ok).length;
if (result.skipped > 0) say(`${result.skipped} skipped`);
say(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && (result.passed > 0 || nothing) ? 0 : 1;
