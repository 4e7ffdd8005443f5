import type { Entry } from '../../bridge/appservice/timeline.ts';
import type { TurnJob } from '../../bridge/protocol/turn.ts';
import type { Turn, TurnOutcome } from './turn.ts';

/** What earlier runs of the turn, cut short by a crash, left in the room, in its order. */
export const earlierParts = (entries: readonly Entry[], { id, agent }: Pick<Turn, 'id' | 'agent'>): readonly Entry[] =>
  entries.filter(({ event }) => event.sender === agent.userId && event.chavion?.turn === id);

/** Null unless an earlier run came to its end: until then one of its messages is growing. */
export function wholeAnswer(parts: readonly Entry[] | null): TurnOutcome | null {
  const last = parts?.at(-1);
  if (parts === null || last === undefined || parts.some(({ growing }) => growing)) return null;
  return { event: last.event.eventId, text: parts.map(({ body }) => body).join('\n') };
}

/** Of messages that were still growing, without the sign of it. */
export const wordsOf = (parts: readonly Entry[] | null): string =>
  (parts ?? []).map(({ body }) => body.replace(/[ \n]…$/, '')).join('\n');

/** A question from which a secret was taken out before a crash: the homeserver has its words no longer. */
export function heardBefore({ heard, room, source, at, thread }: TurnJob): Entry | null {
  if (heard?.event !== source) return null;
  const { sender, body } = heard;
  const event = {
    kind: 'message',
    eventId: source,
    roomId: room,
    sender,
    at,
    msgtype: 'm.text',
    body,
    mentions: [],
    mentionsRoom: false,
    masked: true,
  } as const;
  return { event: thread === undefined ? event : { ...event, thread }, body, growing: false };
}

/** An answer to somebody's words a moment ago may be asked for before they have come back from the homeserver. */
export const withSource = (entries: readonly Entry[], source: Entry): readonly Entry[] =>
  entries.some((entry) => entry.event.eventId === source.event.eventId) ? entries : [...entries, source];
