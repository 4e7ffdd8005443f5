import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
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
  const shown = await scene.master.until('the request', scene.hq, () =>
    scene.master
      .shown(scene.hq)
      .find(({ id, who, body: words }) => !before.has(id) && who === 'scout' && words.endsWith(`\n!임무 ${title}`)),
  );
  return { id: body.id, task: new TaskView(scene.master, scene.hq, shown.id) };
}

/** Everything that was ever put into its inbox. */
async function letters(): Promise<readonly Json[]> {
  const all: Json[] = [];
  for (let since = '0-0'; ;) {
    const { messages, next }: Json = (await scout.call(`/api/messages?since=${since}`)).body;
    if (messages.length === 0) return all;
    all.push(...messages);
    since = next;
  }
}
async function letter(about: string, word: RegExp): Promise<Json> {
  let found: Json;
  await scene.until(
    async () =>
      (found = (await letters()).find(
        ({ type, content }) => type === 'report' && content.includes(`\`${about}\``) && word.test(content),
      )) !== undefined,
  );
  return found;
}

const stateOf = async (id: string): Promise<string> => (await scout.call(`/api/tasks/${id}/status`)).body.state;
const reaction = (event: string, key: string) => ({
  'm.relates_to': { rel_type: 'm.annotation', event_id: event, key },
});
const signs = (event: string): readonly Json[] =>
  scene.master
    .events(scene.hq)
    .filter((one) => one.type === 'm.reaction' && one.content['m.relates_to']?.event_id === event);

/** As one of the agents, by whoever holds the swarm's token. */
const asAgent = async (id: string, type: string, content: object): Promise<void> => {
  const path = `${inRoom(scene.hq, `send/${type}/${Math.random()}`)}?user_id=${encodeURIComponent(scene.agent(id))}`;
  expect(
    (
      await request(scene.house.ready.homeserver, 'PUT', path, {
        token: scene.secrets.appservice.appservice,
        body: content,
      })
    ).status,
  ).toBe(200);
};

describe('the lines of the page on the agents’ API', () => {
  it('work as they are written', async () => {
    const readme = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'ko', 'agents-api.md'), 'utf8');
    const [, lines = ''] = /```sh\n(?:URL=\S+ KEY=chv_… NAME=scout\n)([\s\S]*?)```/u.exec(readme) ?? [];
    expect(lines.trim().split('\n').length).toBeGreaterThan(5);
    await scout.checkin();
    await scene.master.say(scene.hq, '스카우트야 들려?');
    const answers: Json[] = [];
    for (const line of lines.trim().split('\n')) {
      const { stdout } = await promisify(execFile)('sh', ['-c', line], {
        env: { ...process.env, URL: scout.url, KEY: scout.key, NAME: scout.id },
      });
      answers.push(JSON.parse(stdout));
    }
    expect(answers.filter(({ code }) => code !== undefined)).toEqual([]);
    // What it said to all has answered the only question there was.
    expect(answers.flatMap(({ messages }) => messages ?? []).at(-1)).toMatchObject({
      type: 'ask',
      content: '스카우트야 들려?',
    });
    const [wish] = (await scout.call('/api/tasks?state=asking')).body.tasks;
    expect(wish).toMatchObject({ id: 'r1', state: 'asking' });
    const shown = scene.master.shown(scene.hq).find(({ who, body }) => who === 'scout' && body.startsWith('🙋'));
    await scene.master.react(scene.hq, shown?.id ?? '', '❌');
    const asks = await scene.master.until('the executor’s question', scene.hq, () =>
      scene.master.shown(scene.hq).find(({ who, body }) => who === 'executor' && body.includes('df -h')),
    );
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

  it('begins at a master’s ✅ and at nobody else’s, and is shown by the API from then on', async () => {
    const { master, hq } = scene;
    const { id, task } = await asked('서버 파일 목록 조회');
    await master.until('both signs', hq, () => (signs(task.root).length === 2 ? true : undefined));
    expect(signs(task.root).map(({ sender, content }) => [sender, content['m.relates_to'].key])).toEqual([
      [scene.agent('coordinator'), '✅'],
      [scene.agent('coordinator'), '❌'],
    ]);
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
    const results = task.results();
    expect(results.length).toBeGreaterThan(0);
    expect(results.map(({ state }) => state)).toEqual(results.map(() => 'done'));
    const { body: shown } = await scout.call(`/api/tasks/${id}`);
    expect(shown).toMatchObject({ id: 's1', kind: 'swarm', state: 'done', title: '서버 파일 목록 조회' });
    const { body: whole } = await scout.call('/api/tasks/s1/results');
    expect((await scout.call(`/api/tasks/${id}/results`)).body.result).toBe(whole.result);
    expect(whole.result).toEqual(expect.any(String));
    expect((await scout.call(`/api/tasks/${id}/aggregate`)).body.markdown).toContain(whole.result);
    expect((await scout.call('/api/tasks')).body.tasks.map((one: Json) => one.id).toSorted()).toEqual([
      'b1',
      'r1',
      's1',
    ]);
  });

  it('is the master’s own when he sends its line himself', async () => {
    const { id, task } = await asked('서버 파일 목록을 다시 조회');
    const line =
      scene.master
        .shown(scene.hq)
        .find(({ id: event }) => event === task.root)
        ?.body.split('\n')
        .slice(1)
        .join('\n') ?? '';
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
    expect(await letter(declined.id, /하지 않기로/u)).toMatchObject({ from: 'coordinator', event: declined.task.root });
    expect(declined.task.thread()).toEqual([]);

    const begun = await asked('그만둘 일');
    const yes = await master.react(hq, begun.task.root, '✅');
    await begun.task.until('the card', () => begun.task.card());
    await letter(begun.id, /시작하셨습니다/u);
    await master.redact(hq, yes);
    expect((await begun.task.ended()).body).toMatch(/^🚫/u);
  });

  it('runs nothing more once it was edited after the tap', async () => {
    const { task } = await asked('고쳐질 일');
    const content = { msgtype: 'm.text', body: '🙋 \n!임무 다른 일' };
    await asAgent('scout', 'm.room.message', {
      ...content,
      body: `* ${content.body}`,
      'm.new_content': content,
      'm.relates_to': { rel_type: 'm.replace', event_id: task.root },
    });
    await scene.master.react(scene.hq, task.root, '✅');
    await task.until('the refusal', () =>
      task.results().find(({ state, why }) => state === 'refused' && why === 'edited'),
    );
    expect(task.results().filter(({ state }) => state === 'done')).toEqual([]);
    await task.say('!취소');
  });

  it('is over when a day has gone by without a word, and the agent is told', async () => {
    const { id, task } = await asked('답이 없을 일');
    // A day is long: the house remembers it as asked for two days ago.
    const kept = JSON.parse((await scene.redis.hget('chavion:swarm:door:requests', id)) ?? '{}');
    await scene.redis.hset(
      'chavion:swarm:door:requests',
      id,
      JSON.stringify({ ...kept, at: kept.at - 2 * 24 * 3_600_000 }),
    );
    await scene.house.reborn('swarm', await scene.house.kill('swarm'));
    await scene.until(() =>
      fetch(`${scout.url}/health`).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
    expect(await letter(id, /하루 동안/u)).toMatchObject({ from: 'coordinator', event: task.root });
    expect(await stateOf(id)).toBe('cancelled');
    await scene.master.react(scene.hq, task.root, '✅');
    await scene.master.until('why nothing begins', scene.hq, () =>
      scene.master.shown(scene.hq).find(({ who, replyTo }) => who === 'coordinator' && replyTo === task.root),
    );
    expect(task.thread()).toEqual([]);
    expect((await letters()).filter(({ content }) => content.includes(`\`${id}\``))).toHaveLength(1);
  });

  it('is asked for by a client of the Model Context Protocol as well, which hears of the no', async () => {
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(
      new StreamableHTTPClientTransport(new URL('/mcp', scout.url), {
        requestInit: { headers: { authorization: `Bearer ${scout.key}` } },
      }),
    );
    const use = async (name: string, args: Record<string, unknown> = {}): Promise<Json> =>
      JSON.parse(((await client.callTool({ name, arguments: args })).content as { text: string }[])[0]?.text ?? '');
    const wish = await use('post_task', { kind: 'swarm', title: 'MCP로 부탁한 일' });
    expect(wish).toMatchObject({ kind: 'swarm', state: 'asking', by: 'scout' });
    const request = await scene.master.until('the request', scene.hq, () =>
      scene.master.shown(scene.hq).find(({ who, body }) => who === 'scout' && body.endsWith('\n!임무 MCP로 부탁한 일')),
    );
    await scene.master.react(scene.hq, request.id, '❌');
    const { id } = await letter(wish.id, /하지 않기로/u);
    const [milliseconds = '0', number = '0'] = String(id).split('-');
    const { messages } = await use('listen', { since: `${Number(milliseconds) - 1}-${number}` });
    expect(messages.map(({ content }: Json) => content).join('\n')).toContain(`\`${wish.id}\``);
    expect(await use('get_task', { id: wish.id })).toMatchObject({ state: 'cancelled' });
    await client.close();
  });

  it('waits among few, holds no key, and is a task', async () => {
    for (const title of ['하나', '둘']) await asked(title);
    // What the master would not see is not in what he says yes to.
    expect(await scout.call('/api/tasks', { kind: 'swarm', title: '\u202e셋\u{E0041}' })).toMatchObject({
      status: 201,
      body: { title: '셋' },
    });
    expect(await scout.call('/api/tasks', { kind: 'swarm', title: '넷' })).toMatchObject({
      status: 409,
      body: { code: 'task.waiting' },
    });
    expect(await scout.call('/api/tasks', { kind: 'swarm', title: `열쇠는 ${scout.key}` })).toMatchObject({
      status: 422,
      body: { code: 'task.secret' },
    });
    expect(await scout.call('/api/tasks', { kind: 'swarm', title: '12' })).toMatchObject({ status: 400 });
    expect((await scout.call('/api/tasks?state=asking')).body.tasks).toHaveLength(3);
  });
});

describe('a command that an agent from elsewhere asks for', () => {
  const order = async (
    word: string,
  ): Promise<{ readonly job: string; readonly event: string; readonly request: string }> => {
    const { body } = await scout.call('/api/executor/command', { type: 'shell', payload: { script: `echo ${word}` } });
    const request = await scene.master.until('the question', scene.hq, () =>
      scene.master.shown(scene.hq).find(({ who, body: words }) => who === 'executor' && words.includes(`echo ${word}`)),
    );
    return { job: body.id, event: body.event, request: request.id };
  };

  it('comes back by letter: declined, carried out, and taken out of the room', async () => {
    const declined = await order('declined');
    await scene.master.react(scene.hq, declined.request, '❌');
    expect(await letter(declined.job, /허락하지/u)).toMatchObject({ from: 'executor', event: declined.event });

    const run = await order('carried-out');
    await scene.master.react(scene.hq, run.request, '✅');
    await letter(run.job, /실행이 끝났습니다 \(exit 0\)/u);

    const gone = await order('taken-back');
    await scene.master.redact(scene.hq, gone.event);
    await letter(gone.job, /멈추셨습니다/u);
    expect((await scout.call(`/api/executor/jobs/${gone.job}`)).body).toMatchObject({ state: 'stopped' });
    await scene.settled();
    const told = (await letters()).filter(({ from }) => from === 'executor').map(({ content }) => content);
    for (const { job } of [declined, run, gone])
      expect(told.filter((content) => content.includes(`\`${job}\``))).toHaveLength(1);
  });

  it('waits among few: a master’s phone rings for each', async () => {
    const first = await order('first-of-many');
    for (let i = 2; i <= 10; i += 1)
      expect(
        (await scout.call('/api/executor/command', { type: 'shell', payload: { script: `echo ${i}` } })).status,
      ).toBe(202);
    const another = () => scout.call('/api/executor/command', { type: 'shell', payload: { script: 'echo another' } });
    expect(await another()).toMatchObject({ status: 409, body: { code: 'command.waiting' } });
    await scene.master.react(scene.hq, first.request, '❌');
    await letter(first.job, /허락하지/u);
    expect(await another()).toMatchObject({ status: 202 });
  });
});

it('a key allows what the master says it does', async () => {
  const { master, hq } = scene;
  const says = () => scout.call('/api/messages', { receiver: 'all', content: '들리세요?' });
  expect((await master.noticed(hq, await master.say(hq, '!초대 권한 스카우트 읽기'))).body).toContain('읽기');
  expect(await says()).toMatchObject({ status: 403, body: { code: 'auth.scope' } });
  expect((await scout.call('/api/status')).status).toBe(200);
  // It is there, and could not answer: that is the reason that is said.
  expect((await master.noticed(hq, await master.say(hq, '스카우트야 들리니?'))).body).toContain('말하기 권한이 없어서');
  await master.noticed(hq, await master.say(hq, '!agent scope scout all'));
  expect((await says()).status).toBe(200);
});

it('nobody comes in under the name by which the owner is addressed', async () => {
  const { body } = await scene.master.noticed(scene.hq, await scene.master.say(scene.hq, '!초대 마스터 boss'));
  expect(body).toMatch(/"마스터"[^]*아무것도 바꾸지 않았으니/u);
});
