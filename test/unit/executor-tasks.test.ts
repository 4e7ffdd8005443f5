import { REQUEST_FORM } from '../../executor/approvals/approval-request.ts';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RoomId } from '../../bridge/protocol/ids.ts';
import type { Plan } from '../../bridge/protocol/plan.ts';
import { canonical, sha256 } from '../../bridge/digest/canonical.ts';
import { registryOf, REGISTRY_KEY } from '../../bridge/queue/executor-registry.ts';
import type { Executor } from '../../executor/executor.ts';
import { TooEarly } from '../../executor/orders/plan-order-handler.ts';
import { EXECUTOR, HQ, startPaperExecutor } from '../house/paper-executor.ts';
import { PaperHomeserver } from '../house/paper-homeserver.ts';
import { paperRedis } from '../house/paper-redis.ts';
import type { Json } from '../house/provider-formats.ts';
import { hashOf, planWith, shell } from './task-thread.ts';

const MASTER = '@master:test';
const HOUR = 3_600_000;
const NET = { hosts: ['example.org:443'] };

/** The whole executor on a homeserver, a Redis and a sandbox of paper, and a clock that the test sets. */
let paper: PaperHomeserver;
let redis: ReturnType<typeof paperRedis>;
let folder: string;
/** Everything to be cleaned away. */
let folders: string[];
let hanging: Executor[];
let executor: Executor;
let stopping: AbortController;
let clock: number;
/** What each script was seen to be run, in order. */
let ran: string[];
let play: (script: string) => { code: number; stdout?: string; ms?: number };

beforeEach(async () => {
  clock = 1_700_000_000_000;
  ran = [];
  play = () => ({ code: 0 });
  folder = mkdtempSync(join(tmpdir(), 'chavion-executor-'));
  mkdirSync(join(folder, 'rules'));
  folders = [folder];
  hanging = [];
  redis = paperRedis();
  paper = await PaperHomeserver.open({ [MASTER]: 100, '@agent_coordinator:test': 50 }, () => clock);
  await start();
});
afterEach(async () => {
  await stop();
  for (const one of hanging) await one.stop();
  await paper[Symbol.asyncDispose]();
  for (const one of folders) rmSync(one, { recursive: true, force: true });
});

async function start(): Promise<void> {
  ({ executor, stopping } = await startPaperExecutor({
    paper,
    redis,
    folder,
    play: (job) => {
      const script = 'script' in job.command ? job.command.script : job.command.argv.join(' ');
      ran.push(script);
      return play(script);
    },
    now: () => clock,
  }));
}

async function stop(): Promise<void> {
  stopping.abort();
  await executor.stop();
}

async function until<T>(look: () => T | undefined): Promise<T> {
  for (const end = Date.now() + 20_000; ;) {
    const found = look();
    if (found !== undefined) return found;
    if (Date.now() > end)
      throw new Error(
        `waited in vain: ${JSON.stringify(
          paper.events.filter(({ sender }) => sender === EXECUTOR).map(({ content }) => content.body ?? content),
          null,
          1,
        )}`,
      );
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const room = RoomId.parse(HQ);
let count = 0;

function begin(): string {
  count += 1;
  return paper.say(HQ, MASTER, { msgtype: 'm.text', body: '!task on paper' }, 'm.room.message', `$root${count}`);
}

function act(root: string, agent: string, content: object): string {
  const relation = { rel_type: 'm.thread', event_id: root, is_falling_back: true };
  return paper.say(HQ, `@agent_${agent}:test`, {
    msgtype: 'm.text',
    body: 'act',
    'm.relates_to': relation,
    'com.chavion': {
      v: 1,
      kind: 'act',
      act: { performative: 'inform', conversation: root, ontology: 'chavion-task', content },
    },
  });
}

/** One agent alone: enough for what comes after the gate. */
function decide(root: string, plan: Plan, round = 0): string {
  const electorate = act(root, 'coordinator', { kind: 'electorate', round, agents: ['claude'] });
  const proposal = act(root, 'claude', { kind: 'proposal', round, hash: hashOf(plan), plan: canonical(plan) });
  return act(root, 'coordinator', {
    kind: 'decision',
    round,
    rule: 'alone',
    winner: hashOf(plan),
    electorate,
    proposals: [proposal],
    ballots: [],
  });
}

const at = (root: string): number => paper.events.find(({ event_id }) => event_id === root).origin_server_ts;
const dispatch = (root: string, decision: string, step: string, more: object = {}) =>
  executor.take({ v: 1, type: 'plan', root, room, at: at(root), lang: 'en', decision, step, attempt: 1, ...more });
const opsLines = () =>
  paper.events
    .filter(({ sender, room_id }) => sender === EXECUTOR && room_id === '!ops:test')
    .map(({ content }) => String(content.body));
const end = (root: string) => executor.take({ v: 1, type: 'end', root, room, at: at(root), lang: 'en', until: clock });

/** Everything that was ever said of an attempt, oldest first. */
const results = (step: string, attempt = 1): readonly Json[] =>
  paper.events.flatMap(({ sender, content }) => {
    const result = (content['m.new_content'] ?? content)['com.chavion']?.result;
    return sender === EXECUTOR && result?.step === step && result.attempt === attempt ? [result] : [];
  });
const result = (step: string, state: string, attempt = 1) =>
  until(() => results(step, attempt).find((one) => one.state === state));
const requests = () =>
  paper.events.filter(
    ({ sender, type, content }) =>
      sender === EXECUTOR &&
      type === 'm.room.message' &&
      content['com.chavion']?.kind === 'notice' &&
      content.body.startsWith('✋'),
  );
/** The request, once it waits for a master. */
const request = () =>
  until(() => (paper.events.at(-1)?.content['com.chavion']?.result?.state === 'asked' ? requests().at(-1) : undefined));

describe('an approval', () => {
  it.each([
    ['a master’s own order', 'run'],
    ['a command of a task', 'plan'],
  ])('counts when it comes after a day, and after seven days it does not: %s', async (_, type) => {
    const ordered: Json[] = [];
    for (const name of ['late', 'too-late']) {
      if (type === 'plan') {
        const root = begin();
        await dispatch(root, decide(root, planWith(name, shell(name, name, NET))), name);
      } else {
        const root = paper.say(
          HQ,
          MASTER,
          { msgtype: 'm.text', body: `!run --net example.org:443 ${name}` },
          'm.room.message',
          `$order-${name}`,
        );
        await executor.take({ v: 1, type: 'run', root, room, at: at(root), lang: 'en' });
      }
      ordered.push(await until(() => requests()[ordered.length]));
    }
    clock += 7 * 24 * HOUR - HOUR;
    paper.react(HQ, MASTER, ordered[0].event_id, '✅');
    await until(() => (ran.includes('late') ? true : undefined));
    clock += 2 * HOUR;
    paper.react(HQ, MASTER, ordered[1].event_id, '✅');
    await until(() =>
      paper.events.find(({ sender, content }) => sender === EXECUTOR && /^(?:\* )?⊘/u.test(content.body ?? '')),
    );
    expect(ran).toEqual(['late']);
  });

  it('puts what is long beside the run as a file, once, in the thread of the task', async () => {
    const long = Array.from({ length: 40 }, (_, i) => `line ${i}`).join('\n');
    play = (script) => ({ code: 0, stdout: script === 'long' ? long : 'short' });
    const root = begin();
    const decision = decide(root, planWith('both', shell('long', 'long'), shell('short', 'short')));
    for (const step of ['long', 'short']) {
      await dispatch(root, decision, step);
      await result(step, 'done');
    }
    const inThread = paper.events.filter(
      ({ sender, room_id, type, content }) =>
        sender === EXECUTOR &&
        room_id === HQ &&
        type === 'm.room.message' &&
        content['m.relates_to']?.event_id === root,
    );
    expect(inThread.map(({ content }) => content)).toMatchObject([
      { msgtype: 'm.file', body: 'step long.txt', info: { size: long.length }, 'com.chavion': { silent: true } },
    ]);
  });

  it('still holds after a restart on the third day', async () => {
    const root = begin();
    await dispatch(root, decide(root, planWith('net', shell('net', 'net', NET))), 'net');
    const { event_id } = await request();
    // All that this executor has to say and to write down is out: one that has stopped writes nothing any more.
    await new Promise((resolve) => setTimeout(resolve, 500));
    clock += 48 * HOUR;
    await stop();
    paper.react(HQ, MASTER, event_id, '✅');
    await start();
    expect(await result('net', 'done')).toMatchObject({ exitCode: 0 });
    expect(ran).toEqual(['net']);
  });

  it('is asked for anew where an older version has asked: nothing that stood there is believed', async () => {
    const root = begin();
    const decision = decide(root, planWith('net', shell('net', 'net', NET), shell('two', 'two', NET)));
    await Promise.all(['net', 'two'].map((step) => dispatch(root, decision, step)));
    const old = await request();
    const order = paper.say(
      HQ,
      MASTER,
      { msgtype: 'm.text', body: '!run --net example.org:443 mine' },
      'm.room.message',
      '$order',
    );
    await executor.take({ v: 1, type: 'run', root: order, room, at: at(order), lang: 'en' });
    const oldOrder = await until(() => requests()[1]);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await stop();
    const ledger = join(folder, 'ledger.jsonl');
    writeFileSync(ledger, readFileSync(ledger, 'utf8').replaceAll(`"form":${REQUEST_FORM},`, ''));
    for (const { event_id } of [old, oldOrder]) paper.react(HQ, MASTER, event_id, '✅');
    await start();
    const anew = await until(() => (requests().length === 4 ? requests().slice(2) : undefined));
    const told = paper.events
      .filter(({ content }) => /no longer counts/.test(content.body ?? ''))
      .map(({ content }) => content['m.relates_to']['m.in_reply_to'].event_id);
    expect(new Set(told)).toEqual(new Set([old.event_id, oldOrder.event_id]));
    expect(ran).toEqual([]);
    for (const { event_id } of anew) paper.react(HQ, MASTER, event_id, '✅');
    await until(() => (ran.length === 3 ? true : undefined));
    expect(ran.toSorted()).toEqual(['mine', 'net', 'two']);
  });

  it('rings the master where an agent from elsewhere asks, and not that agent', async () => {
    const relation = { 'com.chavion.order': { type: 'shell', id: 'x', reason: 'why', script: 'ls' } };
    const root = paper.say(
      HQ,
      '@agent_guest:test',
      { msgtype: 'm.text', body: 'ls', ...relation },
      'm.room.message',
      '$outside',
    );
    await executor.take({ v: 1, type: 'outside', root, room, at: at(root), lang: 'en' });
    expect((await until(() => requests()[0])).content['m.mentions']).toEqual({ user_ids: [MASTER] });
    paper.react(HQ, MASTER, requests()[0].event_id, '✅');
    await until(() => (ran.includes('ls') ? true : undefined));
  });

  it('is asked for in as few lists as show every command whole', async () => {
    const root = begin();
    const names = ['a', 'b', 'c', 'd'];
    const decision = decide(
      root,
      planWith('long', ...names.map((name) => shell(name, `${name} # ${name.repeat(2_500)}`, NET))),
    );
    await Promise.all(names.map((name) => dispatch(root, decision, name)));
    await until(() => (results('d').length > 0 ? true : undefined));
    expect(requests().map(({ content }) => content['com.chavion'].hashes.length)).toEqual([3, 1]);
    for (const [i, name] of names.entries())
      expect(requests()[i < 3 ? 0 : 1].content.body).toContain(name.repeat(2_500));
    paper.react(HQ, MASTER, requests()[1].event_id, '✅');
    await result('d', 'done');
    expect(ran).toHaveLength(1);
    paper.react(HQ, MASTER, requests()[0].event_id, '✅');
    for (const name of names) await result(name, 'done');
    expect(ran).toHaveLength(4);
  });

  it('is void for all of a list once the list was edited', async () => {
    const root = begin();
    const decision = decide(root, planWith('two', shell('a', 'a', NET), shell('b', 'b', NET)));
    await Promise.all(['a', 'b'].map((name) => dispatch(root, decision, name)));
    const list = await request();
    expect(list.content['com.chavion'].hashes).toHaveLength(2);
    paper.say(HQ, EXECUTOR, {
      body: '* x',
      'm.new_content': { msgtype: 'm.text', body: 'x' },
      'm.relates_to': { rel_type: 'm.replace', event_id: list.event_id },
    });
    paper.react(HQ, MASTER, list.event_id, '✅');
    for (const name of ['a', 'b']) expect(await result(name, 'refused')).toMatchObject({ why: 'void' });
    expect(ran).toEqual([]);
  });

  it('is not enough once a vote was taken back meanwhile', async () => {
    const root = begin();
    const decision = decide(root, planWith('net', shell('net', 'net', NET)));
    await dispatch(root, decision, 'net');
    const { event_id } = await request();
    const proposal = paper.events.find(
      ({ content }) =>
        content['com.chavion']?.act?.content.kind === 'proposal' && content['m.relates_to'].event_id === root,
    );
    Object.assign(proposal, { content: {}, unsigned: { redacted_because: {} } });
    paper.react(HQ, MASTER, event_id, '✅');
    expect(await result('net', 'refused')).toMatchObject({ why: 'proposal' });
    expect(ran).toEqual([]);
  });
});

describe('the turn of a command', () => {
  it('comes when what it waits for is done, and not when that has failed', async () => {
    play = (script) => ({ code: script === 'bad' ? 1 : 0 });
    const root = begin();
    const decision = decide(
      root,
      planWith(
        'order',
        shell('good', 'good'),
        shell('bad', 'bad'),
        shell('then', 'then', { after: ['good'] }),
        shell('never', 'never', { after: ['bad'] }),
      ),
    );
    await expect(dispatch(root, decision, 'then')).rejects.toThrow(TooEarly);
    await Promise.all(['good', 'bad'].map((step) => dispatch(root, decision, step)));
    await dispatch(root, decision, 'then');
    await expect(dispatch(root, decision, 'never')).rejects.toThrow(TooEarly);
    expect(ran.toSorted()).toEqual(['bad', 'good', 'then']);
  });

  it.each([
    ['it has not begun', [], 2, 'attempt'],
    ['it is done', [{ code: 0 }], 2, 'attempt'],
    ['it has failed', [{ code: 1 }], 2, undefined],
    ['it has failed, counted from too low', [{ code: 1 }], 1, undefined],
  ])('comes again only when the one before has failed: %s', async (_, before, attempt, why) => {
    play = () => before[ran.length - 1] ?? { code: 0 };
    const root = begin();
    const decision = decide(root, planWith('again', shell('x', 'x')));
    for (const _once of before) await dispatch(root, decision, 'x');
    const already = ran.length;
    await dispatch(root, decision, 'x', { attempt });
    expect(ran.length - already).toBe(why === undefined && attempt > 1 ? 1 : 0);
  });

  it('is known from the thread where the executor itself has forgotten', async () => {
    const root = begin();
    const decision = decide(root, planWith('memory', shell('one', 'one'), shell('two', 'two', { after: ['one'] })));
    await dispatch(root, decision, 'one');
    await stop();
    rmSync(join(folder, 'ledger.jsonl'));
    redis = paperRedis();
    await start();
    await dispatch(root, decision, 'two');
    await dispatch(root, decision, 'one');
    await dispatch(root, decision, 'one', { attempt: 2 });
    expect(ran).toEqual(['one', 'two']);
  });
});

describe('a crash in the middle', () => {
  /** The executor dies as hard as it can within one process: nothing of it is told or written any more. */
  async function cutOff(repeatable: boolean): Promise<{ root: string; decision: string }> {
    play = () => ({ code: 0, ms: ran.length === 1 ? 600_000 : 0 });
    const root = begin();
    const decision = decide(root, planWith('cut', shell('cut', 'cut', { repeatable, timeoutMs: 1_200_000 })));
    void dispatch(root, decision, 'cut').catch(() => undefined);
    await until(() => (results('cut').some(({ state }) => state === 'running') ? true : undefined));
    return { root, decision };
  }

  it('leaves a command unknown, and it is not run again but by a master’s word', async () => {
    const { root, decision } = await cutOff(false);
    await crash();
    expect(await result('cut', 'unknown')).toBeDefined();
    await dispatch(root, decision, 'cut', { attempt: 2 });
    expect(ran).toHaveLength(1);
    clock += 1_000;
    const retry = paper.say(HQ, MASTER, {
      msgtype: 'm.text',
      body: '!retry',
      'm.relates_to': { rel_type: 'm.thread', event_id: root },
    });
    await dispatch(root, decision, 'cut', { attempt: 2, retry });
    expect(await result('cut', 'done', 2)).toBeDefined();
    expect(ran).toHaveLength(2);
  });

  it('runs what is repeatable again, under the same attempt', async () => {
    await cutOff(true);
    await crash();
    expect(await result('cut', 'done')).toBeDefined();
    expect(results('cut').map(({ state }) => state)).toEqual(['running', 'unknown', 'done']);
    expect(ran).toHaveLength(2);
  });

  /** What was on the disk at that moment is all that the next one has; the one before hangs for good. */
  async function crash(): Promise<void> {
    stopping.abort();
    hanging.push(executor);
    const copy = mkdtempSync(join(tmpdir(), 'chavion-executor-'));
    cpSync(folder, copy, { recursive: true });
    folders.push(copy);
    folder = copy;
    await start();
  }
});

describe('the end of a task', () => {
  it('stops what was decided before it, and nothing that is decided after it', async () => {
    play = (script) => ({ code: 0, ms: script === 'old' ? 60_000 : 1_500 });
    const root = begin();
    const first = decide(root, planWith('old', shell('old', 'old', { timeoutMs: 100_000 }), shell('next', 'next')));
    void dispatch(root, first, 'old');
    await until(() => (ran.includes('old') ? true : undefined));
    clock += 1_000;
    const until_ = clock;
    clock += 1_000;
    const second = decide(root, planWith('new', shell('new', 'new')), 1);
    void dispatch(root, second, 'new');
    await until(() => (ran.includes('new') ? true : undefined));
    await executor.take({ v: 1, type: 'end', root, room, at: at(root), lang: 'en', until: until_ });
    expect(await result('old', 'stopped')).toBeDefined();
    await dispatch(root, first, 'next');
    expect(await result('next', 'refused')).toMatchObject({ why: 'task-ended' });
    expect(await result('new', 'done')).toBeDefined();
  });

  it('reaches the executor that was not told', async () => {
    play = () => ({ code: 0, ms: 60_000 });
    const root = begin();
    void dispatch(root, decide(root, planWith('old', shell('old', 'old', { timeoutMs: 100_000 }))), 'old');
    await until(() => (ran.includes('old') ? true : undefined));
    clock += 1_000;
    await redis.hset('chavion:executor:ended', root, JSON.stringify({ until: clock, at: Date.now() }));
    expect(await result('old', 'stopped')).toBeDefined();
  });

  it('comes with a master’s !stop in its thread, and leaves other tasks alone', async () => {
    play = (script) => ({ code: 0, ms: script.startsWith('long') ? 60_000 : 0 });
    const [one, other] = [begin(), begin()];
    const plan = (name: string) =>
      planWith(name, shell(name, `long ${name}`, { timeoutMs: 100_000 }), shell(`${name}2`, name));
    const decisions = [decide(one, plan('a')), decide(other, plan('b'))];
    void dispatch(one, decisions[0] ?? '', 'a');
    void dispatch(other, decisions[1] ?? '', 'b');
    await until(() => (ran.length === 2 ? true : undefined));
    clock += 1_000;
    paper.say(HQ, '@eve:test', {
      msgtype: 'm.text',
      body: '!stop',
      'm.relates_to': { rel_type: 'm.thread', event_id: other },
    });
    paper.say(HQ, MASTER, {
      msgtype: 'm.text',
      body: '!stop',
      'm.relates_to': { rel_type: 'm.thread', event_id: one },
    });
    await result('a', 'stopped');
    await dispatch(one, decisions[0] ?? '', 'a2');
    await dispatch(other, decisions[1] ?? '', 'b2');
    expect(await result('a2', 'refused')).toMatchObject({ why: 'task-ended' });
    expect(await result('b2', 'done')).toBeDefined();
    expect(results('b').some(({ state }) => state === 'stopped')).toBe(false);
  });

  it('withdraws what is just about to ask', async () => {
    const root = begin();
    const decision = decide(root, planWith('net', shell('net', 'net', NET)));
    await dispatch(root, decision, 'net');
    clock += 1_000;
    await end(root);
    expect(await result('net', 'stopped')).toBeDefined();
    for (const { event_id } of requests()) paper.react(HQ, MASTER, event_id, '✅');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(ran).toEqual([]);
  });
});

describe('a job that is none', () => {
  it('is told in ops for what it is: of another version, or nobody’s', async () => {
    const job = { v: 1, type: 'end', root: '$x', room, at: 1, lang: 'en' };
    await executor.take({ ...job, v: 2 });
    expect(opsLines()).toEqual([expect.stringMatching(/^다른 버전이 만든 작업[^]*`v: [^]*upgrade/)]);
    await executor.take({ ...job, root: 'rm -rf' });
    await executor.take({ ...job, v: 'x' });
    expect(opsLines().slice(1)).toEqual([
      expect.stringMatching(/잘못된 작업[^]*`root: /),
      expect.stringMatching(/잘못된 작업[^]*`v: /),
    ]);
    expect(ran).toEqual([]);
  });
});

describe('the registry of executors', () => {
  it('says who is there, and who was there a while ago', async () => {
    const signs = await redis.hgetall(REGISTRY_KEY);
    const [one] = registryOf(signs, Date.now());
    expect(one).toMatchObject({ id: executor.id, busy: 0, concurrency: executor.concurrency, online: true });
    expect(registryOf(signs, Date.now() + 60_000)).toMatchObject([{ online: false }]);
    expect(registryOf(signs, Date.now() + 8 * 24 * HOUR)).toEqual([]);
    expect(registryOf({ a: 'not JSON', b: '{}', c: '[]' }, 0)).toEqual([]);
  });
});

describe('what tasks leave on the disk', () => {
  const DAY = 24 * HOUR;
  const answer = async (body: string, sender = MASTER) => {
    const order = paper.say(HQ, sender, { msgtype: 'm.text', body });
    return until(
      () =>
        paper.events.find((one) => one.sender === EXECUTOR && one.content['com.chavion']?.source === order)?.content
          .body,
    ) as Promise<string>;
  };
  const left = () => readdirSync(join(folder, 'workspaces')).toSorted();
  const workspaceOf = (root: string) => `task-${sha256(root).slice(0, 24)}`;
  const code = (root: string) => sha256(root).slice(0, 4);
  /** A task whose one command has left so much. */
  const worked = async (name: string, bytes: number) => {
    const root = begin();
    await dispatch(root, decide(root, planWith(name, shell(name, name))), name);
    await result(name, 'done');
    const workspace = join(folder, 'workspaces', workspaceOf(root));
    writeFileSync(join(workspace, 'made'), 'x'.repeat(bytes));
    utimesSync(workspace, clock / 1000, clock / 1000);
    return root;
  };

  it('is shown by size with the mission, and goes at a master’s word, but never while its task goes on', async () => {
    clock = Date.now() - 20 * DAY;
    const [small, big] = [await worked('small', 300_000), await worked('big', 2_000_000)];
    clock += 1_000;
    await end(small);
    mkdirSync(join(folder, 'workspaces', workspaceOf(small), 'closed', 'deep'), { recursive: true, mode: 0o700 });
    chmodSync(join(folder, 'workspaces', workspaceOf(small), 'closed'), 0);
    utimesSync(join(folder, 'workspaces', workspaceOf(small)), clock / 1000, clock / 1000);
    mkdirSync(join(folder, 'workspaces', 'direct'));
    const list = await answer('!관리 작업 공간');
    expect(list).toMatch(
      new RegExp(
        `\`${code(big)}\` 2 MB · 일하는 중 · 임무 on paper[^]*\`${code(small)}\` 3\\d\\d KB · 오늘 씀 · 임무 on paper`,
      ),
    );
    expect(list).toContain(`!관리 작업폴더 비우기 ${code(small)}`);
    expect(await answer(`!관리 작업공간 비우기 ${code(big)}`)).toContain('아직 임무가 끝나지 않아');
    expect(await answer('!관리 작업공간 비우기 00000')).toContain('작업 폴더가 없습니다');
    expect(left()).toEqual(['direct', workspaceOf(small), workspaceOf(big)].toSorted());
    expect(await answer(`!관리 작업공간 비우기 ${code(small)}`)).toMatch(
      /작업 폴더 1개를 지웠습니다. 3\d\d KB 비었습니다/,
    );
    expect(left()).toEqual(['direct', workspaceOf(big)].toSorted());
    clock += 1_000;
    await end(big);
    expect(await answer('!admin workspaces clear 7d')).toContain('Nothing was deleted');
    clock += 8 * DAY;
    expect(await answer('!관리 작업공간 비우기 7일')).toContain('작업 폴더 1개를 지웠습니다');
    expect(left()).toEqual(['direct']);
  });

  it('is nobody’s but a master’s to take away', async () => {
    clock = Date.now() - DAY;
    const root = await worked('kept', 1_000);
    clock += 1_000;
    await end(root);
    paper.say(HQ, '@guest:test', { msgtype: 'm.text', body: `!관리 작업공간 비우기 ${code(root)}` });
    paper.say('!elsewhere:test', MASTER, { msgtype: 'm.text', body: `!관리 작업공간 비우기 ${code(root)}` });
    // Heard after them.
    await answer('!관리 작업공간');
    expect(left()).toEqual([workspaceOf(root)]);
  });
});
