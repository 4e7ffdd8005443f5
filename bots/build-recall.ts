import { UserId } from '../bridge/protocol/ids.ts';
import type { HouseMemory } from './memory/memory-line.ts';
import type { PassageSource } from './memory/passage.ts';
import { HouseRecall } from './memory/recall.ts';
import type { SwarmBase } from './swarm-base.ts';
import { speakers } from './turns/speakers.ts';

/** What agents are told of the memory, by who is in the rooms at that moment. */
export function buildRecall(
  { rooms, roster, residents, admin, memoryRoom, former, ownerTitle, timeZone }: SwarmBase,
  memory: HouseMemory,
  library: PassageSource,
): HouseRecall {
  return new HouseRecall({
    memory,
    library,
    ownerTitle,
    timeZone,
    memoryRoom,
    masters: () => rooms.masters(),
    members: (room) => rooms.members(room),
    isHouse: (user) => user === admin || residents.isOwn(UserId.parse(user)),
    roomNow: (room) => former.get(room) ?? room,
    livesHere: (agent) => roster.agents.some(({ id }) => id === agent),
    names: async () => {
      const [masters, members] = await Promise.all([rooms.masters(), rooms.members(memoryRoom)]);
      return speakers({ roster, residents, masters, members });
    },
  });
}
