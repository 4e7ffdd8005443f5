import { z } from 'zod';
import type { Rooms } from '../../bridge/appservice/rooms.ts';
import type { Entry, Timeline } from '../../bridge/appservice/timeline.ts';
import type { Account } from '../../bridge/matrix/account.ts';
import { plainWords } from '../../bridge/matrix/markdown-words.ts';
import { RoomId, type UserId } from '../../bridge/protocol/ids.ts';
import * as say from '../../bridge/text/hands/at-work.ts';
import { LOOKS } from './rule-of-two.ts';
import { searchMessages } from './search-messages.ts';
import { material, type Tool, tool, type ToolTurn } from './tool.ts';

export interface SearchToolDeps {
  readonly timeline: Pick<Timeline, 'view' | 'find'>;
  readonly nameOf: (user: UserId) => string | null;
  readonly timeZone: string;
  /** The house's own lines are no conversation. */
  readonly isSaid: (entry: Entry) => boolean;
  /** All rooms of the house, with whoever is in them. */
  readonly rooms: Pick<Rooms, 'members'>;
  readonly coordinator: Pick<Account, 'joinedRooms' | 'state'>;
  readonly masters: () => Promise<ReadonlySet<UserId>>;
}

const MOST = 8;
const LONGEST = 400;
/** Of other rooms: each has to be read. */
const MOST_ROOMS = 20;

/** What was said in the room in which the agent is asked, and at a master's question in the other rooms that he is in. */
export const searchTool = (deps: SearchToolDeps): Tool => {
  const clock = new Intl.DateTimeFormat('sv-SE', { timeZone: deps.timeZone, dateStyle: 'short', timeStyle: 'short' });
  return tool({
    name: 'search_messages',
    description:
      'Looks through what was said, about the last thousand messages of a room, also those that you were not shown. For "what did I say about …", "when did we …". This room alone; only where it was said elsewhere, with "rooms": "all".',
    needs: 'look',
    input: z.strictObject({
      query: z.string().min(1).max(200).describe('A few words that were said.'),
      rooms: z.enum(['here', 'all']).optional().describe('Without it, here.'),
    }),
    use: ({ query, rooms = 'here' }, { lang }) => ({
      shown: say.looksFor[lang](plainWords(query, 40)),
      // What is said in another room is private here, and may be anybody's.
      flow: rooms === 'here' ? LOOKS : { reads: 'both', does: 'nothing' },
      carryOut: async (turn) => {
        const { job } = turn;
        const others = rooms === 'all' ? await otherRooms(turn, deps) : [];
        const said = await Promise.all(
          [{ room: job.room, name: '' }, ...others].map((one) => entriesOf(one, turn, deps)),
        );
        const names = new Map(said.flatMap(({ entries, name }) => entries.map((entry) => [entry, name] as const)));
        const all = said.flatMap(({ entries }) => entries).toSorted((a, b) => a.event.at - b.event.at);
        const found = searchMessages(query, all, MOST);
        if (found.length === 0)
          return {
            text: `Nothing was found in the last thousand messages of ${rooms === 'here' ? 'this room' : 'these rooms'}.`,
          };
        const lines = found.map((entry) => {
          const room = names.get(entry) ?? '';
          const where = room === '' ? '' : ` (${plainWords(room, 40)})`;
          return `${clock.format(entry.event.at)}${where} ${deps.nameOf(entry.event.sender) ?? 'guest'}: ${entry.body.replace(/\s+/gu, ' ').slice(0, LONGEST)}`;
        });
        return { text: material('messages', lines.join('\n')) };
      },
    }),
  });
};

interface OpenRoom {
  readonly room: RoomId;
  readonly name: string;
}

async function entriesOf(
  { room, name }: OpenRoom,
  { job }: ToolTurn,
  { timeline, isSaid }: SearchToolDeps,
): Promise<{ readonly name: string; readonly entries: readonly Entry[] }> {
  const entries = await timeline.view(room);
  return {
    name,
    entries: entries.filter((entry) => isSaid(entry) && !entry.growing && entry.event.eventId !== job.source),
  };
}

/** Those that the master who asks is in; of a question that is nobody's, or no master's, none. */
async function otherRooms(
  { job }: ToolTurn,
  { timeline, rooms, coordinator, masters }: SearchToolDeps,
): Promise<readonly OpenRoom[]> {
  const asker = (await timeline.find(job.room, job.root))?.event.sender;
  if (asker === undefined || !(await masters()).has(asker)) return [];
  const joined = (await coordinator.joinedRooms()).map((id) => RoomId.parse(id)).filter((id) => id !== job.room);
  const open = await Promise.all(
    joined.slice(0, MOST_ROOMS).map(async (room): Promise<readonly OpenRoom[]> => {
      const members = await rooms.members(room).catch(() => new Map<string, string>());
      if (!members.has(asker)) return [];
      const state = RoomName.safeParse(await coordinator.state(room, 'm.room.name').catch(() => null));
      return [{ room, name: state.data?.name ?? room }];
    }),
  );
  return open.flat();
}

const RoomName = z.object({ name: z.string() });
