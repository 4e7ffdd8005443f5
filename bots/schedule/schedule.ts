import { z } from 'zod';
import { EventId, Lang, RoomId, UserId } from '../../bridge/protocol/ids.ts';

/** What masters have put on the clock, as it is kept in Redis. */
export const Schedule = z.object({
  v: z.literal(1),
  /** Sixteen letters, from `source`; of older ones four. */
  id: z.string().regex(/^[a-z2-7]{4,16}$/),
  /** The master's message: the executor reads it again. */
  source: EventId,
  /** origin_server_ts of it. */
  at: z.int(),
  room: RoomId,
  by: UserId,
  lang: Lang,
  /** `cycle`: the standing rounds of `!cycle`, whose mission is made anew for each; `digest`: the summary of a day of them. */
  kind: z.enum(['schedule', 'cycle', 'digest']),
  /** Five fields. */
  cron: z.string().min(9).max(200),
  /** The one occurrence of it that there is, milliseconds since 1970; without it all are meant. */
  once: z.int().optional(),
  /** The master wrote the five fields himself. */
  typed: z.boolean().optional(),
  mission: z.string().max(4_000),
  missed: z.enum(['once', 'skip']),
});
export type Schedule = z.infer<typeof Schedule>;

/** The last run of a schedule: its task, and which occurrence it was. */
export const LastRun = z.object({ key: z.string(), root: EventId });
export type LastRun = z.infer<typeof LastRun>;

/** A round of the cycle, from its beginning until its end is told in the thread of its day. */
export const Round = z.object({
  root: EventId,
  no: z.int().positive(),
  day: z.string(),
  head: EventId,
  room: RoomId,
  lang: Lang,
});
export type Round = z.infer<typeof Round>;
