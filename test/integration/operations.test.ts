import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Person } from '../house/person.ts';
import { Scene } from '../house/scene.ts';
import { verb as run } from '../house/verb.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open({ keys: false });
});
afterAll(() => scene[Symbol.asyncDispose]());

const verb = (args: readonly string[]) => run(scene.house, args);

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
    for (const part of ['synapse', 'redis', 'swarm', 'executor'])
      expect(status.said).toMatch(new RegExp(`${part} +프로세스 \\d+ · \\d+ MB`));
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
    for (const [group, name] of [
      ['appservice', 'appservice'],
      ['appservice', 'homeserver'],
      ['redis', 'swarm'],
      ['redis', 'executor'],
      ['redis', 'launcher'],
    ] as const)
      expect(now[group][name]).not.toBe(then[group][name]);
    const refused = await fetch(`${house.ready.homeserver}/_matrix/client/v3/account/whoami`, {
      headers: { authorization: `Bearer ${then.appservice.appservice}` },
    });
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
    await expect(Person.signIn(house.ready.homeserver, master.userId, house.ready.master.password)).rejects.toThrow(
      '403',
    );
    await expect(master.call('GET', '/_matrix/client/v3/account/whoami')).resolves.toMatchObject({ status: 401 });
    expect((await verb(['reset-password', '@agent_claude'])).code).toBe(1);
    expect((await verb(['reset-password', 'nobody'])).said).toContain('없습니다');
  });
});
