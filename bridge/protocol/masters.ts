import { UserId } from './ids.ts';

export const MASTER_LEVEL = 100;

/** Levels of a room, and those whose power has no entry among them. */
export interface Power {
  readonly users: Readonly<Record<string, number>>;
  readonly rulers: readonly UserId[];
}

/** Who commands, by the power over the HQ room: never an agent, never the admin who builds the rooms, never the executor. */
export function mastersAmong(
  { users, rulers }: Power,
  never: { readonly admin: UserId; readonly executor: UserId },
): ReadonlySet<UserId> {
  const ids = Object.entries(users).flatMap(([user, level]) => {
    const id = UserId.safeParse(user);
    return id.success && level === MASTER_LEVEL ? [id.data] : [];
  });
  return new Set(
    [...rulers, ...ids].filter((id) => !id.startsWith('@agent_') && id !== never.admin && id !== never.executor),
  );
}
