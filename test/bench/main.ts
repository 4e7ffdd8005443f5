import { cpus } from 'node:os';
import { processEnvironment } from '../../bridge/config/environment.ts';
import { meantWords } from '../../bridge/config/npm-flags.ts';
import { BenchHouse, echoRoster } from './bench-house.ts';
import { endurance } from './endurance.ts';
import { AGENTS, fanOut } from './fan-out.ts';
import { handsBench } from './hands.ts';
import { greetingCost } from './greeting-cost.ts';
import { libraryBench } from './library.ts';
import { memoryBench } from './memory.ts';
import { mechanism } from './mechanism.ts';
import { oldRoom } from './old-room.ts';
import { promptCache } from './prompt-cache.ts';
import { sandboxBench } from './sandbox.ts';
import { streaming } from './streaming.ts';
import { tasksBench } from './tasks.ts';

/** `npm run bench`: every table of docs/benchmarks.md in one run; with names, only those parts. */
const say = (line: string) => process.stdout.write(`${line}\n`);
const { words: wanted } = meantWords('bench', process.argv.slice(2), processEnvironment());
const NAMES = [
  'mechanism',
  'library',
  'prompt-cache',
  'greeting-cost',
  'memory',
  'sandbox',
  'tasks',
  'hands',
  'fan-out',
  'streaming',
  'endurance',
  'old-room',
];
const strange = wanted.filter((word) => word !== '--quick' && !NAMES.includes(word));
if (strange.length > 0) {
  const help = strange.every((word) => word === '--help' || word === '-h');
  say(`${help ? '' : `Not known: ${strange.join(' ')}\n`}npm run bench -- [--quick] [${NAMES.join('|')}] ...`);
  process.exit(help ? 0 : 2);
}
const failures: string[] = [];

say(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`);
/** Shorter on purpose: `npm run bench -- --quick` looks whether the benches work, its figures mean little. */
const quick = wanted.includes('--quick');
const names = wanted.filter((word) => !word.startsWith('--'));
const parts: Readonly<Record<string, (bench: BenchHouse) => Promise<{ table: string; failures: string[] }>>> = {
  'fan-out': (bench) => fanOut(bench, say),
  streaming: (bench) => streaming(bench),
  endurance: (bench) => endurance(bench, quick ? 10 : 120),
  'old-room': (bench) => oldRoom(bench, say, quick ? 1_000 : 50_000),
};

async function measure(name: string, run: () => Promise<{ table: string; failures: string[] }>): Promise<void> {
  if (names.length > 0 && !names.includes(name)) return;
  say(`\n${name}`);
  const result = await run();
  say(result.table);
  failures.push(...result.failures);
}

await measure('mechanism', () => Promise.resolve(mechanism(quick)));
await measure('library', () => libraryBench(quick));
await measure('prompt-cache', () => promptCache(quick));
await measure('greeting-cost', () => greetingCost(quick));
await measure('memory', () => memoryBench(quick));
await measure('sandbox', () => sandboxBench(quick));
await measure('tasks', () => tasksBench(quick));
await measure('hands', () => handsBench(quick));
if (names.length === 0 || Object.keys(parts).some((name) => names.includes(name))) {
  await using bench = await BenchHouse.start(echoRoster(AGENTS, 'echo'));
  for (const [name, run] of Object.entries(parts)) await measure(name, () => run(bench));
}
for (const failure of failures) say(`✗ ${failure}`);
process.exitCode = failures.length === 0 ? 0 : 1;
