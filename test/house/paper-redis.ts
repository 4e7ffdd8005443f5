import type { Redis } from 'ioredis';
import { runLua } from './paper-lua.ts';

export type Reply = string | number | null | readonly Reply[];
type Value = string | Map<string, string> | Set<string>;
type Args = readonly string[];

class Wrong extends Error {
  override name = 'ReplyError';
}

/**
 * As much of Redis as the product's modules and their scripts ask of one, in memory: strings, hashes, sets, sorted sets,
 * expiry, transactions, Lua. What it answers is held against a real one in `redis-conformance.test.ts`.
 */
export class PaperRedis {
  readonly #values = new Map<string, Value>();
  readonly #ends = new Map<string, number>();
  /** While it is away nothing is answered; whoever asks waits, as with a connection that comes back. */
  #away: PromiseWithResolvers<void> | null = null;
  #answersLeft = Number.POSITIVE_INFINITY;
  /** What was asked, each with its key. */
  readonly asked: string[] = [];
  now: () => number = Date.now;

  /** As ioredis has it: one more connection to the same. */
  client(): Redis {
    const scripts = new Map<string, (args: Args) => Reply>();
    const ask = async (name: string, args: readonly unknown[]): Promise<Reply> => {
      this.asked.push(`${name} ${String(args[0])}`);
      if (this.#answersLeft <= 0) this.stop();
      this.#answersLeft -= 1;
      await this.#away?.promise;
      const script = scripts.get(name);
      return toClient(name, script === undefined ? this.run(name, flat(args)) : script(flat(args)));
    };
    const client = new Proxy<Record<string, unknown>>(
      {},
      {
        get: (_, name) => {
          if (typeof name !== 'string' || name === 'then') return undefined;
          if (name === 'multi') return () => this.#multi(ask);
          if (name === 'defineCommand')
            return (script: string, { numberOfKeys, lua }: { numberOfKeys: number; lua: string }) =>
              void scripts.set(script, (args) => this.#eval(lua, numberOfKeys, args));
          if (name === 'disconnect' || name === 'on') return () => client;
          return (...args: readonly unknown[]) => ask(name, args);
        },
      },
    );
    return client as unknown as Redis;
  }

  /** Dies, with all it knows on its disk; at once, or when it has answered so often. */
  stop(after = 0): void {
    this.#answersLeft = after;
    if (after > 0) return;
    this.#away ??= Promise.withResolvers();
  }

  get isAway(): boolean {
    return this.#away !== null;
  }

  start(): void {
    this.#answersLeft = Number.POSITIVE_INFINITY;
    this.#away?.resolve();
    this.#away = null;
  }

  /** In one step, and answered together. */
  #multi(ask: (name: string, args: readonly unknown[]) => Promise<Reply>): unknown {
    const asked: [string, readonly unknown[]][] = [];
    const chain: unknown = new Proxy(
      {},
      {
        get: (_, name) => {
          if (name === 'exec')
            return async () => {
              await this.#away?.promise;
              return await Promise.all(asked.map(async ([one, args]) => [null, await ask(one, args)]));
            };
          return (...args: readonly unknown[]) => {
            asked.push([String(name), args]);
            return chain;
          };
        },
      },
    );
    return chain;
  }

  #eval(script: string, keys: number, args: Args): Reply {
    return runLua(script, args.slice(0, keys), args.slice(keys), (name, given) => this.run(name, given));
  }

  /** One command, as the wire has it. */
  run(name: string, args: Args): Reply {
    const [key = '', ...rest] = args;
    for (const [one, end] of this.#ends) if (end <= this.now()) this.#delete(one);
    const command = this.#commands[name.toLowerCase()];
    if (command === undefined) throw new Wrong(`ERR unknown command '${name}' (on paper)`);
    const before = this.#values.get(key);
    const reply = command(key, rest);
    const after = this.#values.get(key);
    // What is empty is not there.
    if (after !== undefined && typeof after !== 'string' && after.size === 0) this.#delete(key);
    if (before === undefined && after !== undefined && !/^p?expire|^set$/.test(name.toLowerCase()))
      this.#ends.delete(key);
    return reply;
  }

  readonly #commands: Readonly<Record<string, (key: string, args: Args) => Reply>> = {
    ping: () => 'PONG',
    get: (key) => this.#string(key),
    mget: (key, rest) =>
      [key, ...rest].map((one) => (typeof this.#values.get(one) === 'string' ? this.#string(one) : null)),
    set: (key, args) => this.#set(key, args),
    del: (key, rest) => [key, ...rest].filter((one) => this.#delete(one)).length,
    exists: (key, rest) => [key, ...rest].filter((one) => this.#values.has(one)).length,
    incr: (key) => this.#grow(key, 1),
    incrby: (key, [by = '']) => this.#grow(key, Number(by)),
    expire: (key, [seconds = '']) => this.#expire(key, Number(seconds) * 1000),
    pexpire: (key, [ms = '']) => this.#expire(key, Number(ms)),
    persist: (key) => Number(this.#ends.delete(key)),
    pttl: (key) => (!this.#values.has(key) ? -2 : Math.max((this.#ends.get(key) ?? this.now() - 1) - this.now(), -1)),
    ttl: (key) =>
      !this.#values.has(key)
        ? -2
        : Math.round(Math.max((this.#ends.get(key) ?? this.now() - 1000) - this.now(), -1000) / 1000),
    hget: (key, [field = '']) => this.#hash(key).get(field) ?? null,
    hmget: (key, fields) => fields.map((field) => this.#hash(key).get(field) ?? null),
    hgetall: (key) => [...this.#hash(key)].flat(),
    hkeys: (key) => [...this.#hash(key).keys()],
    hvals: (key) => [...this.#hash(key).values()],
    hlen: (key) => this.#hash(key).size,
    hexists: (key, [field = '']) => Number(this.#hash(key).has(field)),
    hset: (key, args) => pairs(args).filter(([field, value]) => added(this.#hash(key), field, value)).length,
    hsetnx: (key, [field = '', value = '']) =>
      Number(!this.#hash(key).has(field) && added(this.#hash(key), field, value)),
    hdel: (key, fields) => fields.filter((field) => this.#hash(key).delete(field)).length,
    hincrby: (key, [field = '', by = '']) => {
      const next = integer(this.#hash(key).get(field) ?? '0', 'hash value') + Number(by);
      this.#hash(key).set(field, String(next));
      return next;
    },
    sadd: (key, members) => members.filter((one) => !this.#members(key).has(one) && this.#members(key).add(one)).length,
    srem: (key, members) => members.filter((one) => this.#members(key).delete(one)).length,
    smembers: (key) => [...this.#members(key)],
    sismember: (key, [member = '']) => Number(this.#members(key).has(member)),
    scard: (key) => this.#members(key).size,
    zadd: (key, args) => pairs(args).filter(([score, member]) => added(this.#hash(key), member, score)).length,
    zrem: (key, members) => members.filter((one) => this.#hash(key).delete(one)).length,
    zcard: (key) => this.#hash(key).size,
    zscore: (key, [member = '']) => this.#hash(key).get(member) ?? null,
    zremrangebyrank: (key, [from = '', to = '']) =>
      part(this.#sorted(key), from, to).filter((one) => this.#hash(key).delete(one)).length,
    zrange: (key, [from = '', to = '']) => part(this.#sorted(key), from, to),
    zrevrange: (key, [from = '', to = '']) => part(this.#sorted(key).toReversed(), from, to),
    eval: (script, [keys = '', ...rest]) => this.#eval(script, Number(keys), rest),
  };

  #set(key: string, args: Args): Reply {
    const before = this.#string(key);
    const words = args.slice(1).map((word) => word.toUpperCase());
    const value = (word: string) => Number(args[words.indexOf(word) + 2]);
    const refused = (words.includes('NX') && before !== null) || (words.includes('XX') && before === null);
    if (!refused) {
      this.#values.set(key, args[0] ?? '');
      if (!words.includes('KEEPTTL')) this.#ends.delete(key);
      if (words.includes('EX')) this.#ends.set(key, this.now() + value('EX') * 1000);
      if (words.includes('PX')) this.#ends.set(key, this.now() + value('PX'));
    }
    return words.includes('GET') ? before : refused ? null : 'OK';
  }

  #string(key: string): string | null {
    const value = this.#values.get(key);
    if (value !== undefined && typeof value !== 'string')
      throw new Wrong('WRONGTYPE Operation against a key holding the wrong kind of value');
    return value ?? null;
  }

  #hash(key: string): Map<string, string> {
    const value = this.#values.get(key) ?? new Map<string, string>();
    if (!(value instanceof Map)) throw new Wrong('WRONGTYPE Operation against a key holding the wrong kind of value');
    this.#values.set(key, value);
    return value;
  }

  #members(key: string): Set<string> {
    const value = this.#values.get(key) ?? new Set<string>();
    if (!(value instanceof Set)) throw new Wrong('WRONGTYPE Operation against a key holding the wrong kind of value');
    this.#values.set(key, value);
    return value;
  }

  #sorted(key: string): string[] {
    return [...this.#hash(key)]
      .toSorted(([a, x], [b, y]) => Number(x) - Number(y) || (a < b ? -1 : 1))
      .map(([member]) => member);
  }

  #grow(key: string, by: number): number {
    const next = integer(this.#string(key) ?? '0', 'value') + by;
    this.#values.set(key, String(next));
    return next;
  }

  #expire(key: string, ms: number): number {
    if (!this.#values.has(key)) return 0;
    this.#ends.set(key, this.now() + ms);
    return 1;
  }

  #delete(key: string): boolean {
    this.#ends.delete(key);
    return this.#values.delete(key);
  }
}

/** For tests that want one connection and nothing else of it. */
export const paperRedis = (): Redis => new PaperRedis().client();

const integer = (text: string, what: string): number => {
  if (!/^-?\d+$/.test(text))
    throw new Wrong(`ERR ${what} is not an integer${what === 'value' ? ' or out of range' : ''}`);
  return Number(text);
};

const pairs = (args: Args): readonly (readonly [string, string])[] =>
  Array.from({ length: args.length / 2 }, (_, i) => [args[2 * i] ?? '', args[2 * i + 1] ?? ''] as const);

/** Whether it is new. */
function added(map: Map<string, string>, key: string, value: string): boolean {
  const isNew = !map.has(key);
  map.set(key, value);
  return isNew;
}

function part(list: readonly string[], from: string, to: string): readonly string[] {
  const place = (text: string) => (Number(text) < 0 ? list.length + Number(text) : Number(text));
  return list.slice(Math.max(place(from), 0), place(to) + 1);
}

/** Lists and objects spread, as ioredis does; everything a string. */
const flat = (args: readonly unknown[]): Args =>
  args.flatMap((arg): string[] => {
    if (Array.isArray(arg)) return [...flat(arg)];
    if (arg instanceof Map) return [...flat([...arg].flat())];
    return typeof arg === 'object' && arg !== null && !Buffer.isBuffer(arg)
      ? [...flat(Object.entries(arg).flat())]
      : [arg == null ? '' : `${arg as string | number}`];
  });

const toClient = (name: string, reply: Reply): Reply =>
  name === 'hgetall' && Array.isArray(reply) ? (Object.fromEntries(pairs(reply as Args)) as unknown as Reply) : reply;
