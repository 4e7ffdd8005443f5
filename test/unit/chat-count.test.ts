import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MAX_CHAT_COMMANDS } from '../../bridge/protocol/command-job.ts';
import { COMMAND_RESULT_TYPE } from '../../bridge/protocol/orders/command-request.ts';
import { HQ, OPS, startPaperExecutor } from '../house/paper-executor.ts';
import { PaperHomeserver } from '../house/paper-homeserver.ts';
import { PaperRedis } from '../house/paper-redis.ts';

const [MASTER, CLAUDE] = ['@master:test', '@agent_claude:test'];

/** Two executors of one house, whose account, homeserver and Redis are the same; these are of paper. */
let paper: PaperHomeserver;
let redis: PaperRedis;
let folder: string;
let executors: Awaited<ReturnType<typeof start>>[];
let ran: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'chavion-count-'));
  ran = [];
  redis = new PaperRedis();
  paper = await PaperHomeserver.open({ [MASTER]: 100 });
  executors = [await start('one'), await start('two')];
});
afterEach(async () => {
  for (const { stopping, executor } of executors) {
    stopping.abort();
    await executor.stop();
  }
  await paper[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

function start(name: string) {
  mkdirSync(join(folder, name, 'rules'), { recursive: true });
  return startPaperExecutor({
    paper,
    redis: redis.client(),
    folder: join(folder, name),
    agents: 'claude',
    play: ({ command }) => {
      ran.push('script' in command ? command.script : '');
      return { code: 0, stdout: 'ok' };
    },
  });
}

async function begunAnew(number: 0 | 1): Promise<void> {
  const old = executors[number];
  old?.stopping.abort();
  await old?.executor.stop();
  executors[number] = await start(number === 0 ? 'one' : 'two');
}

const ask = (): string => paper.say(HQ, MASTER, { msgtype: 'm.text', body: '클로드야 디스크 봐줘' });
const wish = (root: string, script: string): string =>
  paper.say(
    HQ,
    CLAUDE,
    {
      body: script,
      'com.chavion': { v: 1, kind: 'request', source: root, root },
      'com.chavion.command': { id: 'c', reason: 'to look', type: 'shell', script },
      'm.relates_to': { 'm.in_reply_to': { event_id: root } },
    },
    'com.chavion.request',
  );
const take = async (which: 0 | 1, root: string, request: string): Promise<void> =>
  executors[which]?.executor.take({
    v: 1,
    type: 'chat',
    root,
    room: HQ,
    at: paper.events.find(({ event_id }) => event_id === root)?.origin_server_ts,
    lang: 'ko',
    request,
  });
/** Why requests were turned away, oldest first. */
const refusals = (): readonly string[] =>
  paper.events.flatMap(({ room_id, type, content }) =>
    room_id === OPS && type === COMMAND_RESULT_TYPE && content['com.chavion'].result.state === 'refused'
      ? [content['com.chavion'].result.why]
      : [],
  );
const both = (i: number): 0 | 1 => (i % 2 === 0 ? 0 : 1);

it(`lets one message set off ${MAX_CHAT_COMMANDS} commands in all, at whichever executor they come`, async () => {
  const root = ask();
  const requests = Array.from({ length: MAX_CHAT_COMMANDS + 4 }, (_, i) => wish(root, `n ${i}`));
  await Promise.all(requests.map((request, i) => take(both(i), root, request)));
  expect(ran).toHaveLength(MAX_CHAT_COMMANDS);
  expect(refusals()).toEqual(Array.from({ length: 4 }, () => 'too-many'));
  const another = ask();
  await take(0, another, wish(another, 'of its own'));
  expect(ran.at(-1)).toBe('of its own');
});

it('opens to none of them when Redis has lost everything', async () => {
  const root = ask();
  for (let i = 0; i < MAX_CHAT_COMMANDS; i += 1) await take(0, root, wish(root, `n ${i}`));
  redis = new PaperRedis();
  await begunAnew(0);
  await begunAnew(1);
  for (const which of [0, 1] as const) await take(which, root, wish(root, 'one more'));
  expect(ran).toHaveLength(MAX_CHAT_COMMANDS);
  expect(refusals()).toEqual(['too-many', 'too-many']);
});

it('counts on where Redis has lost what it had in the middle', async () => {
  const root = ask();
  for (let i = 0; i < 7; i += 1) await take(0, root, wish(root, `before ${i}`));
  redis = new PaperRedis();
  await begunAnew(0);
  await begunAnew(1);
  // At once: what the homeserver takes twice of two that come together is not sent twice.
  const late = Array.from({ length: MAX_CHAT_COMMANDS }, (_, i) => wish(root, `after ${i}`));
  await Promise.all(late.map((request, i) => take(both(i), root, request)));
  expect(ran).toHaveLength(MAX_CHAT_COMMANDS);
  expect(refusals()).toHaveLength(7);
});

it('opens to none of them when its notes at the homeserver were taken away', async () => {
  const root = ask();
  for (let i = 0; i < MAX_CHAT_COMMANDS; i += 1) await take(0, root, wish(root, `n ${i}`));
  for (const event of paper.events.filter(({ type }) => type === 'com.chavion.counted'))
    event.content = { 'm.relates_to': {} };
  await take(1, root, wish(root, 'one more'));
  expect([ran.length, refusals()]).toEqual([MAX_CHAT_COMMANDS, ['too-many']]);
});

it('counts one command once, however often its job comes, and to whichever executor', async () => {
  const root = ask();
  const request = wish(root, 'once');
  for (const which of [0, 0, 1, 1] as const) await take(which, root, request);
  for (let i = 1; i < MAX_CHAT_COMMANDS; i += 1) await take(both(i), root, wish(root, `n ${i}`));
  expect(ran).toHaveLength(MAX_CHAT_COMMANDS);
});
