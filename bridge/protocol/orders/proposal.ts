import { z } from 'zod';
import { commandHead } from './order-words.ts';

/**
 * A command line that an agent proposes and the coordinator shows. A master's ✅ on that very message makes it his order,
 * read the same way by swarm and executor. Pure.
 */

/** In the content of such a message: the id of the agent that proposes it. */
export const PROPOSAL_KEY = 'com.chavion.proposal';

/** How it begins; the line itself is all that stands behind the first line's end. */
export const PROPOSAL_MARK = '💡 ';

/** A ✅ later than this orders nothing. Milliseconds. */
export const PROPOSAL_LASTS_MS = 24 * 3_600_000;

/** `words`: what it would do, on one line; `line`: the command as a master would type it. */
export const proposalBody = (words: string, line: string): string => `${PROPOSAL_MARK}${words}\n${line}`;

const Proposal = z.object({
  type: z.literal('m.room.message'),
  content: z.object({
    msgtype: z.literal('m.text'),
    body: z.string(),
    [PROPOSAL_KEY]: z.string(),
    // What is seen has to be what is read here.
    format: z.never().optional(),
    formatted_body: z.never().optional(),
  }),
});

/** The line that the event proposes; null where it is no proposal as the coordinator writes them. Whose it is, the caller looks at. */
export function proposedLine(raw: unknown): string | null {
  const body = Proposal.safeParse(raw).data?.content.body ?? '';
  const end = body.indexOf('\n');
  if (!body.startsWith(PROPOSAL_MARK) || end === -1) return null;
  const line = body.slice(end + 1);
  return commandHead(line) !== null && line.trim() === line && !line.includes('\n') ? line : null;
}
