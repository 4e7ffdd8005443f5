import { z } from 'zod';
import type { Account } from '../../bridge/matrix/account.ts';
import { decodeEvent } from '../../bridge/matrix/decode.ts';
import { RoomId } from '../../bridge/protocol/ids.ts';
import type { RoomEvent } from '../../bridge/protocol/room-event.ts';
import type { WatchState } from './watch-state.ts';

const Timeline = z.object({
  events: z.array(z.unknown()),
  limited: z.boolean().default(false),
  prev_batch: z.string().optional(),
});
const Synced = z.object({
  next_batch: z.string(),
  rooms: z.object({ join: z.record(z.string(), z.object({ timeline: Timeline })).default({}) }).default({ join: {} }),
});

const TOMBSTONE = 'm.room.tombstone';
const Upgrade = z.object({ type: z.literal(TOMBSTONE), state_key: z.literal('') });

const POLL_MS = 30_000;
const PAGE = 100;
const MAX_PAGES = 50;

export interface WatchDeps {
  readonly account: Account;
  /** As they are now. */
  readonly rooms: () => readonly RoomId[];
  /** One of them was upgraded. */
  readonly upgraded: (signal: AbortSignal | undefined) => void;
  readonly state: WatchState;
  readonly handle: (event: RoomEvent) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/** What happens in the executor's rooms, read with its own account: signs, stops, and what is taken back. */
export class RoomWatch {
  readonly #deps: WatchDeps;
  readonly #filter: string;

  constructor(deps: WatchDeps) {
    this.#deps = deps;
    // Of every room that it is in: which of them are the house's may change while this waits.
    const types = ['m.room.message', 'm.reaction', 'm.room.redaction', TOMBSTONE];
    this.#filter = JSON.stringify({
      presence: { types: [] },
      account_data: { types: [] },
      room: {
        timeline: { limit: PAGE, types, not_senders: [deps.account.userId] },
        state: { types: [] },
        ephemeral: { types: [] },
        account_data: { types: [] },
      },
    });
  }

  /** Everything that happened while nobody looked; on the very first start only the position is taken. */
  async catchUp(): Promise<void> {
    await this.#sync(0);
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#sync(POLL_MS, signal);
      } catch (error) {
        if (!signal.aborted) this.#deps.onError(error);
        await new Promise((resolve) => setTimeout(resolve, 1_000));
      }
    }
  }

  async #sync(timeout: number, signal?: AbortSignal): Promise<void> {
    const { account, state } = this.#deps;
    const since = state.since;
    const query = { timeout, filter: this.#filter, ...(since === null ? {} : { since }) };
    const { next_batch, rooms } = Synced.parse(
      await account.call('GET', '/_matrix/client/v3/sync', { query, timeoutMs: timeout + 60_000 }),
    );
    // Whoever is stopping begins nothing more; it is read again at the next start.
    if (signal?.aborted === true) return;
    if (since !== null) {
      for (const [id, { timeline }] of Object.entries(rooms.join)) {
        const room = RoomId.parse(id);
        if (!this.#deps.rooms().includes(room)) continue;
        const missed =
          timeline.limited && timeline.prev_batch !== undefined
            ? await this.#missed(room, timeline.prev_batch, since)
            : [];
        for (const raw of [...missed, ...timeline.events]) {
          if (Upgrade.safeParse(raw).success) this.#deps.upgraded(signal);
          const event = decodeEvent(raw, { isOwn: () => false }, room);
          if (event !== null) await this.#deps.handle(event);
        }
      }
    }
    state.read(next_batch);
  }

  /** What a full page has left out, oldest first. */
  async #missed(room: RoomId, from: string, to: string): Promise<unknown[]> {
    const events: unknown[] = [];
    let at: string | undefined = from;
    for (let pages = 0; at !== undefined && pages < MAX_PAGES; pages += 1) {
      const page: { chunk: unknown[]; end?: string | undefined } = await this.#deps.account.messages(room, {
        from: at,
        to,
        limit: PAGE,
      });
      events.push(...page.chunk);
      at = page.chunk.length === 0 ? undefined : page.end;
    }
    return events.reverse();
  }
}
