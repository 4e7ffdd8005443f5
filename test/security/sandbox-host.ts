import { z } from 'zod';
import { dropPrivileges } from '../../bridge/config/drop-privileges.ts';
import { parseCommand, hostsOfCommand } from '../../bridge/protocol/command.ts';
import { Bubblewrap } from '../../executor/sandbox/bubblewrap.ts';
import { runCanaries } from '../../executor/sandbox/canaries.ts';
import { delegateCgroups } from '../../executor/sandbox/cgroups.ts';
import { destinationOf, jobFor } from '../../executor/sandbox/command-job.ts';
import { startEgress } from '../../executor/sandbox/egress/egress-proxy.ts';
import { DEFAULT_LIMITS, type SandboxJob } from '../../executor/sandbox/sandbox.ts';
import { takeArtifacts } from '../../executor/sandbox/workspace-files.ts';

/**
 * Stands where the executor will: started by whoever runs the tests, loads its modules, becomes an ordinary account,
 * and runs what it is sent. One message in, one out.
 */
const Start = z.object({
  uid: z.int(),
  gid: z.int(),
  cgroups: z.string().optional(),
  runFolder: z.string(),
  canaries: z.boolean(),
  stores: z.literal('copy').optional(),
});
const Order = z.object({
  id: z.int(),
  cancelAfterMs: z.int().optional(),
  command: z.unknown(),
  workspace: z.string(),
  lent: z.array(z.tuple([z.string(), z.object({ path: z.string(), writable: z.boolean() })])),
  limits: z.record(z.string(), z.int()),
});
const Plain = z.object({
  id: z.int(),
  job: z.custom<SandboxJob>((value) => typeof value === 'object' && value !== null),
});
const Cancel = z.object({ cancel: z.int() });
const Dispose = z.object({ dispose: z.literal(true) });
const Take = z.object({ id: z.int(), take: z.string() });

const start = Start.parse(JSON.parse(process.argv[2] ?? ''));
const cgroups = start.cgroups === undefined ? null : delegateCgroups(start.cgroups, start);
if (process.getuid?.() === 0) dropPrivileges(`${start.uid}:${start.gid}`);
const sandbox = new Bubblewrap({
  runFolder: start.runFolder,
  cgroups,
  ...(start.stores === undefined ? {} : { stores: start.stores }),
});

async function run(order: z.infer<typeof Order>): Promise<object> {
  const parsed = parseCommand(order.command);
  if (!parsed.ok) return { result: { kind: 'refused', fields: parsed.faults.map(({ field }) => field) } };
  const { command } = parsed;
  const hosts = hostsOfCommand(command);
  await using stack = new AsyncDisposableStack();
  const egress =
    hosts.length === 0
      ? null
      : stack.use(
          await startEgress({ socketPath: `${start.runFolder}/e${order.id}.sock`, allowed: hosts.map(destinationOf) }),
        );
  const limits = { ...DEFAULT_LIMITS, ...order.limits };
  const job = jobFor(command, { workspacePath: order.workspace, lentPaths: new Map(order.lent), egress, limits });
  const out: Uint8Array[] = [];
  const err: Uint8Array[] = [];
  const signal =
    order.cancelAfterMs === undefined ? new AbortController().signal : AbortSignal.timeout(order.cancelAfterMs);
  const result = await sandbox.run(
    job,
    { stdout: (chunk) => void out.push(chunk), stderr: (chunk) => void err.push(chunk) },
    signal,
  );
  return { result, stdout: Buffer.concat(out).toString('latin1'), stderr: Buffer.concat(err).toString('latin1') };
}

async function take({ take: workspace }: z.infer<typeof Take>): Promise<object> {
  const taken = await takeArtifacts(
    sandbox,
    workspace,
    { modifiedSinceMs: 0, maxFiles: 20, maxBytes: 1_000_000 },
    new AbortController().signal,
  );
  return {
    artifacts: taken.artifacts.map(({ path, bytes }) => ({ path, text: Buffer.from(bytes).toString('latin1') })),
    leftOut: taken.leftOut,
  };
}

const running = new Map<number, AbortController>();

/** A job as it is, past the commands; what it says is sent on as it comes. */
async function plain({ id, job }: z.infer<typeof Plain>): Promise<object> {
  const abort = new AbortController();
  running.set(id, abort);
  const say = (way: 'stdout' | 'stderr') => (chunk: Uint8Array) =>
    void process.send?.({ id, way, chunk: Buffer.from(chunk).toString('latin1') });
  return { result: await sandbox.run(job, { stdout: say('stdout'), stderr: say('stderr') }, abort.signal) };
}

function workFor(message: unknown): Promise<object> {
  const order = Order.safeParse(message);
  if (order.success) return run(order.data);
  const job = Plain.safeParse(message);
  return job.success ? plain(job.data) : take(Take.parse(message));
}

process.on('message', (message: unknown) => {
  if (Dispose.safeParse(message).success) return sandbox[Symbol.dispose]();
  const cancel = Cancel.safeParse(message);
  if (cancel.success) return running.get(cancel.data.cancel)?.abort();
  const work = workFor(message);
  const id = z.object({ id: z.int() }).parse(message).id;
  work.then(
    (answer) => process.send?.({ id, ...answer }),
    (error: unknown) => process.send?.({ id, result: { kind: 'sandbox-error', detail: String(error) } }),
  );
});
process.on('disconnect', () => process.exit());
if (start.canaries)
  await runCanaries(sandbox, { scratch: start.runFolder, dies: (workspace) => sandbox.diesWithParent(workspace) });
process.send?.({ ready: true, cgroups: cgroups?.version ?? null });
