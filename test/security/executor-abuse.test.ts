import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAMILIES, type Scene } from './case.ts';
import { ABUSE_CASES } from './cases/all.ts';
import { orderCases } from './cases/orders.ts';
import { output } from './cases/output.ts';
import { ExecutorHouse, type Starter } from './executor-house.ts';
import { hostState } from './host-state.ts';
import { orderOf, type OrderCase } from './order.ts';

/** As many in the rooms at a time as the executor runs at once. */
const WIDTH = 8;
const isRoot = process.getuid?.() === 0;
const soak = process.env['CHAVION_SOAK'] === '1';
const STARTERS: readonly Starter[] = !isRoot
  ? ['an ordinary account']
  : soak
    ? ['root', 'an ordinary account']
    : ['root'];

/** Only to see which of the cases `!run` has words for. */
const NOBODY: Scene = {
  workspace: '/workspace',
  secret: { path: '/secret/key', folder: '/secret', token: 'token' },
  neighbour: { path: '/neighbour', token: 'note' },
  papers: '/papers',
  site: '/site',
  marker: 'marker',
  host: { tcp4: 1, tcp6: 1, udp4: 1, abstractSocket: 'socket', heard: () => 0, bystander: 1 },
};
const CASES: readonly OrderCase[] = [
  ...ABUSE_CASES.flatMap((each) => orderOf(each, NOBODY) ?? []),
  ...orderCases,
  ...output,
];
const unable = CASES.flatMap((each) => {
  const why = each.cannotRun?.();
  return why === undefined ? [] : [`${each.name}: ${why}`];
});
if (unable.length > 0)
  process.stderr.write(`security cases not run through the executor on this machine:\n  ${unable.join('\n  ')}\n`);
const ABLE = CASES.filter((each) => each.cannotRun?.() === undefined);

describe('the list of orders', () => {
  it('has at least sixty that can run here, several of each family, each with a name of its own', () => {
    expect(ABLE.length).toBeGreaterThanOrEqual(60);
    expect(new Set(CASES.map(({ name }) => name)).size).toBe(CASES.length);
    expect(
      [...FAMILIES, 'output in the rooms'].filter((family) => ABLE.filter((each) => each.family === family).length < 3),
    ).toEqual([]);
  });
});

describe.each(STARTERS)('the executor, started by %s', (starter) => {
  let house: ExecutorHouse;
  let before: string[];
  /** What each has done, as soon as it is known; all are on their way at once, as many as the executor takes. */
  const harms = new Map<string, Promise<string | undefined>>();

  beforeAll(async () => {
    before = hostState();
    house = await ExecutorHouse.open(starter);
    const together = ABLE.filter((each) => each.alone !== true);
    const workers = Array.from({ length: WIDTH }, () => Promise.resolve<unknown>(undefined));
    together.forEach((each, index) => {
      const harm = (workers[index % WIDTH] ?? Promise.resolve()).then(() => house.harmOf(each));
      workers[index % WIDTH] = harm.catch(() => undefined);
      harms.set(each.name, harm);
    });
    let last: Promise<unknown> = Promise.all(workers);
    for (const each of ABLE.filter(({ alone }) => alone === true)) {
      const harm = last.then(() => house.harmOf(each));
      last = harm.catch(() => undefined);
      harms.set(each.name, harm);
    }
    for (const harm of harms.values()) harm.catch(() => undefined);
  }, 300_000);
  afterAll(() => house?.[Symbol.asyncDispose](), 60_000);

  it('is no process of root', () => {
    expect(house.owner).not.toBe(0);
  });

  describe.each([...FAMILIES, 'output in the rooms'])('%s', (family) => {
    it.each(ABLE.filter((each) => each.family === family))('$name', { timeout: 240_000 }, async ({ name }) => {
      expect(await harms.get(name)).toBeUndefined();
    });
  });

  it('has run what was ordered and nothing else, each once, and has a record of it', async () => {
    await Promise.allSettled(harms.values());
    await house.scene.settled();
    const { check, lines } = house.scene.audit();
    expect(check.kind).toBe('whole');
    const started = lines.filter(({ event }) => event === 'job.started').map(({ data }) => data.root);
    expect(new Set(started).size).toBe(started.length);
    const mine = new Set(house.roots.values());
    expect(house.roots.size).toBe(ABLE.length);
    // Beside the cases only what this house itself runs, which is `true`.
    const others = lines.filter(({ event, data }) => event === 'order.taken' && !mine.has(data.root));
    expect(others.map(({ data }) => data.command.script).filter((script) => script !== 'true')).toEqual([]);
    expect(house.leftovers()).toEqual([]);
  }, 240_000);

  it('has left the host as it was', () => {
    expect(hostState()).toEqual(before);
    expect(house.host.heard()).toBe(0);
  });
});
