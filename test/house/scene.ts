import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { defaultRoster } from '../../bridge/protocol/default-roster.ts';
import { Secrets } from '../../bridge/launcher/instance/secrets.ts';
import { openQueue } from '../../bridge/queue/jobs.ts';
import { type House, type HouseOptions, startHouse } from './house.ts';
import { inRoom, request } from './matrix.ts';
import { keysLike } from './redis-keys.ts';
import { Person } from './person.ts';
import type { Json } from './provider-formats.ts';
import { Providers } from './providers.ts';

/** The default residents, of the agents only these. */
export const rosterOf = (...ids: readonly string[]) => ({
  ...defaultRoster,
  agents: defaultRoster.agents.filter(({ id }) => ids.includes(id)),
});

/** A house whose providers are played here, and its master at a client. */
export class Scene implements AsyncDisposable {
  readonly house: House;
  readonly providers: Providers;
  readonly master: Person;
  readonly secrets: Secrets;
  readonly redis: Redis;

  private constructor(house: House, providers: Providers, master: Person, secrets: Secrets) {
    this.house = house;
    this.providers = providers;
    this.master = master;
    this.secrets = secrets;
    this.redis = new Redis({
      port: Number(house.env['CHAVION_REDIS_PORT']),
      username: 'swarm',
      password: secrets.redis.swarm,
      maxRetriesPerRequest: null,
    });
    this.redis.on('error', () => undefined);
  }

  /** Without `keys` all six rehearse. */
  static async open({
    keys = true,
    env = {},
    roster,
    account,
    project,
  }: { readonly keys?: boolean } & Pick<HouseOptions, 'env' | 'roster' | 'account' | 'project'> = {}): Promise<Scene> {
    const providers = await Providers.start();
    const house = await startHouse({
      env: { ...(keys ? providers.env : {}), ...env },
      project,
      ...(roster === undefined ? (keys ? { roster: defaultRoster } : {}) : { roster }),
      ...(account === undefined ? {} : { account }),
    });
    const secrets = Secrets.parse(JSON.parse(await readFile(join(house.data, 'secrets.json'), 'utf8')));
    const { homeserver, master } = house.ready;
    return new Scene(house, providers, await Person.signIn(homeserver, master.userId, master.password), secrets);
  }

  get hq(): string {
    return this.house.ready.rooms.hq;
  }

  get ops(): string {
    return this.house.ready.rooms.ops;
  }

  agent(id: string): string {
    return `@agent_${id}:${this.house.ready.serverName}`;
  }

  /** As the admin, who made the rooms. */
  async asAdmin(method: string, path: string, body?: unknown): Promise<Json> {
    const answer = await request(this.house.ready.homeserver, method, path, {
      token: this.secrets.adminToken ?? '',
      ...(body === undefined ? {} : { body }),
    });
    if (answer.status !== 200 && answer.status !== 201)
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** An ordinary account on this homeserver, signed in. */
  async newcomer(name: string): Promise<Person> {
    const userId = `@${name}:${this.house.ready.serverName}`;
    const password = randomUUID();
    await this.asAdmin('PUT', `/_synapse/admin/v2/users/${encodeURIComponent(userId)}`, { password });
    return Person.signIn(this.house.ready.homeserver, userId, password);
  }

  /** Brings somebody into a room of the house. */
  async bringIn(person: Person, room: string): Promise<void> {
    await this.asAdmin('POST', inRoom(room, 'invite'), { user_id: person.userId });
    await person.call('POST', inRoom(room, 'join'), {});
  }

  /** A room of the master's own, and nobody else in it. */
  async room(content: object = {}, owner: Person = this.master): Promise<string> {
    const { body } = await owner.call('POST', '/_matrix/client/v3/createRoom', { preset: 'private_chat', ...content });
    return String(body['room_id']);
  }

  /** A room of the master's with these agents in it: a clean history. */
  async roomWith(...agents: readonly string[]): Promise<string> {
    const room = await this.room({ invite: agents.map((id) => this.agent(id)) });
    let missing = agents;
    await this.until(
      async () => {
        const { body }: Json = await this.master.call('GET', inRoom(room, 'joined_members'));
        missing = agents.filter((id) => !(this.agent(id) in body.joined));
        return missing.length === 0;
      },
      () => `who did not come: ${missing.join(' ')}`,
    );
    return room;
  }

  /**
   * Everything that was said so far has been taken in, every job is done, and the master's client has seen it all:
   * what is not there now does not come. The inbox is one line, so a command in another room ends it.
   */
  async settled(master: Person = this.master): Promise<void> {
    const question = await master.say(this.ops, '!agents');
    await master.noticed(this.ops, question);
    const queue = openQueue('turns', this.redis);
    await this.until(async () => (await queue.depth()) === 0);
    const marker = await master.send(this.ops, {}, 'test.marker');
    await master.until('the marker', this.ops, () =>
      master.events(this.ops).find((event) => event.event_id === marker),
    );
  }

  async until(holds: () => Promise<boolean> | boolean, seen: () => string = () => ''): Promise<void> {
    for (const end = Date.now() + 60_000; !(await holds()); await sleep(20))
      if (Date.now() > end)
        throw new Error(`waited in vain ${seen()}\n${this.master.print(this.hq)}\n${await this.house.logs()}`);
  }

  /** Everything in Redis, keys and contents. */
  async redisContents(): Promise<string> {
    const all: string[] = [];
    for (const key of await keysLike(this.redis, 'chavion:swarm:*')) {
      const type = await this.redis.type(key);
      const content =
        type === 'string'
          ? await this.redis.get(key)
          : type === 'hash'
            ? await this.redis.hgetall(key)
            : type === 'list'
              ? await this.redis.lrange(key, 0, -1)
              : type === 'set'
                ? await this.redis.smembers(key)
                : type === 'zset'
                  ? await this.redis.zrange(key, '0', '-1')
                  : type === 'stream'
                    ? await this.redis.xrange(key, '-', '+')
                    : type;
      all.push(`${key} ${JSON.stringify(content)}`);
    }
    return all.join('\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.redis.disconnect();
    await this.master[Symbol.asyncDispose]();
    await this.house[Symbol.asyncDispose]();
    await this.providers[Symbol.asyncDispose]();
  }
}
