import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Account } from '../matrix/account.ts';
import { type RoomId, UserId } from '../protocol/ids.ts';

const Stamped = z.object({ sender: UserId, origin_server_ts: z.int() });
const Typing = z.object({ type: z.literal('m.typing'), content: z.object({ user_ids: z.array(z.string()) }) });
const Receipt = z.object({ ts: z.int().catch(0) });
const Receipts = z.object({
  type: z.literal('m.receipt'),
  content: z.record(
    z.string(),
    z.object({ 'm.read': z.record(z.string(), Receipt).default({}) }).catch({ 'm.read': {} }),
  ),
});
const Room = z.object({
  timeline: z.object({ events: z.array(z.unknown()).default([]) }).catch({ events: [] }),
  ephemeral: z.object({ events: z.array(z.unknown()).default([]) }).catch({ events: [] }),
});
const Answer = z.object({ rooms: z.object({ join: z.record(z.string(), Room).default({}) }).catch({ join: {} }) });

export interface PresenceQuestion {
  /** Who is in the room. */
  readonly reader: Pick<Account, 'call'>;
  readonly room: RoomId;
  readonly people: ReadonlySet<UserId>;
  /** Milliseconds since 1970: who has read or written something since then is there. Who types is, anyway. */
  readonly since: number;
}

/**
 * Whether one of them is at the room, asked of the homeserver when it matters: its typing notices and receipts would
 * otherwise be pushed all day, for every agent that begins a sentence. One request. A receipt that its client keeps
 * private is not seen.
 */
export async function isThere({ reader, room, people, since }: PresenceQuestion): Promise<boolean> {
  if (people.size === 0) return false;
  const filter = JSON.stringify({
    presence: { types: [] },
    account_data: { types: [] },
    room: {
      rooms: [room],
      state: { types: [] },
      account_data: { types: [] },
      // Synapse keeps the answer to a first /sync for minutes; another filter is another question.
      timeline: { limit: 1, senders: [...people], not_types: [randomUUID()] },
      ephemeral: { types: ['m.receipt', 'm.typing'] },
    },
  });
  const answer = await reader.call('GET', '/_matrix/client/v3/sync', { query: { timeout: 0, filter } });
  const here = Answer.parse(answer).rooms.join[room];
  if (here === undefined) return false;
  const isOne = (user: string): boolean => [...people].some((one) => one === user);
  const said = here.timeline.events.some((event) => {
    const one = Stamped.safeParse(event).data;
    return one !== undefined && isOne(one.sender) && one.origin_server_ts >= since;
  });
  return said || here.ephemeral.events.some((event) => isTyping(event, isOne) || hasRead(event, isOne, since));
}

function isTyping(event: unknown, isOne: (user: string) => boolean): boolean {
  return Typing.safeParse(event).data?.content.user_ids.some(isOne) === true;
}

/** Read in the room or in a thread of it. */
function hasRead(event: unknown, isOne: (user: string) => boolean, since: number): boolean {
  const receipts = Receipts.safeParse(event).data;
  return Object.values(receipts?.content ?? {}).some((of) =>
    Object.entries(of['m.read']).some(([user, { ts }]) => isOne(user) && ts >= since),
  );
}
