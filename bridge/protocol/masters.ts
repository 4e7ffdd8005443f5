import { UserId } from './ids.ts';

export const MASTER_LEVEL = 100;

/** Who commands, by the levels of the HQ room: never an agent, never the admin who builds the rooms, never the executor. */
export function mastersAmong(users: Readonly<Record<string, number>>, never: { readonly admin: UserId; readonly executor: UserId }): ReadonlySet<UserId> {
  const ids = Object.entries(users).flatMap(([user, level]) => {
    const id = UserId.safeParse(user);
    return id.success && level === MASTER_LEVEL ? [id.data] : [];
  });
  return new Set(ids.filter((id) => !id.startsWith('@agent_') && id !== never.admin && id !== never.executor));
}
