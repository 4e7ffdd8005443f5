import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { OpenAPIClientAxios, type Document } from 'openapi-client-axios';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AgentId } from '../../bridge/protocol/ids.ts';
import { AgentApiScene } from '../house/agent-api-scene.ts';
import { type Got, pythonFlow, typescriptFlow, validated } from '../house/generated-clients.ts';

let scene: AgentApiScene;
let key: string;
const scout = AgentId.parse('scout');
beforeAll(async () => {
  scene = await AgentApiScene.open();
  key = await scene.key('scout');
  await scene.key('helper');
});
afterAll(() => scene[Symbol.asyncDispose]());

const letter = (content: string) => ({ type: 'chat', from: 'master', content, at: Date.now() }) as const;

describe('the OpenAPI document', () => {
  it('is one that GPT Actions take', async () => {
    const { body } = await scene.call('GET', '/openapi.json');
    expect(body).toMatchObject({
      openapi: '3.1.0',
      servers: [{ url: scene.url }],
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
      security: [{ bearer: [] }],
    });
    const operations = Object.values(
      body['paths'] as Record<string, Record<string, { operationId?: string; description?: string; summary?: string }>>,
    ).flatMap((path) => Object.values(path));
    expect(operations.length).toBeGreaterThanOrEqual(15);
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
    for (const { operationId, description, summary } of operations) {
      expect(operationId).toMatch(/^[a-zA-Z]{3,64}$/);
      expect((description ?? '').length).toBeLessThanOrEqual(300);
      expect((summary ?? '').length).toBeLessThanOrEqual(300);
    }
    // What an importer reads of a parameter is at most 700 letters.
    expect(
      Math.max(
        ...[...JSON.stringify(body).matchAll(/"description":"((?:[^"\\]|\\.)*)"/g)].map(
          ([, text]) => (text ?? '').length,
        ),
      ),
    ).toBeLessThanOrEqual(700);
  });

  it('makes a client that carries a task through', async () => {
    const { body } = await scene.call('GET', '/openapi.json');
    const api = new OpenAPIClientAxios({
      definition: body as unknown as Document,
      axiosConfigDefaults: { headers: { authorization: `Bearer ${key}` }, validateStatus: () => true },
    });
    const client = await api.init();
    const call = async (operation: string, parameters?: object, data?: unknown) =>
      (await client[operation]!(parameters as never, data)) as { status: number; data: Record<string, unknown> };
    expect((await call('checkIn', { name: 'scout' })).data).toMatchObject({ agent: 'scout' });
    const task = await call('postTask', undefined, { title: '문서로' });
    expect(task.status).toBe(201);
    const { id } = task.data;
    expect((await call('claimTask', { id })).data).toMatchObject({ owner: 'scout' });
    const job = await call(
      'dispatchTask',
      { id },
      { to: 'executor', command: { type: 'shell', payload: { script: 'echo 1' } } },
    );
    expect(job.data).toMatchObject({ to: 'executor' });
    expect((await call('reportTask', { id }, { text: '했습니다' })).status).toBe(200);
    expect((await call('completeTask', { id }, { result: '끝' })).data).toMatchObject({ state: 'done' });
    expect((await call('taskAggregate', { id })).data['markdown']).toContain('끝');
    expect((await call('listen', { wait: 0 })).data).toMatchObject({ messages: [] });
  });
});

describe('clients that generators make of the document', () => {
  const WHOLE: Got = {
    checkIn: { status: 200, data: { agent: 'scout' } },
    listen: { status: 200, data: { messages: [] } },
    sendMessage: { status: 200, data: {} },
    postTask: { status: 201, data: { kind: 'board', state: 'open' } },
    claimTask: { status: 200, data: { owner: 'scout' } },
    reportTask: { status: 200, data: { reports: 1 } },
    dispatchTask: { status: 200, data: { to: 'executor', job: { state: 'asked' } } },
    runCommand: { status: 202, data: { state: 'asked' } },
    getJob: { status: 200, data: { agent: 'scout' } },
    completeTask: { status: 200, data: { state: 'done' } },
    taskResults: { status: 200, data: { result: 'all of it' } },
    refused: { status: 404, data: { code: 'task.unknown' } },
  };
  const document = async () => (await scene.call('GET', '/openapi.json')).body;

  it('hold together: every reference leads somewhere, and the schema of OpenAPI takes it', async () => {
    expect(await validated(await document())).toContain('valid');
  });
  it('carry the whole flow in TypeScript', async () => {
    expect(await typescriptFlow(await document(), { url: scene.url, key, name: 'scout' })).toMatchObject(WHOLE);
  });
  it('carry the whole flow in Python', async () => {
    expect(await pythonFlow(await document(), { url: scene.url, key, name: 'scout' })).toMatchObject(WHOLE);
  });
});

describe('a client of the Model Context Protocol', () => {
  const connected = async (token: string): Promise<Client> => {
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(
      new StreamableHTTPClientTransport(new URL('/mcp', scene.url), {
        requestInit: { headers: { authorization: `Bearer ${token}` } },
      }),
    );
    return client;
  };
  const said = async (client: Client, name: string, args: Record<string, unknown> = {}) => {
    const { content, isError } = await client.callTool({ name, arguments: args });
    const [first] = content as { text: string }[];
    return { isError: isError === true, text: first?.text ?? '' };
  };

  it('finds the tools and does with them what can be done by HTTP', async () => {
    const client = await connected(key);
    expect((await client.listTools()).tools.map(({ name }) => name).toSorted()).toEqual([
      'claim_task',
      'complete_task',
      'dispatch_task',
      'get_task',
      'list_tasks',
      'listen',
      'post_task',
      'report_task',
      'run_command',
      'say',
      'status',
    ]);
    await said(client, 'say', { receiver: 'all', content: 'MCP로 인사합니다' });
    expect(scene.said.at(-1)).toMatchObject({ agent: 'scout', text: 'MCP로 인사합니다' });
    const { id } = JSON.parse((await said(client, 'post_task', { title: 'MCP', description: '붙여서' })).text) as {
      id: string;
    };
    expect((await scene.call('GET', `/api/tasks/${id}`, { key })).body).toMatchObject({
      kind: 'board',
      title: 'MCP',
      description: '붙여서',
      by: 'scout',
    });
    expect((await said(client, 'list_tasks', {})).text).toContain(id);
    expect(JSON.parse((await said(client, 'claim_task', { id })).text)).toMatchObject({ owner: 'scout' });
    const job = JSON.parse(
      (await said(client, 'run_command', { type: 'shell', payload: { script: 'echo 1' } })).text,
    ) as { id: string };
    expect(JSON.parse((await said(client, 'run_command', { job_id: job.id })).text)).toMatchObject({
      id: job.id,
      state: 'asked',
    });
    expect(
      JSON.parse(
        (
          await said(client, 'dispatch_task', {
            id,
            to: 'executor',
            command: { type: 'shell', payload: { script: 'echo 2' } },
          })
        ).text,
      ),
    ).toMatchObject({ to: 'executor', job: { state: 'asked' } });
    expect((await said(client, 'report_task', { id, text: '거의' })).isError).toBe(false);
    expect(JSON.parse((await said(client, 'complete_task', { id, result: '끝' })).text)).toMatchObject({
      state: 'done',
    });
    expect(JSON.parse((await said(client, 'get_task', { id })).text)).toMatchObject({
      title: 'MCP',
      state: 'done',
      result: '끝',
      reports: [{ by: 'scout', text: '거의' }],
      jobs: [{ state: 'asked' }],
    });
    expect(JSON.parse((await said(client, 'status')).text)).toMatchObject({
      you: 'scout',
      agents: expect.arrayContaining([expect.objectContaining({ id: 'helper' })]) as unknown,
    });
    await scene.inbox.put(scout, 'm1', letter('들리나요'));
    expect((await said(client, 'listen', {})).text).toContain('들리나요');
    await client.close();
  });

  it('asks for a task of all agents, and looks at what becomes of it', async () => {
    const client = await connected(key);
    const wish = JSON.parse(
      (await said(client, 'post_task', { kind: 'swarm', title: '모두 함께', description: '나눠서 해요' })).text,
    ) as { id: string };
    expect(wish).toMatchObject({ kind: 'swarm', state: 'asking', by: 'scout' });
    expect([...scene.wishes.values()]).toMatchObject([{ id: wish.id, title: '모두 함께', description: '나눠서 해요' }]);
    expect(JSON.parse((await said(client, 'get_task', { id: wish.id })).text)).toMatchObject({
      state: 'asking',
      result: null,
      jobs: [],
    });
    expect((await said(client, 'list_tasks', { state: 'asking' })).text).toContain(wish.id);
    expect(await said(client, 'claim_task', { id: wish.id })).toMatchObject({
      isError: true,
      text: expect.stringContaining('task.swarm') as string,
    });
    await client.close();
  });

  it('is told clearly what it may not do', async () => {
    await expect(connected('chv_wrong')).rejects.toThrow(/401|auth\.wrong|[Uu]nauthorized/);
    const client = await connected(await scene.key('reading', ['read']));
    expect(await said(client, 'say', { receiver: 'all', content: 'x' })).toMatchObject({
      isError: true,
      text: expect.stringContaining('auth.scope') as string,
    });
    for (const [name, args] of [
      ['claim_task', { id: 'b1' }],
      ['post_task', { title: 'x' }],
      ['post_task', { title: 'x', kind: 'swarm' }],
      ['dispatch_task', { id: 'b1', to: 'executor', command: { type: 'shell', payload: { script: 'x' } } }],
    ] as const) {
      expect(await said(client, name, args)).toMatchObject({
        isError: true,
        text: expect.stringContaining('auth.scope') as string,
      });
    }
    expect(await said(client, 'run_command', { type: 'shell', payload: { script: 'x' } })).toMatchObject({
      isError: true,
    });
    await client.close();
    const full = await connected(key);
    expect(await said(full, 'run_command', { type: 'shell', payload: { nonsense: 1 } })).toMatchObject({
      isError: true,
      text: expect.stringContaining('command.invalid') as string,
    });
    await full.close();
  });
});

describe('listening', () => {
  it('waits for a letter, and goes on after the last one that was named', async () => {
    const helper = AgentId.parse('helper');
    const own = await scene.key('helper');
    const waiting = scene.call('GET', '/api/messages?wait=20', { key: own });
    await scene.inbox.put(helper, 'a', letter('첫째'));
    const first = await waiting;
    expect(first.body['messages']).toMatchObject([{ content: '첫째', from: 'master' }]);
    await scene.inbox.put(helper, 'a', letter('첫째'));
    await scene.inbox.put(helper, 'b', letter('둘째'));
    // Not named as arrived, so it comes again: nothing is lost by a cut connection.
    expect((await scene.call('GET', '/api/messages', { key: own })).body['messages']).toHaveLength(2);
    expect(
      (await scene.call('GET', `/api/messages?since=${String(first.body['next'])}`, { key: own })).body['messages'],
    ).toMatchObject([{ content: '둘째' }]);
    expect((await scene.call('GET', '/api/messages', { key: own })).body['messages']).toMatchObject([
      { content: '둘째' },
    ]);
    expect((await scene.call('GET', '/api/messages', { key })).body['messages']).not.toMatchObject([
      { content: '둘째' },
    ]);
    expect(await scene.call('GET', '/api/messages?since=now', { key: own })).toMatchObject({ status: 400 });
    // An id of a time that is to come is nothing that has arrived: nothing is marked as read by it.
    await scene.inbox.put(helper, 'c', letter('셋째'));
    for (const since of ['999999999999999-1', `${Date.now() + 60_000}-0`]) {
      expect(await scene.call('GET', `/api/messages?since=${since}`, { key: own })).toMatchObject({
        status: 400,
        body: { code: 'since.future' },
      });
      expect(await scene.call('GET', '/api/events', { key: own, headers: { 'last-event-id': since } })).toMatchObject({
        status: 400,
        body: { code: 'since.future' },
      });
    }
    expect((await scene.call('GET', '/api/messages', { key: own })).body['messages']).toMatchObject([
      { content: '둘째' },
      { content: '셋째' },
    ]);
  });

  it('gives so many as are asked for, says that there are more, and fits every answer into what clients take', async () => {
    const pager = AgentId.parse('pager');
    const own = await scene.key('pager');
    for (let i = 0; i < 30; i += 1) await scene.inbox.put(pager, `n${i}`, letter(`편지 ${i}`));
    const get = async (query = '') =>
      (await scene.call('GET', `/api/messages${query}`, { key: own })).body as {
        messages: { id: string; content: string; prompt?: string; textNext?: number }[];
        next: string;
        more: boolean;
      };
    const first = await get();
    expect([first.messages.length, first.more]).toEqual([20, true]);
    const rest = await get(`?since=${first.next}&limit=100`);
    expect([rest.messages.length, rest.more]).toEqual([10, false]);
    for (const limit of ['0', '101', 'x'])
      expect(await scene.call('GET', `/api/messages?limit=${limit}`, { key: own })).toMatchObject({ status: 400 });

    // As long as a question of a task gets, and as bad for JSON as it may be.
    const prompt = `처음 ${'"\n한글😀'.repeat(20_000)} 끝`;
    for (let i = 0; i < 3; i += 1)
      await scene.inbox.put(pager, `long${i}`, { ...letter('긴 질문'), type: 'ask', ask: `$a${i}`, prompt });
    let since = rest.next;
    for (let i = 0; i < 3; i += 1) {
      const page = await get(`?since=${since}&limit=1`);
      since = page.next;
      let whole = page.messages[0]?.prompt ?? '';
      for (let next = page.messages[0]?.textNext; next !== undefined;) {
        const part = await scene.call('GET', `/api/messages?letter=${page.next}&from=${next}`, { key: own });
        expect(JSON.stringify(part.body).length).toBeLessThan(80_000);
        const [more] = part.body['messages'] as { prompt: string; textNext?: number }[];
        whole += more?.prompt ?? '';
        next = more?.textNext;
      }
      expect(whole).toBe(prompt);
    }
    expect(JSON.stringify(await get(`?since=${rest.next}&limit=100`)).length).toBeLessThan(80_000);
    expect(await scene.call('GET', '/api/messages?letter=1-1', { key: own })).toMatchObject({
      status: 404,
      body: { code: 'letter.unknown' },
    });

    for (let i = 0; i < 12; i += 1) {
      const { body: posted } = await scene.call('POST', '/api/tasks', {
        key: own,
        body: { title: `긴 일 ${i}`, description: 'ㄱ'.repeat(20_000) },
      });
      const id = String(posted['id']);
      await scene.call('POST', `/api/tasks/${id}/claim`, { key: own });
      const reports = i === 0 ? 20 : 0;
      for (let n = 0; n < reports; n += 1)
        await scene.call('POST', `/api/tasks/${id}/report`, {
          key: own,
          body: { text: `${n} ${'ㄴ'.repeat(11_000)}` },
        });
      if (i > 0) continue;
      const results = await scene.call('GET', `/api/tasks/${id}/results`, { key: own });
      expect(JSON.stringify(results.body).length).toBeLessThan(80_000);
      expect(results.body).toMatchObject({ cut: true });
      let markdown = '';
      for (let from: number | null = 0; from !== null;) {
        const part: Record<string, unknown> = (
          await scene.call('GET', `/api/tasks/${id}/aggregate?from=${from}`, { key: own })
        ).body;
        expect(JSON.stringify(part).length).toBeLessThan(80_000);
        markdown += String(part['markdown']);
        from = part['next'] as number | null;
      }
      expect(markdown).toContain(`19 ${'ㄴ'.repeat(11_000)}`);
    }
    expect(JSON.stringify((await scene.call('GET', '/api/tasks?limit=200', { key: own })).body).length).toBeLessThan(
      80_000,
    );
  });

  it('streams, and goes on after Last-Event-ID', async () => {
    const streamer = AgentId.parse('streamer');
    const own = await scene.key('streamer');
    const stream = async (headers: Record<string, string>, until: string): Promise<string> => {
      const over = new AbortController();
      const response = await fetch(`${scene.url}/api/events`, {
        headers: { authorization: `Bearer ${own}`, ...headers },
        signal: over.signal,
      });
      expect(response.headers.get('content-type')).toContain('text/event-stream');
      let got = '';
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
        got += chunk;
        if (got.includes(until)) break;
      }
      over.abort();
      return got;
    };
    const first = stream({}, '하나');
    await scene.inbox.put(streamer, '1', letter('하나'));
    const id = /id: (\S+)\nevent: chat/.exec(await first)?.[1] ?? '';
    await scene.inbox.put(streamer, '2', letter('둘'));
    const second = await stream({ 'last-event-id': id }, '둘');
    expect(second).not.toContain('하나');
  });

  it('survives a restart: letters, keys and claims are there', async () => {
    const own = await scene.key('steady');
    const { body } = await scene.call('POST', '/api/tasks', { key: own, body: { title: '지속' } });
    await scene.call('POST', `/api/tasks/${String(body['id'])}/claim`, { key: own });
    await scene.inbox.put(AgentId.parse('steady'), 'x', letter('아직 여기'));
    await scene.close();
    await scene.start();
    expect((await scene.call('GET', '/api/messages', { key: own })).body['messages']).toMatchObject([
      { content: '아직 여기' },
    ]);
    expect((await scene.call('GET', `/api/tasks/${String(body['id'])}`, { key: own })).body).toMatchObject({
      state: 'claimed',
      owner: 'steady',
    });
  });
});
