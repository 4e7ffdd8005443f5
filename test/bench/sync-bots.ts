/** What one would otherwise write: every agent a bot of matrix-bot-sdk, logged in, with a /sync of its own. */
import { once } from 'node:events';
import { LogLevel, LogService, MatrixClient } from 'matrix-bot-sdk';
import { z } from 'zod';

LogService.setLevel(LogLevel.ERROR);
// Looking for a stored filter that is not there yet counts as an error.
LogService.muteModule('MatrixHttpClient');

const [message] = await once(process, 'message');
const { homeserver, room, tokens } = z.object({ homeserver: z.string(), room: z.string(), tokens: z.array(z.string()) }).parse(message);

const bots = tokens.map((token) => {
  const bot = new MatrixClient(homeserver, token);
  bot.on('room.message', (where: string, event: { event_id: string; sender: string; content: { body?: string } }) => {
    if (where !== room || !event.sender.startsWith('@master:')) return;
    void bot.sendMessage(where, { msgtype: 'm.text', body: event.content.body ?? '', 'm.mentions': {}, 'com.chavion': { v: 1, kind: 'answer', source: event.event_id } });
  });
  return bot;
});
await Promise.all(bots.map((bot) => bot.start()));
process.send?.('ready');
