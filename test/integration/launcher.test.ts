import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAlive, mark } from '../../bridge/launcher/instance/processes.ts';
import { type House, startHouse } from '../house/house.ts';
import { request, signIn } from '../house/matrix.ts';

let house: House;
beforeAll(async () => {
  house = await startHouse();
});
afterAll(() => house[Symbol.asyncDispose]());

const alive = (pid: number | null): boolean => pid !== null && mark(pid) !== undefined;
const answers = async () => (await request(house.ready.homeserver, 'GET', '/_matrix/client/versions')).status;

/** Waits for something that has to come; the test's own time limit ends it otherwise. */
async function eventually(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 30));
}

describe('a house that runs', () => {
  it('says on the terminal how to come in, and nothing that is not for the master', () => {
    for (const said of [
      house.ready.homeserver,
      house.ready.master.userId,
      house.ready.master.password,
      '본부',
      'CHAVION_PUBLIC_URL',
      'npm run chat',
      'npm start -- keys',
    ]) {
      expect(house.output).toContain(said);
    }
    const secrets = JSON.parse(readFileSync(join(house.data, 'secrets.json'), 'utf8'));
    for (const secret of [
      secrets.passwords.admin,
      secrets.passwords.executor,
      secrets.adminToken,
      secrets.appservice.appservice,
      secrets.redis.swarm,
    ])
      expect(house.output).not.toContain(secret);
  });

  it('lets the master in with the password that it prints', async () => {
    const token = await signIn(house.ready.homeserver, house.ready.master.userId, house.ready.master.password);
    const { body } = await request(house.ready.homeserver, 'GET', '/_matrix/client/v3/joined_rooms', { token });
    expect(body['joined_rooms']).toEqual(
      expect.arrayContaining([house.ready.rooms.hq, house.ready.rooms.ops, house.ready.space]),
    );
  });

  it('keeps every file of its own to itself', () => {
    expect(statSync(house.data).mode & 0o777).toBe(0o700);
    const files = readdirSync(house.data).filter((name) => statSync(join(house.data, name)).isFile());
    expect(files).toEqual(expect.arrayContaining(['instance.json', 'secrets.json', 'ready.json', 'provision.json']));
    for (const name of files) expect([name, statSync(join(house.data, name)).mode & 0o777]).toEqual([name, 0o600]);
  });

  it('has no part that a program of the machine could give more rights', async () => {
    const { launcher: _launcher, ...pids } = await house.pids();
    const status = Object.values(pids).map((pid) => readFileSync(`/proc/${pid}/status`, 'utf8'));
    expect(status.map((text) => /^NoNewPrivs:\s+(\d)$/m.exec(text)?.[1])).toEqual(['1', '1', '1', '1']);
  });

  it.each(['redis', 'synapse', 'swarm', 'executor'] as const)(
    'brings %s back when it is killed, and says so in ready.json',
    async (part) => {
      const before = await house.kill(part);
      const now = await house.reborn(part, before);
      expect(alive(now)).toBe(true);
      await eventually(() => house.output.includes(`다시 응답합니다: ${part}`));
      const pids = await house.pids();
      expect(pids[part]).toBe(now);
      for (const other of ['launcher', 'redis', 'synapse', 'swarm', 'executor'] as const)
        expect([other, alive(pids[other])]).toEqual([other, true]);
      expect(await answers()).toBe(200);
    },
  );

  it('refuses a second launcher on the same folder and is not disturbed by it', async () => {
    const before = await house.pids();
    const second = house.launch();
    const [code] = await once(second, 'exit');
    expect(code).toBe(1);
    expect(house.output).toContain(`프로세스 ${before.launcher}`);
    expect(await house.pids()).toEqual(before);
    expect(await answers()).toBe(200);
    house.adopt(before.launcher);
  });

  it('goes on after a stop with the same rooms, master and history', async () => {
    const { ready } = house;
    const pids = await house.pids();
    await house.stop();
    expect(existsSync(join(house.data, 'ready.json'))).toBe(false);
    await eventually(() => [pids.synapse, pids.redis, pids.swarm, pids.executor].every((pid) => !alive(pid)));
    await house.start();
    expect(house.ready).toMatchObject({
      rooms: ready.rooms,
      space: ready.space,
      master: ready.master,
      homeserver: ready.homeserver,
    });
    await signIn(house.ready.homeserver, house.ready.master.userId, house.ready.master.password);
  });

  it('ends what a killed launcher left, also what it had no time to write down', async () => {
    await house.kill('launcher');
    const left = await house.partsAlive();
    expect(left).toHaveLength(4);
    writeFileSync(join(house.data, 'parts.json'), '{}');
    await house.start();
    expect(left.filter(isAlive)).toEqual([]);
    expect(house.output).toContain('남은 프로세스');
    expect(await answers()).toBe(200);
  });

  it('does not change its name, and says why', async () => {
    await house.stop();
    const launcher = house.launch([], { CHAVION_SERVER_NAME: 'elsewhere.test' });
    const [code] = await once(launcher, 'exit');
    expect(code).toBe(1);
    expect(house.output).toContain('house.test');
    expect(house.output).toContain('elsewhere.test');
    await house.start();
    expect(house.ready.serverName).toBe('house.test');
  });
});
