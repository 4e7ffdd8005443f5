import { z } from 'zod';
import { AgentId, RoomId, UserId } from './ids.ts';
import { Settings } from './settings.ts';

/** What the launcher hands to the executor, in the environment of that one process. */
export const ExecutorSettings = z.object({
  CHAVION_HOMESERVER_URL: z.url(),
  CHAVION_EXECUTOR_USER: UserId,
  CHAVION_EXECUTOR_PASSWORD: z.string().min(32),
  /** redis://user:password@host:port */
  CHAVION_REDIS_URL: z.url(),
  CHAVION_ADMIN_USER: UserId,
  /** Ids of the roster, with commas between: whose requests in conversation count. Absent (an older launcher): nobody's. */
  CHAVION_AGENTS: z
    .string()
    .default('')
    .transform((ids) => ids.split(',').filter((id) => id !== ''))
    .pipe(z.array(AgentId)),
  CHAVION_HQ_ROOM: RoomId,
  CHAVION_OPS_ROOM: RoomId,
  CHAVION_LANG: Settings.shape.CHAVION_LANG,
  CHAVION_TZ: Settings.shape.CHAVION_TZ,
  /** Ledger, audit, session and workspaces; the executor's alone. */
  CHAVION_EXECUTOR_FOLDER: z.string().startsWith('/'),
  /** Policy and lent folders; the executor only reads there. */
  CHAVION_RULES_FOLDER: z.string().startsWith('/'),
  /** `uid:gid` to become once everything is loaded; only when started by root. */
  CHAVION_DROP_TO: z.preprocess(
    (value) => (value === '' ? undefined : value),
    z
      .string()
      .regex(/^\d+:\d+$/)
      .optional(),
  ),
});
export type ExecutorSettings = z.infer<typeof ExecutorSettings>;

/** As `CHAVION_AGENTS` is written. */
export const agentIds = ({ agents }: { readonly agents: readonly { readonly id: AgentId }[] }): string =>
  agents.map(({ id }) => id).join(',');

/** In the executor's folder: says over HTTP how it is. */
export const EXECUTOR_SOCKET = 'health.sock';

/** Where no limit of the kernel holds what commands write: it is looked at, and ended when it is too much. */
export const WatchedOnly = z.object({
  /** Why workspaces are; null where the kernel holds them. */
  workspaces: z.string().nullable(),
  /** Names of lent folders that may be written to; these always are. */
  lent: z.array(z.string()),
});
export type WatchedOnly = z.infer<typeof WatchedOnly>;

/** What the executor says of itself on its socket. */
export const ExecutorHealth = z.object({
  state: z.enum(['working', 'starting', 'halted']),
  why: z.string().optional(),
  /** Absent while it is not known, and from an older executor. */
  watched: WatchedOnly.optional(),
});
export type ExecutorHealth = z.infer<typeof ExecutorHealth>;
