import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { Person } from '../house/person.ts';

const ROOM = '!room';
const batch = (next: string, ...bodies: readonly string[]) => ({
  next_batch: next,
  rooms: {
    join: {
      [ROOM]: {
        timeline: {
          events: bodies.map((body) => ({
            type: 'm.room.message',
            event_id: `$${body}`,
            sender: '@agent_gabriel:house',
            content: { msgtype: 'm.text', body },
          })),
        },
      },
    },
  },
});

it('sees on where the homeserver answers what came since with a fault for good, and does not hurry it', async () => {
  const asked: (string | null)[] = [];
  const answers = (since: string | null): [status: number, body: unknown] => {
    if (since === 'broken') return [500, { errcode: 'M_UNKNOWN', error: 'Internal server error' }];
    if (since === null) return [200, asked.length === 1 ? batch('first') : batch('fresh', 'one', 'two')];
    return [200, since === 'first' ? batch('broken', 'one') : batch('fresh')];
  };
  const server = createServer((incoming, outgoing) => {
    const url = new URL(incoming.url ?? '', 'http://house');
    const json = (status: number, body: unknown) =>
      outgoing.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (!url.pathname.endsWith('/sync')) return void json(200, { access_token: 'token' });
    const since = url.searchParams.get('since');
    asked.push(since);
    // Nothing more comes: it is kept waiting, as /sync does.
    if (since === 'fresh') return;
    json(...answers(since));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const person = await Person.signIn(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, '@me:house', 'x');
  try {
    const began = Date.now();
    await person.until('what was said since', ROOM, () => person.shown(ROOM).find(({ body }) => body === 'two'), 8_000);
    expect(Date.now() - began).toBeGreaterThan(1_500);
    // What was known before is not there twice.
    expect(person.events(ROOM).map((one) => one.content.body)).toEqual(['one', 'two']);
    expect(asked.filter((since) => since === 'broken')).toHaveLength(20);
  } finally {
    await person[Symbol.asyncDispose]();
    server.closeAllConnections();
    server.close();
  }
});
