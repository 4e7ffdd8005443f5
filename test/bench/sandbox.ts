import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { redisAnswers, redisConfig, redisUrl } from '../../bridge/launcher/redis.ts';
import { removeCgroups } from '../../executor/sandbox/cgroups.ts';
import { freePorts } from '../house/house.ts';
import { median, p95, table } from './figures.ts';

const Run = z.object({
  name: z.enum(['bare', 'loop', 'sandbox', 'path']),
  width: z.union([z.literal(1), z.literal(8)]),
  perSecond: z.number(),
  latenciesMs: z.array(z.number()),
});
type Run = z.infer<typeof Run>;

/** What issue 4 asks: of the whole path beside bare bwrap eight at a time, and of one run beside the other runtime. */
const LEAST_SHARE = 0.6;
const MOST_OF_OTHER = 0.5;

/** Jobs per second of `true`, and how long one takes: bare bwrap with the same box, the sandbox, and an order's whole path, in one run. */
export async function sandboxBench(quick = false): Promise<{ table: string; failures: string[] }> {
  const isRoot = process.getuid?.() === 0;
  const folder = realpathSync(mkdtempSync('/var/tmp/chavion-bench-'));
  const account = isRoot
    ? { uid: 64_321, gid: 64_321 }
    : { uid: process.getuid?.() ?? -1, gid: process.getgid?.() ?? -1 };
  chownSync(folder, account.uid, account.gid);
  const group = isRoot ? `bench-${process.pid}` : null;
  try {
    await using redis = await startRedis(folder);
    // Many short rounds: each gives a share, and the middle one of them counts.
    const start = { ...account, group, folder, redis: redis.url, jobs: quick ? 24 : 120, rounds: quick ? 1 : 5 };
    // Before and after, so that a load that comes or goes meanwhile falls on both.
    const others = [await otherRuntime(quick ? 3 : 20)];
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'sandbox-load.ts'), JSON.stringify(start)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const lines = (await text(child.stdout)).trim().split('\n');
    others.push(await otherRuntime(quick ? 3 : 20));
    return report(
      lines.map((line) => Run.parse(JSON.parse(line))),
      bothTimes(others),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
    if (group !== null) removeCgroups(group);
  }
}

/** With the house's own configuration: everything is on the disk before it is answered. */
async function startRedis(parent: string): Promise<AsyncDisposable & { readonly url: string }> {
  const folder = join(parent, 'redis');
  mkdirSync(folder);
  const [port = 0] = await freePorts(1);
  const passwords = {
    swarm: randomBytes(16).toString('hex'),
    executor: randomBytes(16).toString('hex'),
    launcher: randomBytes(16).toString('hex'),
  };
  writeFileSync(join(folder, 'redis.conf'), redisConfig({ port, folder, passwords, channelRights: true }), {
    mode: 0o600,
  });
  const server = spawn('redis-server', [join(folder, 'redis.conf')], { stdio: 'ignore' });
  while (!(await redisAnswers(port, passwords.launcher))) await sleep(20);
  return {
    url: redisUrl('executor', passwords.executor, port),
    async [Symbol.asyncDispose]() {
      server.kill('SIGTERM');
      if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
    },
  };
}

const Other = z.union([z.object({ latenciesMs: z.array(z.number()) }), z.object({ missing: z.string() })]);

/** One at a time; what it lacks on this machine is said in the place of its figure. */
async function otherRuntime(runs: number): Promise<z.infer<typeof Other>> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'sandbox-runtime.ts'), String(runs)],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  return Other.parse(JSON.parse(await text(child.stdout)));
}

function bothTimes(others: readonly z.infer<typeof Other>[]): z.infer<typeof Other> {
  const missing = others.find((other) => 'missing' in other);
  return missing ?? { latenciesMs: others.flatMap((other) => ('missing' in other ? [] : other.latenciesMs)) };
}

const CALLED: Readonly<Record<Run['name'], string>> = {
  bare: 'bare bwrap, the same box, started by Node',
  loop: 'the same, started by a process that only starts',
  sandbox: 'the sandbox',
  path: 'an order, from queue to report',
};

function report(runs: readonly Run[], other: z.infer<typeof Other>): { table: string; failures: string[] } {
  const of = (name: Run['name'], width: Run['width']) => runs.filter((run) => run.name === name && run.width === width);
  const rate = (name: Run['name'], width: Run['width']) => median(of(name, width).map(({ perSecond }) => perSecond));
  /** Round by round, so that what else the machine did falls on both. */
  const share = (name: Run['name'], width: Run['width'], whole: Run['name'] = 'bare') =>
    median(
      of(name, width).map(({ perSecond }, round) => perSecond / (of(whole, width)[round]?.perSecond ?? Number.NaN)),
    );
  const latencies = (name: Run['name'], width: Run['width']) =>
    of(name, width).flatMap(({ latenciesMs }) => latenciesMs);
  const times = (values: readonly number[]) => `${median(values).toFixed(1)} / ${p95(values).toFixed(1)} ms`;
  const rows = ([1, 8] as const).flatMap((width) =>
    (['bare', 'loop', 'sandbox', 'path'] as const).map((name) => [
      String(width),
      CALLED[name],
      rate(name, width).toFixed(0),
      name === 'bare' ? '' : share(name, width).toFixed(2),
      name === 'bare' || name === 'loop' ? '' : share(name, width, 'loop').toFixed(2),
      name === 'loop' ? '' : times(latencies(name, width)),
    ]),
  );
  const alone = median(latencies('sandbox', 1));
  const beside = 'missing' in other ? null : median(other.latenciesMs);
  rows.push([
    '1',
    '@anthropic-ai/sandbox-runtime',
    '',
    '',
    '',
    'missing' in other ? other.missing : times(other.latenciesMs),
  ]);
  const path = share('path', 8);
  return {
    table: `${table(['at a time', 'what', '`true`s a second', 'of Node’s', 'of the other’s', 'one takes, median / p95'], rows)}${beside === null ? '' : `\none run in the sandbox takes ${(alone / beside).toFixed(2)} of one in @anthropic-ai/sandbox-runtime`}`,
    failures: [
      ...(path >= LEAST_SHARE
        ? []
        : [`orders reach ${path.toFixed(2)} of bare bwrap eight at a time, less than ${LEAST_SHARE}`]),
      ...(beside === null
        ? ['@anthropic-ai/sandbox-runtime was not measured']
        : alone / beside <= MOST_OF_OTHER
          ? []
          : [`one run takes ${(alone / beside).toFixed(2)} of @anthropic-ai/sandbox-runtime`]),
    ],
  };
}
