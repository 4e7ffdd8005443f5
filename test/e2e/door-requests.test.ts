import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inRoom, request } from '../house/matrix.ts';
import { Outsider, Voter } from '../house/outsider.ts';
import type { Json } from '../house/provider-formats.ts';
import { rosterOf, Scene } from '../house/scene.ts';
import { TaskView } from '../house/task-scene.ts';

const FOUR = ['gabriel', 'jarvis', 'claude', 'manus'];

let scene: Scene;
let scout: Outsider;
beforeAll(async () => {
  scene = await Scene.open({ keys: false, roster: rosterOf(...FOUR) });
  scout = await Outsider.invited(scene, '스카우트', 'scout');
});
afterAll(() => scene[Symbol.asyncDispose]());

/** What it asks for, and where that stands in the room. */
async function asked(title: string): Promise<{ readonly id: string; readonly task: TaskView }> {
  const before = new Set(scene.master.shown(scene.hq).map(({ id }) => id));
  const { status, body } = await scout.call('/api/tasks', { kind: 'swarm', title });
  expect({ status, ...body }).toMatchObject({ status: 201, kind: 'swarm', state: 'asking', by: 'scout', title });
  const shown = await scene.master.until('the request', scene.hq, () => scene.master.shown(scene.hq).find(({ id, who, body: words }) => !before.has(id) && who === 'scout' && words.endsWith(`\n!임무 ${title}`)));
  return { id: body.id, task: new TaskView(scene.master, scene.hq, shown.id) };
}

const stateOf = async (id: string): Promise<string> => (await scout.call(`/api/tasks/${id}/status`)).body.state;
const reaction = (event: string, key: string) => ({ 'm.relates_to': { rel_type: 'm.annotation', event_id: event, key } });
const signs = (event: string): readonly Json[] => scene.master.events(scene.hq).filter((one) => one.type === 'm.reaction' && one.content['m.relates_to']?.event_id === event);

/** As one of the agents, by whoever holds the swarm's token. */
const asAgent = async (id: string, type: string, content: object): Promise<void> => {
  const path = `${inRoom(scene.hq, `send/${type}/${Math.random()}`)}?user_id=${encodeURIComponent(scene.agent(id))}`;
  expect((await request(scene.house.ready.homeserver, 'PUT', path, { token: scene.secrets.appservice.appservice, body: content })).status).toBe(200);
};

describe('the lines of the README', () => {
  it('work as they are written', async () => {
    const readme = readFileSync(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8');
    const [, lines = ''] = /```sh\n(?:URL=\S+ KEY=chv_… NAME=scout\n)([\s\S]*?)```/u.exec(readme) ?? [];
    expect(lines.trim().split('\n').length).toBeGreaterThan(5);
    await scout.checkin();
    await scene.master.say(scene.hq, '스카우트야 들려?');
    const answers: Json[] = [];
    for (const line of lines.trim().split('\n')) {
      const { stdout } = await promisify(execFile)('sh', ['-c', line], { env: { ...process.env, URL: scout.url, KEY: scout.key, NAME: scout.id } });
      answers.push(JSON.parse(stdout));
    }
    expect(answers.filter(({ code }) => code !== undefined)).toEqual([]);
    // What it said to all has answered the only question there was.
    expect(answers.flatMap(({ messages }) => messages ?? []).at(-1)).toMatchObject({ type: 'ask', content: '스카우트야 들려?' });
    const [wish] = (await scout.call('/api/tasks?state=asking')).body.tasks;
    expect(wish).toMatchObject({ id: 'r1', state: 'asking' });
    const shown = scene.master.shown(scene.hq).find(({ who, body }) => who === 'scout' && body.startsWith('🙋'));
    await scene.master.react(scene.hq, shown?.id ?? '', '❌');
    const asks = await scene.master.until('the executor’s question', scene.hq, () => scene.master.shown(scene.hq).find(({ who, body }) => who === 'executor' && body.includes('df -h')));
    await scene.master.react(scene.hq, asks.id, '❌');
    await scene.until(async () => (await stateOf('r1')) === 'cancelled');
  });
});

describe('a task that an agent from elsewhere asks for', () => {
  // It takes part in what it has asked for.
  let voter: Voter;
  beforeAll(async () => {
    voter = await Voter.start(scout);
  });
  afterAll(() => voter[Symbol.asyncDispose]());

  it('begins at a master’s ✅ and at nobody else’s, and is shown at the door from then on', async () => {
    const { master, hq } = scene;
    const { id, task } = await asked('서버 파일 목록 조회');
    await master.until('both signs', hq, () => (signs(task.root).length === 2 ? true : undefined));
    expect(signs(task.root).map(({ sender, content }) => [sender, content['m.relates_to'].key])).toEqual([[scene.agent('coordinator'), '✅'], [scene.agent('coordinator'), '❌']]);
    const said = master.events(hq).find(({ event_id: event }) => event === task.root);
    expect(said?.content['m.mentions']).toEqual({ user_ids: [master.userId] });
    expect(said?.content).not.toHaveProperty('formatted_body');

    const eve = await scene.newcomer('eve');
    await using _ = eve;
    await scene.bringIn(eve, hq);
    await eve.react(hq, task.root, '✅');
    await asAgent('scout', 'm.reaction', reaction(task.root, '✅'));
    await asAgent('claude', 'm.reaction', reaction(task.root, '✅'));
    await scene.asAdmin('PUT', inRoom(hq, 'send/m.reaction/tap-of-the-admin'), reaction(task.root, '✅'));
    await master.until('all taps', hq, () => (signs(task.root).length === 6 ? true : undefined));
    await scene.settled();
    expect(task.thread()).toEqual([]);
    expect(await stateOf(id)).toBe('asking');

    await master.react(hq, task.root, '✅');
    expect((await task.ended()).body).toMatch(/^✅/u);
    const results = task.thread().filter(({ who, chavion }) => who === 'executor' && chavion.result !== undefined).map(({ chavion }) => chavion.result);
    expect(results.length).toBeGreaterThan(0);
    expect(results.map(({ state }) => state)).toEqual(results.map(() => 'done'));
    const { body: shown } = await scout.call(`/api/tasks/${id}`);
    expect(shown).toMatchObject({ id: 's1', kind: 'swarm', state: 'done', title: '서버 파일 목록 조회' });
    const { body: whole } = await scout.call('/api/tasks/s1/results');
    expect((await scout.call(`/api/tasks/${id}/results`)).body.result).toBe(whole.result);
    expect(whole.result).toEqual(expect.any(String));
    expect((await scout.call(`/api/tasks/${id}/aggregate`)).body.markdown).toContain(whole.result);
    expect((await scout.call('/api/tasks')).body.tasks.map((one: Json) => one.id).toSorted()).toEqual(['b1', 'r1', 's1']);
  });

  it('is the master’s own when he sends its line himself', async () => {
    const { id, task } = await asked('오늘 날짜를 적어줘');
    const line = scene.master.shown(scene.hq).find(({ id: event }) => event === task.root)?.body.split('\n').slice(1).join('\n') ?? '';
    const own = new TaskView(scene.master, scene.hq, await scene.master.say(scene.hq, line));
    expect((await own.ended()).body).toMatch(/^✅/u);
    expect(await stateOf(id)).toBe('done');
    // The yes that comes then begins nothing more.
    await scene.master.react(scene.hq, task.root, '✅');
    await scene.settled();
    expect(task.thread()).toEqual([]);
  });

  it('does not begin after ❌, and ends when the ✅ is taken back', async () => {
    const { master, hq } = scene;
    const declined = await asked('하지 않을 일');
    await master.react(hq, declined.task.root, '❌');
    await scene.settled();
    await master.react(hq, declined.task.root, '✅');
    await scene.settled();
    expect(await stateOf(declined.id)).toBe('cancelled');
    expect(declined.task.thread()).toEqual([]);

    const begun = await asked('그만둘 일');
    const yes = await master.react(hq, begun.task.root, '✅');
    await begun.task.until('the card', () => begun.task.card());
    await master.redact(hq, yes);
    expect((await begun.task.ended()).body).toMatch(/^🚫/u);
  });

  it('runs nothing more once it was edited after the tap', async () => {
    const { task } = await asked('고쳐질 일');
    const content = { msgtype: 'm.text', body: '🙋 \n!임무 다른 일' };
    await asAgent('scout', 'm.room.message', { ...content, body: `* ${content.body}`, 'm.new_content': content, 'm.relates_to': { rel_type: 'm.replace', event_id: task.root } });
    await scene.master.react(scene.hq, task.root, '✅');
    await task.until('the refusal', () => task.thread().find(({ who, chavion }) => who === 'executor' && chavion.result?.state === 'refused' && chavion.result.why === 'edited'));
    expect(task.thread().filter(({ chavion }) => chavion.result?.state === 'done')).toEqual([]);
    await task.say('!취소');
  });

  it('waits among few, holds no key, and is a task', async () => {
    for (const title of ['하나', '둘', '셋']) await asked(title);
    expect(await scout.call('/api/tasks', { kind: 'swarm', title: '넷' })).toMatchObject({ status: 409, body: { code: 'task.waiting' } });
    expect(await scout.call('/api/tasks', { kind: 'swarm', title: `열쇠는 ${scout.key}` })).toMatchObject({ status: 422, body: { code: 'task.secret' } });
    expect(await scout.call('/api/tasks', { kind: 'swarm', title: '12' })).toMatchObject({ status: 400 });
    expect((await scout.call('/api/tasks?state=asking')).body.tasks).toHaveLength(3);
  });
});
