import { Redis } from 'ioredis';

/** Every key and channel of the swarm lies under this; its Redis user may touch nothing else. */
export const SWARM_PREFIX = 'chavion:swarm';

export const swarmKey = (...parts: readonly string[]): string => [SWARM_PREFIX, ...parts].join(':');

/**
 * A connection that waits out a Redis that is away: commands queue up and are sent when it is back.
 * `maxRetriesPerRequest: null` is also what BullMQ asks of a worker's connection.
 */
export function connectRedis(url: string, onError: (error: Error) => void): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 5), 1_000),
  });
  // Without a listener ioredis prints to the console; the address holds a password.
  redis.on('error', onError);
  return redis;
}
