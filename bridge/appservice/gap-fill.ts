import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Account } from '../matrix/account.ts';
import { RoomId } from '../protocol/ids.ts';

/** Where the last position in the stream is kept. */
export interface SyncPosition {
  load(): Promise<string | null>;
  save(token: string): Promise<void>;
}

export interface GapFillHandlers {
  readonly accept: (events: readonly unknown[], room: RoomId) => Promise<void>;
  /** The homeserver was away, or a room had more events than one answer holds. */
  readonly onGap: (room?: RoomId) => void;
  readonly onError: (error: unknown) => void;
}

const Timeline = z.object({ events: z.array(z.unknown()).default([]), limited: z.boolean().default(false), prev_batch: z.string().optional() });
const Events = z.object({ events: z.array(z.unknown()).default([]) });
const SyncAnswer = z.object({
  next_batch: z.string(),
  rooms: z
    .object({
      join: z.record(z.string(), z.object({ timeline: Timeline.default({ events: [], limited: false }), state: Events.default({ events: [] }) })).default({}),
      invite: z.record(z.string(), z.object({ invite_state: Events })).default({}),
    })
    .default({ join: {}, invite: {} }),
});

const FILTER = JSON.stringify({
  presence: { types: [] },
  account_data: { types: [] },
  room: { timeline: { limit: 100 }, state: { lazy_load_members: true }, ephemeral: { types: [] }, account_data: { types: [] } },
});

/** Pushes come at once; this only looks for what they missed, so it need not wake for every event. */
const PAUSE_MS = 2_000;

/**
 * Reads the coordinator's /sync beside the pushes: Synapse forgets pushes it holds in memory when it crashes.
 * The position is saved only after everything before it has been stored.
 */
export async function fillGaps(account: Account, position: SyncPosition, handlers: GapFillHandlers, signal: AbortSignal): Promise<void> {
  let since = await position.load();
  let away = false;
  while (!signal.aborted) {
    try {
      const answer = SyncAnswer.parse(
        await account.call('GET', '/_matrix/client/v3/sync', {
          query: { filter: FILTER, since: since ?? undefined, timeout: since === null || away ? 0 : 25_000, set_presence: 'offline' },
          tries: 1,
          timeoutMs: 60_000,
        }),
      );
      if (away) handlers.onGap();
      away = false;
      // The very first look begins the house: what was said before it is history, not news.
      if (since !== null) await takeIn(account, answer, since, handlers);
      if (answer.next_batch !== since) await position.save(answer.next_batch);
      since = answer.next_batch;
      await pause(PAUSE_MS, signal);
    } catch (error) {
      if (signal.aborted) return;
      away = true;
      handlers.onError(error);
      await pause(500, signal);
    }
  }
}

async function takeIn(account: Account, answer: z.infer<typeof SyncAnswer>, since: string, handlers: GapFillHandlers): Promise<void> {
  for (const [id, joined] of Object.entries(answer.rooms.join)) {
    const room = RoomId.safeParse(id);
    if (!room.success) continue;
    if (joined.timeline.limited && joined.timeline.prev_batch !== undefined) {
      handlers.onGap(room.data);
      await handlers.accept(await between(account, room.data, joined.timeline.prev_batch, since), room.data);
    }
    await handlers.accept(joined.timeline.events, room.data);
  }
}

/** Everything from `since` to `until`, oldest first. */
async function between(account: Account, room: RoomId, until: string, since: string): Promise<readonly unknown[]> {
  const pages: (readonly unknown[])[] = [];
  let from: string | undefined = until;
  while (from !== undefined) {
    const page = await account.messages(room, { from, to: since, limit: 500 });
    pages.push(page.chunk);
    from = page.chunk.length === 0 || page.end === from ? undefined : page.end;
  }
  return pages.flat().reverse();
}

const pause = (ms: number, signal: AbortSignal): Promise<void> => sleep(ms, undefined, { signal }).catch(() => undefined);
