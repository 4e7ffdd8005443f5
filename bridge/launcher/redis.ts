import { createHash } from 'node:crypto';
import { createConnection } from 'node:net';
import type { Secrets } from './instance/secrets.ts';

export interface RedisSettings {
  readonly port: number;
  readonly folder: string;
  readonly passwords: Secrets['redis'];
  /** Before 6.2 Redis knows no rights to channels. */
  readonly channelRights: boolean;
  /** Before 7.0 Redis does not tell rights to read from rights to write. */
  readonly readRights?: boolean;
  /** This machine alone, unless the owner has said otherwise. */
  readonly bind?: string;
  /** Further accounts, as lines of the file. */
  readonly others?: readonly string[];
}

/**
 * What BullMQ, its scripts and our own code do, by name where a group holds more: no other client can be ended, paused
 * or listened to, and nobody is held up by a look at every key. INFO is how BullMQ learns the version. SCAN shows names
 * of others' keys and nothing in them.
 */
const QUEUE_COMMANDS = [
  '-@all +@string +@hash +@set +@sortedset +@list +@stream +@transaction -@dangerous',
  '+del +unlink +exists +type +expire +pexpire +expireat +pexpireat +ttl +pttl +persist +rename +renamenx +scan',
  '+eval +evalsha +script|load +script|exists',
  '+auth +hello +ping +echo +quit +select +client|setname +client|getname +client|id +info +time',
].join(' ');

/** `redis.conf`: one account for each part, none without a password, everything on the disk before it is answered. */
export function redisConfig({
  port,
  folder,
  passwords,
  channelRights,
  readRights = false,
  bind = '127.0.0.1',
  others = [],
}: RedisSettings): string {
  const hash = (password: string) => `#${createHash('sha256').update(password).digest('hex')}`;
  const part = (name: 'swarm' | 'executor', more = '') =>
    `user ${name} on ${hash(passwords[name])} resetkeys ~chavion:${name}:*${more}${channelRights ? ' resetchannels' : ''} ${QUEUE_COMMANDS}`;
  return [
    `bind ${bind}`,
    `port ${port}`,
    'protected-mode yes',
    'daemonize no',
    'databases 1',
    `dir "${folder}"`,
    'save ""',
    'appendonly yes',
    'appendfsync always',
    'maxmemory-policy noeviction',
    // Off: nobody gets in as this one. All rights: loading the append-only file runs transactions in its name,
    // and throws away those that it may not run.
    `user default off resetpass allkeys +@all${channelRights ? ' allchannels' : ''}`,
    `user launcher on ${hash(passwords.launcher)} resetkeys -@all +ping`,
    // Into the boxes of orders and ends, which say only where to look; not to the claims beside it.
    // And to the registry and the offers, to see which executors there are and what they can do.
    part(
      'swarm',
      ` ~chavion:executor:orders:* ~chavion:executor:ends:* ${readRights ? '%R' : ''}~chavion:executor:roll ${readRights ? '%R' : ''}~chavion:executor:offers`,
    ),
    part('executor'),
    ...others,
    '',
  ].join('\n');
}

export const redisUrl = (user: 'swarm' | 'executor', password: string, port: number, host = '127.0.0.1'): string =>
  `redis://${user}:${password}@${host}:${port}`;

/** Whether this Redis answers the launcher's password: a stranger on the port does not. */
export const redisAnswers = async (port: number, password: string): Promise<boolean> =>
  (await redisSays(port, password)).includes('+PONG');

/** What it says to the password and a PING; '' where nothing. An error, too, is an answer: of a full disk, while loading. */
export function redisSays(port: number, password: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port, timeout: 2_000 });
    let said = '';
    const done = () => {
      socket.destroy();
      resolve(said);
    };
    socket.once('connect', () => socket.write(`AUTH launcher ${password}\r\nPING\r\n`));
    socket.on('data', (chunk: Buffer) => {
      said += chunk.toString('latin1');
      if (said.includes('+PONG') || said.includes('-')) done();
    });
    socket.once('timeout', done);
    socket.once('error', done);
    socket.once('close', done);
  });
}
