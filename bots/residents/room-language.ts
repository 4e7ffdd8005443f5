import type { Rooms } from '../../bridge/appservice/rooms.ts';
import type { Timeline } from '../../bridge/appservice/timeline.ts';
import type { Lang, RoomId } from '../../bridge/protocol/ids.ts';
import { languageOfRoom } from '../../bridge/protocol/orders/language.ts';
import type { Residents } from './residents.ts';

interface RoomLanguageDeps {
  readonly timeline: Pick<Timeline, 'view'>;
  readonly rooms: Pick<Rooms, 'masters'>;
  readonly residents: Pick<Residents, 'agents'>;
  /** Where nobody has written anything that shows one. */
  readonly lang: Lang;
}

/** The language in which the house speaks in a room. */
export function roomLanguage({ timeline, rooms, residents, lang }: RoomLanguageDeps): (room: RoomId) => Promise<Lang> {
  return async (room) => {
    const [entries, masters] = await Promise.all([timeline.view(room), rooms.masters()]);
    const said = entries.toReversed().map(({ event, body }) => ({ ...event, body }));
    const names = residents.agents.flatMap(({ id, config }) => [id, ...config.callsigns]);
    return languageOfRoom(said, masters, names) ?? lang;
  };
}
