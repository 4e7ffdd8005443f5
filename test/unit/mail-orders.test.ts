import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAIL_FILE } from '../../bridge/mail/mail-settings.ts';
import { parseCommand } from '../../bridge/protocol/command.ts';
import { COMMAND_RESULT_TYPE, CommandResultContent } from '../../bridge/protocol/orders/command-request.ts';
import { OFFERS_KEY, offersOf } from '../../bridge/queue/executor-offers.ts';
import type { Executor } from '../../executor/executor.ts';
import { EXECUTOR, HQ, OPS, startPaperExecutor } from '../house/paper-executor.ts';
import { PaperHomeserver } from '../house/paper-homeserver.ts';
import { openPaperInbox } from '../house/paper-inbox.ts';
import { PaperRedis } from '../house/paper-redis.ts';
import { openPostOffice, POST_PASSWORD, type PostOffice, wordsOf } from '../house/post-office.ts';
import type { Json } from '../house/provider-formats.ts';

const [MASTER, CLAUDE, ME, OTHER] = [
  '@master:test',
  '@agent_claude:test',
  'master@example.org',
  'kim@example.com',
] as const;

/** Letters that agents ask for, from the job to a real SMTP server; homeserver, Redis and sandbox are of paper. */
let paper: PaperHomeserver;
let redis: PaperRedis;
let folder: string;
let office: PostOffice;
let clock: number;
/** What the workspace holds, by path. */
let files: Map<string, string>;
let running: { readonly executor: Executor; readonly stopping: AbortController }[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'chavion-letters-'));
  mkdirSync(join(folder, 'rules'));
  redis = new PaperRedis();
  clock = Date.parse('2026-11-28T03:00:00Z');
  files = new Map();
  running = [];
  office = await openPostOffice();
  setUp();
  paper = await PaperHomeserver.open({ [MASTER]: 100 }, () => clock);
  await start(folder);
});
afterEach(async () => {
  for (const { executor, stopping } of running) {
    stopping.abort();
    await executor.stop();
  }
  await paper[Symbol.asyncDispose]();
  await office[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

function setUp(more: object = {}): void {
  const settings = { smtp: office.login, address: ME, verified: true, ...more };
  writeFileSync(join(folder, 'rules', MAIL_FILE), JSON.stringify(settings));
}

async function start(of: string): Promise<Executor> {
  const one = await startPaperExecutor({
    paper,
    redis: redis.client(),
    folder: of,
    play: ({ command }) => {
      const line = 'script' in command ? command.script : command.argv.join(' ');
      const held = [...files].find(([path]) => line.includes(path));
      return held === undefined ? { code: 1 } : { code: 0, stdout: held[1] };
    },
    agents: 'claude,jarvis',
    now: () => clock,
  });
  running.push(one);
  return one.executor;
}

async function until<T>(look: () => T | undefined): Promise<T> {
  for (const end = Date.now() + 20_000; ; await new Promise((resolve) => setTimeout(resolve, 10))) {
    const found = look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error('waited in vain');
  }
}

const letter = (more: object = {}) => ({
  type: 'send_mail',
  id: 'c',
  reason: '보고',
  to: [ME],
  subject: '오늘의 보고',
  text: '다 됐습니다.',
  ...more,
});

/** The master's words and the agent's own event beneath them; the request, taken by `by`. */
async function asks(command: object, by: Executor | undefined = running[0]?.executor): Promise<string> {
  const root = paper.say(HQ, MASTER, { msgtype: 'm.text', body: '이메일로 보내줘' });
  const request = paper.say(
    HQ,
    CLAUDE,
    {
      body: 'mail',
      'com.chavion': { v: 1, kind: 'request', source: root, root },
      'com.chavion.command': command,
      'm.relates_to': { 'm.in_reply_to': { event_id: root } },
    },
    'com.chavion.request',
  );
  const at = paper.events.find(({ event_id }) => event_id === root)?.origin_server_ts ?? clock;
  await by?.take({ v: 1, type: 'chat', root, room: HQ, at, lang: 'ko', request });
  return request;
}

const results = (request: string): readonly CommandResultContent['com.chavion']['result'][] =>
  paper.events.flatMap(({ room_id, sender, type, content }) =>
    room_id === OPS && sender === EXECUTOR && type === COMMAND_RESULT_TYPE && content['com.chavion'].source === request
      ? [CommandResultContent.parse(content)['com.chavion'].result]
      : [],
  );
const ended = (request: string) =>
  until(() => results(request).find(({ state }) => state !== 'asked' && state !== 'running'));
const questions = (): readonly Json[] =>
  paper.events.filter(
    ({ room_id, sender, content }) => room_id === HQ && sender === EXECUTOR && content.body?.startsWith('✋'),
  );
const asked = (): Promise<Json> => until(() => questions().at(-1));
const yes = (question: Json) => paper.react(HQ, MASTER, question.event_id, '✅');

describe('a letter to the owner himself', () => {
  it('goes without asking and arrives once, however often its job comes', async () => {
    const request = await asks(letter({ attachments: ['out.csv'] }));
    expect(await ended(request)).toMatchObject({ state: 'refused', why: 'mail-files' });
    files.set('out.csv', 'a,b\n');
    const again = await asks(letter({ attachments: ['out.csv'] }));
    expect(await ended(again)).toMatchObject({ state: 'done', output: expect.stringContaining(ME) });
    const root = paper.events.find(({ event_id }) => event_id === again)?.content['com.chavion'].root;
    await running[0]?.executor.take({ v: 1, type: 'chat', root, room: HQ, at: clock, lang: 'ko', request: again });
    expect(questions()).toEqual([]);
    expect(office.letters.map(({ to }) => to)).toEqual([[ME]]);
    expect(wordsOf(office.letters[0]?.wire ?? '')).toContain('다 됐습니다.');
    expect(office.letters[0]?.messageId).toMatch(/^<chavion-[0-9a-f]{32}@example\.org>$/);
  });

  it('asks from the number of the day on, and is free again the next day of his', async () => {
    setUp({ freeADay: 2 });
    for (const n of [1, 2])
      expect(await ended(await asks(letter({ subject: `${n}` })))).toMatchObject({ state: 'done' });
    const third = await asks(letter({ subject: '3' }));
    yes(await asked());
    expect(await ended(third)).toMatchObject({ state: 'done' });
    // The count is the ledger's: another start knows it.
    cpSync(folder, `${folder}-b`, { recursive: true });
    const later = await start(`${folder}-b`);
    await asks(letter({ subject: '4' }), later);
    await until(() => (questions().length === 2 ? true : undefined));
    clock += 13 * 3_600_000;
    expect(await ended(await asks(letter({ subject: '5' }), later))).toMatchObject({ state: 'done' });
    rmSync(`${folder}-b`, { recursive: true });
  });

  it('asks from that number on whichever executor of the house it is', async () => {
    setUp({ freeADay: 2 });
    cpSync(folder, `${folder}-b`, { recursive: true });
    const other = await start(`${folder}-b`);
    expect(await ended(await asks(letter({ subject: '1' })))).toMatchObject({ state: 'done' });
    expect(await ended(await asks(letter({ subject: '2' }), other))).toMatchObject({ state: 'done' });
    const third = await asks(letter({ subject: '3' }), other);
    await asked();
    expect(results(third)).toMatchObject([{ state: 'asked' }]);
    expect(office.letters).toHaveLength(2);
    rmSync(`${folder}-b`, { recursive: true });
  });

  it.each([
    ['his address is not proved', { verified: false }, {}],
    ['somebody else gets it too', {}, { to: [ME, OTHER] }],
    ['it is nearly his', {}, { to: [`x${ME}`] }],
    ['strange words have come in', {}, { asks: 'tainted' }],
  ])('asks where %s', async (_, settings, more) => {
    setUp(settings);
    await asks(letter(more));
    await asked();
    expect(office.letters).toEqual([]);
  });
});

describe('a letter to somebody else', () => {
  it('is shown whole, sent at the ✅, and once', async () => {
    files.set('견적.pdf', '%PDF-1.7 quote');
    const text = '안녕하세요.\n견적서를 보내 드립니다.\n<b>감사합니다</b>';
    const request = await asks(letter({ to: [OTHER, 'a@xn--bj0bj06e.kr'], text, attachments: ['견적.pdf'] }));
    const question = await asked();
    expect(office.letters).toEqual([]);
    const html = String(question.content.formatted_body);
    for (const shown of [OTHER, 'a@xn--bj0bj06e.kr (한글.kr)', '오늘의 보고', '견적서를 보내 드립니다.', '견적.pdf'])
      expect(html).toContain(shown);
    expect(html).toContain('&lt;b&gt;감사합니다');
    expect(html).toMatch(/14 B sha256 [0-9a-f]{16}/);
    yes(question);
    yes(question);
    expect(await ended(request)).toMatchObject({ state: 'done' });
    expect(office.letters.map(({ to }) => to.length)).toEqual([2]);
    expect(office.letters[0]?.wire).toContain('a@xn--bj0bj06e.kr');
    expect(office.letters[0]?.wire).toContain(Buffer.from('%PDF-1.7 quote').toString('base64'));
  });

  it('does not go with a file that is another one than was shown', async () => {
    files.set('quote.pdf', 'one');
    const request = await asks(letter({ to: [OTHER], attachments: ['quote.pdf'] }));
    const question = await asked();
    files.set('quote.pdf', 'two');
    yes(question);
    expect(await ended(request)).toMatchObject({ state: 'failed', output: expect.stringContaining('quote.pdf') });
    expect(office.letters).toEqual([]);
  });

  it('does not go from another account than was shown', async () => {
    const request = await asks(letter({ to: [OTHER] }));
    const question = await asked();
    setUp({ address: 'new@example.org' });
    yes(question);
    expect(await ended(request)).toMatchObject({ state: 'failed' });
    expect(office.letters).toEqual([]);
  });

  it('does not go at a ❌, nor at words', async () => {
    const request = await asks(letter({ to: [OTHER] }));
    const question = await asked();
    paper.say(HQ, MASTER, { msgtype: 'm.text', body: '응 보내줘' });
    paper.react(HQ, MASTER, question.event_id, '❌');
    expect(await ended(request)).toMatchObject({ state: 'refused' });
    expect(office.letters).toEqual([]);
  });
});

describe('what becomes of it', () => {
  it('is unknown after a crash between the letter and the answer, and it never goes again by itself', async () => {
    office.manner = 'keeps-silent';
    const given = office.next();
    const asking = asks(letter({ repeatable: true }));
    await given;
    // As a killed process leaves it.
    cpSync(folder, `${folder}-dead`, { recursive: true });
    office.manner = 'takes';
    await start(`${folder}-dead`);
    const request = await until(() => paper.events.findLast(({ type }) => type === 'com.chavion.request')?.event_id);
    expect(await ended(request)).toMatchObject({ state: 'unknown' });
    expect(office.letters).toHaveLength(1);
    for (const { executor } of running) await executor.stop();
    await asking;
    rmSync(`${folder}-dead`, { recursive: true });
  });

  it('is unknown where the server hangs up instead of answering', async () => {
    office.manner = 'hangs-up';
    expect(await ended(await asks(letter()))).toMatchObject({ state: 'unknown' });
  });

  it('is said where the server does not take it', async () => {
    office.manner = 'refuses';
    const spam = await ended(await asks(letter()));
    expect(spam).toMatchObject({ state: 'failed', output: expect.stringContaining('spam') });
    const part = await ended(await asks(letter({ to: [ME] })));
    expect(part.state).toBe('failed');
  });

  it('says nothing of the password, wherever anything is told', async () => {
    setUp({ smtp: { ...office.login, user: POST_PASSWORD } });
    await ended(await asks(letter()));
    expect(JSON.stringify(paper.events)).not.toContain(POST_PASSWORD);
    expect(readFileSync(join(folder, 'audit.jsonl'), 'utf8')).not.toContain(POST_PASSWORD);
    expect(readFileSync(join(folder, 'ledger.jsonl'), 'utf8')).not.toContain(POST_PASSWORD);
  });

  it('is told where no e-mail is set up, with the way to it', async () => {
    rmSync(join(folder, 'rules', MAIL_FILE));
    expect(await ended(await asks(letter()))).toMatchObject({ state: 'refused', why: 'no-mail' });
    expect(await ended(await asks({ type: 'read_mail', id: 'c', reason: 'r' }))).toMatchObject({ state: 'failed' });
  });
});

it('the inbox is read without asking, as far as it is set up', async () => {
  await using inbox = await openPaperInbox([]);
  setUp({ imap: inbox.login });
  const request = await asks({ type: 'read_mail', id: 'c', reason: 'r' });
  expect(await ended(request)).toMatchObject({ state: 'done', output: expect.stringContaining('0 of 0') });
  expect(questions()).toEqual([]);
});

it('an executor tells of it to the swarm, and of its end', async () => {
  const reader = redis.client();
  const published = () => reader.hgetall(OFFERS_KEY);
  const offered = async (wanted: boolean) => {
    for (const end = Date.now() + 20_000; ; await new Promise((resolve) => setTimeout(resolve, 20))) {
      const { mail } = offersOf(await published(), Date.now());
      if ((mail !== undefined) === wanted || Date.now() > end) return mail;
    }
  };
  expect(await offered(true)).toEqual({ own: ME, free: true, reads: false });
  rmSync(join(folder, 'rules', MAIL_FILE));
  expect(await offered(false)).toBeUndefined();
  expect(JSON.stringify(await published())).not.toContain(POST_PASSWORD);
});

it('a letter is never repeatable, whatever a plan says', () => {
  const parsed = parseCommand(letter({ repeatable: true }));
  expect(parsed.ok && parsed.command.repeatable).toBe(false);
});
