import { ghosts, people } from '../../../synapse/residents.ts';
import type { Loaded } from '../../config/load.ts';
import { adminConfig, elementConfig } from './pages.ts';
import { apparmorProfile } from './apparmor.ts';
import { caddyfile } from './caddyfile.ts';
import { APPARMOR_PROFILE, containerHomeserverUrl, CONTAINER_HOST, PORT } from './containers.ts';
import { DESK_ORDER, type AdminOrderFile } from './admin-order.ts';
import { HOUSE_ORDER, type ProvisionOrder } from './house-order.ts';
import type { ContainerSecrets } from './house-secrets.ts';
import { grafanaProvisioning, prometheusConfig } from './observe.ts';
import { executorEnvironmentFile, swarmEnvironmentFile } from './part-environments.ts';
import { redisFile } from './redis-file.ts';
import { synapseFiles } from './synapse-files.ts';

export interface ComposeInput {
  readonly loaded: Loaded;
  /** Where browsers and phones come in: https with a name, or http://localhost. */
  readonly publicUrl: string;
  readonly secrets: ContainerSecrets;
  readonly providerKeys: Readonly<Record<string, string>>;
  /** Of `COMPOSE_PROFILES`. */
  readonly scale: boolean;
  /** The host's AppArmor asks for a rule for user namespaces. */
  readonly apparmorKnowsUserns: boolean;
}

/** Parts whose files hold secrets: each is given its own by the container `prepare`. */
export const SECRET_PARTS = [
  'synapse',
  'postgres',
  'redis',
  'swarm',
  'executor',
  'provision',
  'desk',
  'grafana',
] as const;
export type SecretPart = (typeof SECRET_PARTS)[number];

export interface ComposeFiles {
  /** Below `parts/<part>`, mode 0600. */
  readonly parts: Readonly<Record<SecretPart, Readonly<Record<string, string>>>>;
  /** Below `open`, mode 0644: nothing in them is secret, and containers read them where they lie. */
  readonly open: Readonly<Record<string, string>>;
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
const allJson = (files: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(Object.entries(files).map(([name, value]) => [name, json(value)]));

/** Every file of `data/compose` but secrets and rules. */
export function composeFiles(input: ComposeInput): ComposeFiles {
  const { loaded, secrets, scale, publicUrl } = input;
  const { settings } = loaded;
  const { house, containers } = secrets;
  const order: ProvisionOrder = {
    homeserver: containerHomeserverUrl,
    serverName: settings.CHAVION_SERVER_NAME,
    lang: settings.CHAVION_LANG,
    roster: loaded.roster,
    passwords: house.passwords,
    appserviceToken: house.appservice.appservice,
    registrationSecret: house.synapse.registration,
  };
  const who = people(settings.CHAVION_SERVER_NAME);
  const residents = ghosts(loaded.roster, settings.CHAVION_SERVER_NAME).map(({ userId }) => userId);
  const desk: AdminOrderFile = {
    homeserver: containerHomeserverUrl,
    serverName: settings.CHAVION_SERVER_NAME,
    lang: settings.CHAVION_LANG,
    adminPassword: house.passwords.admin,
    registrationSecret: house.synapse.registration,
    executorPassword: house.passwords.executor,
    silent: [who.admin, who.executor, ...residents.filter((user) => user !== who.coordinator)],
    door: `http://${CONTAINER_HOST.swarm}:${PORT.agentApi}`,
  };
  return {
    parts: {
      synapse: allJson(synapseFiles(settings, secrets, scale)),
      postgres: { password: containers.postgres },
      redis: {
        'redis.conf': redisFile(settings.CHAVION_SERVER_NAME, secrets, scale),
        'launcher-password': house.redis.launcher,
      },
      swarm: { 'swarm.env': swarmEnvironmentFile(loaded, secrets, input.providerKeys) },
      executor: { 'executor.env': executorEnvironmentFile(loaded, secrets) },
      provision: { [HOUSE_ORDER]: json(order) },
      desk: { [DESK_ORDER]: json(desk) },
      grafana: { password: containers.grafana },
    },
    open: {
      'caddy/Caddyfile': caddyfile(publicUrl, scale, settings.CHAVION_PREVIEW_URL, settings.CHAVION_API_URL),
      'element/config.json': json(elementConfig(settings, publicUrl)),
      'synapse-admin/config.json': json(adminConfig()),
      'prometheus/prometheus.yml': json(prometheusConfig(scale)),
      ...Object.fromEntries(
        Object.entries(allJson(grafanaProvisioning)).map(([name, text]) => [`grafana/${name}`, text]),
      ),
      [`apparmor/${APPARMOR_PROFILE}`]: apparmorProfile(input.apparmorKnowsUserns),
    },
  };
}
