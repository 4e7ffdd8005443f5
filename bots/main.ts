import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { beginning, fillGaps } from '../bridge/appservice/gap-fill.ts';
import { buildAppservice } from '../bridge/appservice/server.ts';
import { dropPrivileges } from '../bridge/config/drop-privileges.ts';
import { swarmEnvironment } from '../bridge/config/swarm.ts';
import { connectRedis } from '../bridge/queue/redis.ts';
import { buildSwarm } from './swarm.ts';
import { currentRooms } from './intake/upgraded-rooms.ts';

/** At most so long a start waits for what was said while the swarm was away. */
const CATCH_UP_MS = 5_000;

const given = swarmEnvironment();
dropPrivileges(given.settings.CHAVION_DROP_TO);

const log = pino({ name: 'swarm', redact: ['*.accessToken', '*.prompt'] });
const { environment, former, settled } = await currentRooms(given);
const redis = connectRedis(environment.settings.CHAVION_REDIS_URL, (error) => log.warn({ error: error.name }, 'redis'));
const swarm = buildSwarm(environment, redis, log, { former, again: () => void beginAgain() });
const stopping = new AbortController();

let ready = false;
const server = buildAppservice(environment.settings.CHAVION_HOMESERVER_TOKEN, {
  accept: (events) => swarm.inbox.accept(events),
  ready: () => ready,
  onError: (error) => log.error({ error: error instanceof Error ? error.message : 'unknown' }, 'transaction not taken'),
});
await server.listen({
  host: environment.settings.CHAVION_APPSERVICE_LISTEN,
  port: environment.settings.CHAVION_APPSERVICE_PORT,
});
await swarm.start();
// What was pushed meanwhile has waited: decided before all is loaded, it would be decided wrongly for good.
swarm.inbox.open();
const caughtUp = Promise.withResolvers<void>();
void fillGaps({ ...swarm.gaps, onCaughtUp: caughtUp.resolve }, await beginning(swarm.gaps), stopping.signal);
// What was said meanwhile may stop what would go on now. A homeserver that is away holds nothing up for long.
await Promise.race([caughtUp.promise, sleep(CATCH_UP_MS, undefined, { ref: false })]);
swarm.work();
ready = true;
log.info('ready');
// Upgraded again before anybody was in the new room: nobody is told of that tombstone any more.
if (!settled) void beginAgain();

async function stop(): Promise<void> {
  if (stopping.signal.aborted) return;
  stopping.abort();
  ready = false;
  await server.close();
  // Not for the reader of gaps: it listens up to 25 s, and what it has not stored comes again.
  await Promise.race([swarm.stop(), new Promise((resolve) => setTimeout(resolve, 5_000).unref())]);
  redis.disconnect();
  process.exit(0);
}
/** The launcher does it at once; where there is none, whoever supervises starts what has ended. */
async function beginAgain(): Promise<void> {
  for (let tries = 0; tries < 120 && !stopping.signal.aborted; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1_000).unref());
    const { settings } = (await currentRooms(environment)).environment;
    const moved =
      settings.CHAVION_HQ_ROOM !== environment.settings.CHAVION_HQ_ROOM ||
      settings.CHAVION_OPS_ROOM !== environment.settings.CHAVION_OPS_ROOM;
    if (!moved) continue;
    await new Promise((resolve) => setTimeout(resolve, 10_000).unref());
    return stop();
  }
}
process.on('SIGTERM', () => void stop());
process.on('SIGINT', () => void stop());
