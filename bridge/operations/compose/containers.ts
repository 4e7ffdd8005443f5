/** Names that containers have for one another, their ports, and the accounts inside: as docker-compose.yml has them. */
export const CONTAINER_HOST = {
  synapse: 'synapse',
  postgres: 'postgres',
  redis: 'redis',
  swarm: 'swarm',
  element: 'element',
  admin: 'synapse-admin',
} as const;

export const PORT = {
  synapse: 8008,
  replication: 9093,
  redis: 6379,
  postgres: 5432,
  appservice: 9009,
  agentApi: 5004,
  preview: 5005,
  adminPage: 8081,
  ketesa: 8080,
} as const;

/** Homeserver processes beside the first, in the profile `scale`. */
export const WORKERS = ['synapse-worker-1', 'synapse-worker-2'] as const;

/** Where each part finds what was given to it, and keeps what is its own. */
export const CONTAINER_PATHS = { given: '/given', state: '/state', rules: '/rules' } as const;

/** Behind `security_opt: apparmor=`. */
export const APPARMOR_PROFILE = 'chavion-executor';

export const containerHomeserverUrl = `http://${CONTAINER_HOST.synapse}:${PORT.synapse}`;
