import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { processEnvironment } from '../bridge/config/environment.ts';
import { meantWords } from '../bridge/config/npm-flags.ts';
import { openRunFolder, removeAbandonedRuns, removeRunFolder } from './house/remains.ts';

/**
 * `npm test` and `npm run soak`: lint, types, then every test. The last line says how many checks passed and failed;
 * with arguments only the tests whose file names contain one of them.
 */
const { words } = meantWords('test', process.argv.slice(2), processEnvironment());
const strange = words.filter((word) => word.startsWith('-') && word !== '--soak');
if (strange.length > 0) {
  const help = strange.every((word) => word === '--help' || word === '-h');
  process.stdout.write(`${help ? '' : `Not known: ${strange.join(' ')}\n`}npm test -- [part of a file's name] ...\n`);
  process.exit(help ? 0 : 2);
}
const soak = words.includes('--soak');
const filters = words.filter((argument) => !argument.startsWith('--'));
const say = (line: string) => process.stdout.write(`${line}\n`);

const Report = z.object({ numPassedTests: z.int(), numFailedTests: z.int(), numPendingTests: z.int(), numTodoTests: z.int(), success: z.boolean() });

function succeeds(name: string, args: readonly string[]): boolean {
  const began = performance.now();
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  say(`${status === 0 ? '✓' : '✗'} ${name} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  return status === 0;
}

const checks =
  filters.length > 0 || soak
    ? []
    : [succeeds('lint', ['node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings']), succeeds('types', ['node_modules/typescript/bin/tsc', '--noEmit'])];

await removeAbandonedRuns();
// Everything that the tests make lies below one folder, and goes with it whatever becomes of them.
const folder = await openRunFolder();
const file = join(folder, 'report.json');
const vitest = spawn(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/vitest.config.ts', '--reporter=default', '--reporter=json', `--outputFile=${file}`, ...filters],
  { stdio: 'inherit', env: { ...process.env, TMPDIR: folder, ...(soak ? { CHAVION_SOAK: '1' } : {}) } },
);
// Ctrl-C reaches both; whoever ends this process alone means both.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => vitest.kill('SIGTERM'));
await once(vitest, 'exit');

function tests(): { passed: number; failed: number; skipped: number } {
  try {
    const report = Report.parse(JSON.parse(readFileSync(file, 'utf8')));
    // A file that does not load, or an error outside of any test, fails the run without a failed test.
    const failed = report.numFailedTests + (vitest.exitCode !== 0 && report.numFailedTests === 0 ? 1 : 0);
    return { passed: report.numPassedTests, failed, skipped: report.numPendingTests + report.numTodoTests };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

const result = tests();
const left = await removeRunFolder(folder);
if (left > 0) say(`${left} house${left === 1 ? '' : 's'} left by failed tests taken away`);
const passed = result.passed + checks.filter(Boolean).length;
const failed = result.failed + checks.filter((ok) => !ok).length;
if (result.skipped > 0) say(`${result.skipped} skipped`);
say(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && result.passed > 0 ? 0 : 1;
