import type { SwarmCommands } from './commands/house-commands.ts';
import { conflictsWith } from './memory/conflicts.ts';
import { type MemoryCommandDeps, memoryCommands } from './memory/memory-commands.ts';
import type { HouseRecall } from './memory/recall.ts';
import type { SwarmBase } from './swarm-base.ts';
import type { RoomMemory } from './turns/room-memory.ts';

/** What masters say to the memory: `!memory`, `!forget`, and what is to be remembered of plain words. */
export function buildMemoryCommands(
  base: SwarmBase,
  recall: HouseRecall,
  summaries: Pick<RoomMemory, 'of'>,
  say: MemoryCommandDeps['say'],
): SwarmCommands<'memory' | 'forget'> {
  const { residents, rooms, houseMemory } = base;
  return memoryCommands({
    ...base,
    memory: houseMemory,
    callables: () => residents.agents,
    nameOf: (agent) => residents.byId.get(agent)?.config.name ?? agent,
    // A name that somebody gave himself could be anything.
    speaker: (user) => residents.byUser.get(user)?.config.name ?? user.slice(1, user.indexOf(':')),
    agents: residents.agents.map(({ id }) => id),
    reader: (room) => rooms.reader(room),
    recall,
    conflictsWith,
    summaryOf: async (room) => {
      const summary = await summaries.of(room);
      return summary.text === '' ? null : summary;
    },
    say,
  });
}
