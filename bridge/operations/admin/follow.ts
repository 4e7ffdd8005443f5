import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { HomeserverError } from '../../../synapse/client.ts';
import type { AdminRooms } from '../../../synapse/masters.ts';
import { readJson, writeSecretJson } from '../../launcher/instance/files.ts';
import { parseAdmin } from '../../protocol/orders/admin-order.ts';
import { decodeEvent } from '../../matrix/decode.ts';
import { EventId, RoomId } from '../../protocol/ids.ts';
import { orderWords } from '../../protocol/orders/order-words.ts';
import { orderOfAdmission } from './admission.ts';

const Kept = z.object({ since: z.string(), done: z.array(EventId) });
const Synced = z.object({
  next_batch: z.string(),
  rooms: z
    .object({
      join: z.record(z.string(), z.object({ timeline: z.object({ events: z.array(z.unknown()) }) })).default({}),
    })
    .default({ join: {} }),
});

/** What the house looks after in its rooms. */
const CHANGES = [
  'm.room.tombstone',
  'm.room.power_levels',
  'm.room.member',
  'm.room.join_rules',
  'm.room.history_visibility',
  'm.room.guest_access',
  'm.room.encryption',
  'm.room.canonical_alias',
  'm.space.child',
];
const Changed = z.object({ type: z.enum(CHANGES), state_key: z.string() });

const POLL_MS = 20_000;
const AGAIN_MS = 1_000;
/** Orders that are not carried out again where the position is older than they are. */
const REMEMBERED = 200;

export interface FollowDeps {
  readonly house: () => AdminRooms;
  /** Where position and finished orders are kept. */
  readonly file: string;
  /** Their words are no orders, and most of what is said. */
  readonly silent: readonly string[];
  readonly attend: (event: EventId, room: RoomId) => Promise<void>;
  /** The token does not hold any more. */
  readonly signIn: () => Promise<void>;
  readonly onError: (error: unknown) => void;
  /** Somebody has changed a room. */
  readonly changed?: () => void;
  /** After every answer of the homeserver's: it is followed. */
  readonly heard?: () => void;
}

/**
 * Follows HQ and ops with the admin's account and hands on what looks like `!admin` or asks for an invitation, once each. A homeserver that is
 * away is waited for; orders that could not be carried out for that come again.
 */
export async function follow(deps: FollowDeps, signal: AbortSignal): Promise<void> {
  let kept = keptPosition(deps);
  const nothing = { types: [] };
  // Of every room that the admin is in: they are the house's, and which of them is HQ may change while this waits.
  const timeline = { limit: 100, types: ['m.room.message', ...CHANGES], not_senders: deps.silent };
  const filter = JSON.stringify({
    presence: nothing,
    account_data: nothing,
    room: { timeline, state: nothing, ephemeral: nothing, account_data: nothing },
  });
  const once = async () => {
    const { client, token } = deps.house();
    const query = {
      filter,
      set_presence: 'offline',
      timeout: kept === undefined ? '0' : String(POLL_MS),
      ...(kept === undefined ? {} : { since: kept.since }),
    };
    const { next_batch, rooms } = await client.call('GET', '/_matrix/client/v3/sync', Synced, {
      token,
      query,
      tries: 1,
      signal,
    });
    if (kept === undefined) return writeSecretJson(deps.file, (kept = { since: next_batch, done: [] }));
    const { hq, ops } = deps.house().rooms;
    const said = Object.entries(rooms.join);
    if (
      said.some(
        ([
          ,
          {
            timeline: { events },
          },
        ]) => events.some((raw) => Changed.safeParse(raw).success),
      )
    )
      deps.changed?.();
    const found = said
      .filter(([room]) => room === hq || room === ops)
      .flatMap(
        ([
          room,
          {
            timeline: { events },
          },
        ]) => events.flatMap((raw) => orderIn(raw, RoomId.parse(room))),
      );
    for (const { event, room } of found) {
      if (kept.done.includes(event)) continue;
      await deps.attend(event, room);
      writeSecretJson(deps.file, (kept = { ...kept, done: [...kept.done, event].slice(-REMEMBERED) }));
    }
    kept = { ...kept, since: next_batch };
    if (found.length > 0) writeSecretJson(deps.file, kept);
  };
  while (!signal.aborted) {
    try {
      await once();
      deps.heard?.();
    } catch (error) {
      if (signal.aborted) return;
      deps.onError(error);
      // The position is another homeserver's, of before a restore: from now on, then.
      if (error instanceof HomeserverError && error.status === 400) kept = undefined;
      if (error instanceof HomeserverError && error.status === 401) await deps.signIn().catch(deps.onError);
      await sleep(AGAIN_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** A damaged file is begun anew: from now on. */
function keptPosition({ file, onError }: FollowDeps): z.infer<typeof Kept> | undefined {
  try {
    return readJson(file, Kept);
  } catch (error) {
    onError(error);
    return undefined;
  }
}

function orderIn(raw: unknown, room: RoomId): readonly { event: EventId; room: RoomId }[] {
  const message = decodeEvent(raw, { isOwn: () => false }, room);
  return message?.kind === 'message' &&
    (parseAdmin(orderWords(message) ?? '') !== null || orderOfAdmission(raw) !== null)
    ? [{ event: message.eventId, room }]
    : [];
}
