import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executorKey } from '../../bridge/queue/executor-queue.ts';
import { verb } from '../house/verb.ts';
import { ExecutorScene } from './executor-scene.ts';

let scene: ExecutorScene;
const made: string[] = [];
beforeAll(async () => {
  scene = await ExecutorScene.open();
});
afterAll(async () => {
  await scene?.[Symbol.asyncDispose]();
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/** A folder that the executor's account may enter and write. */
function serverFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lent-'));
  made.push(folder);
  const { uid, gid } = statSync(scene.folder);
  chownSync(folder, uid, gid);
  chmodSync(folder, 0o755);
  return folder;
}

describe('the executor', () => {
  it('is listed by !agents, from a registry that the swarm can read and not write', async () => {
    const { redis } = scene.scene;
    await scene.scene.until(async () => (await redis.hlen(executorKey('roll'))) === 1);
    await expect(redis.hset(executorKey('roll'), 'ghost', '{}')).rejects.toThrow(/NOPERM|No permissions/i);
    await expect(redis.hgetall(executorKey('ended'))).rejects.toThrow(/NOPERM|No permissions/i);
    let table = '';
    while (!table.includes(`실행자 (${hostname()})`))
      table = (await scene.master.noticed(scene.ops, await scene.master.say(scene.ops, '!agents'))).body;
    expect(table).toMatch(/실행자 .*\*\* · 대기 중\n {2}`ex[0-9a-f]{12}`/);
  });
});

describe('what it sends into a room', () => {
  it('has a picture beside it, like everybody else’s', async () => {
    const { body } = await scene.master.call(
      'GET',
      `/_matrix/client/v3/profile/${encodeURIComponent(`@executor:${scene.scene.house.ready.serverName}`)}`,
    );
    expect(body).toMatchObject({ avatar_url: expect.stringMatching(/^mxc:/) });
  });

  it('has keys masked, and that is said', async () => {
    const key = `sk-proj-${'a1B2c3D4e5'.repeat(5)}`;
    const { root } = await scene.run(
      `--file keys.txt k=sk-proj; for i in 1 2 3 4 5; do p=$p"a1B2c3D4e5"; done; echo "key $k-$p" > keys.txt`,
    );
    const sent = await scene.master.until('the file', scene.hq, () =>
      scene.master.events(scene.hq).find(({ content }) => content?.filename === 'keys.txt'),
    );
    expect(await scene.master.download(sent.content.url)).not.toContain(key.slice(-20));
    await scene.master.until('the line', scene.hq, () =>
      scene.said(scene.hq, root).find(({ body }) => body.includes('keys.txt') && body.includes('가리고')),
    );
  });

  it('says in words why an address was not reached, after a yes', async () => {
    const root = await scene.master.say(
      scene.hq,
      '!run --net nothing.invalid:443 --net 127.0.0.1:80 curl -sS --max-time 5 https://nothing.invalid/; curl -sS --max-time 5 http://127.0.0.1:80/; false',
    );
    const request = await scene.asked(root);
    await scene.master.react(scene.hq, request.id, '✅');
    const { body } = await scene.ended(scene.hq, root);
    expect(body).toMatch(/nothing\.invalid:443`: 그런 주소를 찾지 못했습니다/);
    expect(body).toMatch(/127\.0\.0\.1`: 인터넷에 있는 주소가 아니라/);
  });
});

describe('!run by the master', () => {
  it('runs for real in the closed workspace and answers with the output, in both rooms, once', async () => {
    const order = await scene.run('echo "$((6*7)) in $PWD"; id -u; ls /');
    expect(order.body).toMatch(/^✓ 끝 \(0\)/);
    expect(order.body).toContain('42 in /work\n65534');
    expect(order.body).not.toMatch(/^(?:home|root|srv|var)$/m);
    expect((await scene.ended(scene.ops, order.root)).body).toContain('42 in /work');
    await scene.settled();
    expect(scene.said(scene.hq, order.root)).toHaveLength(1);
    expect(scene.said(scene.ops, order.root)).toHaveLength(1);
  });

  it('works in the ops room, in Korean, and with a script in a code block', async () => {
    const root = await scene.master.say(
      scene.ops,
      '!실행\n```bash\nfor i in 1 2 3; do\n  echo "줄 $i"\ndone\nexit 3\n```',
    );
    const end = await scene.ended(scene.ops, root);
    expect(end.body).toMatch(/^✗ .*\n실패 \(종료 코드 3\)/);
    expect(end.body).toContain('줄 1\n줄 2\n줄 3');
    expect(end.replyTo).toBe(root);
  });

  it('keeps files from one command for the next, and brings them into the room', async () => {
    await scene.run('mkdir -p out; printf "합계 7\\n" > out/sum.txt');
    expect((await scene.run('cat out/sum.txt')).body).toContain('합계 7');
    const { root } = await scene.run('--file out/sum.txt --file out/none.txt true');
    const file = await scene.master.until('the file', scene.hq, () =>
      scene.master.shown(scene.hq).find((one) => one.source === root && one.msgtype === 'm.file'),
    );
    expect(file.body).toBe('sum.txt');
    await scene.master.until('word of the missing one', scene.hq, () =>
      scene.said(scene.hq, root).find(({ body }) => body.includes('out/none.txt')),
    );
    const { lines } = scene.audit();
    expect(lines.findLast((line) => line.event === 'job.ended' && line.data.root === root).data.artifacts).toEqual([
      { path: 'out/sum.txt', bytes: 9, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ]);
  });

  it('says what cannot be read, and does nothing', async () => {
    const { body } = await scene.run('--time never touch mark-bad');
    expect(body).toMatch(/^⊘ .*`never`/);
    expect(scene.file('mark-bad')).toBeUndefined();
  });

  it('shows output that cannot leave its block, steer a terminal or show a key', async () => {
    const tail = 'a1B2c3D4e5'.repeat(5);
    const script = [
      'printf "\\e[31mred\\e]0;t\\a\\u202e@room <b>x</b>\\n"',
      'printf "\\140\\140\\140\\n[link](https://evil.test)\\n"',
      'k=a1B2c3D4e5; printf sk-p; sleep 0.3',
      'printf "roj-$k$k"; sleep 0.3',
      'printf "$k$k$k\\n"',
    ].join('\n');
    const root = await scene.master.say(scene.hq, `!run\n\`\`\`\`\n${script}\n\`\`\`\`\n`);
    for (const end of [await scene.ended(scene.hq, root), await scene.ended(scene.ops, root)]) {
      // eslint-disable-next-line no-control-regex -- their absence is the point
      expect(end.body).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u202E]/);
      expect(end.body).toContain('sk-');
      expect(end.body).not.toContain(tail.slice(-10));
      expect(end.html?.replace(/<(?:pre|code)>[^]*?<\/(?:pre|code)>/g, '')).not.toMatch(/evil|@room|<b>x/);
      expect(end.mentions).toEqual({});
    }
  });

  it('lets long output grow in ops by edits and gives the whole as a file', async () => {
    const { root, body } = await scene.run('for i in $(seq 1 120); do echo "row $i"; sleep 0.03; done');
    expect(body).toContain('row 1\n');
    expect(body).not.toContain('row 120');
    const end = await scene.ended(scene.ops, root);
    expect(end.body).toContain('row 120');
    expect(end.versions.length).toBeGreaterThan(1);
    expect(end.versions[0]?.body).toMatch(/^⏳/);
    const file = await scene.master.until('the file', scene.ops, () =>
      scene.master.shown(scene.ops).find((one) => one.source === root && one.msgtype === 'm.file'),
    );
    expect(file.body).toBe('output.txt');
  });
});

describe('stopping', () => {
  it('by a sign on the order or its output, by taking the order back, and by !stop ends the whole tree', async () => {
    const start = async (name: string) => {
      const root = await scene.master.say(
        scene.hq,
        `!run (setsid sh -c "sleep 9; touch mark-${name}" &) ; sleep 9; touch mark-${name}`,
      );
      return { root, growing: await scene.master.until('the output', scene.ops, () => scene.said(scene.ops, root)[0]) };
    };
    const [order, output, taken, stopped] = await Promise.all(['order', 'output', 'taken', 'stop'].map(start));
    await scene.master.react(scene.hq, order!.root, '🛑');
    await scene.master.react(scene.ops, output!.growing.id, '🛑');
    await scene.master.redact(scene.hq, taken!.root);
    for (const one of [order, output, taken]) expect((await scene.ended(scene.ops, one!.root)).body).toMatch(/^■/);
    const said = await scene.master.say(scene.hq, '!stop');
    expect(
      (
        await scene.master.until('the answer', scene.hq, () =>
          scene.master.shown(scene.hq).find((one) => one.who === 'coordinator' && one.source === said),
        )
      ).body,
    ).toMatch(/1 command|명령 1개/);
    expect((await scene.ended(scene.ops, stopped!.root)).body).toMatch(/^■/);
    await scene.run('sleep 9');
    expect((await scene.run('ls')).body).not.toMatch(/mark-(?:order|output|taken|stop)/);
  });

  it('is not heeded from anybody else', async () => {
    const eve = await scene.scene.newcomer('eve');
    await scene.scene.bringIn(eve, scene.hq);
    const root = await scene.master.say(scene.hq, '!run sleep 3; echo through');
    await eve.react(scene.hq, root, '🛑');
    await eve.say(scene.hq, '!stop');
    expect((await scene.ended(scene.hq, root)).body).toContain('through');
    await eve[Symbol.asyncDispose]();
  });
});

describe('lent folders', () => {
  it('are read by everybody, written after a yes, and gone when they are taken back', async () => {
    const folder = serverFolder();
    mkdirSync(join(folder, 'sub'));
    expect((await verb(scene.scene.house, ['lend', folder, 'rw'])).code).toBe(0);
    const name = folder.split('/').at(-1)?.toLowerCase() ?? '';
    expect((await scene.run(`ls /lent/${name}`)).body).toContain('sub');
    expect((await scene.run(`touch /lent/${name}/refused`)).body).toMatch(/^✗/);
    // No limit of the kernel holds what is written there.
    for (const one of ['doctor', 'status'])
      expect((await verb(scene.scene.house, [one])).said).toContain(`/lent/${name}: `);

    const root = await scene.master.say(scene.hq, `!run --write ${name} echo written > /lent/${name}/new.txt`);
    const request = await scene.asked(root);
    expect(request.body).toContain(`echo written > /lent/${name}/new.txt`);
    expect(request.body).toContain(folder);
    // It ran on a copy: what it would change is shown, and nothing has been changed.
    expect(request.body).toMatch(/➕ .*new\.txt/u);
    expect(request.body).toContain('+ written');
    expect(readdirSync(folder)).toEqual(['sub']);
    await scene.master.react(scene.hq, request.id, '✅');
    await scene.master.until('the end', scene.hq, () =>
      scene.said(scene.hq, root).find(({ body }) => body.startsWith('✓')),
    );
    expect(readFileSync(join(folder, 'new.txt'), 'utf8')).toBe('written\n');
    const undo = await scene.master.say(scene.hq, '!undo');
    await scene.master.until('the change taken back', scene.hq, () =>
      scene.said(scene.hq, undo).find(({ body }) => body.startsWith('↩️')),
    );
    expect(readdirSync(folder)).toEqual(['sub']);

    const live = await scene.master.say(scene.hq, `!run --live --write ${name} echo at once > /lent/${name}/live.txt`);
    const asked = await scene.asked(live);
    expect(asked.body).not.toContain('🧪');
    await scene.master.react(scene.hq, asked.id, '✅');
    await scene.master.until('the end', scene.hq, () =>
      scene.said(scene.hq, live).find(({ body }) => body.startsWith('✓')),
    );
    expect(readFileSync(join(folder, 'live.txt'), 'utf8')).toBe('at once\n');

    expect((await verb(scene.scene.house, ['lend', '--end', name])).code).toBe(0);
    expect((await scene.run(`ls /lent/${name}`)).body).toMatch(/^✗/);
    expect((await scene.run(`--write ${name} true`)).body).toMatch(/^⊘/);
  });

  it('of the house itself are not lent', async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'chavion-link-'));
    symlinkSync('/home', join(elsewhere, 'link'));
    for (const path of [
      '/',
      '/home',
      '/etc',
      '/root',
      '/var/lib',
      scene.scene.house.data,
      scene.folder,
      join(scene.folder, 'workspaces'),
      '/proc',
      join(elsewhere, 'link'),
    ])
      expect((await verb(scene.scene.house, ['lend', path, 'ro'])).code).toBe(1);
    rmSync(elsewhere, { recursive: true });
  });
});

describe('the owner’s rules', () => {
  it('hold at once: ask, locked, broken, and back', async () => {
    scene.write('policy.json', '{"mode":"ask"}');
    const root = await scene.master.say(scene.hq, '!run touch mark-ask');
    const request = await scene.asked(root);
    await scene.master.react(scene.hq, request.id, '❌');
    expect((await scene.ended(scene.hq, root)).body).toMatch(/^⊘/);

    scene.write('policy.json', '{"mode":"locked"}');
    expect((await scene.run('touch mark-locked')).body).toMatch(/^⊘ .*policy\.json/);
    scene.write('policy.json', '{"mode":"auto","hostz":[]}');
    expect((await scene.run('touch mark-broken')).body).toMatch(/^⊘ .*policy\.json: hostz/);
    await scene.master.until('word in ops', scene.ops, () =>
      scene.master
        .shown(scene.ops)
        .find(({ who, body }) => who === 'executor' && body.includes('hostz') && !body.startsWith('⊘')),
    );
    scene.write('policy.json', '{"mode":"auto"}');
    expect((await scene.run('echo back')).body).toMatch(/^✓/);
    expect(['ask', 'locked', 'broken'].map((name) => scene.file(`mark-${name}`))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('the record', () => {
  it('holds every command from order to end in one chain', async () => {
    const { root } = await scene.run('echo for the record');
    const { check, lines } = scene.audit();
    expect(check.kind).toBe('whole');
    const mine = lines.filter((line) => line.data.root === root);
    expect(mine.map((line) => line.event)).toEqual(['order.taken', 'job.started', 'job.ended']);
    expect(mine[0].data.command.script).toBe('echo for the record');
    expect(new Set(mine.map((line) => line.data.hash)).size).toBe(1);
    const told = await scene.ended(scene.ops, root);
    expect(told.body).toContain(mine[2].hash.slice(0, 8));
    expect((await verb(scene.scene.house, ['audit', 'verify'])).code).toBe(0);
  });
});
