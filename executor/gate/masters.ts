import { z } from 'zod';
import type { Account } from '../../bridge/matrix/account.ts';
import { creationIn } from '../../bridge/matrix/lineage.ts';
import type { RoomId, UserId } from '../../bridge/protocol/ids.ts';
import { mastersAmong } from '../../bridge/protocol/masters.ts';

const PowerLevels = z.object({
  users: z
    .record(
      z.string(),
      z
        .union([
          z.int(),
          z
            .string()
            .regex(/^\s*\d{1,9}\s*$/)
            .transform(Number),
        ])
        .catch(0),
    )
    .default({}),
});

/** Of levels as the homeserver has them; of what is none, nobody. */
export function mastersIn(
  content: unknown,
  never: { readonly admin: UserId; readonly executor: UserId },
  rulers: readonly UserId[] = [],
): ReadonlySet<UserId> {
  return mastersAmong({ users: PowerLevels.safeParse(content).data?.users ?? {}, rulers }, never);
}

/** Asked of the homeserver anew each time: a level that was taken away holds at once. */
export async function readMasters(account: Account, hq: RoomId, admin: UserId): Promise<ReadonlySet<UserId>> {
  const [levels, made] = await Promise.all([account.state(hq, 'm.room.power_levels'), creationIn(account, hq)]);
  return mastersIn(levels, { admin, executor: account.userId }, made?.rulers);
}
