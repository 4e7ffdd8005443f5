import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defaultRoster } from '../../bridge/protocol/default-roster.ts';
import { type House, startHouse } from '../house/house.ts';
import { connectMaster, type Master } from '../house/master.ts';

const PROJECT = join(import.meta.dirname, '..', '..');
const NAMES = defaultRoster.agents.map(({ name }) => name);

/** `npm run chat` as a process, with everything it writes. */
class Chat {
  readonly process: ChildProcess;
  output = '';
  complaints = '';

  constructor(env: Readonly<Record<string, string>>, ...args: string[]) {
    this.process = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', 'bridge/terminal/chat.ts', ...args],
      { cwd: PROJECT, env: { ...env }, stdio: ['pipe', 'pipe', 'pipe'] },
    );
    this.process.stdout?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.process.stderr?.on('data', (chunk: Buffer) => (this.complaints += chunk.toString()));
  }

  async ended(): Promise<number | null> {
    if (this.process.exitCode === null && this.process.signalCode === null) await once(this.process, 'close');
    return this.process.exitCode;
  }

  type(line: string): void {
    this.process.stdin?.write(`${line}\n`);
  }

  /** Waits until it has written this, and fails with what it wrote instead. */
  async shows(what: string | RegExp, withinMs = 60_000): Promise<void> {
    const until = Date.now() + withinMs;
    while (!(typeof what === 'string' ? this.output.includes(what) : what.test(this.output))) {
      if (Date.now() > until) throw new Error(`never showed ${String(what)}:\n${this.output}\n${this.complaints}`);
      await sleep(50);
    }
  }

  count(words: string): number {
    return this.output.split(words).length - 1;
  }
}

let house: House;
let master: Master;
beforeAll(async () => {
  house = await startHouse();
  master = await connectMaster(house.ready);
});
afterAll(async () => {
  await master?.close();
  await house?.[Symbol.asyncDispose]();
});

const devices = async () =>
  z
    .object({ devices: z.array(z.object({ display_name: z.string().nullish() })) })
    .parse(await master.call('GET', '/devices')).devices.length;

describe('npm run chat', () => {
  it('sends one message, shows every answer once and leaves no login behind', async () => {
    const before = await devices();
    const chat = new Chat(house.env, '얘들아 안녕');
    expect({ code: await chat.ended(), complaints: chat.complaints }).toEqual({ code: 0, complaints: '' });
    const answered = NAMES.map((name) => [
      name,
      chat.output.split('\n').filter((line) => line.includes(`  ${name} `)).length,
    ]);
    expect(answered).toEqual(NAMES.map((name) => [name, 1]));
    expect(chat.count('얘들아 안녕')).toBe(1);
    expect(await devices()).toBe(before);
  });

  it('shows those called only, and their notices', async () => {
    const chat = new Chat(house.env, '클로드, 안녕?');
    expect(await chat.ended()).toBe(0);
    expect(NAMES.filter((name) => chat.output.includes(`  ${name} `))).toEqual(['클로드']);
    const command = new Chat(house.env, '!agents');
    expect(await command.ended()).toBe(0);
    expect(command.output).toContain('조율자');
  });

  it('says so when nobody answers', async () => {
    await master.answersAfterQuiet(await master.says('!floor closed'), 1_000);
    const chat = new Chat(house.env, '아무도 없어?');
    expect(await chat.ended()).toBe(1);
    expect(chat.output).toContain('아무도 답하지 않았습니다');
    await master.answersAfterQuiet(await master.says('!floor open'), 1_000);
  });

  it('shows all of a burst that one sync does not hold, in its order', async () => {
    const room = await master.createRoom({ name: 'burst' });
    const chat = new Chat(await roomAs(house, room));
    await chat.shows('/quit');
    chat.process.kill('SIGSTOP');
    for (let i = 0; i < 240; i += 1) await master.says(`burst-${i}.`, { room });
    chat.process.kill('SIGCONT');
    await chat.shows('burst-239.');
    const shown = [...chat.output.matchAll(/burst-(\d+)\./g)].map(([, i]) => Number(i));
    expect(shown).toEqual(Array.from({ length: 240 }, (_, i) => i));
    chat.type('/quit');
    expect(await chat.ended()).toBe(0);
  });

  it('lets nobody in the room control the terminal', async () => {
    const room = await master.createRoom({ name: 'hostile' });
    const chat = new Chat(await roomAs(house, room));
    await chat.shows('/quit');
    const evil = '\u001B[2J\u001B]52;c;ZXZpbA==\u0007\u009B31m\u202Eeviltext\r';
    const said = await master.sendsRaw(
      'm.room.message',
      { msgtype: 'm.text', body: evil, 'com.chavion': { v: 1, kind: 'answer', streaming: true } },
      room,
    );
    await master.reacts(said, `k\u001B[2J`, room);
    await master.sendsRaw(
      'm.room.message',
      { msgtype: 'm.file', body: evil, url: 'mxc://x/y', filename: evil, info: { size: 'big' } },
      room,
    );
    for (const relation of [7, [], { rel_type: 'm.replace', event_id: said }, { rel_type: 'm.thread', event_id: said }])
      await master.sendsRaw(
        'm.room.message',
        { msgtype: 'm.text', body: `${evil}again`, 'm.relates_to': relation },
        room,
      );
    await master.says('the end', { room });
    await chat.shows('the end');
    expect(chat.output).toContain('eviltext');
    // oxlint-disable-next-line no-control-regex -- none of these may come through
    expect(chat.output).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202E]/);
    chat.type('/quit');
    expect(await chat.ended()).toBe(0);
  });

  it('sends exactly once what was written while the homeserver was away, and goes on', async () => {
    const chat = new Chat(house.env);
    await chat.shows('/quit');
    const synapse = await house.kill('synapse');
    for (const words of ['away one', 'away two', 'away three']) chat.type(`클로드, ${words}`);
    await chat.shows('연결이 끊겼습니다');
    await house.reborn('synapse', synapse);
    await chat.shows(/클로드 {2,}.*away three/);
    const said = (await master.allMessages()).filter(
      ({ sender, body }) => sender === master.userId && body.includes('away'),
    );
    expect(said.map(({ body }) => body)).toEqual(['클로드, away one', '클로드, away two', '클로드, away three']);
    expect(chat.output).toContain('다시 이어졌습니다');
    chat.type('/quit');
    expect(await chat.ended()).toBe(0);
  });

  it('sends nothing twice when the homeserver’s answer is lost', async () => {
    const room = await master.createRoom({ name: 'lost' });
    await using proxy = await losingFirstSend(house.ready.homeserver);
    const chat = new Chat(await roomAs(house, room, { homeserver: proxy.address }));
    await chat.shows('/quit');
    chat.type('only once');
    chat.type('and then');
    await chat.shows('and then');
    expect(proxy.lost()).toBe(1);
    expect((await master.allMessages(room)).map(({ body }) => body)).toEqual(['only once', 'and then']);
    chat.type('/quit');
    expect(await chat.ended()).toBe(0);
  });

  it('says in one line what to do when it cannot get in', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'chavion-chat-'));
    const refusal = async (ready?: object) => {
      if (ready !== undefined) await writeFile(join(folder, 'ready.json'), JSON.stringify(ready));
      const chat = new Chat({ ...house.env, CHAVION_DATA_DIR: folder, CHAVION_LANG: 'en' }, 'hello');
      expect(await chat.ended()).toBe(1);
      expect(chat.complaints.trim().split('\n')).toHaveLength(1);
      return chat.complaints;
    };
    expect(await refusal()).toContain('not running');
    expect(await refusal({ ...house.ready, homeserver: 'http://127.0.0.1:9' })).toContain('does not answer');
    expect(await refusal({ ...house.ready, master: { ...house.ready.master, password: 'wrong' } })).toContain(
      'password',
    );
    expect(await refusal({ master: house.ready.master })).not.toContain(house.ready.master.password);
    await rm(folder, { recursive: true });
  });
});

/** An environment in which another room of the same house stands in the place of the HQ room. */
async function roomAs({ env, data, folder }: House, room: string, other: object = {}): Promise<Record<string, string>> {
  const elsewhere = await mkdtemp(join(folder, 'room-'));
  const ready: { rooms: object } = JSON.parse(await readFile(join(data, 'ready.json'), 'utf8'));
  await writeFile(
    join(elsewhere, 'ready.json'),
    JSON.stringify({ ...ready, ...other, rooms: { ...ready.rooms, hq: room } }),
  );
  return { ...env, CHAVION_DATA_DIR: elsewhere };
}

/** In front of the homeserver: the first message that is sent gets there, but its answer does not come back. */
async function losingFirstSend(homeserver: string) {
  let lost = 0;
  const server = createServer((incoming, outgoing) => {
    const onward = request(
      new URL(incoming.url ?? '/', homeserver),
      { method: incoming.method ?? 'GET', headers: incoming.headers },
      (answer) => {
        if (incoming.method === 'PUT' && incoming.url?.includes('/send/m.room.message/') === true && lost === 0) {
          lost += 1;
          answer.resume().on('end', () => incoming.socket.destroy());
          return;
        }
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    onward.on('error', () => outgoing.destroy());
    outgoing.on('close', () => onward.destroy());
    incoming.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    address: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    lost: () => lost,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
