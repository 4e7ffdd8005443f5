import { spawn } from 'node:child_process';
import { chownSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { removeCgroups } from '../../executor/sandbox/cgroups.ts';
import { median, p95, table } from './figures.ts';

const Run = z.object({ name: z.enum(['bare', 'sandbox']), width: z.union([z.literal(1), z.literal(8)]), perSecond: z.number(), latenciesMs: z.array(z.number()) });
type Run = z.infer<typeof Run>;

/** What issue 4 asks of the whole path, the sandbox being the larger part of it. */
const LEAST_SHARE = 0.6;
const MOST_OF_OTHER = 0.5;

/** Jobs per second of `true`, and how long one takes, beside bare bwrap with the same flags in the same run. */
export async function sandboxBench(quick = false): Promise<{ table: string; failures: string[] }> {
  const isRoot = process.getuid?.() === 0;
  const folder = realpathSync(mkdtempSync('/var/tmp/chavion-bench-'));
  const account = isRoot ? { uid: 64_321, gid: 64_321 } : { uid: process.getuid?.() ?? -1, gid: process.getgid?.() ?? -1 };
  chownSync(folder, account.uid, account.gid);
  const group = isRoot ? `bench-${process.pid}` : null;
  try {
    const start = { ...account, group, folder, jobs: quick ? 24 : 200, rounds: quick ? 1 : 3 };
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'sandbox-load.ts'), JSON.stringify(start)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = (await text(child.stdout)).trim().split('\n');
    return report(lines.map((line) => Run.parse(JSON.parse(line))), await otherRuntime(quick ? 5 : 30));
  } finally {
    rmSync(folder, { recursive: true, force: true });
    if (group !== null) removeCgroups(group);
  }
}

const Other = z.union([z.object({ latenciesMs: z.array(z.number()) }), z.object({ missing: z.string() })]);

/** One at a time; what it lacks on this machine is said in the place of its figure. */
async function otherRuntime(runs: number): Promise<z.infer<typeof Other>> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'sandbox-runtime.ts'), String(runs)], { stdio: ['ignore', 'pipe', 'ignore'] });
  return Other.parse(JSON.parse(await text(child.stdout)));
}

function report(runs: readonly Run[], other: z.infer<typeof Other>): { table: string; failures: string[] } {
  const of = (name: Run['name'], width: Run['width']) => runs.filter((run) => run.name === name && run.width === width);
  const rate = (name: Run['name'], width: Run['width']) => median(of(name, width).map(({ perSecond }) => perSecond));
  const rows = ([1, 8] as const).map((width) => {
    const latencies = (name: Run['name']) => of(name, width).flatMap(({ latenciesMs }) => latenciesMs);
    const times = (name: Run['name']) => `${median(latencies(name)).toFixed(1)} / ${p95(latencies(name)).toFixed(1)} ms`;
    const share = rate('sandbox', width) / rate('bare', width);
    return [String(width), rate('bare', width).toFixed(0), rate('sandbox', width).toFixed(0), share.toFixed(2), times('bare'), times('sandbox')];
  });
  const share = rate('sandbox', 8) / rate('bare', 8);
  const alone = median(of('sandbox', 1).flatMap(({ latenciesMs }) => latenciesMs));
  const beside = 'missing' in other ? null : median(other.latenciesMs);
  rows.push(['1', '@anthropic-ai/sandbox-runtime', '', beside === null ? '' : (alone / beside).toFixed(2), 'missing' in other ? other.missing : `${median(other.latenciesMs).toFixed(1)} / ${p95(other.latenciesMs).toFixed(1)} ms`, `${alone.toFixed(1)} ms`]);
  return {
    table: table(['at a time', 'bare bwrap, jobs/s', 'sandbox, jobs/s', 'share', 'bare (or other), median / p95', 'sandbox, median / p95'], rows),
    failures: [
      ...(share >= LEAST_SHARE ? [] : [`the sandbox reaches ${share.toFixed(2)} of bare bwrap eight at a time, less than ${LEAST_SHARE}`]),
      ...(beside === null ? ['@anthropic-ai/sandbox-runtime was not measured'] : alone / beside <= MOST_OF_OTHER ? [] : [`one run takes ${(alone / beside).toFixed(2)} of @anthropic-ai/sandbox-runtime`]),
    ],
  };
}
