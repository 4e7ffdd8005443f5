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
/** So many looks a second apart after an upgrade; then with more patience. */
const SOON = 120;

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
let following = false;
/** The launcher does it at once; where there is none, whoever supervises starts what has ended. */
async function beginAgain(): Promise<void> {
  if (following) return;
  following = true;
  for (let looks = 1; !stopping.signal.aborted; looks += 1) {
    // Whoever looks after the rooms may bring the coordinator in much later: until then the old ones are all there is.
    await sleep(looks < SOON ? 1_000 : 15_000, undefined, { ref: false });
    if (looks === SOON) log.warn('a room goes on where the coordinator is not');
    const moved = await currentRooms(environment).then(
      ({ environment: { settings } }) =>
        settings.CHAVION_HQ_ROOM !== environment.settings.CHAVION_HQ_ROOM ||
        settings.CHAVION_OPS_ROOM !== environment.settings.CHAVION_OPS_ROOM ||
        settings.CHAVION_MEMORY_ROOM !== environment.settings.CHAVION_MEMORY_ROOM,
      (error: unknown) => {
        log.warn({ error: error instanceof Error ? error.name : 'unknown' }, 'rooms not looked at');
        return false;
      },
    );
    if (!moved) continue;
    await sleep(10_000, undefined, { ref: false });
    return stop();
  }
}
process.on('SIGTERM', () => void stop());
process.on('SIGINT', () => void stop());
