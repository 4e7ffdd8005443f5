import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { defaultRoster } from '../../bridge/protocol/default-roster.ts';
import { AppservicePort } from '../house/appservice-port.ts';
import { freePorts, type House, startHouse } from '../house/house.ts';
import { keepDown } from '../house/keep-down.ts';
import { inRoom, request } from '../house/matrix.ts';
import { type PersistentMaster, persistentMaster } from '../house/persistent-master.ts';
import { Providers } from '../house/providers.ts';
import { swarmRedis, turnsBegun } from '../house/swarm-redis.ts';
import { appserviceState, forgetPushes, keepPushesBack } from '../house/synapse-state.ts';
import { readRoom, readUntil, type RoomRecord } from '../house/room-record.ts';

const AGENTS = defaultRoster.agents.map(({ id }) => id);
/**
 * Gabriel asks a provider that counts; the others say the question back. Nothing falls out of anybody's context: the
 * summary that would be made then is a question too.
 */
const roster = { ...defaultRoster, agents: defaultRoster.agents.map((agent) => ({ ...agent, contextTokens: 2_000_000, model: agent.id === 'gabriel' ? agent.model : 'echo' })) };
/** Ten times what it takes; then the record says what is missing. */
const WITHIN_MS = 60_000;
/** After a crash: longer than a lock, the look for run-out ones, and the answer of a second run. */
const AFTER_CRASH_MS = 7_000;
/** How long the reader of gaps may rest, and a moment. */
const LOOK_MS = 3_000;
/** Without one: longer than it takes to answer. */
const CALM_MS = 1_500;

let providers: Providers;
let house: House;
let master: PersistentMaster;
let port: AppservicePort;
let texts = 0;

beforeAll(async () => {
  providers = await Providers.start();
  providers.play('네, 마스터.');
  const { OPENAI_API_KEY = '', OPENAI_BASE_URL = '' } = providers.env;
  house = await startHouse({ roster, env: { OPENAI_API_KEY, OPENAI_BASE_URL } });
  master = await persistentMaster(house);
  port = await AppservicePort.of(house);
});
afterAll(async () => {
  await house[Symbol.asyncDispose]();
  await providers[Symbol.asyncDispose]();
});

const say = (body: string) => master.say(body, `delivery.${(texts += 1)}`);
const saySome = async (count: number) => {
  const events: string[] = [];
  for (let i = 0; i < count; i += 1) events.push(await say(`얘들아 ${texts + 1}번째야`));
  return events;
};

/** Who answered an event, sorted; whoever has not come to an end is marked. */
const answerers = (record: RoomRecord, source: string): string[] =>
  record.written
    .filter((one) => one.source === source)
    .map(({ sender, growing, kind }) => `${sender.slice(1).split(':')[0]?.replace('agent_', '')}${growing ? ' growing' : ''}${kind === 'fault' ? ' fault' : ''}`)
    .toSorted();
const EVERYONE = AGENTS.toSorted();
const ALL = [EVERYONE.join(' ')];

/** Waits until each is answered by that many, and on until nothing could come twice any more; the differing sets of answerers. */
async function settled(events: readonly string[], answers = EVERYONE.length, calmMs = CALM_MS): Promise<readonly string[]> {
  await readUntil(master, (record) => events.every((event) => answerers(record, event).length >= answers), WITHIN_MS);
  await sleep(calmMs);
  const record = await readRoom(master);
  return [...new Set(events.map((event) => answerers(record, event).join(' ')))];
}

const rawEvent = async (event: string) => (await request(master.base, 'GET', inRoom(master.room, `event/${encodeURIComponent(event)}`), { token: master.token })).body;

/** What only we have seen: the homeserver will neither push it nor show it in /sync. */
const unheard = (name: string, body: string, at = Date.now()) => ({
  type: 'm.room.message',
  event_id: `$${name.padEnd(43, '0')}`,
  room_id: master.room,
  sender: house.ready.master.userId,
  origin_server_ts: at,
  content: { msgtype: 'm.text', body },
});

async function swarmHealthy(at = house.env['CHAVION_APPSERVICE_PORT'] ?? ''): Promise<void> {
  while (
    !(await fetch(`http://127.0.0.1:${at}/health`).then(
      ({ status }) => status === 200,
      () => false,
    ))
  )
    await sleep(50);
}

it('answers what was written while the swarm was down, and has the homeserver push again before it would', async () => {
  await using down = await keepDown(house, 'swarm');
  const events = await saySome(5);
  // It tries after 2, 4, 8 and 16 seconds more: the last of these is still to come.
  await sleep(15_000);
  expect(await appserviceState(house)).toBe('down');
  await down[Symbol.asyncDispose]();
  await swarmHealthy();
  for (const end = Date.now() + 5_000; (await appserviceState(house)) !== 'up' && Date.now() < end; ) await sleep(100);
  expect(await appserviceState(house)).toBe('up');
  expect(await settled(events, EVERYONE.length, AFTER_CRASH_MS)).toEqual(ALL);
});

it('answers what the homeserver forgot to push because it died', async () => {
  const [event = ''] = await saySome(1);
  await house.reborn('synapse', await house.kill('synapse'));
  expect(await settled([event], EVERYONE.length, AFTER_CRASH_MS)).toEqual(ALL);
});

const agentOf = (id: string) => `@agent_${id}:${house.ready.serverName}`;
const roomOf = async (agent: string) => {
  const made = await request(master.base, 'POST', '/_matrix/client/v3/createRoom', { token: master.token, body: { preset: 'private_chat', invite: [agentOf(agent)] } });
  return persistentMaster(house, String(made.body['room_id']));
};
const isIn = async (agent: string, { room }: PersistentMaster) => {
  const { body } = await request(master.base, 'GET', inRoom(room, 'joined_members'), { token: master.token });
  return Object.keys(body['joined'] ?? {}).includes(agentOf(agent));
};
const until = async (done: () => Promise<boolean>) => {
  for (const end = Date.now() + WITHIN_MS; !(await done()) && Date.now() < end; ) await sleep(100);
  expect(await done()).toBe(true);
};

it('answers what it forgot in a room without the coordinator too, and follows an invitation it forgot', async () => {
  const alone = await roomOf('gabriel');
  await until(() => isIn('gabriel', alone));
  await using down = await keepDown(house, 'swarm');
  const event = await alone.say('이건 어때?', 'delivery.alone');
  const invited = await roomOf('jarvis');
  const synapse = await house.kill('synapse');
  await forgetPushes(house);
  await down[Symbol.asyncDispose]();
  await house.reborn('synapse', synapse);
  const answers = async () => answerers(await readRoom(alone), event);
  await until(async () => (await answers()).length > 0);
  await until(() => isIn('jarvis', invited));
  await sleep(AFTER_CRASH_MS);
  expect(await answers()).toEqual(['gabriel']);
});

it('answers there what it keeps back, and follows an invitation it keeps back', async () => {
  const alone = await roomOf('gabriel');
  await until(() => isIn('gabriel', alone));
  // Looks are frequent after a start.
  await house.reborn('swarm', await house.kill('swarm'));
  await swarmHealthy();
  await until(async () => (await appserviceState(house)) === 'up');
  await using _ = await keepPushesBack(house);
  const event = await alone.say('이건 어때?', 'delivery.keptBack');
  const invited = await roomOf('jarvis');
  const answers = async () => answerers(await readRoom(alone), event);
  await until(async () => (await answers()).length > 0);
  await until(() => isIn('jarvis', invited));
  await sleep(AFTER_CRASH_MS);
  expect(await answers()).toEqual(['gabriel']);
});

it('answers once when the homeserver repeats itself', async () => {
  const [event = ''] = await saySome(1);
  const raw = await rawEvent(event);
  expect(await port.push('repeat.1', [raw])).toBe(200);
  expect(await port.push('repeat.1', [raw])).toBe(200);
  expect(await port.push('repeat.2', [raw, raw])).toBe(200);
  await house.reborn('swarm', await house.kill('swarm'));
  await swarmHealthy();
  expect(await port.push('repeat.3', [raw])).toBe(200);
  expect(await settled([event], EVERYONE.length, AFTER_CRASH_MS)).toEqual(ALL);
});

it('hears other events under a transaction id that it knows', async () => {
  const [first, second] = [unheard('sameTxnA', '!help'), unheard('sameTxnB', '!help')];
  expect(await port.push('17', [first])).toBe(200);
  expect(await port.push('17', [second])).toBe(200);
  expect(await settled([first.event_id, second.event_id], 1)).toEqual(['coordinator']);
});

it('takes nothing from a stranger', async () => {
  const event = unheard('stranger', '!help');
  expect(await port.push('stranger.1', [event], null)).toBe(403);
  expect(await port.push('stranger.2', [event], 'x'.repeat(64))).toBe(403);
  expect(await settled([event.event_id], 0)).toEqual(['']);
});

it('refuses what is no transaction, and takes what is good among what is not', async () => {
  for (const body of ['', '{', '[]', '"text"', 'null', '{"events":{}}', '{"events":"x"}']) expect([body, await port.raw('bad', body)]).toEqual([body, 400]);
  expect(await port.raw('bad', '{}')).toBe(200);
  const good = unheard('amongBad', '!help');
  const nested = { ...unheard('nested', '!help'), content: { body: { toString: 1 }, 'm.mentions': 7, 'm.relates_to': [[]] } };
  expect(await port.push('mixed', [null, 5, 'text', [], {}, { event_id: 7 }, { type: 'm.room.message' }, nested, { ...good, event_id: '$x', room_id: 12 }, good])).toBe(200);
  expect(await settled([good.event_id], 1)).toEqual(['coordinator']);
});

it('is not taken back to an older floor', async () => {
  const called = await say('!floor called');
  expect(await settled([called], 1)).toEqual(['coordinator']);
  const silent = await say('오늘은 날씨가 좋네');
  expect(await settled([silent], 0)).toEqual(['']);
  const open = await say('!floor open');
  expect(await settled([open], 1)).toEqual(['coordinator']);
  // Somebody who has forgotten all that he heard.
  await house.reborn('swarm', await house.kill('swarm'));
  await swarmHealthy();
  const [calledRaw, silentRaw] = [await rawEvent(called), await rawEvent(silent)];
  expect(await port.push('floor.1', [calledRaw, silentRaw, unheard('lateFloor', '!floor closed', Number(calledRaw['origin_server_ts']) + 1)])).toBe(200);
  const events = await saySome(1);
  expect(await settled(events)).toEqual(ALL);
  expect(await settled([silent], 0)).toEqual(['']);
});

it('does what was decided when Redis died before the jobs were made', async () => {
  const event = unheard('decided', '!help');
  const redis = await swarmRedis(house);
  const job = { type: 'notice', room: master.room, source: event.event_id, text: '결정된 말' };
  await redis.set(`chavion:swarm:decision:${event.event_id}`, JSON.stringify({ jobs: [job] }));
  redis.disconnect();
  expect(await port.push('decided.1', [event])).toBe(200);
  expect(await settled([event.event_id], 1)).toEqual(['coordinator']);
  expect((await readRoom(master)).written.find(({ source }) => source === event.event_id)?.body).toBe('결정된 말');
});

it('acknowledges nothing while Redis is away, and loses nothing', async () => {
  await using down = await keepDown(house, 'redis');
  const event = unheard('redisAway', '!help');
  let taken = 0;
  const pushing = port.push('away.1', [event]).then(
    (status) => (taken = status),
    () => (taken = -1),
  );
  const events = await saySome(2);
  await sleep(10_000);
  expect(taken).not.toBe(200);
  await down[Symbol.asyncDispose]();
  await pushing;
  if (taken !== 200) await port.pushUntilTaken('away.1', [event]);
  expect(await settled([event.event_id], 1)).toEqual(['coordinator']);
  expect(await settled(events, EVERYONE.length, AFTER_CRASH_MS)).toEqual(ALL);
});

it('does not run an answer twice because Redis was away for longer than a lock', async () => {
  const before = providers.questions.length;
  let answer = (): void => undefined;
  const answered = new Promise<void>((resolve) => (answer = resolve));
  providers.play(() => ({ pieces: ['잠시만요. ', '다 됐습니다.'], after: answered }));
  const event = await say('가브리엘아 천천히 대답해');
  while (providers.questions.length === before) await sleep(20);
  await using down = await keepDown(house, 'redis');
  await sleep(6_000);
  await down[Symbol.asyncDispose]();
  await sleep(6_000);
  answer();
  expect(await settled([event], 1, AFTER_CRASH_MS)).toEqual(['gabriel']);
  expect(providers.questions.length - before).toBe(1);
  providers.play('네, 마스터.');
});

it('ends an answer in the message in which it began, whoever died in the middle', async () => {
  const sentences = Array.from({ length: 60 }, (_, i) => `${i + 1}번째 문장입니다. `);
  providers.play(() => ({ pieces: sentences, everyMs: 100 }));
  const event = await say('가브리엘아 길게 대답해');
  const begun = (await readUntil(master, (record) => answerers(record, event).includes('gabriel growing'), WITHIN_MS)).written.find(({ source }) => source === event);
  expect(begun).toMatchObject({ growing: true });
  const [synapse, swarm] = [await house.kill('synapse'), await house.kill('swarm')];
  await Promise.all([house.reborn('synapse', synapse), house.reborn('swarm', swarm)]);
  const record = await readUntil(master, (record) => answerers(record, event).includes('gabriel'), WITHIN_MS);
  expect(await settled([event], 1, AFTER_CRASH_MS)).toEqual(['gabriel']);
  const ended = record.written.find(({ source }) => source === event);
  expect([ended?.event, ended?.body.trim()]).toEqual([begun?.event, sentences.join('').trim()]);
  providers.play('네, 마스터.');
});

it('does not go on after a crash with an answer that was stopped', async () => {
  providers.play(() => ({ pieces: Array.from({ length: 60 }, (_, i) => `${i + 1}번째 문장입니다. `), everyMs: 100 }));
  const event = await say('가브리엘아 길게 대답해');
  await readUntil(master, (record) => answerers(record, event).includes('gabriel growing'), WITHIN_MS);
  const asked = providers.questions.length;
  // Stopped while nothing can be said any more, and then dead.
  const synapse = await house.kill('synapse');
  expect(await port.push('stop.1', [unheard('stop', '!stop', Date.now() + 1_000)])).toBe(200);
  const swarm = await house.kill('swarm');
  await Promise.all([house.reborn('synapse', synapse), house.reborn('swarm', swarm)]);
  await readUntil(master, (record) => answerers(record, event).includes('gabriel'), WITHIN_MS);
  expect(await settled([event], 1, AFTER_CRASH_MS)).toEqual(['gabriel']);
  expect(providers.questions.length).toBe(asked);
  providers.play('네, 마스터.');
});

it('answers all of more messages than one look at the homeserver holds', async () => {
  await using down = await keepDown(house, 'swarm');
  const events: string[] = [];
  for (let i = 0; i < 130; i += 1) events.push(await say('!help'));
  const synapse = await house.kill('synapse');
  await down[Symbol.asyncDispose]();
  await house.reborn('synapse', synapse);
  expect(await settled(events, 1, AFTER_CRASH_MS)).toEqual(['coordinator']);
});

it('answers once with two swarms at work, also when one of them dies', async () => {
  const { swarm } = await house.pids();
  const environment = Object.fromEntries((await readFile(`/proc/${swarm}/environ`, 'utf8')).split('\0').filter(Boolean).map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
  const [second = 0, api = 0, preview = 0] = await freePorts(3);
  const [program = '', ...args] = (await readFile(`/proc/${swarm}/cmdline`, 'utf8')).split('\0').slice(0, -1);
  const other = spawn(program, args, {
    cwd: join(import.meta.dirname, '../..'),
    env: { ...environment, CHAVION_APPSERVICE_PORT: String(second), CHAVION_API_PORT: String(api), CHAVION_PREVIEW_PORT: String(preview) },
    stdio: 'ignore',
  });
  try {
    await swarmHealthy(String(second));
    const asked = providers.questions.length;
    const events = await saySome(10);
    expect(await settled(events, EVERYONE.length, AFTER_CRASH_MS)).toEqual(ALL);
    expect(providers.questions.length - asked).toBe(await turnsBegun(house, events, 'gabriel'));

    // Only one of them is pushed the choice; the other hears of it with its next look at /sync.
    await settled([await say('!모델 가브리엘 echo')], 1);
    await sleep(LOOK_MS);
    const chosen = providers.questions.length;
    expect(await settled(await saySome(10))).toEqual(ALL);
    expect(providers.questions.length).toBe(chosen);
    await settled([await say('!모델 가브리엘 기본')], 1);

    const more = await saySome(3);
    await house.reborn('swarm', await house.kill('swarm'));
    expect(await settled([...more, ...(await saySome(3))], EVERYONE.length, AFTER_CRASH_MS)).toEqual(ALL);
  } finally {
    other.kill('SIGKILL');
    await once(other, 'exit');
  }
  await swarmHealthy();
  expect(await settled(await saySome(1))).toEqual(ALL);
});

it('puts a message aside that it cannot handle, tells it in ops once, goes on, and can try it again', async () => {
  await using down = await keepDown(house, 'swarm');
  const [poison = ''] = await saySome(1);
  const key = `chavion:swarm:decision:${poison}`;
  const redis = await swarmRedis(house);
  await redis.set(key, '{"jobs": [');
  const behind = await saySome(2);
  await down[Symbol.asyncDispose]();
  // Pushed and read from /sync, both.
  expect(await settled(behind, EVERYONE.length, AFTER_CRASH_MS)).toEqual(ALL);
  const ops = await persistentMaster(house, house.ready.rooms.ops);
  const lines = (await readRoom(ops)).written.filter(({ source }) => source === poison);
  expect(lines.map(({ body }) => body)).toEqual([expect.stringContaining('`!보류 다시`')]);
  const told = async (command: string) => {
    const event = await say(command);
    return (await readUntil(master, (record) => answerers(record, event).length > 0, WITHIN_MS)).written.find(({ source }) => source === event)?.body;
  };
  expect(await told('!보류')).toContain(encodeURIComponent(poison));
  expect(await told('!보류 다시')).toContain('1개는 여전히');
  await redis.del(key);
  redis.disconnect();
  expect(await told('!보류 다시')).toContain('1개는 처리');
  expect(await settled([poison])).toEqual(ALL);
  expect(await told('!보류')).toContain('없습니다');
});

it('acknowledges nothing on a full disk, and answers all when there is room again', async () => {
  const { launcher } = house.ready.pids;
  const limit = async (bytes: string) => expect(await once(spawn('prlimit', ['--pid', String(launcher), `--fsize=${bytes}:unlimited`]), 'exit')).toEqual([0, null]);
  // What the launcher starts from now on has a disk on which no file grows beyond 4 KB; its own are smaller.
  await limit('4096');
  await house.reborn('redis', await house.kill('redis'));
  const event = unheard('diskFull', '!help');
  let taken = 0;
  const pushing = port.push('full.1', [event]).then(
    (status) => (taken = status),
    () => (taken = -1),
  );
  const events = await saySome(1);
  await sleep(5_000);
  expect(taken).not.toBe(200);
  await limit('unlimited');
  const { redis } = await house.pids();
  if (redis !== null) await house.kill('redis');
  await pushing;
  if (taken !== 200) await port.pushUntilTaken('full.1', [event]);
  expect(await settled([event.event_id], 1)).toEqual(['coordinator']);
  expect(await settled(events, EVERYONE.length, AFTER_CRASH_MS)).toEqual(ALL);
});
