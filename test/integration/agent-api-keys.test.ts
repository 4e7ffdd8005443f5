import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AgentId } from '../../bridge/protocol/ids.ts';
import { AgentApiScene } from '../house/agent-api-scene.ts';

let scene: AgentApiScene;
let key: string;
beforeAll(async () => {
  scene = await AgentApiScene.open();
  key = await scene.key('scout');
});
afterAll(() => scene[Symbol.asyncDispose]());

describe('keys', () => {
  it.each([
    ['none', undefined],
    ['of another make', 'Bearer sk-ant-0123456789'],
    ['with a wrong secret half', () => `Bearer ${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`],
    ['with a wrong public half', () => `Bearer chv_AAAAAAAAAAAA${key.slice(16)}`],
    ['in the wrong scheme', () => `Basic ${key}`],
    ['with something behind it', () => `Bearer ${key}x`],
    ['very long', `Bearer chv_${'a'.repeat(5_000)}`],
  ])('%s opens nothing', async (_what, header) => {
    const value = typeof header === 'function' ? header() : header;
    const before = scene.said.length;
    const { status, body, headers } = await scene.call('POST', '/api/messages', {
      body: { receiver: 'all', content: 'x' },
      ...(value === undefined ? {} : { headers: { authorization: value } }),
    });
    expect(status).toBe(401);
    expect(body['code']).toMatch(/^auth\.(?:missing|wrong)$/);
    expect(headers.get('www-authenticate')).toContain('Bearer');
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect(scene.said).toHaveLength(before);
  });

  it('that were changed or taken back open nothing from that moment', async () => {
    const old = await scene.key('brief');
    expect((await scene.call('GET', '/api/status', { key: old })).status).toBe(200);
    const fresh = await scene.key('brief');
    expect((await scene.call('GET', '/api/status', { key: old })).body).toMatchObject({ code: 'auth.wrong' });
    expect((await scene.call('GET', '/api/status', { key: fresh })).status).toBe(200);
    const { agent } = (await scene.keys.caller(fresh))!;
    await scene.keys.revoke(agent);
    expect((await scene.call('GET', '/api/status', { key: fresh })).body).toMatchObject({ code: 'auth.wrong' });
    expect((await scene.call('GET', '/api/status', { key })).status).toBe(200);
  });

  it('that were taken back while their owner waits give him nothing of what comes then', async () => {
    const old = await scene.key('waiter');
    const waiter = AgentId.parse('waiter');
    const poll = scene.call('GET', '/api/messages?wait=20', { key: old });
    const stream = await fetch(`${scene.url}/api/events`, { headers: { authorization: `Bearer ${old}` } });
    const told = stream.text();
    await sleep(200);
    const fresh = await scene.key('waiter');
    await scene.inbox.put(waiter, 'secret', {
      type: 'chat',
      from: 'master',
      content: '새 열쇠에게만',
      at: Date.now(),
    });
    expect(await poll).toMatchObject({ status: 401, body: { code: 'auth.wrong' } });
    // It ends by itself.
    expect(await told).not.toContain('새 열쇠에게만');
    expect((await scene.call('GET', '/api/messages', { key: fresh })).body['messages']).toMatchObject([
      { content: '새 열쇠에게만' },
    ]);
  });

  it('do what their scope says, and check nobody else in', async () => {
    const reader = await scene.key('reader', ['read']);
    expect((await scene.call('GET', '/api/tasks', { key: reader })).status).toBe(200);
    expect(
      await scene.call('POST', '/api/messages', { key: reader, body: { receiver: 'all', content: 'x' } }),
    ).toMatchObject({ status: 403, body: { code: 'auth.scope' } });
    expect(await scene.call('POST', '/api/tasks', { key: reader, body: { title: 'x' } })).toMatchObject({
      status: 403,
    });
    expect(
      await scene.call('POST', '/api/executor/command', {
        key: reader,
        body: { type: 'shell', payload: { script: 'x' } },
      }),
    ).toMatchObject({ status: 403 });
    expect(await scene.call('POST', '/api/agent/scout/checkin', { key: reader })).toMatchObject({
      status: 403,
      body: { code: 'auth.other' },
    });
    expect(await scene.call('POST', '/api/agent/Reader/checkin', { key: reader })).toMatchObject({
      status: 200,
      body: { agent: 'reader', scopes: ['read'] },
    });
  });

  it('allow less or more from the moment when the owner says so, and are the same keys', async () => {
    const own = await scene.key('shrunk');
    const shrunk = AgentId.parse('shrunk');
    const says = () => scene.call('POST', '/api/messages', { key: own, body: { receiver: 'all', content: 'x' } });
    expect((await says()).status).toBe(200);
    await scene.keys.rescope(shrunk, ['read']);
    expect(await says()).toMatchObject({ status: 403, body: { code: 'auth.scope' } });
    expect((await scene.call('GET', '/api/messages', { key: own })).status).toBe(200);
    expect((await scene.call('POST', '/api/messages', { key, body: { receiver: 'all', content: 'x' } })).status).toBe(
      200,
    );
    await scene.keys.rescope(shrunk, ['read', 'speak']);
    expect((await says()).status).toBe(200);
  });

  it('lie in Redis as nothing that opens, and in no log and no record', async () => {
    await scene.call('GET', '/api/status', { key });
    await scene.call('GET', `/api/tasks/${key}`, { key });
    await scene.call('GET', `/api/nowhere/${key}?key=${key}`, { key });
    const all: string[] = [];
    for (const name of await scene.redis.keys('*')) {
      const type = await scene.redis.type(name);
      all.push(
        name,
        JSON.stringify(
          type === 'string'
            ? await scene.redis.get(name)
            : type === 'hash'
              ? await scene.redis.hgetall(name)
              : type === 'stream'
                ? await scene.redis.xrange(name, '-', '+')
                : '',
        ),
      );
    }
    const secret = key.slice(16);
    expect(all.join('\n')).toContain(key.slice(4, 16));
    expect(all.join('\n')).not.toContain(secret);
    expect(scene.log.join('\n')).not.toContain(secret);
  });
});

describe('the record', () => {
  it('holds every call with whose it was and what became of it', async () => {
    await scene.call('POST', '/api/tasks/b77/claim', { key });
    await scene.call('GET', '/api/tasks');
    await sleep(50);
    const last = async (record: string) =>
      (await scene.redis.xrevrange(`chavion:swarm:door:${record}`, '+', '-', 'COUNT', 1)).map(([, fields]) =>
        Object.fromEntries(fields.flatMap((field, i) => (i % 2 === 0 ? [[field, fields[i + 1]]] : []))),
      )[0];
    expect(await last('record')).toMatchObject({
      agent: 'scout',
      keyId: key.slice(4, 16),
      method: 'POST',
      route: '/api/tasks/:id/claim',
      status: '404',
      code: 'task.unknown',
    });
    // Strangers have a record of their own, and push nothing out of the other.
    const stranger = await last('strangers');
    expect(stranger).toMatchObject({ method: 'GET', route: '/api/tasks', status: '401', code: 'auth.missing' });
    expect(stranger).not.toHaveProperty('agent');
  });

  it('is not filled by whoever knocks without end; the figures count him all the same', async () => {
    const counted = async () =>
      Number(
        /chavion_door_refusals_total\{code="auth.wrong"\} (\d+)/.exec(
          String((await scene.call('GET', '/metrics')).body['text']),
        )?.[1] ?? 0,
      );
    const [began, before, lines] = [
      Date.now(),
      await counted(),
      await scene.redis.xlen('chavion:swarm:door:strangers'),
    ];
    await Promise.all(Array.from({ length: 400 }, () => scene.call('GET', '/api/tasks', { key: 'chv_nobody' })));
    expect(await counted()).toBe(before + 400);
    const seconds = Math.floor((Date.now() - began) / 1000) + 2;
    expect((await scene.redis.xlen('chavion:swarm:door:strangers')) - lines).toBeLessThanOrEqual(50 * seconds);
  });
});
