import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { outcomeOf } from './report.ts';
import { openRunFolder, removeAbandonedRuns, removeRunFolder } from './house/remains.ts';

/**
 * `npm run coverage`: how much of the product the pure tests run, by folder. What houses run is not in it: they start
 * the product as child processes, which V8 counts for nobody.
 */
const Count = z.object({ total: z.number(), covered: z.number() });
const Summary = z.record(z.string(), z.object({ lines: Count, branches: Count, functions: Count }));
type Counts = z.infer<typeof Summary>[string];
const KINDS = ['lines', 'branches', 'functions'] as const;
const PROJECT = join(import.meta.dirname, '..');
const DARKEST = 10;
const say = (line: string) => process.stdout.write(`${line}\n`);

await removeAbandonedRuns();
const folder = await openRunFolder();
const report = join(folder, 'report.json');
const { status } = spawnSync(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--config',
    'test/vitest.config.ts',
    '--project',
    'pure',
    '--reporter=json',
    `--outputFile=${report}`,
    '--coverage',
    `--coverage.reportsDirectory=${join(folder, 'coverage')}`,
    ...process.argv.slice(2),
  ],
  {
    stdio: ['ignore', 'ignore', 'inherit'],
    cwd: PROJECT,
    env: { ...process.env, TMPDIR: folder, NODE_NO_WARNINGS: '1' },
  },
);
try {
  const { passed, failed } = outcomeOf(report, status === 0, PROJECT);
  say(`${passed} passed, ${failed} failed${failed > 0 ? ': npm test says which' : ''}`);
  const { total, ...files } = Summary.parse(
    JSON.parse(readFileSync(join(folder, 'coverage/coverage-summary.json'), 'utf8')),
  );
  print(
    Object.entries(files).map(([file, counts]) => [relative(PROJECT, file), counts]),
    total,
  );
} finally {
  await removeRunFolder(folder);
}
process.exitCode = status ?? 1;

function print(files: readonly (readonly [string, Counts])[], total: Counts | undefined): void {
  const folders = Map.groupBy(files, ([file]) => file.split('/').slice(0, -1).slice(0, 2).join('/') || '.');
  say(`${'lines'.padStart(8)}${'branches'.padStart(10)}${'functions'.padStart(11)}  pure tests alone`);
  for (const [name, inside] of [...folders].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    say(row(sum(inside.map(([, counts]) => counts)), name));
  const unseen = ([, { lines }]: readonly [string, Counts]) => lines.total - lines.covered;
  say(`\nMost lines that no pure test runs:`);
  for (const file of files.toSorted((a, b) => unseen(b) - unseen(a)).slice(0, DARKEST))
    say(`${String(unseen(file)).padStart(8)}  ${file[0]}`);
  if (total !== undefined) say(`\n${row(total, 'all')}`);
}

function sum(all: readonly Counts[]): Counts {
  const of = (kind: (typeof KINDS)[number]) => ({
    total: all.reduce((n, one) => n + one[kind].total, 0),
    covered: all.reduce((n, one) => n + one[kind].covered, 0),
  });
  return { lines: of('lines'), branches: of('branches'), functions: of('functions') };
}

function row(counts: Counts, name: string): string {
  const [lines = '', branches = '', functions = ''] = KINDS.map((kind) =>
    counts[kind].total === 0 ? '-' : `${((100 * counts[kind].covered) / counts[kind].total).toFixed(1)} %`,
  );
  return `${lines.padStart(8)}${branches.padStart(10)}${functions.padStart(11)}  ${name}`;
}
