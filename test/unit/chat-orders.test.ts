import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { canonicalHash } from '../../bridge/digest/canonical.ts';
import { MAX_CHAT_COMMANDS } from '../../bridge/protocol/command-job.ts';
import { COMMAND_RESULT_TYPE, CommandResultContent } from '../../bridge/protocol/orders/command-request.ts';
import { Policy } from '../../bridge/protocol/policy.ts';
import type { Executor } from '../../executor/executor.ts';
import { readRules } from '../../executor/policy/rules.ts';
import { EXECUTOR, HQ, OPS, startPaperExecutor } from '../house/paper-executor.ts';
import { PaperHomeserver } from '../house/paper-homeserver.ts';
import { PaperRedis } from '../house/paper-redis.ts';
import type { Json } from '../house/provider-formats.ts';

const [MASTER, CLAUDE] = ['@master:test', '@agent_claude:test'];

/** What an agent asks for in conversation, from the job to the result; homeserver, Redis and sandbox are of paper. */
let paper: PaperHomeserver;
let redis: PaperRedis;
let folder: string;
let executor: Executor;
let stopping: AbortController;
let clock: number;
let ran: string[];
let workspaces: string[];
let output: string;
let code: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'chavion-chat-'));
  mkdirSync(join(folder, 'rules'));
  redis = new PaperRedis();
  clock = 1_700_000_000_000;
  [ran, workspaces, logged, output, code] = [[], [], [], 'hello', 0];
  paper = await PaperHomeserver.open({ [MASTER]: 100 }, () => clock);
  await start();
});
afterEach(async () => {
  stopping.abort();
  await executor.stop();
  await paper[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<void> {
  ({ executor, stopping } = await startPaperExecutor({
    paper,
    redis: redis.client(),
    folder,
    play: (job) => {
      ran.push('script' in job.command ? job.command.script : job.command.argv.join(' '));
      workspaces.push(job.workspace.path.split('/').at(-1) ?? '');
      return { code, stdout: output };
    },
    agents: 'claude,jarvis',
    secrets: ['hunter2hunter2'],
    log: pino({ level: 'info' }, { write: (line: string) => void logged.push(JSON.parse(line)) }),
    now: () => clock,
  }));
}

async function again(): Promise<void> {
  stopping.abort();
  await executor.stop();
  await start();
}

async function until<T>(look: () => T | undefined): Promise<T> {
  for (const end = Date.now() + 20_000; ; await new Promise((resolve) => setTimeout(resolve, 10))) {
    const found = look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`waited in vain: ${JSON.stringify([said(HQ), said(OPS)], null, 1)}`);
  }
}

const policy = (rules: object) => writeFileSync(join(folder, 'rules', 'policy.json'), JSON.stringify(rules));
const ask = (body = '클로드야 디스크 봐줘', more: object = {}): string =>
  paper.say(HQ, MASTER, { msgtype: 'm.text', body, ...more });

interface Wish {
  readonly script?: string;
  readonly thread?: string;
  readonly sender?: string;
  readonly more?: object;
  /** In place of the script. */
  readonly command?: object;
}
/** The agent's own event. */
function wish(root: string, { script = 'df -h', thread, sender = CLAUDE, more = {}, command }: Wish = {}): string {
  return paper.say(
    HQ,
    sender,
    {
      body: script,
      'com.chavion': { v: 1, kind: 'request', source: root, root },
      'com.chavion.command': { id: 'c', reason: 'to look', ...(command ?? { type: 'shell', script, ...more }) },
      'm.relates_to': {
        ...(thread === undefined ? {} : { rel_type: 'm.thread', event_id: thread, is_falling_back: true }),
        'm.in_reply_to': { event_id: root },
      },
    },
    'com.chavion.request',
  );
}
const jobOf = (root: string, request: string, more: object = {}) => ({
  v: 1,
  type: 'chat',
  root,
  room: HQ,
  at: paper.events.find(({ event_id }) => event_id === root)?.origin_server_ts ?? clock,
  lang: 'ko',
  request,
  ...more,
});
const take = (root: string, request: string, more: object = {}) => executor.take(jobOf(root, request, more));

/** What the executor has said in a room. */
const said = (room: string): readonly string[] =>
  paper.events.flatMap(({ room_id, sender, type, content }) =>
    room_id === room && sender === EXECUTOR && type === 'm.room.message' ? [String(content.body)] : [],
  );
/** What the agent is told of its request, oldest first. */
const results = (request: string): readonly CommandResultContent['com.chavion']['result'][] =>
  paper.events.flatMap(({ room_id, sender, type, content }) =>
    room_id === OPS && sender === EXECUTOR && type === COMMAND_RESULT_TYPE && content['com.chavion'].source === request
      ? [CommandResultContent.parse(content)['com.chavion'].result]
      : [],
  );
const states = (request: string) => results(request).map(({ state }) => state);
const asked = (): Promise<Json> =>
  until(() => paper.events.find(({ sender, content }) => sender === EXECUTOR && content.body?.startsWith('✋')));
/** The ids with which the log tells of it. */
let logged: Json[];
const audit = () => readFileSync(join(folder, 'audit.jsonl'), 'utf8');

describe('a command that runs without asking', () => {
  it('is told to the agent in ops, and nothing of it to the room', async () => {
    output = 'disk 42% hunter2hunter2';
    const root = ask();
    const request = wish(root);
    await take(root, request);
    expect(ran).toEqual(['df -h']);
    const [result, ...more] = results(request);
    expect(more).toEqual([]);
    expect(result).toMatchObject({ state: 'done', step: 'order', attempt: 1, exitCode: 0 });
    expect(result?.output).toContain('disk 42%');
    expect(result?.output).not.toContain('hunter2');
    expect(said(HQ)).toEqual([]);
    const report = paper.events.find(({ event_id }) => event_id === result?.report);
    expect(report).toMatchObject({ room_id: OPS });
    expect(report?.content.body).toContain('claude ← master');
    expect(audit()).toMatch(/"agent":"@agent_claude:test".*"event":"order\.taken"/);
    for (const msg of ['order.taken', 'job.started', 'job.ended'])
      expect(logged).toContainEqual(expect.objectContaining({ msg, event: root, command: request }));
  });

  it('runs once, however often its job comes and whoever has been restarted', async () => {
    const root = ask();
    const request = wish(root);
    await Promise.all([take(root, request), take(root, request)]);
    await again();
    await take(root, request);
    expect(ran).toEqual(['df -h']);
    expect(states(request)).toEqual(['done']);
  });

  it('works where its conversation does: in its thread, else in the room for a day of the owner’s', async () => {
    const [one, two] = [ask(), ask()];
    await take(one, wish(one));
    await take(two, wish(two));
    await take(two, wish(two, { thread: two }));
    const inThread = ask('또', { 'm.relates_to': { rel_type: 'm.thread', event_id: two } });
    await take(inThread, wish(inThread, { thread: two, sender: '@agent_jarvis:test' }));
    // 2023-11-15 07:13 in Seoul, then the day after.
    clock += 17 * 3_600_000;
    const next = ask();
    await take(next, wish(next));
    const [a, b, c, d, e] = workspaces;
    expect([b, d]).toEqual([a, c]);
    expect(new Set([a, c, e]).size).toBe(3);
    for (const name of workspaces) expect(name).toMatch(/^chat-[0-9a-f]{24}$/);
  });
});

describe('a file that is handed over', () => {
  const files = (): Json[] =>
    paper.events.filter(
      ({ room_id, sender, content }) => room_id === HQ && sender === EXECUTOR && content.url !== undefined,
    );
  const made = { type: 'make_document', path: 'reports/sales.xlsx', content: 'a,b\n1,2' };

  it('stands in the conversation’s thread as what it is, and the agent is told so', async () => {
    output = 'bytes';
    const root = ask();
    const request = wish(root, { thread: root, command: made });
    await take(root, request);
    const [file, ...more] = files();
    expect(more).toEqual([]);
    expect(file?.content).toMatchObject({
      msgtype: 'm.file',
      filename: 'sales.xlsx',
      info: { mimetype: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', size: 5 },
      'm.relates_to': { rel_type: 'm.thread', event_id: root, 'm.in_reply_to': { event_id: root } },
    });
    expect(results(request)).toMatchObject([
      { state: 'done', artifacts: [{ path: 'reports/sales.xlsx', bytes: 5, event: file?.event_id }] },
    ]);
    // People are told by the file; the report of what ran stands in ops.
    expect(said(HQ)).toEqual(['sales.xlsx']);
  });

  it('comes once, wherever the executor dies', async () => {
    const root = ask();
    const request = wish(root, { command: { type: 'send_file', path: 'a.txt' } });
    paper.takesUploads = false;
    await take(root, request).catch(() => undefined);
    expect([files(), results(request)]).toEqual([[], []]);
    paper.takesUploads = true;
    await again();
    await until(() => results(request)[0]);
    expect(results(request)).toMatchObject([{ state: 'done', artifacts: [{ path: 'a.txt' }] }]);
    // It died before it had written down that it had told.
    const ledger = join(folder, 'ledger.jsonl');
    const lines = await until(() => {
      const written = readFileSync(ledger, 'utf8').trimEnd().split('\n');
      return written.at(-1)?.includes('"reported"') === true ? written : undefined;
    });
    stopping.abort();
    await executor.stop();
    writeFileSync(ledger, `${lines.slice(0, -1).join('\n')}\n`);
    await start();
    await until(() => (readFileSync(ledger, 'utf8').includes('"reported"') ? true : undefined));
    expect(files()).toHaveLength(1);
    expect(results(request)).toHaveLength(1);
    expect(ran.filter((line) => !line.includes('head -c'))).toHaveLength(1);
  });

  it('is not sent where it is only wanted in the workspace, or was not made', async () => {
    const root = ask();
    await take(root, wish(root, { command: { ...made, hand: false } }));
    code = 65;
    const failed = wish(root, { command: made });
    await take(root, failed);
    expect(states(failed)).toEqual(['failed']);
    expect([files(), said(HQ)]).toEqual([[], []]);
  });
});

describe('a job that does not stand as it says', () => {
  it('runs nothing and tells the agent why, however often it comes', async () => {
    const root = ask();
    const scout = wish(root, { sender: '@agent_scout:test' });
    for (let i = 0; i < 2; i += 1) await take(root, scout);
    expect(results(scout)).toMatchObject([{ state: 'refused', why: 'not-agent' }]);
    const late = wish(root);
    clock += 10 * 60_000 + 1;
    await take(root, late);
    expect(results(late)).toMatchObject([{ state: 'refused', why: 'too-old' }]);
    const foreign = wish(root);
    await take(root, foreign, { room: '!other:test' });
    expect(results(foreign)).toMatchObject([{ state: 'refused', why: 'wrong-room' }]);
    expect(ran).toEqual([]);
    expect(said(HQ)).toEqual([]);
  });

  it('does not keep the request’s own job from running, nor run it twice, under another message', async () => {
    const [mine, other] = [ask(), ask()];
    const request = wish(mine);
    await take(other, request);
    expect([ran, results(request)]).toEqual([[], []]);
    await take(mine, request);
    await take(other, request);
    expect(ran).toEqual(['df -h']);
    expect(states(request)).toEqual(['done']);
    expect(audit()).toContain('"other-root"');
    expect(said(OPS)[0]).toContain('(다른 메시지에 대한 부탁)');
  });

  it(`is refused as the ${MAX_CHAT_COMMANDS + 1}st of a message, also when they come at once and after a restart`, async () => {
    const root = ask();
    const requests = Array.from({ length: MAX_CHAT_COMMANDS + 2 }, (_, i) => wish(root, { script: `n ${i}` }));
    await Promise.all(requests.slice(0, -1).map((request) => take(root, request)));
    expect(ran).toHaveLength(MAX_CHAT_COMMANDS);
    await again();
    await take(root, requests.at(-1) ?? '');
    expect(ran).toHaveLength(MAX_CHAT_COMMANDS);
    expect(requests.flatMap(results).filter(({ why }) => why === 'too-many')).toHaveLength(2);
  });
});

describe('the owner’s rules', () => {
  it('let none run while `chat` is off, in words that say what to do', async () => {
    policy({ chat: 'off' });
    const root = ask();
    const request = wish(root);
    await take(root, request);
    expect(results(request)).toMatchObject([{ state: 'refused', why: 'chat-off' }]);
    const [told] = paper.events.filter(({ type }) => type === COMMAND_RESULT_TYPE);
    expect(told?.content.body).toContain('policy.json');
    const order = paper.say(HQ, MASTER, { msgtype: 'm.text', body: '!run mine' });
    await executor.take({ v: 1, type: 'run', root: order, room: HQ, at: clock, lang: 'ko' });
    expect(ran).toEqual(['mine']);
  });

  it.each<[string, object, object]>([
    ['`chat` is `ask`', { chat: 'ask' }, {}],
    ['`mode` is `ask`', { mode: 'ask' }, {}],
    ['it goes to the network', {}, { hosts: ['example.org:443'] }],
  ])('make it ask where %s: only a master’s ✅ runs it, also after a restart', async (_, rules, more) => {
    policy(rules);
    const root = ask();
    const request = wish(root, { more, thread: root });
    await take(root, request);
    const { event_id, content } = await asked();
    expect(states(request)).toEqual(['asked']);
    expect(content.body).toContain('부탁한 에이전트: `claude`');
    expect(content['m.relates_to']).toEqual({
      rel_type: 'm.thread',
      event_id: root,
      is_falling_back: false,
      'm.in_reply_to': { event_id: root },
    });
    expect(content['m.mentions']).toEqual({ user_ids: [MASTER] });
    paper.react(HQ, CLAUDE, event_id, '✅');
    await again();
    expect(ran).toEqual([]);
    clock += 3_600_000;
    paper.react(HQ, MASTER, event_id, '✅');
    await until(() => (states(request).includes('done') ? true : undefined));
    expect(ran).toEqual(['df -h']);
    expect(states(request)).toEqual(['asked', 'done']);
    // Told beneath what was asked, in the thread.
    const end = paper.events.findLast(
      ({ room_id, sender, type }) => room_id === HQ && sender === EXECUTOR && type === 'm.room.message',
    );
    expect(end?.content.body).toMatch(/^✓/);
    expect(end?.content['m.relates_to']).toMatchObject({ event_id: root, 'm.in_reply_to': { event_id } });
  });

  it('have the same hash as before `chat` could be said, so that what waited goes on waiting', () => {
    const hashOf = (rules: object) => {
      policy(rules);
      return readRules(join(folder, 'rules')).policyHash;
    };
    const { chat: _, ...before } = Policy.parse({});
    expect(hashOf({})).toBe(canonicalHash(before));
    expect(hashOf({ chat: 'auto' })).toBe(hashOf({}));
    expect(new Set(['auto', 'ask', 'off'].map((chat) => hashOf({ chat }))).size).toBe(3);
  });
});

describe('a stop', () => {
  it('withdraws what waits, and the agent and the room are told', async () => {
    policy({ chat: 'ask' });
    const root = ask();
    const request = wish(root);
    await take(root, request);
    const { event_id } = await asked();
    clock += 1_000;
    paper.say(HQ, MASTER, { msgtype: 'm.text', body: '!그만' });
    await until(() => (states(request).includes('stopped') ? true : undefined));
    paper.react(HQ, MASTER, event_id, '✅');
    const later = wish(root);
    await take(root, later);
    expect(results(later)).toMatchObject([{ state: 'refused', why: 'stopped' }]);
    expect(ran).toEqual([]);
    expect(said(HQ).at(-1)).toMatch(/^■/);
  });

  it('comes with the agent’s own withdrawal of its request', async () => {
    policy({ chat: 'ask' });
    const root = ask();
    const request = wish(root);
    await take(root, request);
    await asked();
    paper.say(HQ, CLAUDE, { redacts: request }, 'm.room.redaction');
    expect(await until(() => results(request).find(({ state }) => state === 'stopped'))).toMatchObject({ attempt: 1 });
  });
});
