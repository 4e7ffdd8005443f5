import type { Lang, RoomId } from '../protocol/ids.ts';
import type { RoomEvent } from '../protocol/room-event.ts';
import { terminalText } from '../text/terminal/terminal.ts';
import { fitted } from './columns.ts';
import { Connection } from './connection.ts';
import type { InstanceFile } from './house-file.ts';
import { Outbox } from './outbox.ts';
import type { Look } from './page.ts';
import { Reader } from './reader.ts';
import type { Screen } from './screen.ts';
import { attemptSend } from './sending.ts';
import type { News } from './transcript.ts';

export interface SessionOptions {
  readonly house: InstanceFile;
  readonly room: RoomId;
  readonly lang: Lang;
  readonly screen: Screen;
  readonly look: Omit<Look, 'people'>;
  /** What there is to show; `live` is false for what was in the room before. */
  readonly news: (news: readonly News[], live: boolean, reader: Reader) => void;
  readonly loggedOut: () => void;
}

const TICK_MS = 1_000;

/** A room, its screen and what is to be sent to it. */
export interface Session extends AsyncDisposable {
  readonly reader: Reader;
  readonly outbox: Outbox;
  readonly connection: Connection;
  readonly isHere: () => boolean;
}

/** Throws a `Refusal` where nobody can get in. */
export async function openChatSession(options: SessionOptions): Promise<Session> {
  const before: RoomEvent[] = [];
  let reader: Reader | undefined;
  let outbox: Outbox | undefined;
  let here = true;
  const connection = await Connection.open(options.house, options.room, {
    happened: (event) => {
      if (reader === undefined) before.push(event);
      else options.news(reader.take(event), true, reader);
      reader?.refresh();
    },
    typing: (users) => reader?.typing(users),
    reachable: (now) => {
      here = now;
      reader?.reachable(now);
      if (now) outbox?.hurry();
    },
    loggedOut: options.loggedOut,
  });
  const opened = new Reader({ ...options.look, people: connection.people }, options.screen);
  options.news(
    [...before.flatMap((event) => opened.take(event)), ...opened.transcript.settle(Date.now())],
    false,
    opened,
  );
  reader = opened;
  const box = new Outbox({
    attempt: (text, txnId) => attemptSend(connection, text, txnId),
    changed: () => opened.waiting(box.waiting),
    refused: (text, why) =>
      options.screen.print([
        options.look.paint.warn(terminalText.notSent(fitted(text.replaceAll('\n', ' '), 60), why)[options.lang]()),
      ]),
  });
  outbox = box;
  const tick = setInterval(() => options.news(opened.transcript.settle(Date.now()), true, opened), TICK_MS);
  return {
    reader: opened,
    outbox: box,
    connection,
    isHere: () => here,
    [Symbol.asyncDispose]: async () => {
      clearInterval(tick);
      await connection[Symbol.asyncDispose]();
    },
  };
}
