import type { EventId, RoomId, UserId } from '../protocol/ids.ts';
import type { Phrase } from '../text/say.ts';
import { terminalText } from '../text/terminal/terminal.ts';
import { Listening } from './listening.ts';
import { openChatSession, type SessionOptions } from './session.ts';
import type { News } from './transcript.ts';

const SEND_WITHIN_MS = 20_000;

/** Sends one message and shows the answers until it is quiet. Returns the exit code. */
export async function single(
  text: string,
  options: Omit<SessionOptions, 'news'>,
  signal: AbortSignal,
): Promise<number> {
  const { screen, lang, look } = options;
  const say = (what: Phrase) => screen.print(what[lang]().split('\n').map(look.paint.warn));
  const listening = new Listening();
  await using session = await openChatSession({
    ...options,
    news: (news, live, reader) => {
      if (live) reader.show(listening.take(news));
    },
  });
  const { reader, outbox, connection } = session;
  const giveUp = setTimeout(() => void outbox.close(0), SEND_WITHIN_MS);
  const event = await outbox.add(text);
  clearTimeout(giveUp);
  if (event === null) {
    if (outbox.waiting.length > 0) say(terminalText.notSentSingle);
    return 1;
  }
  reader.show([asked(text, event, connection.people.me, options.room), ...listening.ask(event)]);
  const verdict = await listening.untilQuiet(session, signal);
  const names = reader.names;
  screen.change([]);
  if (verdict === 'nobody') say(terminalText.nobodyAnswered);
  if (verdict === 'late') say(terminalText.stillWriting(names));
  return verdict === 'quiet' || (verdict === 'late' && listening.answers > 0) ? 0 : 1;
}

/** The question as the room shows it; its echo from the homeserver may come later than the first answer. */
function asked(text: string, eventId: EventId, sender: UserId, roomId: RoomId): News {
  const event = {
    kind: 'message',
    eventId,
    roomId,
    sender,
    at: Date.now(),
    msgtype: 'm.text',
    body: text,
    mentions: [],
    mentionsRoom: false,
    masked: false,
  } as const;
  return { kind: 'said', said: { event, body: text, growing: false, touched: event.at }, unfinished: false };
}
