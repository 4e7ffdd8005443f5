import { z } from 'zod';

/** Matrix identifiers, branded once at the edge so that one cannot stand where another belongs. */
export const UserId = z
  .string()
  .max(255)
  .regex(/^@[^:]+:.+$/)
  .brand<'UserId'>();
export type UserId = z.infer<typeof UserId>;

/** From room version 12 on a room id carries no server name. */
export const RoomId = z.string().max(255).regex(/^!.+$/).brand<'RoomId'>();
export type RoomId = z.infer<typeof RoomId>;

export const EventId = z
  .string()
  .max(255)
  .regex(/^\$.+$/)
  .brand<'EventId'>();
export type EventId = z.infer<typeof EventId>;

/** The device every ghost has from provisioning on; transaction ids outlive a restart of Synapse only with one. */
export const GHOST_DEVICE = 'CHAVION';

/** The short name of a resident in the roster; its account is `@agent_<id>:<server>`. */
export const AgentId = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,31}$/, 'small Latin letters, digits, - and _, starting with a letter')
  .brand<'AgentId'>();
export type AgentId = z.infer<typeof AgentId>;

/** How the roster knows who runs commands; what people call it is the roster's to say. */
export const EXECUTOR_ID = AgentId.parse('executor');

/** Languages in which Chavion speaks of itself; agents themselves answer in any. */
export const Lang = z.enum(['ko', 'en']);
export type Lang = z.infer<typeof Lang>;
