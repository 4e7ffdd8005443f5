import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  COMMAND_REQUEST_TYPE,
  COMMAND_RESULT_TYPE,
  CommandResultContent,
} from '../../bridge/protocol/orders/command-request.ts';
import { executorKey } from '../../bridge/queue/executor-queue.ts';
import { asUser, inRoom, request } from '../house/matrix.ts';
import type { Person } from '../house/person.ts';
import { ExecutorScene } from './executor-scene.ts';
import { keysLike } from '../house/redis-keys.ts';

/** Everything here is done by somebody who can write all of the executor's Redis, or stands in the room. */
let scene: ExecutorScene;
let eve: Person;
beforeAll(async () => {
  scene = await ExecutorScene.open();
  eve = await scene.scene.newcomer('eve');
  await scene.scene.bringIn(eve, scene.hq);
});
afterAll(async () => {
  await eve?.[Symbol.asyncDispose]();
  await scene?.[Symbol.asyncDispose]();
});

let count = 0;
/** A command that leaves a line for every time it has run, and how many those are. */
function counted(): { readonly name: string; readonly command: string; readonly runs: () => number } {
  count += 1;
  const name = `count-${count}`;
  return {
    name,
    command: `echo ran >> ${name}`,
    runs: () => scene.file(name)?.split('\n').filter(Boolean).length ?? 0,
  };
}

/** Speaks as an agent, with the swarm's token. */
async function asAgent(id: string, type: string, content: object): Promise<string> {
  const path = asUser(inRoom(scene.hq, `send/${type}/${randomUUID()}`), scene.scene.agent(id));
  const { body, status } = await request(scene.scene.house.ready.homeserver, 'PUT', path, {
    token: scene.scene.secrets.appservice.appservice,
    body: content,
  });
  expect(status).toBe(200);
  return String(body['event_id']);
}

const text = (body: string) => ({ msgtype: 'm.text', body });
const sign = (event: string, key: string) => ({ 'm.relates_to': { rel_type: 'm.annotation', event_id: event, key } });

describe('a job that was written straight into the box', () => {
  it('does not run for an event that no master wrote', async () => {
    const [byEve, byAgent, byAdmin, none] = [counted(), counted(), counted(), counted()];
    const events = [
      await eve.say(scene.hq, `!run ${byEve.command}`),
      await asAgent('claude', 'm.room.message', text(`!run ${byAgent.command}`)),
      String(
        (
          await scene.scene.asAdmin(
            'PUT',
            inRoom(scene.hq, `send/m.room.message/${randomUUID()}`),
            text(`!run ${byAdmin.command}`),
          )
        )['event_id'],
      ),
    ];
    for (const event of events) await scene.inject(await scene.jobFor(scene.hq, event));
    await scene.inject({ v: 1, type: 'run', root: '$never-was-there', room: scene.hq, at: Date.now(), lang: 'en' });
    await scene.settled();
    expect([byEve, byAgent, byAdmin, none].map(({ runs }) => runs())).toEqual([0, 0, 0, 0]);
    // Nor later, when its writer has become a master: it was turned away for good.
    const levels = (await scene.master.call('GET', inRoom(scene.hq, 'state/m.room.power_levels/'))).body;
    await scene.master.call('PUT', inRoom(scene.hq, 'state/m.room.power_levels/'), {
      ...levels,
      users: { ...(levels['users'] as object), [eve.userId]: 100 },
    });
    await scene.inject(await scene.jobFor(scene.hq, events[0]!));
    await scene.settled();
    expect(byEve.runs()).toBe(0);
    // As a master, eve is obeyed from now on; and no longer when the level is taken away.
    const fresh = counted();
    await scene.ended(scene.hq, await eve.say(scene.hq, `!run ${fresh.command}`));
    expect(fresh.runs()).toBe(1);
    await scene.scene.asAdmin('PUT', inRoom(scene.hq, 'state/m.room.power_levels/'), levels).catch(() => undefined);
  });

  it('does not run what the order does not say', async () => {
    const other = counted();
    const chat = await scene.master.say(scene.ops, 'good evening');
    const root = await scene.master.say(scene.hq, '!run true');
    await scene.ended(scene.hq, root);
    await scene.inject(await scene.jobFor(scene.ops, chat));
    await scene.inject(await scene.jobFor(scene.hq, root, { command: other.command, script: other.command }));
    await scene.inject(await scene.jobFor(scene.hq, root, { room: scene.ops }));
    await scene.settled();
    expect(other.runs()).toBe(0);
    expect(
      scene
        .audit()
        .lines.filter((line) => line.data.why === 'malformed')
        .map((line) => line.data.field),
    ).toContain('command, script');
  });

  it.each([
    ['a type nobody knows', { type: 'sudo' }, 'type'],
    ['no room', { room: undefined }, 'room'],
    ['a root that is no event', { root: 'rm -rf' }, 'root'],
    ['a negative time', { at: -5 }, 'at'],
    ['another version', { v: 2 }, 'v'],
  ])('is thrown away with %s, and the field is named', async (_, change, field) => {
    await scene.inject({ ...(await scene.jobFor(scene.hq, '$x')), at: 5, ...change });
    await scene.settled();
    expect(scene.audit().lines.findLast((line) => line.event === 'order.refused').data).toMatchObject({
      why: 'malformed',
      field,
    });
    await scene.master.until('word in ops', scene.ops, () =>
      scene.master.shown(scene.ops).find(({ who, body }) => who === 'executor' && body.includes(`\`${field}:`)),
    );
  });
});

describe('an order', () => {
  it('runs once, however often its job comes and whatever is deleted from Redis', async () => {
    const once = counted();
    const { root } = await scene.run(once.command);
    const job = await scene.jobFor(scene.hq, root);
    await scene.inject(job);
    for (const key of await keysLike(scene.redis, executorKey('claim', '*'))) await scene.redis.del(key);
    for (let i = 0; i < 3; i += 1) await scene.inject(job);
    await scene.settled();
    const before = await scene.scene.house.kill('executor');
    await scene.scene.house.reborn('executor', before);
    await scene.inject(job);
    await scene.settled();
    expect(once.runs()).toBe(1);
    expect(scene.said(scene.hq, root)).toHaveLength(1);
  });

  it('is not taken by an executor that forgot, when the homeserver remembers', async () => {
    const once = counted();
    const { root } = await scene.run(once.command);
    const job = await scene.jobFor(scene.hq, root);
    // Its own ledger is taken away, and every claim in Redis.
    rmSync(join(scene.folder, 'ledger.jsonl'));
    const before = await scene.scene.house.kill('executor');
    for (const key of await keysLike(scene.redis, executorKey('claim', '*'))) await scene.redis.del(key);
    await scene.scene.house.reborn('executor', before);
    await scene.inject(job);
    await scene.settled();
    expect(once.runs()).toBe(1);
  });

  it('does not run when it was redacted or edited before its job came', async () => {
    const [gone, edited] = [counted(), counted()];
    scene.write('policy.json', '{"mode":"ask"}');
    const roots = [
      await scene.master.say(scene.hq, `!run ${gone.command}`),
      await scene.master.say(scene.hq, `!run ${edited.command}`),
    ];
    const asked = [await scene.asked(roots[0]!), await scene.asked(roots[1]!)];
    await scene.master.redact(scene.hq, roots[0]!);
    await scene.master.edit(scene.hq, roots[1]!, '!run true');
    for (const { id } of asked) await scene.master.react(scene.hq, id, '✅');
    for (const root of roots) expect((await scene.ended(scene.ops, root)).body).toMatch(/^[⊘■]/);
    scene.write('policy.json', '{"mode":"auto"}');
    await scene.settled();
    expect([gone.runs(), edited.runs()]).toEqual([0, 0]);
  });
});

describe('an approval', () => {
  beforeAll(() => scene.write('policy.json', '{"mode":"ask"}'));
  afterAll(() => scene.write('policy.json', '{"mode":"auto"}'));

  it('counts from no agent, not from the admin, the executor or a stranger', async () => {
    const { command, runs } = counted();
    const stranger = await scene.scene.newcomer('mallory');
    await scene.scene.bringIn(stranger, scene.hq);
    const root = await scene.master.say(scene.hq, `!run ${command}`);
    const request = await scene.asked(root);
    await asAgent('claude', 'm.reaction', sign(request.id, '✅'));
    await asAgent('coordinator', 'm.reaction', sign(request.id, '✅'));
    await stranger.react(scene.hq, request.id, '✅');
    await scene.scene.asAdmin('PUT', inRoom(scene.hq, `send/m.reaction/${randomUUID()}`), sign(request.id, '✅'));
    await scene.master.react(scene.hq, root, '✅');
    await scene.master.react(scene.hq, request.id, '👍');
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(scene.said(scene.hq, root)).toHaveLength(1);
    expect(runs()).toBe(0);
    await scene.master.react(scene.hq, request.id, '✅');
    await scene.master.until('the end', scene.hq, () =>
      scene.said(scene.hq, root).find(({ body }) => body.startsWith('✓')),
    );
    expect(runs()).toBe(1);
    const given = scene.audit().lines.findLast((line) => line.event === 'approval.given');
    expect(given.data).toMatchObject({ root, by: scene.master.userId });
    await stranger[Symbol.asyncDispose]();
  });

  it('is for one request only: a forged one beside it gives nothing', async () => {
    const { command, runs } = counted();
    const root = await scene.master.say(scene.hq, `!run ${command}`);
    const request = await scene.asked(root);
    const forged = await asAgent('coordinator', 'm.room.message', { ...request.content, body: 'May this run? true' });
    await scene.master.react(scene.hq, forged, '✅');
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(runs()).toBe(0);
    await scene.master.react(scene.hq, request.id, '❌');
    await scene.master.until('the refusal', scene.hq, () =>
      scene.said(scene.hq, root).find(({ body }) => body.startsWith('⊘')),
    );
    await scene.master.react(scene.hq, request.id, '✅');
    await scene.inject(await scene.jobFor(scene.hq, root));
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(runs()).toBe(0);
  });

  const token = () => String(JSON.parse(readFileSync(join(scene.folder, 'session.json'), 'utf8')).access_token);
  const edit = (request: string) => ({
    ...text('* May this run? ls'),
    'm.new_content': text('May this run? ls'),
    'm.relates_to': { rel_type: 'm.replace', event_id: request },
  });

  it.each<[string, (request: string) => Promise<unknown>]>([
    [
      'edited by the executor’s own account',
      (id) => putAs(inRoom(scene.hq, `send/m.room.message/${randomUUID()}`), token(), edit(id)),
    ],
    ['redacted', (id) => scene.master.redact(scene.hq, id)],
  ])('is void once its request was %s', async (_, change) => {
    const { command, runs } = counted();
    const root = await scene.master.say(scene.hq, `!run ${command}`);
    const request = await scene.asked(root);
    await change(request.id);
    await scene.master.react(scene.hq, request.id, '✅');
    await scene.master.until('the end', scene.ops, () =>
      scene.said(scene.ops, root).find(({ body }) => body.startsWith('⊘') || body.startsWith('■')),
    );
    expect(runs()).toBe(0);
  });

  it('is not given by words or other signs: one line says where to tap, no agent speaks, nothing runs', async () => {
    const { command, runs } = counted();
    const root = await scene.master.say(scene.hq, `!run ${command}`);
    const request = await scene.asked(root);
    const told = (source: string) =>
      scene.master.until('where to tap', scene.hq, () =>
        scene.master.shown(scene.hq).find((one) => one.who === 'coordinator' && one.source === source),
      );
    for (const words of ['응 해줘', 'ㅇㅇ', 'ok go', '👍', '승인!', 'approve it please']) {
      const said = await scene.master.say(scene.hq, words);
      expect((await told(said)).body).toContain(encodeURIComponent(request.id));
    }
    await scene.master.react(scene.hq, request.id, '👍🏽');
    // In the language that the room speaks by now, whatever the house's own is.
    expect((await told(request.id)).body).toContain('Words and other emoji run nothing');
    const reply = await scene.master.send(scene.hq, {
      msgtype: 'm.text',
      body: '진행시켜',
      'm.relates_to': { 'm.in_reply_to': { event_id: request.id } },
    });
    await told(reply);
    expect(runs()).toBe(0);
    const since = scene.master.shown(scene.hq).filter(({ at }) => at >= request.at);
    expect(since.filter(({ who }) => who !== 'master' && who !== 'coordinator' && who !== 'executor')).toEqual([]);
    await scene.master.react(scene.hq, request.id, '✅');
    await scene.master.until('the end', scene.hq, () =>
      scene.said(scene.hq, root).find(({ body }) => body.startsWith('✓')),
    );
    expect(runs()).toBe(1);
    // Nothing waits any more: it is talk again.
    const talk = await scene.master.say(scene.hq, '응 해줘');
    await scene.master.until('an answer', scene.hq, () =>
      scene.master.shown(scene.hq).find((one) => one.source === talk && one.who !== 'coordinator'),
    );
  });

  it('is as good as before whatever others relate to its request: their “edits”, a thousand reactions', async () => {
    const { command, runs } = counted();
    const root = await scene.master.say(scene.hq, `!run ${command}`);
    const request = await scene.asked(root);
    await asAgent('claude', 'm.room.message', edit(request.id));
    for (let from = 0; from < 1_050; from += 50) {
      await Promise.all(
        Array.from({ length: 50 }, (_, i) =>
          asAgent('claude', 'm.reaction', {
            'm.relates_to': { rel_type: 'm.annotation', event_id: request.id, key: `${from + i}` },
          }),
        ),
      );
    }
    await scene.master.react(scene.hq, request.id, '✅');
    await scene.master.until('the end', scene.hq, () =>
      scene.said(scene.hq, root).find(({ body }) => body.startsWith('✓')),
    );
    expect(runs()).toBe(1);
  });

  it('waits over a restart, and is void when the rules have changed meanwhile', async () => {
    const [kept, changed] = [counted(), counted()];
    const roots = [
      await scene.master.say(scene.hq, `!run ${kept.command}`),
      await scene.master.say(scene.hq, `!run ${changed.command}`),
    ];
    const requests = [await scene.asked(roots[0]!), await scene.asked(roots[1]!)];
    const before = await scene.scene.house.kill('executor');
    await scene.master.react(scene.hq, requests[0]!.id, '✅');
    await scene.scene.house.reborn('executor', before);
    await scene.master.until('the end', scene.hq, () =>
      scene.said(scene.hq, roots[0]!).find(({ body }) => body.startsWith('✓')),
    );
    expect(kept.runs()).toBe(1);
    scene.write('policy.json', '{"mode":"ask","limits":{"memoryMiB":512}}');
    await scene.master.react(scene.hq, requests[1]!.id, '✅');
    await scene.master.until('the end', scene.hq, () =>
      scene.said(scene.hq, roots[1]!).find(({ body }) => body.startsWith('⊘')),
    );
    expect(changed.runs()).toBe(0);
    scene.write('policy.json', '{"mode":"ask"}');
  });

  it('is not asked for what cannot be shown whole', async () => {
    const { command, runs } = counted();
    const root = await scene.master.say(scene.hq, `!run ${command} # ${'x'.repeat(5_000)}`);
    expect((await scene.ended(scene.hq, root)).body).toMatch(/^⊘/);
    expect(runs()).toBe(0);
  });
});

describe('a command that an agent asks for in conversation', () => {
  const wish = (root: string, script: string, { more = {}, agent = 'claude', thread = '' } = {}) =>
    asAgent(agent, COMMAND_REQUEST_TYPE, {
      body: script,
      'com.chavion': { v: 1, kind: 'request', source: root, root },
      'com.chavion.command': { type: 'shell', id: 'c', reason: 'to look', script, ...more },
      'm.relates_to': {
        ...(thread === '' ? {} : { rel_type: 'm.thread', event_id: thread, is_falling_back: true }),
        'm.in_reply_to': { event_id: root },
      },
    });
  const take = async (root: string, request: string) =>
    scene.inject(await scene.jobFor(scene.hq, root, { type: 'chat', request }));
  const results = (request: string) =>
    scene.master.events(scene.ops).flatMap(({ type, content }) => {
      if (type !== COMMAND_RESULT_TYPE || content?.['com.chavion'].source !== request) return [];
      return [CommandResultContent.parse(content)['com.chavion'].result];
    });
  const result = (request: string, state: string) =>
    scene.master.until(`that it is ${state}`, scene.ops, () => results(request).find((one) => one.state === state));
  /** Ordered to nobody: no agent answers, and what stands in the room is the executor's. */
  const order = () => scene.master.say(scene.hq, `!ping ${randomUUID()}`);
  const executorSaid = (root: string) => scene.said(scene.hq, root).map(({ body }) => body);

  it('runs in the conversation’s own workspace; the agent is told in ops, and the room nothing', async () => {
    const root = await order();
    const first = await wish(root, 'echo kept > note; pwd', { thread: root });
    await take(root, first);
    expect(await result(first, 'done')).toMatchObject({ exitCode: 0, output: expect.stringContaining('/work') });
    const second = await wish(root, 'cat note', { thread: root });
    await take(root, second);
    await take(root, second);
    const { output, report } = await result(second, 'done');
    expect(output).toContain('kept');
    const told = await scene.master.until('the report', scene.ops, () =>
      scene.master.shown(scene.ops).find(({ id }) => id === report),
    );
    expect(told.body).toContain('claude ← ');
    const elsewhere = await wish(root, 'cat note');
    await take(root, elsewhere);
    expect(await result(elsewhere, 'failed')).toMatchObject({ why: 'exit' });
    expect(results(second)).toHaveLength(1);
    expect(executorSaid(root)).toEqual([]);
    expect(scene.file('note')).toBeUndefined();
  });

  it('runs for nobody else’s request, message or command than its own', async () => {
    const [mine, byEve] = [await order(), await eve.say(scene.hq, 'claude, look')];
    const levels = (await scene.master.call('GET', inRoom(scene.hq, 'state/m.room.power_levels/'))).body;
    expect((levels['users'] as object | undefined) ?? {}).not.toHaveProperty([eve.userId], 100);
    const refused: readonly (readonly [string, string, string])[] = [
      [byEve, await wish(byEve, 'echo eve > forged'), 'not-master'],
      [mine, await wish(mine, 'echo coordinator > forged', { agent: 'coordinator' }), 'not-agent'],
      [mine, await wish(mine, 'echo thread > forged', { thread: byEve }), 'wrong-thread'],
      [mine, await wish(mine, 'echo sudo > forged', { more: { sudo: true } }), 'bad-command'],
    ];
    for (const [root, request, why] of refused) {
      await take(root, request);
      expect(await result(request, 'refused')).toMatchObject({ why });
    }
    const edited = await wish(mine, 'true');
    await asAgent('claude', COMMAND_REQUEST_TYPE, {
      body: 'x',
      'm.new_content': { body: 'x' },
      'm.relates_to': { rel_type: 'm.replace', event_id: edited },
    });
    await take(mine, edited);
    expect(await result(edited, 'refused')).toMatchObject({ why: 'request-edited' });
    // Under another message it is nobody's job, and its own still runs.
    const other = await order();
    const request = await wish(mine, 'cat forged');
    await take(other, request);
    await take(mine, request);
    expect(await result(request, 'failed')).toMatchObject({ why: 'exit' });
    expect(results(request)).toHaveLength(1);
  });

  it('waits for a master’s ✅ over a SIGKILL, and its end stands beneath what was asked', async () => {
    const root = await order();
    const request = await wish(root, 'echo yes', { more: { hosts: ['127.0.0.1:9'] } });
    await take(root, request);
    await result(request, 'asked');
    const asked = await scene.asked(root);
    expect(asked.body).toContain('claude');
    await asAgent('claude', 'm.reaction', sign(asked.id, '✅'));
    await scene.scene.house.reborn('executor', await scene.scene.house.kill('executor'));
    expect(results(request).map(({ state }) => state)).toEqual(['asked']);
    await scene.master.react(scene.hq, asked.id, '✅');
    expect((await result(request, 'done')).output).toContain('yes');
    const end = await scene.master.until('the end', scene.hq, () =>
      scene.said(scene.hq, root).find(({ body }) => body.startsWith('✓')),
    );
    expect(end.content['m.relates_to']).toMatchObject({ 'm.in_reply_to': { event_id: asked.id } });
  });

  it('cut off by a SIGKILL it ends unknown and is not run again, and is where it may be repeated', async () => {
    const root = await order();
    const [once, twice] = [await wish(root, 'sleep 4'), await wish(root, 'sleep 4', { more: { repeatable: true } })];
    for (const request of [once, twice]) await take(root, request);
    await scene.scene.until(
      () => scene.audit().lines.filter(({ event, data }) => event === 'job.started' && data.root === root).length === 2,
    );
    await scene.scene.house.reborn('executor', await scene.scene.house.kill('executor'));
    await result(once, 'unknown');
    await take(root, once);
    expect(await result(twice, 'done')).toMatchObject({ attempt: 2 });
    const begun = (request: string) =>
      scene.audit().lines.filter(({ event, data }) => event === 'job.started' && data.key.startsWith(request)).length;
    expect([begun(once), begun(twice)]).toEqual([1, 2]);
    expect(results(once).map(({ state }) => state)).toEqual(['unknown']);
    expect(results(twice).map(({ state }) => state)).toEqual(['done']);
  });

  it('is ended by a master’s !stop, and what comes for the same message later does not begin', async () => {
    const root = await order();
    const request = await wish(root, 'sleep 60');
    await take(root, request);
    await scene.scene.until(() =>
      scene.audit().lines.some(({ event, data }) => event === 'job.started' && data.root === root),
    );
    await scene.master.say(scene.hq, '!stop');
    await result(request, 'stopped');
    const later = await wish(root, 'true');
    await take(root, later);
    expect(await result(later, 'refused')).toMatchObject({ why: 'stopped' });
  });
});

describe('what the executor knows', () => {
  it('cannot be reached from inside', async () => {
    const token = String(JSON.parse(readFileSync(join(scene.folder, 'session.json'), 'utf8')).access_token);
    const { passwords, redis, appservice } = scene.scene.secrets;
    const { root } = await scene.run(
      `cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' > seen; env >> seen; ls -laR /proc/1/root ${scene.folder} ${scene.scene.house.data} >> seen 2>&1; cat ${scene.folder}/session.json >> seen 2>&1; true`,
    );
    await scene.ended(scene.ops, root);
    const seen = scene.file('seen') ?? '';
    expect(seen.length).toBeGreaterThan(50);
    for (const secret of [token, passwords.executor, redis.executor, appservice.appservice, 'CHAVION'])
      expect(seen).not.toContain(secret);
  });
});

const putAs = (path: string, token: string, body: object) =>
  request(scene.scene.house.ready.homeserver, 'PUT', path, { token, body });
