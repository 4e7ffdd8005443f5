import { homeserverConfig } from '../../../synapse/homeserver-config.ts';
import { registration } from '../../../synapse/registration.ts';
import type { Settings } from '../../protocol/settings.ts';
import { CONTAINER_HOST, CONTAINER_PATHS, PORT, WORKERS } from './containers.ts';
import type { ContainerSecrets } from './house-secrets.ts';

const at = (name: string): string => `${CONTAINER_PATHS.given}/${name}`;

/** The native house's homeserver, with what containers change: PostgreSQL, its own network, and workers where asked for. */
export function synapseFiles(
  settings: Settings,
  { house, containers }: ContainerSecrets,
  scale: boolean,
): Readonly<Record<string, unknown>> {
  const inside = { ...settings, CHAVION_SYNAPSE_PORT: PORT.synapse, CHAVION_APPSERVICE_PORT: PORT.appservice };
  const {
    listeners: _native,
    database: _sqlite,
    ...common
  } = homeserverConfig(inside, house.synapse, CONTAINER_PATHS.given);
  const homeserver = {
    ...common,
    pid_file: '/tmp/homeserver.pid',
    media_store_path: `${CONTAINER_PATHS.state}/media`,
    listeners: [
      client(PORT.synapse),
      ...(scale
        ? [
            {
              port: PORT.replication,
              type: 'http',
              tls: false,
              bind_addresses: ['0.0.0.0'],
              resources: [{ names: ['replication'], compress: false }],
            },
          ]
        : []),
    ],
    database: {
      name: 'psycopg2',
      args: {
        user: 'synapse',
        password: containers.postgres,
        dbname: 'synapse',
        host: CONTAINER_HOST.postgres,
        port: PORT.postgres,
        cp_min: 2,
        cp_max: 10,
        application_name: 'synapse',
      },
    },
    ...(scale ? shared(containers) : {}),
  };
  const workers = scale ? Object.fromEntries(WORKERS.map((name) => [`${name}.yaml`, worker(name)])) : {};
  return {
    'homeserver.yaml': homeserver,
    'log.yaml': LOG,
    'appservice.yaml': registration(inside, house.appservice, CONTAINER_HOST.swarm),
    ...workers,
  };
}

/** The proxy and the parts speak to it; from outside nobody reaches this network. */
const client = (port: number) => ({
  port,
  type: 'http',
  tls: false,
  bind_addresses: ['0.0.0.0'],
  x_forwarded: true,
  resources: [{ names: ['client'], compress: false }],
});

const shared = ({ replication, synapseRedis }: ContainerSecrets['containers']) => ({
  worker_replication_secret: replication,
  redis: { enabled: true, host: CONTAINER_HOST.redis, port: PORT.redis, username: 'synapse', password: synapseRedis },
  instance_map: { main: { host: CONTAINER_HOST.synapse, port: PORT.replication } },
});

const worker = (name: string) => ({
  worker_app: 'synapse.app.generic_worker',
  worker_name: name,
  worker_listeners: [client(PORT.synapse)],
  worker_log_config: at('log.yaml'),
});

/** The engine keeps what is said, with a limit of its own. */
const LOG = {
  version: 1,
  formatters: { line: { format: '%(asctime)s %(levelname)s %(name)s: %(message)s' } },
  handlers: { console: { class: 'logging.StreamHandler', formatter: 'line', stream: 'ext://sys.stdout' } },
  root: { level: 'WARNING', handlers: ['console'] },
  disable_existing_loggers: false,
};
