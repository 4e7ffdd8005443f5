import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Executor } from '../../executor/executor.ts';
import { EXECUTOR, HQ, OPS, startPaperExecutor } from '../house/paper-executor.ts';
import { PaperHomeserver } from '../house/paper-homeserver.ts';
import { PaperRedis } from '../house/paper-redis.ts';

const MASTER = '@master:test';

/** From a job in the box to a command that ran, or did not; homeserver, Redis and sandbox are of paper. */
let paper: PaperHomeserver;
let redis: PaperRedis;
let folder: string;
let executor: Executor;
let stopping: AbortController;
let ran: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'chavion-orders-'));
  mkdirSync(join(folder, 'rules'));
  redis = new PaperRedis();
  ran = [];
  paper = await PaperHomeserver.open({ [MASTER]: 100 });
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
      return { code: 0 };
    },
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
    if (Date.now() > end) throw new Error(`waited in vain: ${JSON.stringify(lines(), null, 1)}`);
  }
}

const order = (words: string, sender = MASTER): string =>
  paper.say(HQ, sender, { msgtype: 'm.text', body: `!run ${words}` });
const take = (root: string) =>
  executor.take({
    v: 1,
    type: 'run',
    root,
    room: HQ,
    at: paper.events.find(({ event_id }) => event_id === root)?.origin_server_ts ?? Date.now(),
    lang: 'ko',
  });
/** What the executor has said in a room. */
const lines = (room = HQ): readonly string[] =>
  paper.events.flatMap(({ room_id, sender, type, content }) =>
    room_id === room && sender === EXECUTOR && type === 'm.room.message' ? [String(content.body)] : [],
  );
const request = () =>
  until(() => paper.events.find(({ sender, content }) => sender === EXECUTOR && content.body?.startsWith('✋')));
const audit = () => readFileSync(join(folder, 'audit.jsonl'), 'utf8');

describe('an order of a master', () => {
  it('runs, and once, however often its job comes and whoever has been restarted', async () => {
    const root = order('echo one');
    await Promise.all([take(root), take(root)]);
    expect(ran).toEqual(['echo one']);
    await again();
    await take(root);
    expect(ran).toEqual(['echo one']);
  });

  it('asks first where it wants the network; ✅ by a master runs it, nobody else’s does', async () => {
    const root = order('--net example.org:443 fetch');
    await take(root);
    const { event_id, content } = await request();
    expect(content.body).toContain('fetch');
    expect(content.body).toContain('example.org:443');
    paper.react(HQ, '@stranger:test', event_id, '✅');
    paper.react(HQ, MASTER, event_id, '👍');
    await take(root);
    expect(ran).toEqual([]);
    paper.react(HQ, MASTER, event_id, '✅');
    await until(() => (ran.length > 0 ? true : undefined));
    await take(root);
    expect(ran).toEqual(['fetch']);
  });

  it('does not run once it was taken back while it waited, whatever is signed then', async () => {
    const root = order('--net example.org:443 fetch');
    await take(root);
    const { event_id } = await request();
    Object.assign(
      paper.events.find((event) => event.event_id === root),
      { content: {}, unsigned: { redacted_because: {} } },
    );
    paper.react(HQ, MASTER, event_id, '✅');
    await until(() =>
      audit().includes('"redacted"') || lines().some((line) => line.includes('⊘')) ? true : undefined,
    );
    expect(ran).toEqual([]);
  });
});

describe('a job that nobody ordered', () => {
  it('is refused where it does not fit, and ops hears of it', async () => {
    await executor.take({ v: 1, type: 'run', root: 'rm -rf', command: 'rm -rf /' });
    expect(ran).toEqual([]);
    expect(lines(OPS)).toHaveLength(1);
    expect(audit()).toContain('malformed');
  });

  it.each([
    ['of a message that is none of a master’s', () => order('echo stranger', '@stranger:test')],
    ['of an event that is not there', () => '$nowhere'],
    ['of words that are no order', () => paper.say(HQ, MASTER, { msgtype: 'm.text', body: 'echo hello' })],
  ])('runs nothing: %s', async (_, root) => {
    await take(root());
    await take(root());
    expect(ran).toEqual([]);
    expect(audit()).toContain('order.refused');
  });
});
