import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePorts } from '../house/house.ts';
import { keepDown } from '../house/keep-down.ts';
import { persistentMaster } from '../house/persistent-master.ts';
import { calls, inSteps } from '../house/providers.ts';
import { readRoom, readUntil } from '../house/room-record.ts';
import { swarmRedis, turnsBegun } from '../house/swarm-redis.ts';
import { ALL, answerers, DeliveryScene, LOOK_MS, WITHIN_MS } from './delivery-scene.ts';

/** What becomes of answers whose swarm or Redis goes away in the middle. */
let scene: DeliveryScene;
beforeAll(async () => {
  scene = await DeliveryScene.open();
});
afterAll(async () => {
  await scene?.[Symbol.asyncDispose]();
});

it('acknowledges nothing while Redis is away, and loses nothing', async () => {
  await using down = await keepDown(scene.house, 'redis');
  const event = scene.unheard('redisAway', '!help');
  let taken = 0;
  const pushing = scene.port.push('away.1', [event]).then(
    (status) => (taken = status),
    () => (taken = -1),
  );
  const events = await scene.saySome(2);
  await sleep(10_000);
  expect(taken).not.toBe(200);
  await down[Symbol.asyncDispose]();
  await pushing;
  if (taken !== 200) await scene.port.pushUntilTaken('away.1', [event]);
  expect(await scene.settled([event.event_id], 1)).toEqual(['coordinator']);
  expect(await scene.settledAfterCrash(events)).toEqual(ALL);
});

it('does not run an answer twice because Redis was away for longer than a lock', async () => {
  const before = scene.providers.questions.length;
  let answer = (): void => undefined;
  const answered = new Promise<void>((resolve) => (answer = resolve));
  scene.providers.play(() => ({ pieces: ['잠시만요. ', '다 됐습니다.'], after: answered }));
  const event = await scene.say('가브리엘아 천천히 대답해');
  while (scene.providers.questions.length === before) await sleep(20);
  await using down = await keepDown(scene.house, 'redis');
  // Longer than a lock; then it is given out anew, or not: within a look for run-out ones.
  await sleep(6_000);
  await down[Symbol.asyncDispose]();
  for (const end = Date.now() + 6_000; Date.now() < end && (await turnsBegun(scene.house, [event], 'gabriel')) < 2;)
    await sleep(100);
  answer();
  expect(await scene.settledAfterCrash([event], 1)).toEqual(['gabriel']);
  expect(scene.providers.questions.length - before).toBe(1);
  scene.providers.play('네, 마스터.');
});

it('ends an answer in the message in which it began, whoever died in the middle', async () => {
  const sentences = Array.from({ length: 60 }, (_, i) => `${i + 1}번째 문장입니다. `);
  scene.providers.play(() => ({ pieces: sentences, everyMs: 100 }));
  const event = await scene.say('가브리엘아 길게 대답해');
  const begun = (
    await readUntil(scene.master, (record) => answerers(record, event).includes('gabriel growing'), WITHIN_MS)
  ).written.find(({ source }) => source === event);
  expect(begun).toMatchObject({ growing: true });
  const [synapse, swarm] = [await scene.house.kill('synapse'), await scene.house.kill('swarm')];
  await Promise.all([scene.house.reborn('synapse', synapse), scene.house.reborn('swarm', swarm)]);
  const record = await readUntil(scene.master, (record) => answerers(record, event).includes('gabriel'), WITHIN_MS);
  expect(await scene.settledAfterCrash([event], 1)).toEqual(['gabriel']);
  const ended = record.written.find(({ source }) => source === event);
  expect([ended?.event, ended?.body.trim()]).toEqual([begun?.event, sentences.join('').trim()]);
  scene.providers.play('네, 마스터.');
});

it('does not go on after a crash with an answer that was stopped', async () => {
  scene.providers.play(() => ({
    pieces: Array.from({ length: 60 }, (_, i) => `${i + 1}번째 문장입니다. `),
    everyMs: 100,
  }));
  const event = await scene.say('가브리엘아 길게 대답해');
  await readUntil(scene.master, (record) => answerers(record, event).includes('gabriel growing'), WITHIN_MS);
  const asked = scene.providers.questions.length;
  // Stopped while nothing can be said any more, and then dead.
  const synapse = await scene.house.kill('synapse');
  expect(await scene.port.push('stop.1', [scene.unheard('stop', '!stop', Date.now() + 1_000)])).toBe(200);
  const swarm = await scene.house.kill('swarm');
  await Promise.all([scene.house.reborn('synapse', synapse), scene.house.reborn('swarm', swarm)]);
  await readUntil(scene.master, (record) => answerers(record, event).includes('gabriel'), WITHIN_MS);
  expect(await scene.settledAfterCrash([event], 1)).toEqual(['gabriel']);
  expect(scene.providers.questions.length).toBe(asked);
  scene.providers.play('네, 마스터.');
});

/** The program of the house's swarm once more, at the same Redis and with ports of its own. */
async function secondSwarm(): Promise<AsyncDisposable> {
  const { swarm } = await scene.house.pids();
  const environment = Object.fromEntries(
    (await readFile(`/proc/${swarm}/environ`, 'utf8'))
      .split('\0')
      .filter(Boolean)
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  const [second = 0, api = 0, preview = 0] = await freePorts(3);
  const [program = '', ...args] = (await readFile(`/proc/${swarm}/cmdline`, 'utf8')).split('\0').slice(0, -1);
  const other = spawn(program, args, {
    cwd: join(import.meta.dirname, '../..'),
    env: {
      ...environment,
      CHAVION_APPSERVICE_PORT: String(second),
      CHAVION_API_PORT: String(api),
      CHAVION_PREVIEW_PORT: String(preview),
    },
    stdio: 'ignore',
  });
  await scene.swarmHealthy(String(second));
  return {
    [Symbol.asyncDispose]: async () => {
      other.kill('SIGKILL');
      await once(other, 'exit');
    },
  };
}

it('answers once with two swarms at work, also when one of them dies', async () => {
  {
    await using _other = await secondSwarm();
    const asked = scene.providers.questions.length;
    const events = await scene.saySome(10);
    expect(await scene.settledAfterCrash(events)).toEqual(ALL);
    expect(scene.providers.questions.length - asked).toBe(await turnsBegun(scene.house, events, 'gabriel'));

    // Only one of them is pushed the choice; the other hears of it with its next look at /sync.
    await scene.settled([await scene.say('!모델 가브리엘 echo')], 1);
    await sleep(LOOK_MS);
    const chosen = scene.providers.questions.length;
    expect(await scene.settled(await scene.saySome(10))).toEqual(ALL);
    expect(scene.providers.questions.length).toBe(chosen);
    await scene.settled([await scene.say('!모델 가브리엘 기본')], 1);

    const more = await scene.saySome(3);
    await scene.house.reborn('swarm', await scene.house.kill('swarm'));
    expect(await scene.settledAfterCrash([...more, ...(await scene.saySome(3))])).toEqual(ALL);
  }
  await scene.swarmHealthy();
  expect(await scene.settled(await scene.saySome(1))).toEqual(ALL);
});

it('runs a command once where two swarms have the same turn at once, and answers once', async () => {
  await using _other = await secondSwarm();
  const { swarm } = await scene.house.pids();
  const run = (script: string) => calls({ name: 'run_command', input: { script, why: '확인' } });
  const isTakenTwice = async (event: string) => (await turnsBegun(scene.house, [event], 'gabriel')) > 1;
  const events: string[] = [];
  // Whichever of the two has it: one that stands still for longer than a lock comes back to what another has begun.
  for (let taken = false; !taken && events.length < 8;) {
    scene.providers.play(inSteps(run(`echo ran >> twice-${events.length}; sleep 8`), '했습니다.'));
    const asked = scene.providers.questions.length;
    const event = await scene.say('가브리엘아 그 일을 해줘');
    events.push(event);
    while (scene.providers.questions.length === asked) await sleep(20);
    process.kill(swarm ?? 0, 'SIGSTOP');
    for (const end = Date.now() + 6_500; Date.now() < end && !taken; taken = await isTakenTwice(event))
      await sleep(100);
    process.kill(swarm ?? 0, 'SIGCONT');
    expect(await scene.settledAfterCrash([event], 1)).toEqual(['gabriel']);
  }
  expect(await isTakenTwice(events.at(-1) ?? '')).toBe(true);
  scene.providers.play(inSteps(run('cat twice-* | wc -l'), '세었습니다.'));
  expect(await scene.settled([await scene.say('가브리엘아 세어 줘')], 1)).toEqual(['gabriel']);
  expect(scene.providers.questions.at(-1)?.results[0]?.text).toMatch(new RegExp(`\\| ${events.length}$`, 'm'));
  scene.providers.play('네, 마스터.');
});

it('puts a message aside that it cannot handle, tells it in ops once, goes on, and can try it again', async () => {
  await using down = await keepDown(scene.house, 'swarm');
  const [poison = ''] = await scene.saySome(1);
  const key = `chavion:swarm:decision:${poison}`;
  const redis = await swarmRedis(scene.house);
  await redis.set(key, '{"jobs": [');
  const behind = await scene.saySome(2);
  await down[Symbol.asyncDispose]();
  // Pushed and read from /sync, both.
  expect(await scene.settledAfterCrash(behind)).toEqual(ALL);
  const ops = await persistentMaster(scene.house, scene.house.ready.rooms.ops);
  const lines = (await readRoom(ops)).written.filter(({ source }) => source === poison);
  expect(lines.map(({ body }) => body)).toEqual([expect.stringContaining('`!보류 다시`')]);
  const told = async (command: string) => {
    const event = await scene.say(command);
    return (await readUntil(scene.master, (record) => answerers(record, event).length > 0, WITHIN_MS)).written.find(
      ({ source }) => source === event,
    )?.body;
  };
  expect(await told('!보류')).toContain(encodeURIComponent(poison));
  expect(await told('!보류 다시')).toContain('1개는 여전히');
  await redis.del(key);
  redis.disconnect();
  expect(await told('!보류 다시')).toContain('1개는 처리');
  expect(await scene.settled([poison])).toEqual(ALL);
  expect(await told('!보류')).toContain('없습니다');
});
