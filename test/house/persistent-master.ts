import { setTimeout as sleep } from 'node:timers/promises';
import type { House } from './house.ts';
import { inRoom, request, signIn } from './matrix.ts';
import type { Reader } from './room-record.ts';

/** The master on a bad line: every message has its transaction id, and is repeated with it until the homeserver takes it. */
export interface PersistentMaster extends Reader {
  /** Event id of the message. */
  say(body: string, txnId: string): Promise<string>;
}

export async function persistentMaster(house: House, room: string = house.ready.rooms.hq): Promise<PersistentMaster> {
  const { homeserver: base, master } = house.ready;
  const token = await signIn(base, master.userId, master.password);
  return {
    base,
    token,
    room,
    async say(body, txnId) {
      for (;;) {
        const path = inRoom(room, `send/m.room.message/${encodeURIComponent(txnId)}`);
        const answer = await request(base, 'PUT', path, { token, body: { msgtype: 'm.text', body } }).catch(
          () => undefined,
        );
        if (answer?.status === 200) return String(answer.body['event_id']);
        if (answer !== undefined && answer.status < 500 && answer.status !== 429)
          throw new Error(`${body}: ${answer.status} ${JSON.stringify(answer.body)}`);
        await sleep(100);
      }
    },
  };
}
