import type { Redis } from 'ioredis';
import type { Rooms } from '../../bridge/appservice/rooms.ts';
import type { Lang, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import type { OtherEvent, RoomEvent } from '../../bridge/protocol/room-event.ts';
import { swarmKey } from '../../bridge/queue/redis.ts';
import * as say from '../../bridge/text/room/room.ts';
import { ENCRYPTED_EVERY_S } from '../residents/coordinator.ts';
import type { Decisions, Heard } from './decisions.ts';
import { unreadLine } from './exposed-secrets.ts';

export interface UnreadDeps {
  readonly redis: Redis;
  readonly rooms: Pick<Rooms, 'masters'>;
  readonly decisions: Pick<Decisions, 'decided'>;
  readonly hqName: string;
  /** The room's, or the house's where nobody can read what was said. */
  readonly languageHere: (room: RoomId) => Promise<Lang>;
}

/** Of what cannot be read, or is no message, a master is told in one line. */
export function createUnread(
  deps: UnreadDeps,
): (event: Extract<RoomEvent, { kind: 'encrypted' | 'unreadable' | 'other' }>) => Promise<void> {
  const { redis, rooms, decisions, languageHere } = deps;

  /** The same key as when an agent comes in: one line a day, whoever says it. Again for the same event: the same answer. */
  async function saidToday(event: Heard): Promise<boolean> {
    const said = await redis.set(
      swarmKey('said', `encrypted.${event.roomId}`),
      event.eventId,
      'EX',
      ENCRYPTED_EVERY_S,
      'NX',
      'GET',
    );
    return said !== null && said !== event.eventId;
  }

  async function cannotRead(
    event: Heard & { sender: UserId },
    text: (lang: Lang) => string,
    needless?: (event: Heard) => Promise<boolean>,
  ): Promise<void> {
    if (!(await rooms.masters()).has(event.sender) || (await needless?.(event)) === true) return;
    await decisions.decided(event, {
      jobs: [
        { type: 'notice', room: event.roomId, source: event.eventId, text: text(await languageHere(event.roomId)) },
      ],
    });
  }

  /** Of a master's poll or sticker. */
  async function unread(event: OtherEvent): Promise<void> {
    if (!(await rooms.masters()).has(event.sender)) return;
    const line = unreadLine(event, await languageHere(event.roomId));
    if (line !== null) await decisions.decided(event, { jobs: [line] });
  }

  return (event) => {
    switch (event.kind) {
      case 'encrypted':
        return cannotRead(event, (lang) => say.cannotReadEncrypted[lang](deps.hqName), saidToday);
      case 'unreadable':
        return cannotRead(event, (lang) => say.unreadableMessage[lang]());
      case 'other':
        return unread(event);
    }
  };
}
