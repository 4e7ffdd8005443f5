import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { dropPrivileges } from '../../bridge/config/drop-privileges.ts';
import { connectRedis } from '../../bridge/queue/redis.ts';
import { Bubblewrap } from '../../executor/sandbox/bubblewrap.ts';
import { delegateCgroups } from '../../executor/sandbox/cgroups.ts';
import { DEFAULT_LIMITS, type SandboxJob } from '../../executor/sandbox/sandbox.ts';
import { bareBwrap } from './bare-bwrap.ts';
import { openOrderPath } from './order-path.ts';

/** The measured process: becomes an ordinary account as the executor does, and prints how long each run took. */
const Start = z.object({
  uid: z.int(),
  gid: z.int(),
  group: z.string().nullable(),
  folder: z.string(),
  redis: z.url(),
  jobs: z.int(),
  rounds: z.int(),
});
const { uid, gid, group, folder, redis: redisUrl, jobs, rounds } = Start.parse(JSON.parse(process.argv[2] ?? ''));
const cgroups = group === null ? null : delegateCgroups(group, { uid, gid });
if (process.getuid?.() === 0) dropPrivileges(`${uid}:${gid}`);

const workspace = join(folder, 'workspace');
mkdirSync(workspace, { recursive: true });
const sandbox = new Bubblewrap({ runFolder: join(folder, 'run'), cgroups });
const job: SandboxJob = {
  command: { script: 'true' },
  cwd: '.',
  timeoutMs: 20_000,
  workspace: { path: workspace, writable: true },
  lent: [],
  egress: null,
  limits: DEFAULT_LIMITS,
};
const silent = { stdout: () => undefined, stderr: () => undefined };
const boxed = async () => {
  const result = await sandbox.run(job, silent, new AbortController().signal);
  if (result.kind !== 'exited' || result.code !== 0) throw new Error(JSON.stringify(result));
};
const bare = bareBwrap(folder, workspace, { controlGroups: cgroups !== null, script: 'true' });
const redis = connectRedis(redisUrl, () => undefined);
const path = await openOrderPath(folder, redis, sandbox, 8);

async function measure(run: () => Promise<void>, width: number): Promise<{ perSecond: number; latenciesMs: number[] }> {
  const latenciesMs: number[] = [];
  let left = jobs;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (left-- > 0) {
        const start = performance.now();
        await run();
        latenciesMs.push(performance.now() - start);
      }
    }),
  );
  return { perSecond: jobs / ((performance.now() - began) / 1000), latenciesMs };
}

const measured = [
  ['bare', () => bare.run()],
  ['sandbox', boxed],
  ['path', () => path.run()],
] as const;
/** An executor lives for weeks: what its first hundreds of orders cost, until their code is compiled, is not its speed. */
const WARM_UP = 3;
for (let time = 0; time < WARM_UP; time++) for (const [, run] of measured) await measure(run, 8);
for (let round = 0; round < rounds; round++) {
  for (const width of [1, 8]) {
    // In turns, so that whatever else the machine does falls on all.
    for (const [name, run] of measured)
      process.stdout.write(`${JSON.stringify({ name, width, ...(await measure(run, width)) })}\n`);
    const began = performance.now();
    await bare.loop(jobs, width);
    process.stdout.write(
      `${JSON.stringify({ name: 'loop', width, perSecond: jobs / ((performance.now() - began) / 1000), latenciesMs: [] })}\n`,
    );
  }
}
process.exit();
