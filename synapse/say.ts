import { randomUUID } from 'node:crypto';
import { messageContent } from '../bridge/matrix/content.ts';
import type { RoomId } from '../bridge/protocol/ids.ts';
import { type HomeserverClient, HomeserverError, Nothing } from './client.ts';

/** A line of the house's in a room. A room that takes none keeps nobody from anything. */
export async function sayAsAdmin(
  { client, token }: { readonly client: HomeserverClient; readonly token: string },
  room: RoomId,
  text: string,
): Promise<void> {
  const body = messageContent({ text, msgtype: 'm.notice', chavion: { v: 1, kind: 'notice' } });
  await client
    .call('PUT', `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/send/m.room.message/${randomUUID()}`, Nothing, {
      token,
      body,
    })
    .catch((error: unknown) => {
      if (!(error instanceof HomeserverError)) throw error;
    });
}
