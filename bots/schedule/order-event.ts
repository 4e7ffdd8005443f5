import { z } from 'zod';
import type { Account } from '../../bridge/matrix/account.ts';
import type { EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import type { Schedule } from './schedule.ts';

const Raw = z.object({
  sender: z.string(),
  origin_server_ts: z.int(),
  content: z.object({ body: z.string().optional() }).loose(),
  unsigned: z
    .object({ 'm.relations': z.object({ 'm.replace': z.unknown().optional() }).optional().catch(undefined) })
    .optional()
    .catch(undefined),
});

/** The master's message stands as it was sent, and he is one still. The executor looks again with its own eyes. */
export async function isOrdered(
  { room, source, by }: Pick<Schedule, 'room' | 'source' | 'by'>,
  { coordinator, masters }: { readonly coordinator: Pick<Account, 'event'>; readonly masters: ReadonlySet<UserId> },
): Promise<boolean> {
  const raw = Raw.safeParse(await coordinator.event(room, source)).data;
  return (
    raw !== undefined &&
    raw.sender === by &&
    masters.has(by) &&
    raw.content.body !== undefined &&
    raw.unsigned?.['m.relations']?.['m.replace'] === undefined
  );
}

/** origin_server_ts, milliseconds since 1970. */
export async function sentAt(account: Pick<Account, 'event'>, room: RoomId, event: EventId): Promise<number> {
  return Raw.parse(await account.event(room, event)).origin_server_ts;
}
