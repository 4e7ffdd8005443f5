import { z } from 'zod';
import { UserId } from './ids.ts';

/** The state event in HQ, written by the admin alone, that says which agents' accounts are off. */
export const STANDING_TYPE = 'com.chavion.residents';

export const OffState = z.enum(['deactivated', 'locked', 'suspended', 'shadow-banned']);
export type OffState = z.infer<typeof OffState>;

export const StandingContent = z.object({ v: z.literal(1), off: z.record(UserId, OffState) });

/** Of what is none, nobody is off. */
export const offIn = (content: unknown): ReadonlyMap<UserId, OffState> =>
  new Map(
    Object.entries(StandingContent.safeParse(content).data?.off ?? {}).map(([user, state]) => [
      UserId.parse(user),
      state,
    ]),
  );
