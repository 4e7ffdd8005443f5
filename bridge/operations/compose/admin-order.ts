import { z } from 'zod';
import { Lang, UserId } from '../../protocol/ids.ts';

/** What the container `desk` works with, in its own folder that no other part sees. */
export const AdminOrderFile = z.object({
  homeserver: z.url(),
  serverName: z.string(),
  lang: Lang,
  adminPassword: z.string(),
  /** With these it lets the house's own accounts in again; an order written before there was need of them has none. */
  registrationSecret: z.string().optional(),
  executorPassword: z.string().optional(),
  /** Whose words are no orders. */
  silent: z.array(UserId),
  /** The agents' API of the swarm, under the name it has had in this file from the start: says of every part whether it does its work. */
  door: z.url(),
});
export type AdminOrderFile = z.infer<typeof AdminOrderFile>;

export const DESK_ORDER = 'desk.json';
