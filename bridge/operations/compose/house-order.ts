import { z } from 'zod';
import { Lang } from '../../protocol/ids.ts';
import { Roster } from '../../protocol/roster.ts';

/** What the container `provision` is to furnish, in its own folder that no other part sees. */
export const ProvisionOrder = z.object({
  homeserver: z.url(),
  serverName: z.string(),
  lang: Lang,
  roster: Roster,
  passwords: z.object({ master: z.string(), admin: z.string(), executor: z.string() }),
  appserviceToken: z.string(),
  registrationSecret: z.string(),
});
export type ProvisionOrder = z.infer<typeof ProvisionOrder>;

export const HOUSE_ORDER = 'house.json';
