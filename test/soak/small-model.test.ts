import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultRoster } from '../../bridge/protocol/default-roster.ts';
import { PATIENCE } from '../../bots/tasks/runtime/patience.ts';
import { Scene } from '../house/scene.ts';
import { startTask, type TaskView } from '../house/task-scene.ts';
import { type Answered, SmallModel } from './small-model.ts';

/**
 * Six agents on one real small model (135 million parameters, one answer at a time, no graphics card), as on an owner's
 * own machine. What it says is worth little; that everybody gets a turn and every task an end is looked at here.
 */
const AGENTS = defaultRoster.agents.map(({ id }) => id);
const nameOf = (id: string) => `smollm2-${id}`;
/** Every phase that asks gives an agent so much time for each of those who share its server. */
const { triage, propose, critique, vote, work, verify, diagnose, report } = PATIENCE;
const STATED_MS = AGENTS.length * (triage + propose + critique + vote + work + verify + diagnose + report);

let model: SmallModel;
let scene: Scene;
beforeAll(async () => {
  model = await SmallModel.start();
  scene = await Scene.open({
    keys: false,
    roster: {
      ...defaultRoster,
      agents: defaultRoster.agents.map((agent) => ({
        ...agent,
        model: `compatible/${nameOf(agent.id)}`,
        endpoint: { url: model.url },
        contextTokens: 4_000,
        maxOutputTokens: 80,
        taskOutputTokens: 350,
        // It was taught little else than English.
        language: 'en' as const,
      })),
    },
  });
});
afterAll(async () => {
  await scene?.[Symbol.asyncDispose]();
  await model?.[Symbol.asyncDispose]();
});

const say = (line: string) => process.stdout.write(`${line}\n`);
const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** What was asked meanwhile, and its figures. */
async function watched<T>(what: string, run: () => Promise<T>): Promise<{ result: T; asked: readonly Answered[] }> {
  const before = model.answered.length;
  const began = performance.now();
  const result = await run();
  const asked = model.answered.slice(before);
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(0)} s`;
  const bySchema = asked.filter(({ schema }) => schema);
  const whole = bySchema.filter(({ said = '' }) => isJson(said)).length;
  const each = AGENTS.map((id) => `${id} ${asked.filter((one) => one.model === nameOf(id)).length}`).join(', ');
  say(
    `${what}: ${seconds(performance.now() - began)}, ${asked.length} requests (${each}), ` +
      `the model busy for ${seconds(asked.reduce((sum, { ms }) => sum + ms, 0))}, ` +
      `${whole} of ${bySchema.length} answers by schema are whole JSON`,
  );
  expect(asked.filter(({ failed }) => failed !== undefined)).toEqual([]);
  return { result, asked };
}

describe('six agents on one small model', () => {
  it('all answer a greeting, one request each', async () => {
    const { result, asked } = await watched('greeting', async () => {
      const source = await scene.master.say(scene.hq, '얘들아 안녕');
      return scene.master.answered(scene.hq, source, AGENTS.length, 600_000);
    });
    expect(result.map(({ who }) => who).toSorted()).toEqual(AGENTS.toSorted());
    // Whoever went round in a loop is asked once more.
    const first = asked.filter(({ again }) => !again);
    expect(first.map(({ model: name }) => name).toSorted()).toEqual(AGENTS.map(nameOf).toSorted());
    expect(new Set(asked.map(({ model: name, again }) => `${name} ${again}`)).size).toBe(asked.length);
  });

  it('all speak in a discussion, and one sums up', async () => {
    const { result } = await watched('discussion', async () => {
      const source = await scene.master.say(scene.hq, '!토론 a name for the pet shop 1');
      const spoken = () =>
        scene.master
          .shown(scene.hq)
          .filter(
            ({ thread, chavion }) => thread === source && (chavion.kind === 'answer' || chavion.kind === 'fault'),
          );
      const whole = () => spoken().filter(({ growing }) => !growing);
      return scene.master.until(
        'a discussion',
        scene.hq,
        () => (whole().length > AGENTS.length ? whole() : undefined),
        1_200_000,
      );
    });
    expect(new Set(result.map(({ who }) => who))).toEqual(new Set(AGENTS));
    expect(result).toHaveLength(AGENTS.length + 1);
  });

  it('a task ends by itself within its stated time: with a result, or honestly without', async () => {
    const began = Date.now();
    const { result } = await watched('task', async () => {
      const task = await startTask(scene.master, scene.hq, '!임무 Write three names for a pet shop into names.txt');
      const answering = answersFor(task);
      const card = await task.ended(STATED_MS);
      await answering;
      say(task.print());
      return card;
    });
    expect(Date.now() - began).toBeLessThan(STATED_MS);
    // Nobody had to call it off for want of a plan.
    expect(result.body).toMatch(/^(?:✅|🟡|❌)/u);
  });
});

/** The master meanwhile: what asks gets its ✅ (it is a sandbox), and a task that is stuck is called off. */
async function answersFor(task: TaskView): Promise<void> {
  const answered = new Set<string>();
  const open = () =>
    task
      .thread()
      .find(
        ({ id, who, body, msgtype }) =>
          !answered.has(id) &&
          ((who === 'executor' && body.startsWith('✋')) ||
            (who === 'coordinator' && msgtype === 'm.text' && /!(?:취소|cancel)/u.test(body))),
      );
  const over = () => ENDED.test(task.card()?.body ?? '');
  while (!over()) {
    const asked = await scene.master.until(
      'a question or the end',
      scene.hq,
      () => open() ?? (over() || undefined),
      STATED_MS,
    );
    if (asked === true) return;
    answered.add(asked.id);
    if (asked.who === 'executor') await scene.master.react(scene.hq, asked.id, '✅');
    else await task.say('!취소');
  }
}

const ENDED = /^(?:✅|🟡|❌|🚫)/u;
