/**
 * The floor of the measurement: an appservice that does nothing but the sends. No decoding, no queue, no context,
 * nothing kept; who is in the room it is told.
 */
import { createServer } from 'node:http';
import { Agent, request } from 'undici';

const homeserver = process.env['CHAVION_HOMESERVER_URL'] ?? '';
const token = process.env['CHAVION_APPSERVICE_TOKEN'] ?? '';
const dispatcher = new Agent({ connections: 128 });
const agents = (process.env['CHAVION_BENCH_AGENTS'] ?? '').split(',');

async function put(path: string, user: string, body: unknown): Promise<unknown> {
  const mark = path.includes('?') ? '&' : '?';
  const answer = await request(`${homeserver}${path}${mark}user_id=${encodeURIComponent(user)}&device_id=CHAVION`, {
    method: 'PUT',
    dispatcher,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return answer.body.json();
}

interface PushedEvent {
  readonly type: string;
  readonly room_id: string;
  readonly event_id: string;
  readonly sender: string;
  readonly content: { readonly body?: string };
}

async function answer(event: PushedEvent): Promise<void> {
  await Promise.all(
    agents.map((user) => {
      const content = {
        msgtype: 'm.text',
        body: event.content.body ?? '',
        'm.mentions': {},
        'com.chavion': {
          v: 1,
          kind: 'answer',
          source: event.event_id,
          root: event.event_id,
          depth: 0,
          agent: user,
          turn: `${event.event_id}.${user}`,
          part: 0,
        },
      };
      const path = `/_matrix/client/v3/rooms/${encodeURIComponent(event.room_id)}/send/m.room.message/${encodeURIComponent(`${event.event_id}.${user}`)}`;
      return put(path, user, content);
    }),
  );
}

createServer((incoming, outgoing) => {
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  incoming.on('end', () => {
    outgoing.setHeader('content-type', 'application/json').end('{}');
    if (incoming.method !== 'PUT') return;
    const { events } = JSON.parse(Buffer.concat(chunks).toString()) as { events: PushedEvent[] };
    for (const event of events)
      if (event.type === 'm.room.message' && event.sender.startsWith('@master:')) void answer(event);
  });
}).listen(Number(process.env['CHAVION_APPSERVICE_PORT']), '127.0.0.1');
