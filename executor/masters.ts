import { z } from 'zod';
import type { Account } from '../bridge/matrix/account.ts';
import { type RoomId, UserId } from '../bridge/protocol/ids.ts';

const MASTER_LEVEL = 100;
const PowerLevels = z.object({ users: z.record(z.string(), z.union([z.int(), z.string().regex(/^\s*\d{1,9}\s*$/).transform(Number)]).catch(0)).default({}) });

/** Who commands, by the levels of the HQ room: never an agent, never the admin who builds the rooms, never the executor. */
export function mastersIn(content: unknown, never: { readonly admin: UserId; readonly executor: UserId }): ReadonlySet<UserId> {
  const levels = PowerLevels.safeParse(content);
  if (!levels.success) return new Set();
  const ids = Object.entries(levels.data.users).flatMap(([user, level]) => {
    const id = UserId.safeParse(user);
    return id.success && level === MASTER_LEVEL ? [id.data] : [];
  });
  return new Set(ids.filter((id) => !id.startsWith('@agent_') && id !== never.admin && id !== never.executor));
}

/** Asked of the homeserver anew each time: a level that was taken away holds at once. */
export async function readMasters(account: Account, hq: RoomId, admin: UserId): Promise<ReadonlySet<UserId>> {
  return mastersIn(await account.state(hq, 'm.room.power_levels'), { admin, executor: account.userId });
}
