import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { ENDED, Phase } from '../../bots/tasks/state/task-state.ts';
import { type SeededRandom, seededRandom } from '../house/seeded-random.ts';
import { lendFolder, takeBack, TaskView } from '../house/task-scene.ts';
import { ExecutorScene } from './executor-scene.ts';

/**
 * In `npm run soak` sixty, in houses of three: the launcher waits longer with every death of a part, up to half a minute.
 * Houses mostly wait, so a few of them stand side by side.
 */
const HOUSES = process.env['CHAVION_SOAK'] === '1' ? 20 : 1;
const SEED = Number(process.env['CHAVION_SEED'] ?? Date.now() % 1_000_000);
const PARTS = ['swarm', 'executor', 'redis', 'synapse'] as const;
const MISSIONS = [
  '//chavion_task: 서버 파일 목록 조회',
  '!임무 실패하는 명령을 고쳐서 오늘 날짜를 적어줘',
  '!task write a short note about milk',
];
/** The last one is only rehearsed: its end says so. */
const TASKS = MISSIONS.length;
const EACH_WITHIN_MS = 240_000;

afterAll(takeBack);

type Part = (typeof PARTS)[number];

/** As a client does it: again until the homeserver is there. */
async function insist<T>(act: () => Promise<T>): Promise<T> {
  for (;;) {
    const done = await act().catch(() => undefined);
    if (done !== undefined) return done;
    await sleep(200);
  }
}

const MOST_WITHIN = 3;

/** One house, and what it has to bear. */
class Ordeal {
  readonly scene: ExecutorScene;
  readonly kills: Record<Part, number> = { swarm: 0, executor: 0, redis: 0, synapse: 0 };
  readonly #seed: number;
  readonly #random: SeededRandom;
  readonly #struck = new Set<number>();
  #next = 0;
  withinPhases = 0;

  constructor(scene: ExecutorScene, seed: number) {
    this.scene = scene;
    this.#seed = seed;
    this.#random = seededRandom(seed);
  }

  /** One task, with blows at the borders between its phases and at random moments within them; the master answers where he is asked. */
  async endure(words: string): Promise<{ readonly view: TaskView; readonly retries: number }> {
    const { master, hq, scene } = this.scene;
    const view = new TaskView(master, hq, await insist(() => master.say(hq, words)));
    const end = Date.now() + EACH_WITHIN_MS;
    let seen: Phase | undefined;
    let retries = 0;
    for (; ; await sleep(15)) {
      const phase = await this.phaseOf(view.root);
      if (Date.now() > end)
        throw new Error(
          `still ${phase ?? 'not begun'} (seed ${this.#seed}):\n${view.print()}\n${await scene.house.logs()}`,
        );
      if (phase === undefined || phase === seen) continue;
      seen = phase;
      if (phase === 'asking') {
        retries += 1;
        await insist(() => view.say('!재시도'));
        continue;
      }
      const border = await this.#kill();
      if (ENDED.has(phase)) {
        await border?.reborn;
        return { view, retries };
      }
      // Else the next phase may begin and end before its border is seen.
      if (this.#random.next() < 0.5) await border?.reborn;
      await this.#within(view.root, phase);
    }
  }

  async phaseOf(root: string): Promise<Phase | undefined> {
    const state = await this.scene.scene.redis.hget(`chavion:swarm:task:${root}`, 'state');
    return state === null ? undefined : Phase.parse(JSON.parse(state).phase);
  }

  /** At moments that the seed picks, as long as the phase lasts: some parts are up again by the next blow, some are not. */
  async #within(root: string, phase: Phase): Promise<void> {
    const falling: Promise<unknown>[] = [];
    for (let left = this.#random.between(0, MOST_WITHIN + 1); left > 0; left -= 1) {
      await sleep(this.#random.between(5, this.#random.pick([60, 300, 1_500])));
      if ((await this.phaseOf(root)) !== phase) break;
      const blow = await this.#kill();
      if (blow === null) continue;
      this.withinPhases += 1;
      if (this.#random.next() < 0.6) await blow.reborn;
      else falling.push(blow.reborn);
    }
    await Promise.all(falling);
  }

  /** The parts take turns; one that still lies on the ground is passed over. Null where all do. */
  async #kill(): Promise<{ readonly reborn: Promise<unknown> } | null> {
    const { house } = this.scene.scene;
    const pids = await house.pids();
    for (const _part of PARTS) {
      const part = PARTS[this.#next++ % PARTS.length] ?? 'swarm';
      const before = pids[part];
      if (before === null || this.#struck.has(before)) continue;
      this.#struck.add(before);
      process.kill(before, 'SIGKILL');
      this.kills[part] += 1;
      return { reborn: house.reborn(part, before) };
    }
    return null;
  }
}

/** What stands in the room more than once, or not at all. */
function amiss(view: TaskView): readonly string[] {
  const events = view.events();
  const once = new Map<string, number>();
  const count = (what: string) => once.set(what, (once.get(what) ?? 0) + 1);
  for (const event of events) {
    const { act, result, kind } = event.content?.['com.chavion'] ?? {};
    if (event.content?.['m.relates_to']?.rel_type === 'm.replace') continue;
    if (kind === 'card') count('card');
    if (result !== undefined) count(`result ${result.plan} ${result.step} ${result.attempt}`);
    if (act !== undefined && act.content.kind !== 'words')
      count(
        `${act.content.kind} ${event.sender} ${act.content.round ?? ''} ${act.content.of ?? ''} ${act.content.step ?? ''} ${act.content.base ?? ''}`,
      );
    // Words without a structure are told apart by themselves.
    if (act !== undefined && act.content.kind === 'words')
      count(`${event.type} ${event.sender} ${String(event.content.body).slice(0, 300)}`);
  }
  const twice = [...once].filter(([, times]) => times > 1).map(([what, times]) => `${times} × ${what}`);
  const missing = ['card', 'decision', 'electorate'].filter(
    (what) => ![...once.keys()].some((key) => key.startsWith(what)),
  );
  return [...twice, ...missing.map((what) => `no ${what}`)];
}

it.concurrent.each(Array.from({ length: HOUSES }, (_, house) => SEED + house))(
  `${TASKS} tasks end once each, whatever is killed at the borders of their phases and within them (seed %i)`,
  async (seed) => {
    await using scene = await ExecutorScene.open();
    await lendFolder(scene.scene.house, 'shop', 'ro', { 'stock.csv': 'food,12\n' });
    const ordeal = new Ordeal(scene, seed);
    let retries = 0;
    const views: TaskView[] = [];
    for (const mission of MISSIONS) {
      const endured = await ordeal.endure(mission);
      views.push(endured.view);
      retries += endured.retries;
    }
    // What comes twice comes after a lock has run out and been looked for.
    await sleep(8_000);
    for (const view of views) {
      const card = await view.ended(60_000);
      const wrong = amiss(view);
      const [mark, phase] = view === views.at(-1) ? (['🟡', 'partial'] as const) : (['✅', 'done'] as const);
      if (wrong.length > 0 || !card.body.startsWith(mark)) process.stdout.write(`\n${view.print()}\n`);
      expect(card.body.startsWith(mark)).toBe(true);
      expect(await ordeal.phaseOf(view.root)).toBe(phase);
      expect(wrong).toEqual([]);
    }
    const { kills, withinPhases } = ordeal;
    const { check, lines } = scene.audit();
    const started = new Map<string, number>();
    for (const { event, data } of lines)
      if (event === 'job.started') started.set(data.key, (started.get(data.key) ?? 0) + 1);
    expect(check.kind).toBe('whole');
    expect([...started].filter(([, times]) => times > 1)).toEqual([]);
    process.stdout.write(
      `\ntask chaos, seed ${seed}: ${TASKS} tasks, killed ${JSON.stringify(kills)} (${withinPhases} of them within a phase), ${retries} times the master was asked, ${started.size} commands begun\n`,
    );
    expect([...Object.values(kills), withinPhases].every((times) => times > 0)).toBe(true);
  },
  TASKS * EACH_WITHIN_MS,
);
