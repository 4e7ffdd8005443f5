import type { GapFill, SyncPosition } from '../bridge/appservice/gap-fill.ts';
import type { Inbox } from '../bridge/appservice/inbox.ts';
import { swarmKey } from '../bridge/queue/redis.ts';
import { askForPushes } from './intake/ask-for-pushes.ts';
import type { SwarmBase } from './swarm-base.ts';

/** What the reader of gaps needs of the swarm: whatever Synapse did not push comes to the same inbox. */
export function gapsOf(
  { redis, coordinator, residents, ghost, timeline, rooms, houseMemory, log }: SwarmBase,
  inbox: Inbox,
): GapFill {
  const positionIn = (key: string): SyncPosition => ({
    load: () => redis.get(key),
    save: async (token) => void (await redis.set(key, token)),
  });
  return {
    coordinator,
    agents: () => residents.agents.map(({ userId }) => ghost(userId)),
    position: positionIn(swarmKey('sync')),
    elsewhere: positionIn(swarmKey('sync-elsewhere')),
    accept: (events, room) => inbox.accept(events, room),
    onGap: (room) => {
      timeline.invalidate(room);
      rooms.invalidate();
      if (room === undefined) void askForPushes(coordinator);
      if (room === undefined || houseMemory.isRoom(room))
        void houseMemory
          .again()
          .catch((error: unknown) =>
            log.warn({ error: error instanceof Error ? error.name : 'unknown' }, 'the memory room is not read anew'),
          );
    },
    onError: (error) => log.warn({ error: error instanceof Error ? error.message : 'unknown' }, 'sync'),
    onLost: (room, error) =>
      log.error({ room, error: error instanceof Error ? error.message : 'unknown' }, 'what was missed cannot be read'),
  };
}
