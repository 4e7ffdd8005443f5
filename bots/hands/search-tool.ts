import { z } from 'zod';
import type { Entry, Timeline } from '../../bridge/appservice/timeline.ts';
import { plainWords } from '../../bridge/matrix/markdown-words.ts';
import type { UserId } from '../../bridge/protocol/ids.ts';
import * as say from '../../bridge/text/hands/at-work.ts';
import { searchMessages } from './search-messages.ts';
import { LOOKS } from './rule-of-two.ts';
import { material, type Tool, tool } from './tool.ts';

export interface SearchToolDeps {
  readonly timeline: Pick<Timeline, 'view'>;
  readonly nameOf: (user: UserId) => string | null;
  readonly timeZone: string;
  /** The house's own lines are no conversation. */
  readonly isSaid: (entry: Entry) => boolean;
}

const MOST = 8;
const LONGEST = 400;

/** What was said in the room in which the agent is asked, and nowhere else: who is in it has heard it. */
export const searchTool = ({ timeline, nameOf, timeZone, isSaid }: SearchToolDeps): Tool => {
  const clock = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  return tool({
    name: 'search_messages',
    description:
      'Looks through what was said in this room, about the last thousand messages, also those that you were not shown. For "what did I say about …", "when did we …".',
    needs: 'look',
    input: z.strictObject({ query: z.string().min(1).max(200).describe('A few words that were said.') }),
    use: ({ query }, { lang }) => ({
      shown: say.looksFor[lang](plainWords(query, 40)),
      flow: LOOKS,
      carryOut: async ({ job }) => {
        const entries = (await timeline.view(job.room)).filter(
          (entry) => isSaid(entry) && !entry.growing && entry.event.eventId !== job.source,
        );
        const found = searchMessages(query, entries, MOST);
        if (found.length === 0) return { text: 'Nothing was found in the last thousand messages of this room.' };
        const lines = found.map(
          ({ event, body }) =>
            `${clock.format(event.at)} ${nameOf(event.sender) ?? 'guest'}: ${body.replace(/\s+/gu, ' ').slice(0, LONGEST)}`,
        );
        return { text: material('messages', lines.join('\n')) };
      },
    }),
  });
};
