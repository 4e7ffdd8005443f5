import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type LuaCommand, luaCommand } from '../../bridge/queue/lua-command.ts';
import { BareRedis } from '../house/bare-redis.ts';
import { BRIDGE } from './lua-bridge.ts';
import { BOTS } from './lua-bots.ts';
import { BUDGET } from './lua-budget.ts';
import { keyOf, lay, look } from './lua-contract.ts';
import { TASKS } from './lua-tasks.ts';

const CONTRACTS = [...BRIDGE, ...BOTS, ...BUDGET, ...TASKS];
const SCRIPTS = globSync(['bots/**/*.lua', 'bridge/**/*.lua', 'executor/**/*.lua']);
const SOURCES = globSync(['bots/**/*.ts', 'bridge/**/*.ts', 'executor/**/*.ts']);

/** Any script, with as many keys as its contract names. */
const scriptOf = (file: string) =>
  luaCommand(import.meta.url, `../../${file}`, z.unknown()) as unknown as LuaCommand<readonly string[], unknown>;

describe('the scripts of the tree', () => {
  it('have a contract each', () => {
    expect(SCRIPTS.length).toBeGreaterThan(20);
    expect(CONTRACTS.map(({ file }) => file).toSorted()).toEqual(SCRIPTS.toSorted());
  });

  it.each(SCRIPTS)('%s has a name of its own, a folder of its own kind and as many keys as it says', (file) => {
    expect(file).toMatch(/\/lua\/[a-z]+(?:-[a-z]+)+-\d\.lua$/);
    expect(SCRIPTS.filter((other) => basename(other) === basename(file))).toHaveLength(1);
    const used = [
      ...readFileSync(file, 'utf8')
        .replace(/--.*/g, '')
        .matchAll(/KEYS\[(\d+)\]/g),
    ].map(([, no]) => Number(no));
    expect(new Set(used)).toEqual(
      new Set(Array.from({ length: Number(/-(\d)\.lua$/.exec(file)?.[1]) }, (_, i) => i + 1)),
    );
  });

  it.each(SCRIPTS)('%s is loaded by one module, beside it', (file) => {
    const [folder = '', name = ''] = file.split('/lua/');
    const loading = SOURCES.filter((source) => readFileSync(source, 'utf8').includes(`'lua/${name}'`));
    expect(loading).toHaveLength(1);
    expect(loading[0]?.slice(0, loading[0].lastIndexOf('/'))).toBe(folder);
  });

  it('are all in files', () => {
    expect(
      SOURCES.filter((source) => /redis\.call\(|\bKEYS\[|\.eval\(|\.evalsha\(/.test(readFileSync(source, 'utf8'))),
    ).toEqual([]);
  });
});

describe('with the rights of the swarm', () => {
  let bare: BareRedis;
  let everything: Redis;
  let swarm: Redis;
  beforeAll(async () => {
    bare = await BareRedis.startGuarded();
    everything = bare.client();
    swarm = bare.client('swarm');
  });
  afterAll(() => bare[Symbol.asyncDispose]());
  beforeEach(() => everything.flushall());

  describe.each(CONTRACTS)('$file', ({ file, keys, cases }) => {
    const run = scriptOf(file);
    it.each(cases)('$it', async ({ given = {}, calls, leaves }) => {
      await lay(everything, given);
      for (const [words, answer] of calls) expect(await run(swarm, keys.map(keyOf), words)).toEqual(answer);
      expect(await look(everything)).toEqual(leaves);
    });
  });

  it('a script is sent once on a connection, then named by its digest, and sent again to a Redis that has forgotten it', async () => {
    const raise = scriptOf('bridge/queue/lua/raise-field-1.lua');
    const sent = async () => {
      const stats = await everything.info('commandstats');
      const calls = (command: string) => Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
      return { eval: calls('eval'), evalsha: calls('evalsha') };
    };
    const fresh = bare.client('swarm');
    await everything.config('RESETSTAT');
    for (const no of [1, 2, 3]) expect(await raise(fresh, [keyOf('h')], ['f', no])).toBe(1);
    expect(await sent()).toEqual({ eval: 1, evalsha: 2 });
    await everything.script('FLUSH');
    expect(await raise(fresh, [keyOf('h')], ['f', 4])).toBe(1);
    expect(await raise(fresh, [keyOf('h')], ['f', 4])).toBe(0);
    expect(await everything.hget(keyOf('h'), 'f')).toBe('4');
  });

  it('touches no key of another part', async () => {
    const raise = scriptOf('bridge/queue/lua/raise-field-1.lua');
    await expect(raise(swarm, ['chavion:executor:claim:x'], ['f', 1])).rejects.toThrow(/NOPERM/);
    expect(await look(everything)).toEqual({});
  });

  it('says so where an answer is not what was agreed', async () => {
    const raise = luaCommand(import.meta.url, '../../bridge/queue/lua/raise-field-1.lua', z.literal('done'));
    await expect(raise(swarm, [keyOf('h')], ['f', 1])).rejects.toThrow(/done/);
  });
});
