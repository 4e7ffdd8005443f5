/** What one would otherwise write: every agent a bot of matrix-bot-sdk with a /sync of its own. */
import { LogLevel, LogService, MatrixClient } from 'matrix-bot-sdk';

const [, , homeserver = '', token = '', room = '', server = '', first = '0', count = '0'] = process.argv;
LogService.setLevel(LogLevel.ERROR);
// Looking for a stored filter that is not there yet counts as an error.
LogService.muteModule('MatrixHttpClient');

const bots = Array.from({ length: Number(count) }, (_, i) => {
  const bot = new MatrixClient(homeserver, token);
  bot.impersonateUserId(`@agent_echo${Number(first) + i}:${server}`);
  bot.on('room.message', (where: string, event: { event_id: string; sender: string; content: { body?: string } }) => {
    if (where !== room || !event.sender.startsWith('@master:')) return;
    const content = { msgtype: 'm.text', body: event.content.body ?? '', 'm.mentions': {}, 'com.chavion': { v: 1, kind: 'answer', source: event.event_id } };
    // Ghosts of one appservice share their transaction ids, and the library's own would clash.
    const path = `/_matrix/client/v3/rooms/${encodeURIComponent(where)}/send/m.room.message/${encodeURIComponent(`${event.event_id}.bot${i}`)}`;
    void bot.doRequest('PUT', path, null, content);
  });
  return bot;
});
await Promise.all(bots.map((bot) => bot.start()));
process.send?.('ready');
