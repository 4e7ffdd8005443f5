import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePorts } from './house.ts';

/** A Redis without a house around it, gone with the test. */
export class BareRedis implements AsyncDisposable {
  readonly #server: ChildProcess;
  readonly #folder: string;
  readonly #port: number;
  readonly #clients: Redis[] = [];

  private constructor(server: ChildProcess, folder: string, port: number) {
    this.#server = server;
    this.#folder = folder;
    this.#port = port;
  }

  static async start(): Promise<BareRedis> {
    const folder = await mkdtemp(join(tmpdir(), 'chavion-redis-'));
    const [port = 0] = await freePorts(1);
    const server = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'], { stdio: 'ignore' });
    const redis = new BareRedis(server, folder, port);
    await redis.client().ping();
    return redis;
  }

  /** As another process would have it: a connection of its own. */
  client(): Redis {
    const client = new Redis({ port: this.#port, maxRetriesPerRequest: null, retryStrategy: () => 20 });
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
