import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { dropPrivileges } from '../bridge/config/drop-privileges.ts';
import { executorEnvironment } from '../bridge/config/executor.ts';
import { EXECUTOR_SOCKET } from '../bridge/protocol/executor-settings.ts';
import { workOnOrders } from '../bridge/queue/executor-queue.ts';
import { connectRedis } from '../bridge/queue/redis.ts';
import { buildExecutor, executorId } from './executor.ts';
import { Halts } from './halts.ts';
import { serveHealth, watchedOnly } from './health.ts';
import { readRules, rulesReader } from './policy/rules.ts';
import { Bubblewrap } from './sandbox/bubblewrap.ts';
import { runCanaries } from './sandbox/canaries.ts';
import { delegateCgroups, ownCgroups } from './sandbox/cgroups.ts';
import { isSignedOut, openExecutorSession } from './session.ts';

const settings = executorEnvironment();
const folder = settings.CHAVION_EXECUTOR_FOLDER;
const [uid = 0, gid = 0] = (settings.CHAVION_DROP_TO ?? '').split(':').map(Number);
const cgroups =
  settings.CHAVION_DROP_TO === undefined
    ? ownCgroups()
    : delegateCgroups(createHash('sha256').update(folder).digest('hex').slice(0, 12), { uid, gid });
dropPrivileges(settings.CHAVION_DROP_TO);

const log = pino({ name: 'executor' });
const fatal = (error: unknown): void => {
  log.fatal({ error: error instanceof Error ? error.message : 'unknown' }, 'cannot go on');
  process.exit(1);
};
process.on('unhandledRejection', fatal);
const stopping = new AbortController();

const halts = new Halts(join(folder, 'halts.json'));
const rules = rulesReader(settings.CHAVION_RULES_FOLDER);
/** Why the kernel does not hold what is written; undefined until it is known. */
let watched: string | null | undefined;
const socket = await serveHealth(join(folder, EXECUTOR_SOCKET), () => ({
  ...halts.health(),
  ...(watched === undefined ? {} : { watched: watchedOnly(watched, rules) }),
}));
// Whoever looks after the accounts lets it in again; until then it stands still.
const { account, token } = await halts.until('account', stopping.signal, () =>
  openExecutorSession({
    onTrouble: (trouble) => log.warn(trouble, 'the homeserver does not answer'),
    homeserverUrl: settings.CHAVION_HOMESERVER_URL,
    userId: settings.CHAVION_EXECUTOR_USER,
    password: settings.CHAVION_EXECUTOR_PASSWORD,
    device: `CHAVION_${executorId(folder)}`,
    file: join(folder, 'session.json'),
  }),
);
halts.tellThrough({ account, ops: settings.CHAVION_OPS_ROOM, lang: settings.CHAVION_LANG });

// The path of a socket is short, and so this folder's has to be.
const runFolder = join(folder, 'run').length <= 60 ? join(folder, 'run') : mkdtempSync(join(tmpdir(), 'chavion-run-'));
const sandbox = await halts.until('sandbox', stopping.signal, async () => {
  // One that fails its tests takes its own processes with it: another is made at each new try.
  using made = new DisposableStack();
  const box = made.use(new Bubblewrap({ runFolder, cgroups, timeZone: settings.CHAVION_TZ }));
  await runCanaries(box, { scratch: runFolder, dies: (workspace) => box.diesWithParent(workspace) });
  const without = await box.storesMissing();
  watched = without ?? null;
  if (without !== undefined) log.warn({ why: without }, 'what commands write is only watched here');
  made.move();
  return box;
});
const redis = connectRedis(settings.CHAVION_REDIS_URL, (error) => log.warn({ error: error.name }, 'redis'));
const secrets = [token, settings.CHAVION_EXECUTOR_PASSWORD, new URL(settings.CHAVION_REDIS_URL).password];
const executor = await halts.until('memory', stopping.signal, () =>
  buildExecutor({ settings, account, redis, sandbox, runFolder, secrets, fatal, log }),
);
halts.watch('rules', () => void readRules(settings.CHAVION_RULES_FOLDER));
await executor.recover();
const watching = executor.watch(stopping.signal);
const onFailure = (id: string, error: Error) => log.error({ job: id, error: error.message }, 'job failed');
const take = (payload: unknown) =>
  executor.take(payload).catch((error: unknown) => {
    // Signed out from elsewhere: the next start signs in anew, and the job comes again.
    if (isSignedOut(error)) fatal(error);
    throw error;
  });
const worker = workOnOrders(redis, { concurrency: executor.concurrency, onFailure }, take);
halts.works();
log.info({ executor: executor.id, concurrency: executor.concurrency, cgroups: cgroups?.version ?? null }, 'ready');

async function stop(): Promise<void> {
  if (stopping.signal.aborted) return;
  stopping.abort();
  const atMost = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms).unref());
  await Promise.race([executor.stop(), atMost(6_000)]);
  // Where Redis has gone first there is nobody to take leave of.
  await Promise.race([worker.close(), atMost(1_500)]);
  await Promise.race([watching, socket.close()]);
  redis.disconnect();
  if (!runFolder.startsWith(folder)) rmSync(runFolder, { recursive: true, force: true });
  process.exit(0);
}
process.on('SIGTERM', () => void stop());
process.on('SIGINT', () => void stop());
