import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { ORDERS_QUEUE } from '../../bridge/protocol/command-job.ts';
import { EXECUTOR_PREFIX } from '../../bridge/queue/executor-queue.ts';
import { checkChain } from '../../bridge/digest/audit-chain.ts';
import { openQueue } from '../../bridge/queue/jobs.ts';
import type { HouseOptions } from '../house/house.ts';
import { inRoom } from '../house/matrix.ts';
import type { Person, Shown } from '../house/person.ts';
import type { Json } from '../house/provider-formats.ts';
import { Scene } from '../house/scene.ts';

const ENDED = /^[✓✗⊘■?]/;

/** A house with its executor, the master at a client, and somebody who holds the executor's own Redis password. */
export class ExecutorScene implements AsyncDisposable {
  readonly scene: Scene;
  readonly redis: Redis;
  /** The executor's folder on the host. */
  readonly folder: string;
  readonly rules: string;

  private constructor(scene: Scene, root: string) {
    this.scene = scene;
    this.folder = join(root, 'executor');
    this.rules = join(root, 'rules');
    this.redis = new Redis({
      port: Number(scene.house.env['CHAVION_REDIS_PORT']),
      username: 'executor',
      password: scene.secrets.redis.executor,
      maxRetriesPerRequest: null,
    });
    this.redis.on('error', () => undefined);
  }

  static async open(options: Pick<HouseOptions, 'account'> = {}): Promise<ExecutorScene> {
    const scene = await Scene.open({ keys: false, ...options });
    const state = await scene.house.state();
    if (state === undefined) throw new Error('no instance');
    return new ExecutorScene(scene, state.root);
  }

  get master(): Person {
    return this.scene.master;
  }
  get hq(): string {
    return this.scene.hq;
  }
  get ops(): string {
    return this.scene.ops;
  }

  /** What the executor said last of an order in a room, once it is over. */
  ended(room: string, root: string): Promise<Shown> {
    return this.master.until('the end of a command', room, () =>
      this.said(room, root).find(({ body, growing }) => ENDED.test(body) && !growing),
    );
  }

  said(room: string, root: string): readonly Shown[] {
    return this.master
      .shown(room)
      .filter(({ who, source, msgtype }) => who === 'executor' && source === root && msgtype !== 'm.file');
  }

  /** Orders, and waits for the end in the room of the order. */
  async run(command: string, room = this.hq): Promise<Shown & { readonly root: string }> {
    const root = await this.master.say(room, `!run ${command}`);
    return { ...(await this.ended(room, root)), root };
  }

  /** The request for approval of an order, with both signs under it. */
  async asked(root: string, room = this.hq): Promise<Shown> {
    const request = await this.master.until('a request', room, () =>
      this.said(room, root).find(({ body }) => body.startsWith('✋')),
    );
    await this.master.until(
      'the signs',
      room,
      () =>
        this.reactions(room, request.id).filter(({ sender }) => sender.startsWith('@executor')).length === 2 ||
        undefined,
    );
    return request;
  }

  reactions(room: string, target: string): readonly Json[] {
    return this.master
      .events(room)
      .filter((event) => event.type === 'm.reaction' && event.content['m.relates_to']?.event_id === target);
  }

  /** A job straight into the box, past the swarm. */
  async inject(job: unknown): Promise<void> {
    const queue = openQueue<unknown>(ORDERS_QUEUE, this.redis, EXECUTOR_PREFIX);
    await queue.add([{ id: randomUUID(), data: job }]);
    await queue.close();
  }

  /** A job as the swarm would write it for an event. */
  async jobFor(room: string, root: string, more: object = {}): Promise<Json> {
    const { body } = await this.master.call('GET', inRoom(room, `event/${encodeURIComponent(root)}`));
    return { v: 1, type: 'run', root, room, at: Number(body['origin_server_ts']), lang: 'en', ...more };
  }

  /** Nothing waits or runs any more, and the master has seen everything: what has not happened by now does not. */
  async settled(): Promise<void> {
    const queue = openQueue<unknown>(ORDERS_QUEUE, this.redis, EXECUTOR_PREFIX);
    await this.scene.until(async () => (await queue.depth()) === 0);
    await queue.close();
    await this.scene.settled();
    await this.run('true');
  }

  /** A file of the common workspace, as the host has it. */
  file(name: string): string | undefined {
    const path = join(this.folder, 'workspaces', 'direct', name);
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  }

  /** The owner's edit of a rule file. */
  write(name: 'policy.json' | 'lent.json', text: string): void {
    writeFileSync(join(this.rules, name), text);
  }

  audit(): { readonly check: ReturnType<typeof checkChain>; readonly lines: readonly Json[] } {
    const lines = readFileSync(join(this.folder, 'audit.jsonl'), 'utf8').trimEnd().split('\n');
    return { check: checkChain(lines), lines: lines.map((line) => JSON.parse(line)) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.redis.disconnect();
    await this.scene[Symbol.asyncDispose]();
  }
}
