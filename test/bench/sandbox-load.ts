import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { dropPrivileges } from '../../bridge/config/drop-privileges.ts';
import { bwrapFlags, prlimitCommand } from '../../executor/sandbox/bwrap-flags.ts';
import { Bubblewrap } from '../../executor/sandbox/bubblewrap.ts';
import { delegateCgroups } from '../../executor/sandbox/cgroups.ts';
import { DEFAULT_LIMITS, type SandboxJob } from '../../executor/sandbox/sandbox.ts';
import { machineOf, seccompFilter } from '../../executor/sandbox/seccomp.ts';
import { buildSkeleton } from '../../executor/sandbox/skeleton.ts';

/** The measured process: becomes an ordinary account as the executor does, and prints how long each run took. */
const Start = z.object({ uid: z.int(), gid: z.int(), group: z.string().nullable(), folder: z.string(), jobs: z.int(), rounds: z.int() });
const { uid, gid, group, folder, jobs, rounds } = Start.parse(JSON.parse(process.argv[2] ?? ''));
const cgroups = group === null ? null : delegateCgroups(group, { uid, gid });
if (process.getuid?.() === 0) dropPrivileges(`${uid}:${gid}`);

const workspace = join(folder, 'workspace');
mkdirSync(workspace, { recursive: true });
const sandbox = new Bubblewrap({ runFolder: join(folder, 'run'), cgroups });
const job: SandboxJob = { command: { argv: ['/usr/bin/true'] }, cwd: '.', timeoutMs: 20_000, workspace: { path: workspace, writable: true }, lent: [], egress: null, limits: DEFAULT_LIMITS };
const silent = { stdout: () => undefined, stderr: () => undefined };
const ours = async () => {
  const result = await sandbox.run(job, silent, new AbortController().signal);
  if (result.kind !== 'exited' || result.code !== 0) throw new Error(JSON.stringify(result));
};

/** The same flags, filter and limits, handed over in files, and nothing around them: no pipes, no watchdog, no gate. */
mkdirSync(join(folder, 'bare'), { recursive: true });
const base = buildSkeleton(join(folder, 'bare'));
const flags = bwrapFlags({ base, workspaceWritable: true, lent: [], files: [], egressSocket: undefined, tmpBytes: DEFAULT_LIMITS.tmpBytes });
writeFileSync(join(folder, 'flags'), flags.map((flag) => `${flag}\0`).join(''));
const machine = machineOf(process.arch);
if (machine === undefined) throw new Error(`no filter for ${process.arch}`);
writeFileSync(join(folder, 'filter'), seccompFilter(machine, { unixSockets: true, namelessMemory: cgroups !== null }));
const command = [...prlimitCommand(DEFAULT_LIMITS, { dataLimit: cgroups === null }), '/usr/bin/true'];
const bare = async () => {
  const files = [join(folder, 'flags'), join(folder, 'filter'), '/dev/null', '/dev/null', workspace].map((path) => openSync(path, path === '/dev/null' ? 'r+' : 'r'));
  const child = spawn('/usr/bin/bwrap', ['--args', '3', '--', ...command], { env: {}, cwd: '/', stdio: ['ignore', 'ignore', 'inherit', ...files] });
  for (const file of files) closeSync(file);
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`bare bwrap ended with ${code}`);
};

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

await measure(ours, 2);
await measure(bare, 2);
for (let round = 0; round < rounds; round++) {
  for (const width of [1, 8]) {
    // In turns, so that whatever else the machine does falls on both.
    for (const [name, run] of [['bare', bare], ['sandbox', ours]] as const) {
      process.stdout.write(`${JSON.stringify({ name, width, ...(await measure(run, width)) })}\n`);
    }
  }
}
process.exit();
