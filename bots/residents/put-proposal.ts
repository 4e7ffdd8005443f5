import { z } from 'zod';
import { type Account, refused } from '../../bridge/matrix/account.ts';
import { messageContent } from '../../bridge/matrix/content.ts';
import type { EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import { NO, YES } from '../../bridge/protocol/orders/consent-signs.ts';
import { proposalBody, PROPOSAL_KEY, proposedLine } from '../../bridge/protocol/orders/proposal.ts';

export interface ProposalDeps {
  readonly coordinator: Account;
  readonly masters: () => Promise<ReadonlySet<UserId>>;
}

export interface NewProposal {
  readonly room: RoomId;
  readonly thread?: EventId | undefined;
  /** The master's message that it comes from. */
  readonly source: EventId;
  /** Who proposes it. */
  readonly by: string;
  /** What it would do, on one line. */
  readonly words: string;
  /** The command as a master would type it. */
  readonly line: string;
  /** Whose words the line quotes, where that is no master. */
  readonly quotes?: UserId | undefined;
  /** The same for the same proposal: it is put up once. */
  readonly id: string;
}

/** Puts a command line up with ✅ and ❌, by the coordinator; why not, where it cannot be. */
export async function putProposal(
  { room, thread, source, by, words, line, quotes, id }: NewProposal,
  { coordinator, masters }: ProposalDeps,
): Promise<'stands' | 'unshowable' | 'closed'> {
  const content = {
    ...messageContent({
      text: '',
      chavion: { v: 1, kind: 'notice', source, ...(quotes === undefined ? {} : { quotes }) },
      mentions: [...(await masters())].map((userId) => ({ userId, name: '' })),
      ...(thread === undefined ? { replyTo: source } : { thread }),
    }),
    // Plain, so that nobody reads anything but what is asked for.
    body: proposalBody(words, line),
    [PROPOSAL_KEY]: by,
  };
  if (proposedLine({ type: 'm.room.message', content }) !== line) return 'unshowable';
  let event: EventId;
  try {
    event = await coordinator.send(room, 'm.room.message', content, `${id}.proposal`);
  } catch (error) {
    if (!refused(error)) throw error;
    return 'closed';
  }
  for (const sign of [YES, NO]) {
    const relation = { 'm.relates_to': { rel_type: 'm.annotation', event_id: event, key: sign } };
    // One that stands there from before a crash is refused as a duplicate.
    await coordinator.send(room, 'm.reaction', relation, `${id}.${sign}`).catch((error: unknown) => {
      if (!refused(error)) throw error;
    });
  }
  return 'stands';
}

/** Whether the message is a proposal of the coordinator's: as the source of a command it means that a master has said yes to it. */
export const isOwnProposal = (raw: unknown, { userId }: Pick<Account, 'userId'>): boolean =>
  z.object({ sender: z.literal(userId) }).safeParse(raw).success && proposedLine(raw) !== null;
