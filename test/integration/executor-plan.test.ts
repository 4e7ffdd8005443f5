import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENDS_QUEUE, ORDERS_QUEUE } from '../../bridge/protocol/command-job.ts';
import { EXECUTOR_PREFIX } from '../../bridge/queue/executor-queue.ts';
import { openQueue } from '../../bridge/queue/jobs.ts';
import { executorKey } from '../../bridge/queue/executor-queue.ts';
import { keepDown } from '../house/keep-down.ts';
import { ExecutorScene } from './executor-scene.ts';
import { keysLike } from '../house/redis-keys.ts';
import { hashOf, planWith, shell, TaskByHand } from './task-by-hand.ts';

/** The swarm is away: its part, honest or not, is played by hand. */
let scene: ExecutorScene;
let quiet: AsyncDisposable;
beforeAll(async () => {
  scene = await ExecutorScene.open();
  quiet = await keepDown(scene.scene.house, 'swarm');
});
afterAll(async () => {
  await quiet?.[Symbol.asyncDispose]();
  await scene?.[Symbol.asyncDispose]();
});

/** Everything in the box has been looked at. */
async function drained(): Promise<void> {
  for (const name of [ORDERS_QUEUE, ENDS_QUEUE]) {
    const queue = openQueue(name, scene.redis, EXECUTOR_PREFIX);
    await scene.scene.until(async () => (await queue.depth()) === 0);
    await queue.close();
  }
}

async function endTask(task: TaskByHand): Promise<void> {
  const queue = openQueue<unknown>(ENDS_QUEUE, scene.redis, EXECUTOR_PREFIX);
  await queue.add([
    { id: `end.${task.root}`, data: await scene.jobFor(scene.hq, task.root, { type: 'end', until: Date.now() }) },
  ]);
  await queue.close();
}

const refusals = () =>
  scene
    .audit()
    .lines.filter((line) => line.event === 'order.refused')
    .map((line) => line.data.why);
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

describe('a plan that was voted for', () => {
  it('finds in its workspace what the master sent: with the task, before it, in its thread; under plain names, each once', async () => {
    const csv = '과목,점수\n국어,90\n수학,80\n';
    await scene.master.post(scene.hq, { name: 'before.csv', bytes: Buffer.from('before\n'), mediaType: 'text/csv' });
    const root = await scene.master.post(scene.hq, {
      name: '성적 표.csv',
      bytes: Buffer.from(csv),
      mediaType: 'text/csv',
      caption: '//chavion_task: 이 표의 합계를 구해줘',
    });
    const task = TaskByHand.at(scene, root);
    const plan = planWith(
      shell('sum', `awk -F, 'NR>1{s+=$2} END{print s}' '성적 표.csv'; cat before.csv; echo changed > before.csv`),
      shell('more', 'cat before.csv _bashrc; ls -A', { after: ['sum'] }),
    );
    const decision = await task.decide(plan);
    await task.dispatch(decision, 'sum');
    expect((await task.ended('sum')).result).toMatchObject({ state: 'done', output: '170\nbefore' });
    await scene.master.post(scene.hq, {
      name: '../.bashrc',
      bytes: Buffer.from('in the thread\n'),
      mediaType: 'text/plain',
      thread: root,
    });
    await task.dispatch(decision, 'more');
    expect((await task.ended('more')).result).toMatchObject({
      state: 'done',
      output: 'changed\nin the thread\n_bashrc\nbefore.csv\n성적 표.csv',
    });
    expect(
      scene
        .audit()
        .lines.filter((line) => line.event === 'input.placed' && line.data.root === root)
        .map((line) => line.data.path),
    ).toEqual(['성적 표.csv', 'before.csv', '_bashrc']);
  });

  it('runs step by step in a workspace of its own, and its results and files stand in the thread', async () => {
    const plan = planWith(
      shell(
        'make',
        `echo first > list.txt; echo ${PNG} | base64 -d > dot.png; echo made`,
        {},
        { artifacts: ['list.txt', 'dot.png'] },
      ),
      shell('read', 'cat list.txt', { after: ['make'], success: { outputContains: 'first' } }),
    );
    const task = await TaskByHand.begin(scene);
    const decision = await task.decide(plan);
    await task.dispatch(decision, 'make');
    const made = await task.ended('make');
    expect(made).toMatchObject({
      result: { plan: hashOf(plan), state: 'done', exitCode: 0, output: 'made' },
    });
    expect(made.body).toMatch(/^✓/);
    expect(made.result.artifacts).toMatchObject([
      { path: 'list.txt', mediaType: 'text/plain', bytes: 6 },
      { path: 'dot.png', mediaType: 'image/png' },
    ]);
    expect(await scene.master.download(made.result.artifacts[0].url)).toBe('first\n');
    const picture = scene.master.events(scene.hq).find(({ event_id }) => event_id === made.result.artifacts[1].event);
    expect(picture.content).toMatchObject({
      msgtype: 'm.image',
      'm.relates_to': { rel_type: 'm.thread', event_id: task.root },
    });
    expect(scene.master.events(scene.ops).some(({ event_id }) => event_id === made.result.report)).toBe(true);
    await task.dispatch(decision, 'read');
    expect((await task.ended('read')).result).toMatchObject({ state: 'done', output: 'first' });
    expect(scene.file('list.txt')).toBeUndefined();
    expect(task.file('list.txt')).toBe('first\n');
    const lines = scene.audit().lines.filter((line) => line.data.root === task.root);
    expect(lines.map((line) => line.event)).toEqual([
      'order.taken',
      'job.started',
      'job.ended',
      'order.taken',
      'job.started',
      'job.ended',
    ]);
    expect(lines[2].data).toMatchObject({
      by: scene.master.userId,
      decision,
      rule: 'vote',
      plan: hashOf(plan),
      step: 'make',
      artifacts: [{ path: 'list.txt' }, { path: 'dot.png' }],
    });
    expect(lines[2].data.artifacts[0].sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(scene.audit().check.kind).toBe('whole');
  });

  it('says that a long command runs, and how it ended, in no message of its own', async () => {
    const task = await TaskByHand.begin(scene);
    await task.dispatch(await task.decide(planWith(shell('slow', 'sleep 1.5; echo over >&2; exit 3'))), 'slow');
    await scene.master.until('that it runs', scene.hq, () =>
      task.said('slow').find(({ body, result }) => body.startsWith('⏳') && result.state === 'running'),
    );
    const end = await task.ended('slow');
    expect(end.result).toMatchObject({ state: 'failed', why: 'exit', exitCode: 3, output: 'over' });
    // An event for each state, and no message: the run's is the coordinator's.
    expect(
      scene.master.shown(scene.hq).filter(({ who, thread }) => who === 'executor' && thread === task.root),
    ).toEqual([]);
  });

  it('runs a command once, by whatever name its job comes', async () => {
    const plan = planWith(shell('count', 'echo ran >> runs'), shell('other', 'true'));
    const task = await TaskByHand.begin(scene);
    const decision = await task.decide(plan);
    await task.dispatch(decision, 'count');
    await task.ended('count');
    // The same decision once more, from a swarm that says everything twice, and the claims gone.
    const twin = await task.decide(plan);
    const patched = await task.patch(
      decision,
      plan,
      planWith(shell('count', 'echo ran >> runs'), shell('other', 'echo')),
      'other',
    );
    for (const key of await keysLike(scene.redis, executorKey('claim', '*'))) await scene.redis.del(key);
    for (const [named, more] of [
      [decision, {}],
      [twin, {}],
      [decision, { patched }],
      [decision, { attempt: 2 }],
      [decision, { attempt: 3 }],
      [twin, { patched, attempt: 2 }],
    ] as const)
      await task.dispatch(named, 'count', more);
    await drained();
    await task.dispatch(decision, 'other', { patched });
    await task.ended('other');
    expect(task.file('runs')).toBe('ran\n');
  });

  it('is tried again when it has failed, with the command that two agents put in its place', async () => {
    const plan = planWith(shell('look', 'ls /nowhere'), shell('after', 'cat found', { after: ['look'] }));
    const mended = planWith(shell('look', 'echo here > found'), shell('after', 'cat found', { after: ['look'] }));
    const task = await TaskByHand.begin(scene);
    const decision = await task.decide(plan);
    await task.dispatch(decision, 'look');
    expect((await task.ended('look')).result.state).toBe('failed');
    const patched = await task.patch(decision, plan, mended, 'look');
    await task.dispatch(decision, 'look', { patched, attempt: 2 });
    expect((await task.ended('look', 2)).result).toMatchObject({ state: 'done', plan: hashOf(mended) });
    await task.dispatch(decision, 'after', { patched });
    expect((await task.ended('after')).result).toMatchObject({ state: 'done', output: 'here' });
  });

  it('waits for what has to come first, though its job comes early', async () => {
    const task = await TaskByHand.begin(scene);
    const decision = await task.decide(
      planWith(shell('one', 'sleep 0.5; echo 1 > order'), shell('two', 'echo 2 >> order', { after: ['one'] })),
    );
    await task.dispatch(decision, 'two');
    await task.dispatch(decision, 'one');
    await task.ended('two');
    expect(task.file('order')).toBe('1\n2\n');
  });
});

describe('what was forged', () => {
  it('does not run', async () => {
    const bad = planWith(shell('bad', 'echo ran >> bad'));
    const good = planWith(shell('good', 'true'));
    const task = await TaskByHand.begin(scene);
    const other = await TaskByHand.begin(scene);
    const elsewhere = await other.decide(bad);
    const byAgent = await task.act('claude', {
      kind: 'decision',
      round: 0,
      rule: 'vote',
      winner: hashOf(bad),
      electorate: elsewhere,
      proposals: [elsewhere],
      ballots: [],
    } as never);
    const losing = await task.decide(good, 0, { winner: hashOf(bad) as never });
    const decision = await task.decide(good);
    const patched = await task.patch(decision, good, bad, 'good');
    const oneAgent = await task.patch(decision, good, planWith(shell('good', 'echo ran >> bad')), 'good', [
      'claude',
      'claude',
    ]);
    for (const more of [
      { decision: elsewhere },
      { decision: byAgent },
      { decision: losing },
      { patched },
      { decision: '$nothing' },
    ])
      await task.dispatch(decision, 'bad', more);
    await task.dispatch(decision, 'good', { patched: oneAgent });
    await task.dispatch(decision, 'absent');
    await drained();
    expect([task.file('bad'), other.file('bad')]).toEqual([undefined, undefined]);
    expect(refusals()).toEqual(expect.arrayContaining(['decision', 'proposal', 'patch', 'no-step']));
    // What the coordinator itself names is answered in the thread, for the task to go on.
    expect((await task.ended('absent')).result).toMatchObject({ state: 'refused', why: 'no-step' });
    await task.dispatch(decision, 'good');
    await scene.master.until('the end of good', scene.hq, () =>
      task.said('good').find(({ result }) => result.state === 'done'),
    );
  });

  it('does not run when the task or a vote was taken back', async () => {
    const plan = planWith(shell('gone', 'echo ran > gone'));
    const [task, unvoted] = [await TaskByHand.begin(scene), await TaskByHand.begin(scene)];
    const decision = await task.decide(plan);
    await scene.master.redact(scene.hq, task.root);
    await task.dispatch(decision, 'gone').catch(() => undefined);
    const later = await unvoted.decide(plan);
    const ballot = scene.master
      .events(scene.hq)
      .findLast(
        ({ content }) =>
          content['com.chavion']?.act?.content.kind === 'ballot' &&
          content['com.chavion'].act.conversation === unvoted.root,
      );
    await scene.master.redact(scene.hq, ballot.event_id);
    await unvoted.dispatch(later, 'gone');
    expect((await unvoted.ended('gone')).result).toMatchObject({ state: 'refused', why: 'ballot' });
    await drained();
    expect([task.file('gone'), unvoted.file('gone')]).toEqual([undefined, undefined]);
  });
});

describe('what asks', () => {
  const asking = (name: string) => shell(name, `echo ran > ${name}`, { hosts: ['example.org:443'] });

  it('is shown in one list, every command whole, and one tap covers all of it and nothing more', async () => {
    const plan = planWith(asking('a'), asking('b'), shell('free', 'echo free'), asking('later'));
    const task = await TaskByHand.begin(scene);
    const decision = await task.decide(plan);
    for (const step of ['a', 'b', 'free']) await task.dispatch(decision, step);
    expect((await task.ended('free')).result.state).toBe('done');
    const [request] = await task.asked();
    expect(request?.msgtype).toBe('m.text');
    expect(request?.mentions).toEqual({ user_ids: [scene.master.userId] });
    for (const shown of ['echo ran > a', 'echo ran > b', 'example.org:443']) expect(request?.body).toContain(shown);
    expect(request?.chavion.hashes).toHaveLength(2);
    for (const step of ['a', 'b'])
      await scene.master.until('that it waits', scene.hq, () =>
        task.said(step).find(({ result }) => result.state === 'asked'),
      );
    await scene.master.react(scene.hq, request?.id ?? '', '✅');
    for (const step of ['a', 'b']) expect((await task.ended(step)).result.state).toBe('done');
    await task.dispatch(decision, 'later');
    const both = await task.asked(2);
    expect(both).toHaveLength(2);
    expect(task.file('later')).toBeUndefined();
    await scene.master.react(scene.hq, both[1]?.id ?? '', '❌');
    expect((await task.ended('later')).result).toMatchObject({ state: 'refused', why: 'no' });
    expect(task.file('later')).toBeUndefined();
  });

  it('asks again when the command was patched, and is not approved by anybody but a master', async () => {
    const plan = planWith(shell('net', 'exit 1', { hosts: ['example.org:443'] }));
    const mended = planWith(shell('net', 'echo ran > net', { hosts: ['example.org:443'] }));
    const task = await TaskByHand.begin(scene);
    const decision = await task.decide(plan);
    await task.dispatch(decision, 'net');
    await scene.master.react(scene.hq, (await task.asked())[0]?.id ?? '', '✅');
    await task.ended('net');
    await task.dispatch(decision, 'net', { attempt: 2, patched: await task.patch(decision, plan, mended, 'net') });
    const request = (await task.asked(2))[1];
    const { house, secrets } = scene.scene;
    await fetch(
      `${house.ready.homeserver}/_matrix/client/v3/rooms/${encodeURIComponent(scene.hq)}/send/m.reaction/${Date.now()}?user_id=${encodeURIComponent(scene.scene.agent('claude'))}`,
      {
        method: 'PUT',
        headers: { authorization: `Bearer ${secrets.appservice.appservice}`, 'content-type': 'application/json' },
        body: JSON.stringify({ 'm.relates_to': { rel_type: 'm.annotation', event_id: request?.id, key: '✅' } }),
      },
    );
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(task.file('net')).toBeUndefined();
    await scene.master.react(scene.hq, request?.id ?? '', '✅');
    expect((await task.ended('net', 2)).result.state).toBe('done');
  });

  it('asks for everything when the rules say so', async () => {
    scene.write('policy.json', '{"mode":"ask"}');
    const task = await TaskByHand.begin(scene);
    await task.dispatch(await task.decide(planWith(shell('plain', 'echo ran > plain'))), 'plain');
    const [request] = await task.asked();
    expect(task.file('plain')).toBeUndefined();
    await scene.master.react(scene.hq, request?.id ?? '', '✅');
    await task.ended('plain');
    scene.write('policy.json', '{"mode":"auto"}');
    expect(task.file('plain')).toBe('ran\n');
  });

  it('is refused where it cannot be shown whole', async () => {
    const task = await TaskByHand.begin(scene);
    await task.dispatch(
      await task.decide(planWith(shell('long', `true # ${'x'.repeat(5_000)}`, { hosts: ['example.org:443'] }))),
      'long',
    );
    expect((await task.ended('long')).result).toMatchObject({ state: 'refused', why: 'too-long-to-show' });
  });
});

describe('the end of a task', () => {
  it('kills what runs, withdraws what waits, and lets nothing begin that was decided before', async () => {
    const plan = planWith(
      shell('endless', 'sleep 300'),
      shell('asks', 'echo ran > asks', { hosts: ['example.org:443'] }),
      shell('late', 'echo ran > late'),
    );
    const task = await TaskByHand.begin(scene);
    const decision = await task.decide(plan);
    await task.dispatch(decision, 'endless');
    await task.dispatch(decision, 'asks');
    const [request] = await task.asked();
    await scene.master.until('that it runs', scene.hq, () =>
      task.said('endless').find(({ result }) => result.state === 'running'),
    );
    await endTask(task);
    expect((await task.ended('endless')).result.state).toBe('stopped');
    expect((await task.ended('asks')).result.state).toBe('stopped');
    await scene.master.react(scene.hq, request?.id ?? '', '✅');
    await task.dispatch(decision, 'late');
    expect((await task.ended('late')).result).toMatchObject({ state: 'refused', why: 'task-ended' });
    // A master may want it all the same; a new decision needs nobody.
    const retry = await scene.master.inThread(scene.hq, task.root, '!retry');
    await task.dispatch(decision, 'late', { retry });
    await scene.master.until('the end of late', scene.hq, () =>
      task.said('late').find(({ result }) => result.state === 'done'),
    );
    expect([task.file('late'), task.file('asks')]).toEqual(['ran\n', undefined]);
  });

  it('comes with the master’s stop sign under a step’s record or under the task', async () => {
    const task = await TaskByHand.begin(scene);
    const decision = await task.decide(planWith(shell('x', 'sleep 300'), shell('y', 'sleep 300'), shell('z', 'true')));
    for (const step of ['x', 'y']) {
      await task.dispatch(decision, step);
      await scene.master.until('that it runs', scene.hq, () =>
        task.said(step).find(({ result }) => result.state === 'running'),
      );
    }
    const inOps = await scene.master.until('the record of x', scene.ops, () =>
      scene.master.shown(scene.ops).findLast(({ who, body }) => who === 'executor' && body.startsWith('⏳ step x')),
    );
    await scene.master.react(scene.ops, inOps.id, '🛑');
    expect((await task.ended('x')).result.state).toBe('stopped');
    expect(task.said('y')[0]?.result.state).toBe('running');
    await scene.master.react(scene.hq, task.root, '🛑');
    expect((await task.ended('y')).result.state).toBe('stopped');
    await task.dispatch(decision, 'z');
    expect((await task.ended('z')).result).toMatchObject({ state: 'refused', why: 'stopped' });
  });
});
