import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Scene } from '../house/scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open();
});
afterAll(() => scene[Symbol.asyncDispose]());

const at = (path: string) => `http://127.0.0.1:${scene.house.env['CHAVION_API_PORT'] ?? ''}${path}`;

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The text format of Prometheus, read strictly: https://prometheus.io/docs/instrumenting/exposition_formats/ */
function samplesOf(text: string): readonly Sample[] {
  const typed = new Set<string>();
  return text.split('\n').flatMap((line) => {
    const type = /^# TYPE ([a-z_:][\w:]*) (?:counter|gauge|histogram|summary|untyped)$/i.exec(line);
    if (type !== null) typed.add(type[1] ?? '');
    if (line === '' || line.startsWith('#')) return [];
    const found =
      /^([a-zA-Z_:][\w:]*)(?:\{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (-?[\d.e+-]+|NaN|[+-]Inf)$/.exec(
        line,
      );
    if (found === null) throw new Error(`not a sample: ${line}`);
    const [, name = '', labels = '', value = ''] = found;
    if (![name, name.replace(/_(?:bucket|sum|count)$/, '')].some((one) => typed.has(one)))
      throw new Error(`no type: ${name}`);
    return [
      {
        name,
        labels: Object.fromEntries(
          [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = '', text_ = '']) => [key, text_]),
        ),
        value: Number(value),
      },
    ];
  });
}

async function figures() {
  const text = await (await fetch(at('/metrics'))).text();
  const samples = samplesOf(text);
  const of = (name: string, labels: Readonly<Record<string, string>> = {}) =>
    samples
      .filter((one) => one.name === name && Object.entries(labels).every(([key, value]) => one.labels[key] === value))
      .reduce((sum, { value }) => sum + value, 0);
  return { text, samples, of };
}

type Line = Readonly<Record<string, unknown>>;
async function linesOf(part: 'swarm' | 'executor'): Promise<readonly Line[]> {
  const text = await readFile(join(scene.house.data, 'logs', `${part}.log`), 'utf8');
  return text.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Line] : []));
}

async function eventually<T>(find: () => Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + 60_000; ; await sleep(200)) {
    const found = await find();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`waited in vain\n${await scene.house.logs()}`);
  }
}

const SECRET_WORDS = '비밀스러운고양이사료주문';

describe('what the house lets be seen of itself', () => {
  it('says that it lives, and of each part whether it works', async () => {
    expect((await fetch(at('/health'))).status).toBe(200);
    const ready = await eventually(async () => {
      const answer = await fetch(at('/ready'));
      return answer.status === 200 ? await answer.json() : undefined;
    });
    expect(ready).toEqual({
      ready: true,
      parts: { redis: true, homeserver: true, rooms: true, queue: true, executor: true },
    });
  });

  it('counts turns, answer times, jobs, edits and spending, and names nothing that anybody said', async () => {
    const { master, hq } = scene;
    const before = await figures();
    const question = await master.say(hq, `클로드야, ${SECRET_WORDS}`);
    await master.answered(hq, question);
    await fetch(at('/api/tasks'));
    const after = await eventually(async () => {
      const now = await figures();
      // The budget is looked into once a second.
      const whole =
        now.of('chavion_spent_tokens', { agent: 'claude', period: 'day' }) > 0 &&
        now.of('chavion_jobs_total', { type: 'turn', outcome: 'done' }) > 0;
      return whole ? now : undefined;
    });
    expect(
      after.of('chavion_turns_total', { agent: 'claude', outcome: 'answered' }) -
        before.of('chavion_turns_total', { agent: 'claude', outcome: 'answered' }),
    ).toBe(1);
    expect(after.of('chavion_answer_seconds_count', { agent: 'claude' })).toBe(1);
    expect(after.of('chavion_jobs_total', { type: 'turn', outcome: 'done' })).toBe(1);
    expect(after.of('chavion_door_refusals_total', { code: 'auth.missing' })).toBe(1);
    expect(after.of('chavion_spent_tokens', { agent: 'gabriel' })).toBe(0);
    expect(after.of('chavion_executor_online')).toBe(1);
    for (const name of [
      'chavion_queue_depth',
      'chavion_spent_usd',
      'chavion_edits_total',
      'chavion_blackouts',
      'chavion_process_resident_memory_bytes',
    ])
      expect(after.samples.map((one) => one.name)).toContain(name);
    expect(after.text).not.toContain(SECRET_WORDS);
    expect(after.text).not.toMatch(/\$[\w-]{20}|!\w+:|@\w+:/);
    // As many series after another hundred questions as before them.
    expect(
      Math.max(...Object.values(Object.groupBy(after.samples, ({ name }) => name)).map((all) => all?.length ?? 0)),
    ).toBeLessThan(200);
  });

  it('lets an order be followed through both logs by its ids', async () => {
    const { master, hq } = scene;
    const order = await master.say(hq, `!run echo ${SECRET_WORDS}`);
    await master.until('the result', hq, () =>
      master.shown(hq).find((one) => one.who === 'executor' && one.body.includes(SECRET_WORDS)),
    );
    const ended = await eventually(async () =>
      (await linesOf('executor')).find((line) => line['event'] === order && line['msg'] === 'job.ended'),
    );
    const swarm = (await linesOf('swarm')).filter((line) => line['event'] === order);
    expect(swarm.map(({ msg }) => msg)).toEqual(['heard', 'ordered']);
    const executor = (await linesOf('executor')).filter((line) => line['command'] === swarm.at(-1)?.['command']);
    expect(executor.map(({ msg }) => msg)).toEqual(['order.taken', 'job.started', 'job.ended']);
    expect(new Set(executor.map(({ key }) => key)).size).toBe(1);
    expect(ended['outcome']).toBe('done');
    const commands = await eventually(async () => {
      const now = await figures();
      return now.of('chavion_commands_total', { outcome: 'done' }) > 0 ? now : undefined;
    });
    expect(commands.of('chavion_commands_total', { outcome: 'done' })).toBe(1);
  });

  it('joins a message, its turns and its task, and writes neither words nor secrets down', async () => {
    const { master, hq, secrets } = scene;
    const question = await master.say(hq, '가브리엘아, 한마디만');
    await master.answered(hq, question);
    const turn = await eventually(async () =>
      (await linesOf('swarm')).find((line) => line['event'] === question && line['msg'] === 'answered'),
    );
    expect(turn).toMatchObject({ agent: 'gabriel', root: question, turn: `${question}.gabriel` });
    const mission = await master.say(hq, '!임무 오늘 날짜를 적어줘');
    await eventually(async () =>
      (await linesOf('swarm')).find(
        (line) => line['task'] === mission && line['event'] === mission && line['msg'] === 'task',
      ),
    );
    for (const part of ['swarm', 'executor'] as const) {
      const text = await readFile(join(scene.house.data, 'logs', `${part}.log`), 'utf8');
      expect(text).not.toContain(SECRET_WORDS);
      for (const secret of [
        secrets.appservice.appservice,
        secrets.redis.swarm,
        secrets.redis.executor,
        secrets.passwords.executor,
        secrets.adminToken ?? 'none',
        scene.house.ready.master.password,
      ])
        expect(text).not.toContain(secret);
    }
  });

  it('says which part is away', async () => {
    const { redis } = await scene.house.pids();
    if (redis === null) throw new Error('redis is not up');
    process.kill(redis, 'SIGSTOP');
    try {
      const answer = await fetch(at('/ready'));
      expect(answer.status).toBe(503);
      expect(await answer.json()).toMatchObject({ ready: false, parts: { redis: false } });
      expect((await fetch(at('/health'))).status).toBe(200);
    } finally {
      process.kill(redis, 'SIGCONT');
    }
    await eventually(async () => ((await fetch(at('/ready'))).status === 200 ? true : undefined));
  });
});
