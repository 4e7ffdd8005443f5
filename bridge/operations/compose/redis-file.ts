import { createHash } from 'node:crypto';
import { redisConfig } from '../../launcher/redis.ts';
import { CONTAINER_PATHS, PORT } from './containers.ts';
import type { ContainerSecrets } from './house-secrets.ts';

/** The native house's Redis, and an account for the homeserver's workers: their channels and their cache, nothing of ours. */
export function redisFile(
  serverName: string,
  { house, containers }: ContainerSecrets,
  scale: boolean,
  folder: string = CONTAINER_PATHS.state,
  port: number = PORT.redis,
): string {
  const hash = createHash('sha256').update(containers.synapseRedis).digest('hex');
  const synapse = `user synapse on #${hash} resetkeys ~cache_v1:* resetchannels &${serverName} &${serverName}/* -@all +subscribe +unsubscribe +publish +auth +hello +ping +echo +quit +select +get +set +info`;
  return redisConfig({
    port,
    folder,
    passwords: house.redis,
    channelRights: true,
    readRights: true,
    bind: '0.0.0.0',
    others: scale ? [synapse] : [],
  });
}
