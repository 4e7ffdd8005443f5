import { type Account, refused } from '../../../bridge/matrix/account.ts';
import { messageContent } from '../../../bridge/matrix/content.ts';
import { plainHtml } from '../../../bridge/matrix/html.ts';
import type { Lang, RoomId } from '../../../bridge/protocol/ids.ts';
import { cleanName } from '../../../bridge/text/clean-text.ts';
import { documentUnread, LIBRARY_MARK } from '../../../bridge/text/room/library.ts';
import type { LibraryDeps } from './library.ts';

export interface TellDocumentDeps {
  readonly coordinator: Pick<Account, 'send'>;
  readonly roomLang: (room: RoomId) => Promise<Lang>;
}

/** A sign beneath a document that can be asked about from now on, and a line under one that cannot: once each. */
export const tellDocument =
  ({ coordinator, roomLang }: TellDocumentDeps): LibraryDeps['tell'] =>
  async ({ event, room, name }, word) => {
    const sign = { 'm.relates_to': { rel_type: 'm.annotation', event_id: event, key: LIBRARY_MARK } };
    const words = async () => {
      const text = documentUnread[await roomLang(room)](cleanName(name, 120), word ?? '');
      // A name is no Markdown.
      return messageContent({
        text,
        html: plainHtml(text),
        msgtype: 'm.notice',
        replyTo: event,
        chavion: { v: 1, kind: 'notice' },
      });
    };
    try {
      if (word === null) await coordinator.send(room, 'm.reaction', sign, `${event}.shelved`);
      else await coordinator.send(room, 'm.room.message', await words(), `${event}.unread`);
    } catch (error) {
      // A room that was upgraded or left takes no word any more; the document is found all the same.
      if (!refused(error)) throw error;
    }
  };
