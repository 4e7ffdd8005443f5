import { pino } from 'pino';
import { beginning, fillGaps } from '../bridge/appservice/gap-fill.ts';
import { buildAppservice } from '../bridge/appservice/server.ts';
import { dropPrivileges } from '../bridge/config/drop-privileges.ts';
import { swarmEnvironment } from '../bridge/config/swarm.ts';
import { connectRedis } from '../bridge/queue/redis.ts';
import { buildSwarm } from './swarm.ts';

const environment = swarmEnvironment();
dropPrivileges(environment.settings.CHAVION_DROP_TO);

const log = pino({ name: 'swarm', redact: ['*.accessToken', '*.prompt'] });
const redis = connectRedis(environment.settings.CHAVION_REDIS_URL, (error) => log.warn({ error: error.name }, 'redis'));
const swarm = buildSwarm(environment, redis, log);
const stopping = new AbortController();

let ready = false;
const server = buildAppservice(environment.settings.CHAVION_HOMESERVER_TOKEN, {
  accept: (events) => swarm.inbox.accept(events),
  ready: () => ready,
  onError: (error) => log.error({ error: error instanceof Error ? error.message : 'unknown' }, 'transaction not taken'),
});
await server.listen({ host: environment.settings.CHAVION_APPSERVICE_LISTEN, port: environment.settings.CHAVION_APPSERVICE_PORT });
await swarm.start();
// What was pushed meanwhile has waited: decided before all is loaded, it would be decided wrongly for good.
swarm.inbox.open();
void fillGaps(swarm.gaps, await beginning(swarm.gaps), stopping.signal);
ready = true;
log.info('ready');

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
process.on('SIGTERM', () => void stop());
process.on('SIGINT', () => void stop());
