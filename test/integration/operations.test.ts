import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inRoom } from '../house/matrix.ts';
import { Person } from '../house/person.ts';
import type { Json } from '../house/provider-formats.ts';
import { removeHouse } from '../house/remains.ts';
import { Scene } from '../house/scene.ts';

let scene: Scene;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chavion-backups-'));
  scene = await Scene.open({ keys: false });
});
afterAll(async () => {
  await scene[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** One verb of `npm start`, to its end. */
async function verb(args: readonly string[], input = ''): Promise<{ code: number | null; said: string }> {
  const { house } = scene;
  const up = await house.readyFile();
  const process = house.launch(args, {}, input);
  await once(process, 'close');
  const said = house.output;
  if (up !== undefined) house.adopt(up.pids.launcher);
  return { code: process.exitCode, said };
}

/** Of the master, with the password that is published now. */
const signIn = async (): Promise<Person> => {
  const ready = await scene.house.readyFile();
  if (ready === undefined) throw new Error('not up');
  return Person.signIn(ready.homeserver, ready.master.userId, ready.master.password);
};

/** Until the homeserver takes it. */
async function insisting<T>(act: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await act();
    } catch {
      await sleep(50);
    }
  }
}

describe('the owner’s verbs', () => {
  it('show how the house stands, and what its parts wrote', async () => {
    const status = await verb(['status']);
    expect(status.code).toBe(0);
    for (const part of ['synapse', 'redis', 'swarm', 'executor']) expect(status.said).toMatch(new RegExp(`${part} +프로세스 \\d+ · \\d+ MB`));
    expect(status.said).toContain('npm start -- backup');
    const logs = await verb(['logs', 'swarm', '5']);
    expect(logs.said).toContain('"msg":"ready"');
    expect((await verb(['logs', 'nobody'])).code).toBe(2);
  });

  it('give new secrets to the parts, and what is said meanwhile is answered once', async () => {
    const { house, master, hq } = scene;
    const before = await readFile(join(house.data, 'secrets.json'), 'utf8');
    const pid = (await house.pids()).swarm ?? 0;
    expect((await verb(['rotate-secrets'])).code).toBe(0);
    // Said into the house while it goes down and comes up.
    const question = await insisting(() => master.say(hq, '지금 바꾸는 중인가요?'));
    await house.reborn('swarm', pid);
    await master.answered(hq, question, 6);
    const now = JSON.parse(await readFile(join(house.data, 'secrets.json'), 'utf8'));
    const then = JSON.parse(before);
    for (const [group, name] of [['appservice', 'appservice'], ['appservice', 'homeserver'], ['redis', 'swarm'], ['redis', 'executor'], ['redis', 'launcher']] as const) expect(now[group][name]).not.toBe(then[group][name]);
    const refused = await fetch(`${house.ready.homeserver}/_matrix/client/v3/account/whoami`, { headers: { authorization: `Bearer ${then.appservice.appservice}` } });
    expect(refused.status).toBe(401);
    expect(master.answers(hq, question)).toHaveLength(6);
  });

  it('give the master a new password, and sign the old devices out', async () => {
    const { house, master } = scene;
    const { code, said } = await verb(['reset-password']);
    expect(code).toBe(0);
    const [password = ''] = /[a-z0-9]{4}(?:-[a-z0-9]{4}){3}/.exec(said) ?? [];
    expect((await house.readyFile())?.master.password).toBe(password);
    await using again = await signIn();
    expect(again.userId).toBe(master.userId);
    await expect(Person.signIn(house.ready.homeserver, master.userId, house.ready.master.password)).rejects.toThrow('403');
    await expect(master.call('GET', '/_matrix/client/v3/account/whoami')).resolves.toMatchObject({ status: 401 });
    expect((await verb(['reset-password', '@agent_claude'])).code).toBe(1);
    expect((await verb(['reset-password', 'nobody'])).said).toContain('없습니다');
  });
});

describe('backup, loss of everything, restore', () => {
  it('brings the house back as it was, with the message of the moment before', async () => {
    const { house } = scene;
    const lent = await mkdtemp(join(folder, 'lent-'));
    await verb(['lend', lent, 'ro']);
    await writeFile(join(house.data, 'keys.env'), '');
    await using before = await signIn();
    const hq = scene.hq;
    const first = await before.say(hq, '백업 전에 한 말');
    await before.answered(hq, first, 6);
    await before.say(hq, '!발언 호출');
    await before.until('the floor', hq, () => before.shown(hq).find((one) => one.body.includes('호출')));
    const picture = await before.upload(Buffer.from('그림의 바이트'), 'image/png', 'a.png');
    // The last thing that is said: nobody has answered it when the copy begins.
    const last = await before.say(hq, '클로드야, 이 말은 백업에 들어가야 해');
    const file = join(folder, 'house.tar.gz.age');
    await writeFile(join(folder, 'passphrase'), '열려라 참깨 참깨\n');
    const made = await verb(['backup', file, '--passphrase-file', join(folder, 'passphrase')]);
    expect(made.said).toContain(file);
    expect(made.code).toBe(0);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await verb(['backup', file])).said).toContain('덮어쓰지 않았습니다');
    // Nobody sleeps on after it.
    await before.answered(hq, last, 1);

    const secrets = await readFile(join(house.data, 'secrets.json'), 'utf8');
    const environment = await readFile(join(house.folder, 'environment.json'), 'utf8');
    await house.stop();
    await removeHouse(house.folder);
    await mkdir(house.folder, { recursive: true });
    await writeFile(join(house.folder, 'environment.json'), environment);

    await writeFile(join(folder, 'wrong'), '닫혀라 참깨');
    const wrong = await verb(['restore', file, '--passphrase-file', join(folder, 'wrong')]);
    expect(wrong).toMatchObject({ code: 1 });
    expect(wrong.said).toContain('암호가 틀리거나');
    expect((await verb(['restore', file], '열려라 참깨 참깨\n')).code).toBe(0);
    const twice = await verb(['restore', file], '열려라 참깨 참깨\n');
    expect(twice).toMatchObject({ code: 1 });
    expect(twice.said).toContain('덮어쓰지 않았습니다');
    await house.start();

    expect(await readFile(join(house.data, 'secrets.json'), 'utf8')).toBe(secrets);
    await using after = await signIn();
    const { body }: Json = await after.call('GET', inRoom(hq, `event/${encodeURIComponent(last)}`));
    expect(body.content.body).toBe('클로드야, 이 말은 백업에 들어가야 해');
    expect(await after.download(picture)).toContain('그림의 바이트');
    expect((await verb(['lend', '--list'])).said).toContain(lent);
    // The floor is as it was: nobody speaks without being called. And the last word is answered once, not once more.
    const quiet = await after.say(hq, '아무도 안 부른 말');
    const called = await after.say(hq, '클로드야, 거기 있니?');
    await after.answered(hq, called, 1);
    const answers = async (source: string) => {
      const { body: page }: Json = await after.call('GET', inRoom(hq, 'messages?dir=b&limit=200'));
      return page.chunk.filter((one: Json) => one.content['com.chavion']?.source === source && one.content['com.chavion'].kind === 'answer' && one.content['m.new_content'] === undefined);
    };
    while ((await answers(last)).length === 0) await sleep(100);
    expect(await answers(quiet)).toHaveLength(0);
    expect(await answers(last)).toHaveLength(1);
    expect(await answers(first)).toHaveLength(6);
  });

  it('refuses what is no backup and changes nothing', async () => {
    const { house } = scene;
    await house.stop();
    const { folder: place, env } = house;
    const elsewhere = { CHAVION_DATA_DIR: join(place, 'other') };
    const broken = join(folder, 'broken.tar.gz');
    await writeFile(broken, 'not a backup');
    const run = async (args: readonly string[]) => {
      const process = house.launch(args, elsewhere);
      await once(process, 'close');
      return { code: process.exitCode, said: house.output };
    };
    expect(await run(['restore', broken])).toMatchObject({ code: 1 });
    await cp(join(folder, 'house.tar.gz.age'), join(folder, 'cut.age'));
    await truncate(join(folder, 'cut.age'), 20_000);
    const cut = await run(['restore', join(folder, 'cut.age'), '--passphrase-file', join(folder, 'passphrase')]);
    expect(cut).toMatchObject({ code: 1 });
    expect(cut.said).toContain('바뀐 것은 없습니다');
    expect(await run(['restore', join(folder, 'nothing')])).toMatchObject({ code: 1 });
    expect((await run(['restore'])).code).toBe(2);
    await expect(stat(join(elsewhere.CHAVION_DATA_DIR, 'instance.json'))).rejects.toThrow('ENOENT');
    expect(env['CHAVION_DATA_DIR']).toBe(house.data);
  });
});
