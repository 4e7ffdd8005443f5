import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { keepDown } from '../house/keep-down.ts';
import { inRoom, request } from '../house/matrix.ts';
import { type PersistentMaster, persistentMaster } from '../house/persistent-master.ts';
import { readRoom } from '../house/room-record.ts';
import { swarmRedis } from '../house/swarm-redis.ts';
import { appserviceState, forgetPushes, keepPushesBack } from '../house/synapse-state.ts';
import { ALL, answerers, DeliveryScene, WITHIN_MS } from './delivery-scene.ts';

/** What the homeserver forgets, keeps back or says twice, and what is pushed by others. */
let scene: DeliveryScene;
beforeAll(async () => {
  scene = await DeliveryScene.open();
});
afterAll(async () => {
  await scene?.[Symbol.asyncDispose]();
});

it('answers what was written while the swarm was down, and has the homeserver push again before it would', async () => {
  await using down = await keepDown(scene.house, 'swarm');
  const events = await scene.saySome(5);
  // It tries after 2, 4, 8 and 16 seconds more: the last of these is still to come.
  await sleep(15_000);
  expect(await appserviceState(scene.house)).toBe('down');
  await down[Symbol.asyncDispose]();
  await scene.swarmHealthy();
  for (const end = Date.now() + 5_000; (await appserviceState(scene.house)) !== 'up' && Date.now() < end;)
    await sleep(100);
  expect(await appserviceState(scene.house)).toBe('up');
  expect(await scene.settledAfterCrash(events)).toEqual(ALL);
});

it('answers what the homeserver forgot to push because it died', async () => {
  const [event = ''] = await scene.saySome(1);
  await scene.house.reborn('synapse', await scene.house.kill('synapse'));
  expect(await scene.settledAfterCrash([event])).toEqual(ALL);
});

const agentOf = (id: string) => `@agent_${id}:${scene.house.ready.serverName}`;
const roomOf = async (agent: string) => {
  const made = await request(scene.master.base, 'POST', '/_matrix/client/v3/createRoom', {
    token: scene.master.token,
    body: { preset: 'private_chat', invite: [agentOf(agent)] },
  });
  return persistentMaster(scene.house, String(made.body['room_id']));
};
const isIn = async (agent: string, { room }: PersistentMaster) => {
  const { body } = await request(scene.master.base, 'GET', inRoom(room, 'joined_members'), {
    token: scene.master.token,
  });
  return Object.keys(body['joined'] ?? {}).includes(agentOf(agent));
};
const until = async (done: () => Promise<boolean>) => {
  for (const end = Date.now() + WITHIN_MS; !(await done()) && Date.now() < end;) await sleep(100);
  expect(await done()).toBe(true);
};

it('answers what it forgot in a room without the coordinator too, and follows an invitation it forgot', async () => {
  const alone = await roomOf('gabriel');
  await until(() => isIn('gabriel', alone));
  await using down = await keepDown(scene.house, 'swarm');
  const event = await alone.say('이건 어때?', 'delivery.alone');
  const invited = await roomOf('jarvis');
  const synapse = await scene.house.kill('synapse');
  await forgetPushes(scene.house);
  await down[Symbol.asyncDispose]();
  await scene.house.reborn('synapse', synapse);
  const answers = async () => answerers(await readRoom(alone), event);
  await until(async () => (await answers()).length > 0);
  await until(() => isIn('jarvis', invited));
  await scene.atRest();
  expect(await answers()).toEqual(['gabriel']);
});

it('answers there what it keeps back, and follows an invitation it keeps back', async () => {
  const alone = await roomOf('gabriel');
  await until(() => isIn('gabriel', alone));
  // Looks are frequent after a start.
  await scene.house.reborn('swarm', await scene.house.kill('swarm'));
  await scene.swarmHealthy();
  await until(async () => (await appserviceState(scene.house)) === 'up');
  await using _ = await keepPushesBack(scene.house);
  const event = await alone.say('이건 어때?', 'delivery.keptBack');
  const invited = await roomOf('jarvis');
  const answers = async () => answerers(await readRoom(alone), event);
  await until(async () => (await answers()).length > 0);
  await until(() => isIn('jarvis', invited));
  await scene.atRest();
  expect(await answers()).toEqual(['gabriel']);
});

it('answers once when the homeserver repeats itself', async () => {
  const [event = ''] = await scene.saySome(1);
  const raw = await scene.rawEvent(event);
  expect(await scene.port.push('repeat.1', [raw])).toBe(200);
  expect(await scene.port.push('repeat.1', [raw])).toBe(200);
  expect(await scene.port.push('repeat.2', [raw, raw])).toBe(200);
  await scene.house.reborn('swarm', await scene.house.kill('swarm'));
  await scene.swarmHealthy();
  expect(await scene.port.push('repeat.3', [raw])).toBe(200);
  expect(await scene.settledAfterCrash([event])).toEqual(ALL);
});

it('hears other events under a transaction id that it knows', async () => {
  const [first, second] = [scene.unheard('sameTxnA', '!help'), scene.unheard('sameTxnB', '!help')];
  expect(await scene.port.push('17', [first])).toBe(200);
  expect(await scene.port.push('17', [second])).toBe(200);
  expect(await scene.settled([first.event_id, second.event_id], 1)).toEqual(['coordinator']);
});

it('takes nothing from a stranger', async () => {
  const event = scene.unheard('stranger', '!help');
  expect(await scene.port.push('stranger.1', [event], null)).toBe(403);
  expect(await scene.port.push('stranger.2', [event], 'x'.repeat(64))).toBe(403);
  expect(await scene.settled([event.event_id], 0)).toEqual(['']);
});

it('refuses what is no transaction, and takes what is good among what is not', async () => {
  for (const body of ['', '{', '[]', '"text"', 'null', '{"events":{}}', '{"events":"x"}'])
    expect([body, await scene.port.raw('bad', body)]).toEqual([body, 400]);
  expect(await scene.port.raw('bad', '{}')).toBe(200);
  const good = scene.unheard('amongBad', '!help');
  const nested = {
    ...scene.unheard('nested', '!help'),
    content: { body: { toString: 1 }, 'm.mentions': 7, 'm.relates_to': [[]] },
  };
  expect(
    await scene.port.push('mixed', [
      null,
      5,
      'text',
      [],
      {},
      { event_id: 7 },
      { type: 'm.room.message' },
      nested,
      { ...good, event_id: '$x', room_id: 12 },
      good,
    ]),
  ).toBe(200);
  expect(await scene.settled([good.event_id], 1)).toEqual(['coordinator']);
});

it('is not taken back to an older floor', async () => {
  const called = await scene.say('!floor called');
  expect(await scene.settled([called], 1)).toEqual(['coordinator']);
  const silent = await scene.say('오늘은 날씨가 좋네');
  expect(await scene.settled([silent], 0)).toEqual(['']);
  const open = await scene.say('!floor open');
  expect(await scene.settled([open], 1)).toEqual(['coordinator']);
  // Somebody who has forgotten all that he heard.
  await scene.house.reborn('swarm', await scene.house.kill('swarm'));
  await scene.swarmHealthy();
  const [calledRaw, silentRaw] = [await scene.rawEvent(called), await scene.rawEvent(silent)];
  expect(
    await scene.port.push('floor.1', [
      calledRaw,
      silentRaw,
      scene.unheard('lateFloor', '!floor closed', Number(calledRaw['origin_server_ts']) + 1),
    ]),
  ).toBe(200);
  const events = await scene.saySome(1);
  expect(await scene.settled(events)).toEqual(ALL);
  expect(await scene.settled([silent], 0)).toEqual(['']);
});

it('does what was decided when Redis died before the jobs were made', async () => {
  const event = scene.unheard('decided', '!help');
  const redis = await swarmRedis(scene.house);
  const job = { type: 'notice', room: scene.master.room, source: event.event_id, text: '결정된 말' };
  await redis.set(`chavion:swarm:decision:${event.event_id}`, JSON.stringify({ jobs: [job] }));
  redis.disconnect();
  expect(await scene.port.push('decided.1', [event])).toBe(200);
  expect(await scene.settled([event.event_id], 1)).toEqual(['coordinator']);
  expect((await readRoom(scene.master)).written.find(({ source }) => source === event.event_id)?.body).toBe(
    '결정된 말',
  );
});

it('answers all of more messages than one look at the homeserver holds', async () => {
  await using down = await keepDown(scene.house, 'swarm');
  const events: string[] = [];
  for (let i = 0; i < 130; i += 1) events.push(await scene.say('!help'));
  const synapse = await scene.house.kill('synapse');
  await down[Symbol.asyncDispose]();
  await scene.house.reborn('synapse', synapse);
  expect(await scene.settledAfterCrash(events, 1)).toEqual(['coordinator']);
});

// Here, where Redis has hardly died yet: each death within a minute of the last makes the launcher wait longer, up to half a minute.
it('acknowledges nothing on a full disk, and answers all when there is room again', async () => {
  const { launcher } = scene.house.ready.pids;
  const limit = async (bytes: string) =>
    expect(await once(spawn('prlimit', ['--pid', String(launcher), `--fsize=${bytes}:unlimited`]), 'exit')).toEqual([
      0,
      null,
    ]);
  // What the launcher starts from now on has a disk on which no file grows beyond 4 KB; its own are smaller.
  await limit('4096');
  await scene.house.reborn('redis', await scene.house.kill('redis'));
  const event = scene.unheard('diskFull', '!help');
  let taken = 0;
  const pushing = scene.port.push('full.1', [event]).then(
    (status) => (taken = status),
    () => (taken = -1),
  );
  const events = await scene.saySome(1);
  await sleep(5_000);
  expect(taken).not.toBe(200);
  await limit('unlimited');
  const { redis } = await scene.house.pids();
  if (redis !== null) await scene.house.kill('redis');
  await pushing;
  if (taken !== 200) await scene.port.pushUntilTaken('full.1', [event]);
  expect(await scene.settled([event.event_id], 1)).toEqual(['coordinator']);
  expect(await scene.settledAfterCrash(events)).toEqual(ALL);
});
