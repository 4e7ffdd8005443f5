/** What one would otherwise write: every agent an account of its own, logged in by matrix-bot-sdk, with a /sync of its own. */
import { once } from 'node:events';
import { MatrixClient } from 'matrix-bot-sdk';
import { z } from 'zod';
import { installHttp } from '../../bridge/matrix/http.ts';

// What the library brings for this is not installed.
installHttp();

const [message] = await once(process, 'message');
const { homeserver, room, tokens } = z
  .object({ homeserver: z.string(), room: z.string(), tokens: z.array(z.string()) })
  .parse(message);

const bots = tokens.map((token, i) => {
  const bot = new MatrixClient(homeserver, token);
  bot.on('room.message', (where: string, event: { event_id: string; sender: string; content: { body?: string } }) => {
    if (where !== room || !event.sender.startsWith('@master:')) return;
    const { event_id: source } = event;
    void bot.sendMessage(where, {
      msgtype: 'm.text',
      body: event.content.body ?? '',
      'm.mentions': {},
      'com.chavion': {
        v: 1,
        kind: 'answer',
        source,
        root: source,
        depth: 0,
        agent: `bot${i}`,
        turn: `${source}.bot${i}`,
        part: 0,
      },
    });
  });
  return bot;
});
await Promise.all(bots.map((bot) => bot.start()));
process.send?.('ready');
