import { pino } from 'pino';
import { z } from 'zod';
import { dropPrivileges } from '../bridge/config/drop-privileges.ts';
import { swarmEnvironment } from '../bridge/config/swarm.ts';
import { formerOf } from '../bridge/matrix/lineage.ts';
import { Lang, type RoomId } from '../bridge/protocol/ids.ts';
import { connectRedis } from '../bridge/queue/redis.ts';
import { currentRooms } from './intake/upgraded-rooms.ts';
import { lineReader } from './memory/line-reading.ts';
import { LineNumbers } from './memory/line-numbers.ts';
import { memoryAsJson, memoryAsMarkdown } from './memory-export.ts';
import { MemoryLines } from './memory/memory-lines.ts';
import { numbersInAccount } from './memory/numbers-copy.ts';
import { wholeRoom } from './memory/whole-room.ts';
import { openBase, type SwarmBase } from './swarm-base.ts';

/** Writes all that the house remembers to its output, beside the swarm that runs; arguments: language, `json` or `markdown`. */
const [lang, format] = process.argv.slice(2);
const given = swarmEnvironment();
dropPrivileges(given.settings.CHAVION_DROP_TO);
const { environment, former } = await currentRooms(given);
const redis = connectRedis(environment.settings.CHAVION_REDIS_URL, () => undefined);
const base = openBase(environment, redis, pino({ level: 'silent' }), former);

async function remembered({ coordinator, memoryRoom, residents, masters }: SwarmBase) {
  const events = new MemoryLines(lineReader(() => residents.agents));
  for (const room of [memoryRoom, ...(await formerOf(coordinator, memoryRoom))])
    for await (const page of wholeRoom(coordinator, room, { isOwn: residents.isOwn }))
      for (const event of page) events.put(event);
  const standing = events.standing({ masters: await masters(), coordinator: coordinator.userId });
  const numbers = new LineNumbers(redis, numbersInAccount(coordinator));
  await numbers.load();
  return numbers.number(standing.toReversed());
}

const RoomName = z.object({ name: z.string().min(1) });

/** A room that the coordinator may not look at is known by its link alone. */
async function nameOfRoom(room: RoomId): Promise<string | null> {
  const content = await base.rooms
    .reader(room)
    .then((account) => account.state(room, 'm.room.name'))
    .catch(() => null);
  return RoomName.safeParse(content).data?.name ?? null;
}

const lines = await remembered(base);
const people = await base.rooms.members(base.memoryRoom);
const roomNames = new Map<RoomId, string | null>();
for (const { origin } of lines)
  if (origin !== undefined && !roomNames.has(origin.room)) roomNames.set(origin.room, await nameOfRoom(origin.room));
const render = format === 'json' ? memoryAsJson : memoryAsMarkdown;
process.stdout.write(
  render({
    lines,
    nameOf: (user) => people.get(user) ?? base.nameOf(user) ?? user,
    agentName: (id) => base.residents.byId.get(id)?.config.name ?? id,
    roomName: (room) => roomNames.get(room) ?? null,
    serverName: base.serverName,
    timeZone: base.timeZone,
    lang: Lang.catch(base.lang).parse(lang),
    now: Date.now(),
  }),
);
redis.disconnect();
