import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AgentId, EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import { connectRedis } from '../../bridge/queue/redis.ts';
import { newTask } from '../../bots/tasks/state/begin.ts';
import { TaskMachine } from '../../bots/tasks/runtime/machine.ts';
import { PATIENCE } from '../../bots/tasks/runtime/patience.ts';
import type { TaskState } from '../../bots/tasks/state/task-state.ts';
import { TaskStore } from '../../bots/tasks/runtime/task-store.ts';
import type { TaskJob } from '../../bots/tasks/runtime/task-job.ts';
import type { Reduce } from '../../bots/tasks/state/transitions.ts';
import { freePorts } from '../house/house.ts';

let server: ChildProcess;
let folder: string;
let redis: Redis;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chavion-redis-'));
  const [port] = await freePorts(1);
  server = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'yes'],
    { stdio: 'ignore' },
  );
  redis = connectRedis(`redis://127.0.0.1:${port}`, () => undefined);
  await redis.ping();
});
afterAll(async () => {
  redis.disconnect();
  server.kill('SIGKILL');
  await once(server, 'exit');
  await rm(folder, { recursive: true, force: true });
});

const root = (name: string) => EventId.parse(`$${name}`);
const task = (name: string, no: number): TaskState =>
  newTask({
    root: root(name),
    no,
    room: RoomId.parse('!hq'),
    lang: 'ko',
    by: UserId.parse('@master:x'),
    origin: 'master',
    mission: 'm',
    at: 0,
    deadline: 1_000,
    electorate: [AgentId.parse('gabriel')],
  });

/** Counts what came, and sets off a message and a timer each time; stops at `enough`. */
const counting =
  (enough: number): Reduce =>
  (state, event) =>
    state.tokens.input >= enough
      ? { state, effects: [] }
      : {
          state: {
            ...state,
            tokens: { input: state.tokens.input + 1, output: 0 },
            phase: state.tokens.input + 1 === enough ? 'done' : state.phase,
          },
          effects: [
            { kind: 'timer', id: `t${state.tokens.input}`, at: event.at },
            { kind: 'say', id: `s${state.tokens.input}`, as: null, what: 'notice' },
          ],
        };

function machine(
  reduce: Reduce,
  add: (jobs: readonly { readonly id: string; readonly data: TaskJob }[]) => Promise<void>,
) {
  const store = new TaskStore(redis);
  const rules = () => ({
    integrator: AgentId.parse('jarvis'),
    agents: [],
    lent: [],
    hosts: null,
    hash: () => '',
    patience: PATIENCE,
  });
  return { store, machine: new TaskMachine({ store, queue: { add }, reduce, rules }) };
}

it('takes every event once, however many swarms work on the task, and forgets no effect', async () => {
  const added: string[] = [];
  const add = (jobs: readonly { readonly id: string }[]) =>
    Promise.resolve(void added.push(...jobs.map(({ id }) => id)));
  const [one, two, three] = [machine(counting(60), add), machine(counting(60), add), machine(counting(60), add)];
  const { store } = one;
  await store.commit(null, task('crowd', 1), []);
  expect(await store.commit(null, task('crowd', 1), [])).toBeNull();
  await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      [one, two, three].map((swarm) => swarm.machine.apply(root('crowd'), { kind: 'begin', at: i })),
    ).flat(),
  );
  const state = await store.load(root('crowd'));
  expect(state?.tokens.input).toBe(60);
  expect(state?.version).toBe(60);
  expect(added).toHaveLength(120);
  expect(new Set(added).size).toBe(120);
  // What is to be said waits in its order until it was said.
  const left = await store.outbox(root('crowd'));
  expect(left.map(({ effect }) => effect.id)).toEqual(Array.from({ length: 60 }, (_, i) => `s${i}`));
  await store.settle(
    root('crowd'),
    left.map(({ seq }) => seq),
  );
  expect(await store.pending()).not.toContain(root('crowd'));
});

it('hands on what a dead swarm had only stored', async () => {
  const dying = machine(counting(5), () => Promise.reject(new Error('killed')));
  await dying.store.commit(null, task('orphan', 2), []);
  await expect(dying.machine.apply(root('orphan'), { kind: 'begin', at: 7 })).rejects.toThrow('killed');
  const added: string[] = [];
  const living = machine(counting(5), (jobs) => Promise.resolve(void added.push(...jobs.map(({ id }) => id))));
  await living.machine.handOnAll();
  expect(added).toEqual(['task.$orphan.timer.t0', 'task.$orphan.say.s0']);
  await living.machine.handOnAll();
  expect(added.filter((id) => id.includes('.timer.'))).toHaveLength(1);
});

it('numbers a task once, and knows which live and which have ended', async () => {
  const { store, machine: one } = machine(counting(1), () => Promise.resolve());
  const numbers = await Promise.all([store.number(root('a')), store.number(root('b')), store.number(root('a'))]);
  expect(numbers[0]).toBe(numbers[2]);
  expect(numbers[0]).not.toBe(numbers[1]);
  expect(await store.rootOf(numbers[1] ?? 0)).toBe(root('b'));
  await store.commit(null, task('a', numbers[0] ?? 0), []);
  expect(await store.live()).toContain(root('a'));
  await one.apply(root('a'), { kind: 'begin', at: 1 });
  expect(await store.live()).not.toContain(root('a'));
  expect(await store.ended(10)).toContain(root('a'));
});

it('knows which are frozen, until they thaw or end', async () => {
  const { store } = machine(counting(1), () => Promise.resolve());
  const frozen = { ...task('ice', 31), frozenAt: 5 };
  await store.commit(null, frozen, []);
  expect(await store.frozen()).toContain(root('ice'));
  expect(await store.live()).toContain(root('ice'));
  await store.commit(frozen, { ...frozen, version: 1, frozenAt: null }, []);
  expect(await store.frozen()).not.toContain(root('ice'));
  await store.commit({ ...frozen, version: 1 }, { ...frozen, version: 2 }, []);
  await store.commit({ ...frozen, version: 2 }, { ...frozen, version: 3, phase: 'cancelled' }, []);
  expect(await store.frozen()).not.toContain(root('ice'));
});

it('owes a card until the last state is shown', async () => {
  const { store, machine: one } = machine(counting(9), () => Promise.resolve());
  await store.commit(null, task('card', 30), []);
  const state = await one.apply(root('card'), { kind: 'begin', at: 1 });
  await store.cardShown(root('card'), 0);
  expect(await store.owedCards()).toContain(root('card'));
  await store.cardShown(root('card'), state?.version ?? 0);
  expect(await store.owedCards()).not.toContain(root('card'));
});

it('gives a card to one swarm at a time, and takes nobody’s lease away but its own', async () => {
  const { store } = machine(counting(9), () => Promise.resolve());
  const key = 'chavion:swarm:task:$leased:card';
  {
    await using first = await store.leaseCard(root('leased'));
    expect(first).not.toBeNull();
    expect(await store.leaseCard(root('leased'))).toBeNull();
    // Its time ran out while its holder stood still, and another has it now.
    await redis.set(key, 'another', 'PX', 60_000);
    expect(await first?.isHeld()).toBe(false);
  }
  expect(await redis.get(key)).toBe('another');
  await redis.del(key);
  await using next = await store.leaseCard(root('leased'));
  expect(next).not.toBeNull();
});

it('reads a task once for each of a hundred events that come at once', async () => {
  const { store, machine: one } = machine(counting(100), () => Promise.resolve());
  await store.commit(null, task('burst', 40), []);
  const calls = async (command: string) =>
    Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(await redis.info('commandstats'))?.[1] ?? 0);
  const scripts = async () => (await calls('eval')) + (await calls('evalsha'));
  const [loads, commits] = [await calls('hget'), await scripts()];
  await Promise.all(Array.from({ length: 100 }, (_, i) => one.apply(root('burst'), { kind: 'begin', at: i })));
  expect((await store.load(root('burst')))?.version).toBe(100);
  // The script of a commit looks at the version once, as its own call.
  expect((await calls('hget')) - loads).toBeLessThanOrEqual(2 * 100 + 1);
  expect((await scripts()) - commits).toBeLessThanOrEqual(2 * 100);
});

it(
  'lets one slow task hold up no other, and goes on with it in the order in which its events came',
  { timeout: 10_000 },
  async () => {
    const held = Promise.withResolvers<void>();
    const { store, machine: one } = machine(counting(20), (jobs) =>
      jobs.some(({ data }) => data.root === root('slow')) ? held.promise : Promise.resolve(),
    );
    await store.commit(null, task('slow', 60), []);
    await store.commit(null, task('quick', 61), []);
    const ends: string[] = [];
    const apply = (name: string, at: number) =>
      one.apply(root(name), { kind: 'begin', at }).then(() => ends.push(`${name} ${at}`));
    const slow = Promise.all([1, 2, 3].map((at) => apply('slow', at)));
    await Promise.all([1, 2, 3].map((at) => apply('quick', at)));
    expect(ends).toEqual(['quick 1', 'quick 2', 'quick 3']);
    // Of what waits for its turn nothing is read yet.
    expect((await store.load(root('slow')))?.version).toBe(1);
    held.resolve();
    await slow;
    expect(ends.slice(3)).toEqual(['slow 1', 'slow 2', 'slow 3']);
  },
);

it('goes on with the others where one task cannot be read, and says so once', async () => {
  const aside: string[] = [];
  const store = new TaskStore(redis, ({ what, id, why }) => Promise.resolve(void aside.push(`${what} ${id} ${why}`)));
  await store.commit(null, task('whole', 50), [{ kind: 'withdraw', id: 'w' }]);
  await store.commit(null, task('broken', 51), [
    { kind: 'withdraw', id: 'w' },
    { kind: 'timer', id: 't', at: 1 },
  ]);
  await redis.hset('chavion:swarm:task:$broken', 'state', JSON.stringify({ ...task('broken', 51), phase: 'dreaming' }));
  await redis.hset('chavion:swarm:task:$broken:outbox', '1', '{"kind":"sing"}');
  expect(await store.load(root('broken'))).toBeNull();
  expect(await store.load(root('broken'))).toBeNull();
  expect(await store.load(root('whole'))).not.toBeNull();
  expect((await store.outbox(root('broken'))).map(({ effect }) => effect.kind)).toEqual(['timer']);
  expect((await store.outbox(root('broken'))).map(({ effect }) => effect.kind)).toEqual(['timer']);
  expect(aside).toEqual(['task $broken phase', 'tasks $broken.1 kind']);
});
