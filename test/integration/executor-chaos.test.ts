import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ExecutorScene } from './executor-scene.ts';

const JOBS = process.env['CHAVION_SOAK'] === '1' ? 500 : 20;
const KILLS = 3;

let scene: ExecutorScene;
beforeAll(async () => {
  scene = await ExecutorScene.open();
});
afterAll(() => scene?.[Symbol.asyncDispose]());

const house = () => scene.scene.house;
const lines = (name: string) => scene.file(name)?.split('\n').filter(Boolean).length ?? 0;

async function kill(part: 'executor' | 'redis'): Promise<void> {
  const before = (await house().pids())[part];
  if (before === null) return;
  process.kill(before, 'SIGKILL');
  await house().reborn(part, before);
}

describe('a command that was cut off', () => {
  it('ends unknown, is not run again, and is when the master says so', async () => {
    const root = await scene.master.say(scene.hq, '!run echo ran >> cut; sleep 6; echo through');
    await scene.master.until('the output', scene.ops, () => scene.said(scene.ops, root)[0]);
    await kill('executor');
    const unknown = await scene.ended(scene.hq, root);
    expect(unknown.body).toMatch(/^\?/);
    expect((await scene.ended(scene.ops, root)).body).toMatch(/^\?/);
    await scene.settled();
    expect(lines('cut')).toBe(1);

    const eve = await scene.scene.newcomer('eve');
    await scene.scene.bringIn(eve, scene.hq);
    await eve.react(scene.hq, unknown.id, '🔁');
    await scene.settled();
    expect(lines('cut')).toBe(1);
    await scene.master.react(scene.hq, unknown.id, '🔁');
    await scene.master.until('the second try', scene.hq, () =>
      scene.said(scene.hq, root).find(({ body }) => body.startsWith('✓')),
    );
    expect(lines('cut')).toBe(2);
    await scene.master.react(scene.hq, root, '🔁');
    await scene.settled();
    expect(lines('cut')).toBe(2);
    await eve[Symbol.asyncDispose]();
  });

  it('is begun anew when it was declared repeatable', async () => {
    const root = await scene.master.say(scene.hq, '!run --repeatable echo ran >> again; sleep 3; echo through');
    await scene.master.until('the output', scene.ops, () => scene.said(scene.ops, root)[0]);
    await kill('executor');
    await scene.master.until('the second try', scene.hq, () =>
      scene.said(scene.hq, root).find(({ body }) => body.startsWith('✓')),
    );
    expect(lines('again')).toBe(2);
  });
});

describe('chaos', () => {
  it(
    `${JOBS} commands under SIGKILL all end, none twice, and nothing is left running`,
    async () => {
      const over = new AbortController();
      const kills: number[] = [];
      const killing = (async () => {
        for (;;) {
          await sleep(700 + Math.random() * 2_500);
          if (over.signal.aborted) return;
          await kill(Math.random() < 0.7 ? 'executor' : 'redis');
          kills.push(Date.now());
        }
      })();
      const roots: string[] = [];
      // A quick machine is through with them before it has been struck often: then more are ordered.
      for (let i = 0; i < JOBS || kills.length < KILLS; i += 1) {
        roots.push(
          await scene.master.say(
            scene.hq,
            `!run echo ran >> chaos-${i}; for t in $(seq ${i % 4 === 0 ? 15 : 2}); do echo . >> beat; sleep 0.1; done`,
          ),
        );
        if (i >= JOBS) await sleep(800);
        else if (i % 4 === 3) await sleep(Math.random() * 800);
      }
      // Enough of it: the last ones find quiet.
      await Promise.race([
        sleep(roots.length * 600),
        Promise.all(roots.map((root) => scene.ended(scene.ops, root).catch(() => undefined))),
      ]);
      over.abort();
      await killing;
      const ends: string[] = [];
      for (const root of roots) ends.push((await scene.ended(scene.ops, root)).body.charAt(0));
      const runs = roots.map((_, i) => lines(`chaos-${i}`));

      expect(ends.filter((end) => !'✓✗?'.includes(end))).toEqual([]);
      expect(runs.filter((count) => count > 1)).toEqual([]);
      expect(runs.filter((count, i) => ends[i] === '✓' && count !== 1)).toEqual([]);
      for (const root of roots) expect(scene.said(scene.ops, root).length).toBe(1);
      const beats = lines('beat');
      await sleep(1_500);
      expect(lines('beat')).toBe(beats);
      await scene.settled();
      const { check } = scene.audit();
      expect(check.kind).toBe('whole');
    },
    120_000 + JOBS * 3_000,
  );
});
