import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claim } from '../../bridge/stores/board-item.ts';
import { Board } from '../../bridge/stores/task-board.ts';
import { passes, STATUS } from '../../bridge/http/problems.ts';
import { AgentId } from '../../bridge/protocol/ids.ts';
import { BareRedis } from '../house/bare-redis.ts';
import { AgentApiScene } from '../house/agent-api-scene.ts';

let scene: AgentApiScene;
let one: string;
let two: string;
beforeAll(async () => {
  scene = await AgentApiScene.open();
  one = await scene.key('one');
  two = await scene.key('two');
});
afterAll(() => scene[Symbol.asyncDispose]());

const posted = async (more: object = {}): Promise<string> => {
  const { status, body } = await scene.call('POST', '/api/tasks', { key: one, body: { title: '가격표', ...more } });
  expect(status).toBe(201);
  return String(body['id']);
};

describe('a task of the board', () => {
  it('goes from the pool through claim, report and complete, and says so in the thread of its first message', async () => {
    const before = scene.said.length;
    const id = await posted({ description: '두 줄로' });
    expect((await scene.call('POST', `/api/tasks/${id}/claim`, { key: two })).body).toMatchObject({
      state: 'claimed',
      owner: 'two',
    });
    expect(
      (await scene.call('POST', `/api/tasks/${id}/report`, { key: two, body: { text: '절반' } })).body,
    ).toMatchObject({ reports: 1 });
    expect((await scene.call('GET', `/api/tasks/${id}/status`, { key: one })).body).toMatchObject({
      state: 'claimed',
      owner: 'two',
      lastReport: { by: 'two', text: '절반' },
    });
    expect(
      (await scene.call('POST', `/api/tasks/${id}/complete`, { key: two, body: { result: '사과 1,000원' } })).body,
    ).toMatchObject({ state: 'done' });
    expect((await scene.call('GET', `/api/tasks/${id}/results`, { key: one })).body).toMatchObject({
      result: '사과 1,000원',
      reports: [{ by: 'two' }],
    });
    const { body } = await scene.call('GET', `/api/tasks/${id}/aggregate`, { key: one });
    expect(body).toMatchObject({ byAgent: { two: 1 }, state: 'done' });
    expect(body['markdown']).toContain('사과 1,000원');
    const said = scene.said.slice(before);
    expect(said.map(({ agent }) => agent)).toEqual(['one', 'two', 'two', 'two']);
    expect(new Set(said.slice(1).map(({ thread }) => thread)).size).toBe(1);
    expect(said[1]?.thread).toMatch(/^\$event/);
  });

  it('shows nobody a key that was pasted into it, nor what only machines would read', async () => {
    const hidden = '\u{E0041}\u{E0042}\u202e';
    const id = await posted({ title: `열쇠 ${one}${hidden}`, description: `${hidden}여기 ${two}` });
    await scene.call('POST', `/api/tasks/${id}/claim`, { key: two });
    await scene.call('POST', `/api/tasks/${id}/report`, { key: two, body: { text: `${one}${hidden}` } });
    await scene.call('POST', `/api/tasks/${id}/complete`, { key: two, body: { result: `${hidden}${one}` } });
    const shown = JSON.stringify([
      await scene.call('GET', '/api/tasks', { key: two }),
      await scene.call('GET', `/api/tasks/${id}/results`, { key: two }),
      await scene.redis.hgetall('chavion:swarm:door:tasks'),
    ]);
    expect(shown).toContain('열쇠');
    for (const secret of [one.slice(16), two.slice(16), '\u{E0041}', '\u202e']) expect(shown).not.toContain(secret);
    expect(await scene.call('POST', '/api/tasks', { key: one, body: { title: hidden } })).toMatchObject({
      status: 400,
      body: { code: 'request.invalid' },
    });
  });

  it('is claimed by exactly one of twenty who try a thousand times', async () => {
    const keys = await Promise.all(Array.from({ length: 20 }, (_, i) => scene.key(`racer${i}`)));
    // With open connections they come at the same moment.
    await Promise.all(keys.map((key) => scene.call('GET', '/api/tasks', { key })));
    const id = await posted();
    const answers = await Promise.all(
      keys.map(async (key) => {
        const own: Awaited<ReturnType<AgentApiScene['call']>>[] = [];
        for (let i = 0; i < 50; i += 1) own.push(await scene.call('POST', `/api/tasks/${id}/claim`, { key }));
        return own;
      }),
    );
    const all = answers.flat();
    const won = all.filter(({ status }) => status === 200);
    const owner = String(won[0]?.body['owner']);
    expect(new Set(won.map(({ body }) => body['owner'])).size).toBe(1);
    expect(won).toHaveLength(50);
    for (const { status, body } of all.filter((answer) => answer.status !== 200)) {
      expect(status).toBe(409);
      expect(body).toMatchObject({ code: 'task.claimed', owner });
    }
    expect(scene.said.filter(({ text }) => text.includes(`\`${id}\` 제가 맡겠습니다`))).toHaveLength(1);
  });

  it('is claimed by one where several houses share a board', async () => {
    await using server = await BareRedis.start();
    const boards = Array.from({ length: 20 }, () => new Board(server.client()));
    const agents = boards.map((_, i) => AgentId.parse(`racer${i}`));
    for (let round = 0; round < 20; round += 1) {
      const { id } = await boards[0]!.add(
        agents[0]!,
        { title: '하나뿐', description: '', claimSeconds: 60 },
        `round${round}`,
      );
      const steps = await Promise.all(
        boards.map((board, i) => board.change(id, (item, now) => claim(item, agents[i]!, now))),
      );
      expect(steps.filter((step) => step?.kind === 'next')).toHaveLength(1);
    }
  });

  it('returns to the pool when nobody reports in time, and no later', async () => {
    const id = await posted({ claimSeconds: 60 });
    await scene.call('POST', `/api/tasks/${id}/claim`, { key: one });
    scene.now = 50_000;
    expect((await scene.call('POST', `/api/tasks/${id}/claim`, { key: two })).body).toMatchObject({
      code: 'task.claimed',
    });
    await scene.call('POST', `/api/tasks/${id}/report`, { key: one, body: { text: '아직 합니다' } });
    scene.now = 105_000;
    expect((await scene.call('GET', `/api/tasks/${id}`, { key: two })).body).toMatchObject({
      state: 'claimed',
      owner: 'one',
    });
    scene.now = 120_000;
    expect((await scene.call('GET', `/api/tasks/${id}`, { key: two })).body).toMatchObject({
      state: 'open',
      owner: null,
    });
    expect(
      (await scene.call('POST', `/api/tasks/${id}/complete`, { key: one, body: { result: 'x' } })).body,
    ).toMatchObject({ code: 'task.not-yours', status: 409 });
    expect((await scene.call('POST', `/api/tasks/${id}/claim`, { key: two })).body).toMatchObject({ owner: 'two' });
    scene.now = 0;
  });

  it('belongs to who has claimed it, and ends once', async () => {
    const id = await posted();
    expect((await scene.call('POST', `/api/tasks/${id}/report`, { key: one, body: { text: 'x' } })).body).toMatchObject(
      { code: 'task.not-yours', owner: null },
    );
    await scene.call('POST', `/api/tasks/${id}/claim`, { key: one });
    expect(
      (await scene.call('POST', `/api/tasks/${id}/complete`, { key: two, body: { result: 'x' } })).body,
    ).toMatchObject({ code: 'task.not-yours', owner: 'one' });
    await scene.call('POST', `/api/tasks/${id}/complete`, { key: one, body: { result: 'x' } });
    expect((await scene.call('POST', `/api/tasks/${id}/claim`, { key: two })).body).toMatchObject({
      code: 'task.ended',
    });
    expect((await scene.call('POST', `/api/tasks/b999/claim`, { key: two })).body).toMatchObject({
      code: 'task.unknown',
      status: 404,
    });
  });

  it('is claimed for nobody else, whoever asks by another name', async () => {
    const id = await posted();
    for (const name of ['agent_name', 'agentName', 'agent', 'owner']) {
      expect(await scene.call('POST', `/api/tasks/${id}/claim`, { key: one, body: { [name]: 'two' } })).toMatchObject({
        status: 403,
        body: { code: 'auth.other' },
      });
    }
    expect(await scene.call('POST', `/api/tasks/${id}/claim?agent_name=two`, { key: one })).toMatchObject({
      status: 403,
      body: { code: 'auth.other' },
    });
    expect(await scene.call('POST', `/api/tasks/${id}/claim`, { key: one, body: { agent_name: 7 } })).toMatchObject({
      status: 400,
    });
    expect((await scene.call('GET', `/api/tasks/${id}`, { key: one })).body).toMatchObject({
      state: 'open',
      owner: null,
    });
    expect(
      (await scene.call('POST', `/api/tasks/${id}/claim`, { key: one, body: { agent_name: 'One', note: 'x' } })).body,
    ).toMatchObject({ owner: 'one' });
    expect((await scene.call('POST', `/api/tasks/${id}/claim?agent_name=one`, { key: one })).body).toMatchObject({
      owner: 'one',
    });
  });

  it('hands a command to the executor and an instruction to another agent', async () => {
    const id = await posted();
    await scene.call('POST', `/api/tasks/${id}/claim`, { key: one });
    const sent = await scene.call('POST', `/api/tasks/${id}/dispatch`, {
      key: one,
      body: { to: 'executor', command: { type: 'shell', payload: { script: 'echo 1' } } },
    });
    expect(sent.body).toMatchObject({ to: 'executor', job: { state: 'asked' } });
    expect((await scene.call('GET', `/api/tasks/${id}/results`, { key: two })).body['jobs']).toHaveLength(1);
    expect(
      (await scene.call('POST', `/api/tasks/${id}/dispatch`, { key: one, body: { to: 'two', instruction: '읽어 봐' } }))
        .status,
    ).toBe(200);
    expect(scene.said.at(-1)).toMatchObject({ agent: 'one', text: `\`${id}\` 읽어 봐` });
    expect(
      (
        await scene.call('POST', `/api/tasks/${id}/dispatch`, {
          key: two,
          body: { to: 'executor', command: { type: 'shell', payload: { script: 'echo 1' } } },
        })
      ).body,
    ).toMatchObject({ code: 'task.not-yours' });
    const weak = await scene.key('weak', ['read', 'tasks']);
    const other = await posted();
    await scene.call('POST', `/api/tasks/${other}/claim`, { key: weak });
    expect(
      (
        await scene.call('POST', `/api/tasks/${other}/dispatch`, {
          key: weak,
          body: { to: 'executor', command: { type: 'shell', payload: { script: 'echo 1' } } },
        })
      ).body,
    ).toMatchObject({ code: 'auth.scope' });
  });
});

describe('the same call made twice', () => {
  const again = (key: string, path: string, body: unknown, idempotency: string) =>
    scene.call('POST', path, { key, body, headers: { 'idempotency-key': idempotency } });

  it('happens once and is answered alike', async () => {
    const before = scene.said.length;
    const all = await Promise.all(
      Array.from({ length: 8 }, () => again(one, '/api/tasks', { title: '한 번' }, 'post-1')),
    );
    const ids = new Set(all.filter(({ status }) => status === 201).map(({ body }) => body['id']));
    expect(ids.size).toBe(1);
    expect(all.every(({ status, body }) => status === 201 || body['code'] === 'idempotency.running')).toBe(true);
    const last = await again(one, '/api/tasks', { title: '한 번' }, 'post-1');
    expect(last.headers.get('idempotency-replayed')).toBe('true');
    expect(ids.has(last.body['id'])).toBe(true);
    expect(scene.said.slice(before)).toHaveLength(1);
  });

  it('is not answered for a day with a refusal that has passed', async () => {
    const id = String((await again(one, '/api/tasks', { title: '곧 빈다', claimSeconds: 60 }, 'passing')).body['id']);
    await again(one, `/api/tasks/${id}/claim`, {}, 'one-claims');
    expect(await again(two, `/api/tasks/${id}/claim`, {}, 'two-claims')).toMatchObject({
      status: 409,
      body: { code: 'task.claimed' },
    });
    expect(await again(two, `/api/tasks/${id}/report`, { text: 'x' }, 'two-reports')).toMatchObject({
      status: 409,
      body: { code: 'task.not-yours' },
    });
    scene.now = 61_000;
    expect(await again(two, `/api/tasks/${id}/claim`, {}, 'two-claims')).toMatchObject({
      status: 200,
      body: { owner: 'two' },
    });
    expect(await again(two, `/api/tasks/${id}/report`, { text: 'x' }, 'two-reports')).toMatchObject({
      status: 200,
      body: { reports: 1 },
    });
    // What was done is told again as ever.
    expect(
      (await again(two, `/api/tasks/${id}/report`, { text: 'x' }, 'two-reports')).headers.get('idempotency-replayed'),
    ).toBe('true');
    scene.now = 0;
    // Every refusal is one or the other.
    expect(
      Object.keys(STATUS)
        .filter((code) => passes(code as keyof typeof STATUS))
        .toSorted(),
    ).toEqual([
      'answer.late',
      'auth.scope',
      'command.waiting',
      'house.busy',
      'house.fault',
      'idempotency.running',
      'rate.limited',
      'request.slow',
      'room.closed',
      'task.claimed',
      'task.not-yours',
      'task.unavailable',
      'task.waiting',
    ]);
  });

  it('is refused with other contents, and is another call with another key of ours or theirs', async () => {
    await again(one, '/api/messages', { receiver: 'all', content: 'a' }, 'm1');
    expect(await again(one, '/api/messages', { receiver: 'all', content: 'b' }, 'm1')).toMatchObject({
      status: 422,
      body: { code: 'idempotency.mismatch' },
    });
    expect((await again(two, '/api/messages', { receiver: 'all', content: 'b' }, 'm1')).status).toBe(200);
    expect((await again(one, '/api/messages', { receiver: 'all', content: 'b' }, 'm2')).status).toBe(200);
    expect(await again(one, '/api/messages', { receiver: 'nobody', content: 'b' }, 'm3')).toMatchObject({
      status: 404,
    });
    expect(
      (await again(one, '/api/messages', { receiver: 'nobody', content: 'b' }, 'm3')).headers.get(
        'idempotency-replayed',
      ),
    ).toBe('true');
    expect((await again(one, '/api/messages', { receiver: 'all', content: 'b' }, 'x'.repeat(201))).body).toMatchObject({
      code: 'idempotency.key',
    });
  });
});
