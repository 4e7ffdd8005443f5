import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { type Logger, pino } from 'pino';
import { Account } from '../../bridge/matrix/account.ts';
import { RoomLimiter } from '../../bridge/matrix/room-limiter.ts';
import { ExecutorSettings } from '../../bridge/protocol/executor-settings.ts';
import { UserId } from '../../bridge/protocol/ids.ts';
import { buildExecutor, type Executor } from '../../executor/executor.ts';
import { SimulatedSandbox } from '../../executor/sandbox/simulated.ts';
import type { PaperHomeserver } from './paper-homeserver.ts';

/** Its account, and the rooms of its house. */
export const EXECUTOR = '@executor:test';
export const HQ = '!hq:test';
export const OPS = '!ops:test';

export interface PaperExecutorOptions {
  readonly paper: PaperHomeserver;
  readonly redis: Redis;
  /** With `rules` in it; the executor's own too. */
  readonly folder: string;
  /** What running a command comes to. */
  readonly play: ConstructorParameters<typeof SimulatedSandbox>[0];
  /** Ids of the roster, with commas between them. */
  readonly agents?: string;
  readonly secrets?: readonly string[];
  readonly log?: Logger;
  readonly now?: () => number;
}

/** The whole executor as `executor/main.ts` puts it together, recovered and watching; homeserver, Redis and sandbox are of paper. */
export async function startPaperExecutor({
  paper,
  redis,
  folder,
  play,
  agents,
  secrets = [],
  log = pino({ level: 'silent' }),
  now,
}: PaperExecutorOptions): Promise<{ readonly executor: Executor; readonly stopping: AbortController }> {
  const stopping = new AbortController();
  const executor = await buildExecutor({
    settings: ExecutorSettings.parse({
      CHAVION_HOMESERVER_URL: paper.url,
      CHAVION_EXECUTOR_USER: EXECUTOR,
      CHAVION_EXECUTOR_PASSWORD: 'x'.repeat(32),
      CHAVION_REDIS_URL: 'redis://executor:x@127.0.0.1:1',
      CHAVION_ADMIN_USER: '@admin:test',
      ...(agents === undefined ? {} : { CHAVION_AGENTS: agents }),
      CHAVION_HQ_ROOM: HQ,
      CHAVION_OPS_ROOM: OPS,
      CHAVION_EXECUTOR_FOLDER: folder,
      CHAVION_RULES_FOLDER: join(folder, 'rules'),
    }),
    account: new Account({
      homeserverUrl: paper.url,
      accessToken: EXECUTOR,
      userId: UserId.parse(EXECUTOR),
      ghost: false,
      limiter: new RoomLimiter(),
    }),
    redis,
    sandbox: new SimulatedSandbox(play),
    runFolder: folder,
    secrets,
    fatal: (error) => {
      throw error;
    },
    log,
    ...(now === undefined ? {} : { now }),
  });
  await executor.recover();
  void executor.watch(stopping.signal);
  return { executor, stopping };
}
