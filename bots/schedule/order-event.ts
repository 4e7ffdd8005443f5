import { z } from 'zod';
import type { Account } from '../../bridge/matrix/account.ts';
import { wasEdited } from '../../bridge/matrix/as-sent.ts';
import type { EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import { proposedLine } from '../../bridge/protocol/orders/proposal.ts';
import type { Schedule } from './schedule.ts';

const Raw = z.object({
  sender: z.string(),
  origin_server_ts: z.int(),
  content: z.object({ body: z.string().optional() }).loose(),
});

/** The master's message stands as it was sent, and he is one still. The executor looks again with its own eyes. */
export async function isOrdered(
  { room, source, by }: Pick<Schedule, 'room' | 'source' | 'by'>,
  {
    coordinator,
    masters,
  }: { readonly coordinator: Pick<Account, 'event' | 'userId'>; readonly masters: ReadonlySet<UserId> },
): Promise<boolean> {
  const event = await coordinator.event(room, source);
  const raw = Raw.safeParse(event).data;
  // Of a line that was proposed, the yes is the master's; the executor looks for it.
  const whose = proposedLine(event) === null ? by : coordinator.userId;
  return (
    raw !== undefined && raw.sender === whose && masters.has(by) && raw.content.body !== undefined && !wasEdited(event)
  );
}

/** origin_server_ts, milliseconds since 1970. */
export async function sentAt(account: Pick<Account, 'event'>, room: RoomId, event: EventId): Promise<number> {
  return Raw.parse(await account.event(room, event)).origin_server_ts;
}
