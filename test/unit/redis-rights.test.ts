import { globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { redisConfig } from '../../bridge/launcher/redis.ts';
import { freePorts } from '../house/house.ts';

/** What our code and BullMQ's scripts ask of Redis, by the words in their files. */
function asked(): ReadonlySet<string> {
  const found = new Set<string>();
  const note = (text: string, pattern: RegExp) => {
    for (const [, command = ''] of text.matchAll(pattern)) found.add(command.toLowerCase());
  };
  for (const file of globSync(['bots/**/*.lua', 'bridge/**/*.lua', 'executor/**/*.lua'])) {
    const text = readFileSync(file, 'utf8');
    note(text, /redis\.call\('(\w+)'/g);
    // `redis.call(… and 'SADD' or 'SREM'`
    for (const [call] of text.matchAll(/redis\.call\(\w.*/g)) note(call, /'([A-Z]+)'/g);
  }
  for (const file of globSync(['bots/**/*.ts', 'bridge/**/*.ts', 'executor/**/*.ts'])) {
    const text = readFileSync(file, 'utf8');
    // `redis.get(…)`, `this.#redis.multi().set(…).del(…)`
    for (const [chain] of text.matchAll(/redis(?:\.\w+\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))+/g))
      note(chain, /\.(\w+)\(/g);
  }
  for (const file of globSync('node_modules/bullmq/dist/cjs/commands/**/*.lua'))
    note(readFileSync(file, 'utf8'), /(?:rcall|redis\.p?call)\(\s*["'](\w+)["']/g);
  return found;
}

it('the parts may do at Redis all that they do there', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'chavion-rights-'));
  const [port = 0] = await freePorts(1);
  const config = redisConfig({
    port,
    folder,
    passwords: { swarm: 's', executor: 'e', launcher: 'l' },
    channelRights: true,
    readRights: true,
  });
  await writeFile(join(folder, 'redis.conf'), `${config}\nuser tester on >t allkeys allchannels +@all\n`);
  const server = spawn('redis-server', [join(folder, 'redis.conf')], { stdio: 'ignore' });
  const redis = new Redis({
    port,
    username: 'tester',
    password: 't',
    retryStrategy: () => 50,
    maxRetriesPerRequest: null,
  });
  redis.on('error', () => undefined);
  try {
    const known = new Set((await redis.call('COMMAND', 'LIST')) as string[]);
    const commands = [...asked()].filter((name) => known.has(name));
    expect(commands.length).toBeGreaterThan(60);
    for (const user of ['swarm', 'executor']) {
      const key = `chavion:${user}:x`;
      const refused: string[] = [];
      for (const command of commands) {
        const [info] = (await redis.call('COMMAND', 'INFO', command)) as [[string, number]];
        const words = Array.from({ length: Math.abs(info[1]) - 1 }, () => key);
        const said = String(
          await redis.call('ACL', 'DRYRUN', user, command, ...words).catch((error: Error) => error.message),
        );
        if (/permissions to run the/.test(said)) refused.push(command);
      }
      expect({ user, refused }).toEqual({ user, refused: [] });
    }
  } finally {
    redis.disconnect();
    server.kill();
    await once(server, 'exit');
    await rm(folder, { recursive: true, force: true });
  }
});
