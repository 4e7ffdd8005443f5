import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { redisConfig } from '../../bridge/launcher/redis.ts';
import { freePorts } from './house.ts';

/** A Redis without a house around it, gone with the test. */
export class BareRedis implements AsyncDisposable {
  readonly #server: ChildProcess;
  readonly #folder: string;
  readonly #port: number;
  readonly #guarded: boolean;
  readonly #clients: Redis[] = [];

  private constructor(server: ChildProcess, folder: string, port: number, guarded = false) {
    this.#server = server;
    this.#folder = folder;
    this.#port = port;
    this.#guarded = guarded;
  }

  static async start(): Promise<BareRedis> {
    const folder = await mkdtemp(join(tmpdir(), 'chavion-redis-'));
    const [port = 0] = await freePorts(1);
    const server = spawn(
      'redis-server',
      ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'],
      { stdio: 'ignore' },
    );
    const redis = new BareRedis(server, folder, port);
    await redis.client().ping();
    return redis;
  }

  /** With the accounts of a house: `client('swarm')` may what the swarm may, `client()` everything. */
  static async startGuarded(): Promise<BareRedis> {
    const folder = await mkdtemp(join(tmpdir(), 'chavion-redis-'));
    const [port = 0] = await freePorts(1);
    const passwords = { swarm: 'swarm', executor: 'executor', launcher: 'launcher' };
    const config = redisConfig({
      port,
      folder,
      passwords,
      channelRights: true,
      readRights: true,
      others: ['user tester on >t allkeys allchannels +@all'],
    });
    await writeFile(join(folder, 'redis.conf'), config);
    const redis = new BareRedis(
      spawn('redis-server', [join(folder, 'redis.conf')], { stdio: 'ignore' }),
      folder,
      port,
      true,
    );
    await redis.client().ping();
    return redis;
  }

  /** As another process would have it: a connection of its own. */
  client(user?: 'swarm' | 'executor'): Redis {
    const account = !this.#guarded
      ? {}
      : user === undefined
        ? { username: 'tester', password: 't' }
        : { username: user, password: user };
    const client = new Redis({ port: this.#port, maxRetriesPerRequest: null, retryStrategy: () => 20, ...account });
    client.on('error', () => undefined);
    this.#clients.push(client);
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.disconnect();
    if (this.#server.exitCode === null) {
      this.#server.kill('SIGTERM');
      await once(this.#server, 'exit');
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}
