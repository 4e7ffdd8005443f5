import { EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import type { MessageEvent } from '../../bridge/protocol/room-event.ts';

export const ROOM = RoomId.parse('!hq:test');
export const MASTER = UserId.parse('@master:test');
export const eventId = (name: string): EventId => EventId.parse(`$${name}`);

let clock = 1_000;

/** A message as decode would give it; later ones are newer. */
export function message(name: string, body: string, more: Partial<MessageEvent> = {}): MessageEvent {
  clock += 1;
  return {
    kind: 'message',
    eventId: eventId(name),
    roomId: ROOM,
    sender: MASTER,
    at: clock,
    msgtype: 'm.text',
    body,
    mentions: [],
    mentionsRoom: false,
    masked: false,
    ...more,
  };
}
