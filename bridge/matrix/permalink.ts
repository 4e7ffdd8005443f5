import type { EventId, RoomId } from '../protocol/ids.ts';

/** To an event, as every client opens it (specification appendix 4.7.2); `via` a server that knows the room. */
export const permalink = (room: RoomId, event: EventId, via: string): string =>
  `https://matrix.to/#/${encodeURIComponent(room)}/${encodeURIComponent(event)}?via=${encodeURIComponent(via)}`;

export const permalinkOfRoom = (room: RoomId, via: string): string =>
  `https://matrix.to/#/${encodeURIComponent(room)}?via=${encodeURIComponent(via)}`;
