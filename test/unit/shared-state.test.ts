import { once } from 'node:events';
import { QueueEvents } from 'bullmq';
import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { deadLettersOf } from '../../bots/intake/dead-letters.ts';
import { createUnreadableJobs } from '../../bots/intake/unreadable-jobs.ts';
import { seenAddresses } from '../../bots/hands/seen-addresses.ts';
import { ApiProblem } from '../../bridge/http/problems.ts';
import { OutsideOrders } from '../../bots/agent-api/orders.ts';
import { KeyedQueue } from '../../bots/tasks/runtime/keyed-queue.ts';
import { TaskJob } from '../../bots/tasks/runtime/task-job.ts';
import { Command } from '../../bridge/protocol/command.ts';
import { AgentId, EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import { placeSchedules } from '../../bots/intake/upgraded-rooms.ts';
import { Idempotency } from '../../bridge/stores/idempotency-store.ts';
import { AgentInbox } from '../../bridge/stores/agent-inbox.ts';
import { PlanHash, StepId } from '../../bridge/protocol/plan.ts';
import { SwarmJob } from '../../bridge/protocol/turn.ts';
import { change, raise } from '../../bridge/queue/atomic.ts';
import { openQueue, workOn } from '../../bridge/queue/jobs.ts';
import { swarmKey } from '../../bridge/queue/redis.ts';
import { Lease } from '../../bridge/queue/lease.ts';
import { message } from './events.ts';
import { BareRedis } from '../house/bare-redis.ts';

let bare: BareRedis;
let redis: Redis;
beforeAll(async () => {
  bare = await BareRedis.start();
  redis = bare.client();
});
afterAll(() => bare[Symbol.asyncDispose]());

describe('addresses that were seen', () => {
  it('are those of a conversation, the newest, for a while', async () => {
    let clock = 1;
    const seen = seenAddresses(redis, () => (clock += 1));
    const [room, other] = [RoomId.parse('!seen:x'), RoomId.parse('!other:x')];
    const thread = EventId.parse('$thread');
    await seen.note({ room }, ['https://example.com/a#b', 'no address', 'https://example.com/a']);
    expect(await seen.has({ room }, 'https://example.com/a')).toBe(true);
    // Whoever reads a thread reads its room, not the other way round.
    expect(await seen.has({ room, thread }, 'https://example.com/a')).toBe(true);
    await seen.note({ room, thread }, ['https://example.com/thread']);
    expect(await seen.has({ room }, 'https://example.com/thread')).toBe(false);
    expect(await seen.has({ room: other }, 'https://example.com/a')).toBe(false);
    for (let n = 0; n < 4; n += 1)
      await seen.note(
        { room },
        Array.from({ length: 900 }, (_, at) => `https://example.com/${n}/${at}`),
      );
    expect(await seen.has({ room }, 'https://example.com/a')).toBe(false);
    expect(await seen.has({ room }, 'https://example.com/3/899')).toBe(true);
    expect(await redis.ttl(swarmKey('addresses', '!seen:x'))).toBeGreaterThan(20 * 24 * 3600);
  });
});

describe('a lease', () => {
  it('is one holder’s, who renews it and gives it back, and nobody else does', async () => {
    const first = await Lease.take(redis, 'lease', 60_000);
    if (first === null) throw new Error('not taken');
    expect(await Lease.take(bare.client(), 'lease', 60_000)).toBeNull();
    expect(await first.isHeld()).toBe(true);
    await first[Symbol.asyncDispose]();
    await using second = await Lease.take(bare.client(), 'lease', 60_000);
    // Once more, late: the lease is another's by now.
    await first[Symbol.asyncDispose]();
    expect([await first.isHeld(), await second?.isHeld()]).toEqual([false, true]);
  });

  it('lasts for as long as its holder is at it', async () => {
    await using lease = await Lease.take(redis, 'long', 3_000);
    const taken = await redis.get('long');
    // It runs down until it is renewed, with nobody asking.
    for (let before = 3_000, renewed = 0; renewed < 2;) {
      const left = await redis.pttl('long');
      if (left > before) renewed += 1;
      before = left;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(await redis.get('long')).toBe(taken);
    expect(await lease?.isHeld()).toBe(true);
  });
});

describe('a call of an outside agent', () => {
  const agent = AgentId.parse('scout');
  const done = { status: 201, type: 'application/json', body: '{}' };
  const key = 'chavion:swarm:door:idempotency:*';
  /** It takes longer than its mark lasts, and is made again. */
  async function overtaken(name: string) {
    const calls = new Idempotency(redis);
    const slow = await calls.begin(agent, name, 'slow');
    await redis.del(await redis.keys(key));
    const second = await calls.begin(agent, name, 'second');
    if (slow.kind !== 'first' || second.kind !== 'first') throw new Error('not first');
    return { calls, slow, second };
  }

  it('is running for as long as its own mark stands, whatever an earlier one makes of it', async () => {
    const { calls, slow, second } = await overtaken('k1');
    await calls.forget(agent, 'k1', slow.mark);
    expect(await calls.begin(agent, 'k1', 'second')).toEqual({ kind: 'running' });
    await calls.end(agent, 'k1', 'slow', slow.mark, done);
    expect(await calls.begin(agent, 'k1', 'second')).toEqual({ kind: 'running' });
    await calls.end(agent, 'k1', 'second', second.mark, done);
    expect(await calls.begin(agent, 'k1', 'second')).toEqual({ kind: 'again', done });
    // What was answered is not taken back by whoever comes late.
    await calls.forget(agent, 'k1', second.mark);
    expect(await calls.begin(agent, 'k1', 'second')).toEqual({ kind: 'again', done });
  });

  it('is a first one again when its holder forgets it, and is known where an older version has marked it', async () => {
    const { calls, second } = await overtaken('k2');
    await calls.forget(agent, 'k2', second.mark);
    expect(await calls.begin(agent, 'k2', 'third')).toMatchObject({ kind: 'first' });
    const [stored = ''] = await redis.keys(key);
    await redis.set(stored, JSON.stringify({ print: 'old' }));
    expect(await calls.begin(agent, 'k2', 'old')).toEqual({ kind: 'running' });
  });
});

it('a place in an inbox only moves on, whichever swarm is told of it', async () => {
  const agent = AgentId.parse('reader');
  const first = new AgentInbox(redis);
  const boxes = [first, new AgentInbox(bare.client()), new AgentInbox(bare.client())];
  const say = (i: number) => `${((i * 37) % 90) + 1}-0`;
  await Promise.all(Array.from({ length: 90 }, (_, i) => (boxes[i % 3] ?? first).seen(agent, say(i))));
  await Promise.all(Array.from({ length: 90 }, (_, i) => (boxes[i % 3] ?? first).handed(agent, say(i))));
  expect(await redis.mget('chavion:swarm:door:seen:reader', 'chavion:swarm:door:handed:reader')).toEqual([
    '90-0',
    '90-0',
  ]);
});

it('a schedule that one swarm takes away while another moves it to the new room is gone', async () => {
  const schedules = 'chavion:swarm:clock:schedules';
  await redis.hset(schedules, { gone: '{"room":"!old"}', stays: '{"room":"!old","words":"x"}' });
  const client = bare.client();
  const read = client.hgetall.bind(client);
  const removing: Redis = Object.assign(client, {
    hgetall: async (key: string) => {
      const all = await read(key);
      await redis.hdel(schedules, 'gone');
      return all;
    },
  });
  await placeSchedules(removing, RoomId.parse('!hq:x'));
  expect(await redis.hgetall(schedules)).toEqual({ stays: '{"room":"!hq:x","words":"x"}' });
});

describe('what two processes change at once', () => {
  it('only grows where it is to grow', async () => {
    const clients = [bare.client(), bare.client(), bare.client()];
    await Promise.all(
      Array.from({ length: 90 }, (_, i) => raise(clients[i % 3] ?? redis, 'stopped', '!room', (i * 37) % 90)),
    );
    expect(await redis.hget('stopped', '!room')).toBe('89');
    expect(await raise(redis, 'stopped', '!room', 5)).toBe(false);
  });

  it('loses nobody’s change', async () => {
    const clients = [bare.client(), bare.client()];
    await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        change(clients[i % 2] ?? redis, 'sum', 'x', (before) => String(Number(before ?? 0) + 1)),
      ),
    );
    expect(await redis.hget('sum', 'x')).toBe('60');
  });
});

it('a command that an agent asked for only goes forward, whichever swarm hears what of it first', async () => {
  const event = EventId.parse('$order');
  const job = { id: 'j1', agent: 'scout', state: 'asked', why: null, exitCode: null, output: null, event, at: 1 };
  await redis
    .multi()
    .hset('chavion:swarm:door:jobs', 'j1', JSON.stringify(job))
    .hset('chavion:swarm:door:job-of', event, 'j1')
    .exec();
  const executor = UserId.parse('@executor:x');
  const told: string[] = [];
  const swarm = () =>
    new OutsideOrders({
      redis: bare.client(),
      executor,
      hq: RoomId.parse('!hq:x'),
      lang: 'ko',
      inboxMessages: { tell: (_agent, what) => Promise.resolve(void told.push(what)) },
      speech: { send: () => Promise.reject(new Error('unused')) },
      orders: { add: () => Promise.resolve() },
      coordinator: { event: () => Promise.resolve(null) },
    });
  const [one, other] = [swarm(), swarm()];
  const says = (state: 'running' | 'done' | 'unknown') =>
    message('r', 'x', {
      sender: executor,
      chavion: {
        v: 1,
        kind: 'result',
        root: event,
        result: { plan: PlanHash.parse('a'.repeat(64)), step: StepId.parse('run'), attempt: 1, state },
      },
    });
  await Promise.all([one.hear(says('running')), other.hear(says('done')), one.hear(says('unknown'))]);
  await other.hear(says('running'));
  expect(await one.get('j1')).toMatchObject({ state: 'done' });
  expect(told).toContain('job.j1.done');
});

it('of commands asked for at once no more wait for a master than may, whichever swarm was asked', async () => {
  const sent: string[] = [];
  const swarm = () =>
    new OutsideOrders({
      redis: bare.client(),
      executor: UserId.parse('@executor:x'),
      hq: RoomId.parse('!hq:x'),
      lang: 'ko',
      inboxMessages: { tell: () => Promise.resolve() },
      speech: {
        send: (_agent, _words, seed) => {
          if (seed === 'fails') return Promise.reject(new Error('away'));
          sent.push(seed);
          return Promise.resolve(EventId.parse(`$${seed}`));
        },
      },
      orders: { add: () => Promise.resolve() },
      coordinator: { event: () => Promise.resolve({ origin_server_ts: Date.now() }) },
    });
  const swarms = [swarm(), swarm()];
  const agent = AgentId.parse('eager');
  const command = Command.parse({ id: 'run', type: 'shell', script: 'true', reason: 'r' });
  const ask = (seed: string, at = 0) => swarms[at % 2]!.order(agent, command, seed);
  // What was never said takes nobody's place.
  await expect(ask('fails')).rejects.toThrow('away');
  const ended = await Promise.allSettled(Array.from({ length: 30 }, (_, at) => ask(`at-once-${at}`, at)));
  expect(sent).toHaveLength(10);
  const refusals = ended.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  expect(refusals).toHaveLength(20);
  for (const refusal of refusals) expect(refusal).toBeInstanceOf(ApiProblem);
  // The same call made again is let in, and takes no second place.
  await expect(ask(sent[0] ?? '')).resolves.toMatchObject({ state: 'asked' });
});

it('an event that one swarm has in hand is not counted as a death of another', async () => {
  const failures = (swarm: string) =>
    createUnreadableJobs({
      redis: bare.client(),
      queue: { add: () => Promise.resolve() },
      coordinator: { call: () => Promise.reject(new Error('unused')) },
      reader: () => Promise.reject(new Error('unused')),
      ops: RoomId.parse('!ops:x'),
      serverName: 'x',
      timeZone: 'Asia/Seoul',
      lang: 'ko',
      nameOf: (user) => user,
      swarm,
      log: pino({ enabled: false }),
    });
  const event = EventId.parse('$in-hand');
  expect(await failures('one').begun(event)).toBe(0);
  const other = failures('two');
  expect(await other.begun(event)).toBe(0);
  // The first has died of it; that the other has handled it makes that no better.
  await other.ended(event);
  expect(await failures('one').begun(event)).toBe(1);
});

it('a keyed queue takes one after the other, and what fails holds up nothing', async () => {
  const queue = new KeyedQueue<string>();
  const order: string[] = [];
  const step = (name: string) => async (): Promise<string> => {
    order.push(`${name} in`);
    await Promise.resolve();
    order.push(`${name} out`);
    if (name === 'b') throw new Error('b');
    return name;
  };
  const done = await Promise.allSettled([
    queue.run('x', step('a')),
    queue.run('x', step('b')),
    queue.run('x', step('c')),
  ]);
  expect(done.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(order).toEqual(['a in', 'a out', 'b in', 'b out', 'c in', 'c out']);
});

describe('a job that does not fit', () => {
  it('is put aside at its first try and told once in ops, however many there are of its kind; the others are done', async () => {
    const told: { text: string; txn: string }[] = [];
    const putAside = deadLettersOf({
      redis,
      coordinator: {
        send: (_room, _type, content, txn) =>
          Promise.resolve(void told.push({ text: String(content['body']), txn }) as never),
      },
      ops: RoomId.parse('!ops:x'),
      lang: 'ko',
      log: pino({ level: 'silent' }),
    });
    const queue = openQueue<unknown>('tasks', redis);
    const events = new QueueEvents('tasks', { connection: bare.client(), prefix: 'chavion:swarm' });
    await events.waitUntilReady();
    const done: string[] = [];
    const failed: string[] = [];
    await queue.add([
      { id: 'old-1', data: { root: 7 } },
      { id: 'old-2', data: { root: 8 } },
      { id: 'fits', data: { root: 'r' } },
    ]);
    const worker = workOn(
      'tasks',
      z.object({ root: z.string() }),
      bare.client(),
      { concurrency: 1, onFailure: (id) => failed.push(id), putAside },
      ({ root }) => Promise.resolve(void done.push(root)),
    );
    while (done.length < 1 || failed.length < 2)
      await Promise.race([
        once(events, 'completed'),
        once(events, 'failed'),
        new Promise((resolve) => setTimeout(resolve, 50)),
      ]);
    await worker.close();
    await events.close();
    await queue.close();
    expect({ done, failed: failed.toSorted() }).toEqual({ done: ['r'], failed: ['old-1', 'old-2'] });
    expect(told.map(({ text }) => text)).toEqual([expect.stringMatching(/임무의 한 단계 \(`root`\)/u)]);
    expect(Object.keys(await redis.hgetall('chavion:swarm:aside')).toSorted()).toEqual(['tasks old-1', 'tasks old-2']);
    // Tried once more after a crash, the one that tells tells the same.
    await putAside({ what: 'tasks', id: 'old-1', why: 'root', data: null });
    await putAside({ what: 'tasks', id: 'old-2', why: 'root', data: null });
    expect(new Set(told.map(({ txn }) => txn)).size).toBe(1);
  });

  /** As the first version wrote them. */
  const place = { room: '!hq:x', source: '$s' };
  it.each([
    { ...place, type: 'notice', text: 'x' },
    { ...place, type: 'order', at: 1, lang: 'ko' },
    { ...place, type: 'invite', agent: 'claude', accept: true, lang: 'ko' },
    { ...place, type: 'letter', agent: 'claude', text: 'x' },
    { ...place, type: 'command', name: 'tasks', words: '', at: 1, by: '@m:x', lang: 'ko' },
    { type: 'occurrence', schedule: 'abcd', source: '$s', key: '1', at: 1, late: false },
  ])('of an earlier version is read: $type', (job) => {
    expect(SwarmJob.safeParse(job).error?.issues).toBeUndefined();
  });
  it.each([
    { kind: 'ask', id: '0.vote.a', ask: { id: '0.vote.a', kind: 'vote', agent: 'claude', until: 1 } },
    { kind: 'say', id: 'poll.0', as: null, what: 'poll' },
    { kind: 'dispatch', id: 'd', plan: 'a'.repeat(64), step: 's', attempt: 1 },
    { kind: 'withdraw', id: 'w' },
    { kind: 'timer', id: 't', at: 1 },
  ])('of an earlier version is read: $kind', (effect) => {
    expect(TaskJob.safeParse({ root: '$r', effect }).error?.issues).toBeUndefined();
  });
});
