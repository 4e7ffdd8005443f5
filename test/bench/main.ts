import { cpus } from 'node:os';
import { BenchHouse, echoRoster } from './bench-house.ts';
import { fanOut } from './fan-out.ts';

/** `npm run bench`: every table of the README in one run; with names, only those parts. */
const say = (line: string) => process.stdout.write(`${line}\n`);
const wanted = process.argv.slice(2);
const failures: string[] = [];

say(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`);
const parts: Readonly<Record<string, () => Promise<{ table: string; failures: string[] }>>> = {
  'fan-out': async () => {
    await using bench = await BenchHouse.start(echoRoster(100, 'echo'));
    return await fanOut(bench, say);
  },
};
for (const [name, run] of Object.entries(parts)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  say(`\n${name}`);
  const result = await run();
  say(result.table);
  failures.push(...result.failures);
}
for (const failure of failures) say(`✗ ${failure}`);
process.exitCode = failures.length === 0 ? 0 : 1;
