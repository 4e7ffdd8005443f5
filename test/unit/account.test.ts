import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { Attachments } from '../../bots/turns/attachments.ts';
import { Account } from '../../bridge/matrix/account.ts';
import { patiently } from '../../bridge/matrix/patience.ts';
import { RoomLimiter } from '../../bridge/matrix/room-limiter.ts';
import { UserId } from '../../bridge/protocol/ids.ts';
import { eventId, message } from './events.ts';

const opened: { close(): void; closeAllConnections(): void }[] = [];
afterEach(() => {
  for (const server of opened.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A homeserver that answers as it is told, with what it was asked. */
async function homeserver(answer: (path: string, time: number) => { status: number; body: string }) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '', 'http://x').pathname;
    asked.push(path);
    const { status, body } = answer(path, asked.filter((one) => one === path).length);
    request.resume().on('end', () => response.writeHead(status, { 'content-type': 'application/json' }).end(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.push(server);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const account = new Account({
    homeserverUrl: `http://127.0.0.1:${address.port}`,
    accessToken: 't',
    userId: UserId.parse('@agent_claude:house.test'),
    ghost: true,
    limiter: new RoomLimiter(),
  });
  return { account, asked };
}

describe('files', () => {
  it('go up and come down although the homeserver stumbles', async () => {
    const { account } = await homeserver((path, time) =>
      time < 3
        ? { status: 502, body: '' }
        : { status: 200, body: path.includes('upload') ? '{"content_uri":"mxc://house.test/file"}' : 'words' },
    );
    expect(await account.upload(Buffer.from('x'), 'text/plain', 'x.txt')).toBe('mxc://house.test/file');
    expect(String(await account.download('mxc://house.test/file', 100))).toBe('words');
  });

  it('that are not there are asked for once', async () => {
    const { account, asked } = await homeserver(() => ({ status: 404, body: '{"errcode":"M_NOT_FOUND"}' }));
    await expect(account.download('mxc://house.test/file', 100)).rejects.toMatchObject({ statusCode: 404 });
    expect(asked).toHaveLength(1);
  });

  it('are read at the next question where they could not be fetched', async () => {
    let there = false;
    const { account } = await homeserver(() =>
      there ? { status: 200, body: '월요일 부산' } : { status: 404, body: '{"errcode":"M_NOT_FOUND"}' },
    );
    const attachments = new Attachments();
    const event = message('file', '배차.txt', {
      attachment: { url: 'mxc://house.test/file', name: '배차.txt', mediaType: 'text/plain' },
    });
    const read = async () =>
      (await attachments.read([{ event, body: event.body, growing: false }], account)).get(eventId('file'));
    expect(await read()).toMatchObject({ kind: 'unreadable' });
    there = true;
    expect(await read()).toEqual({ kind: 'text', text: '월요일 부산', masked: false });
  });
});

describe('a call', () => {
  it('that fails by a fault of ours is not repeated', async () => {
    let calls = 0;
    const broken = async () => {
      calls += 1;
      throw new TypeError('ours');
    };
    await expect(patiently({ server: 'http://ours', what: 'GET /x' }, broken)).rejects.toThrow('ours');
    expect(calls).toBe(1);
  });

  it('that waits for a homeserver that is away says so', async () => {
    const lines: unknown[] = [];
    let away = true;
    const ask = async () => {
      if (away) throw Object.assign(new Error('no'), { code: 'ECONNREFUSED' });
      return 'there';
    };
    const asking = patiently(
      { server: 'http://away', what: 'PUT /x', onTrouble: (trouble) => (lines.push(trouble), (away = false)) },
      ask,
    );
    expect(await asking).toBe('there');
    expect(lines).toEqual([expect.objectContaining({ what: 'PUT /x', error: 'ECONNREFUSED' })]);
  });

  it('that alone fails while others are answered comes to an end', async () => {
    const server = 'http://one-bad-room';
    const others = setInterval(() => void patiently({ server, what: 'GET /other' }, async () => 'fine'), 20);
    await expect(
      patiently({ server, what: 'GET /bad', aloneMs: 300 }, () => Promise.reject({ statusCode: 500 })),
    ).rejects.toMatchObject({ statusCode: 500 });
    clearInterval(others);
  });
});
