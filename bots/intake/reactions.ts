import type { Logger } from 'pino';
import type { Account } from '../../bridge/matrix/account.ts';
import type { Rooms } from '../../bridge/appservice/rooms.ts';
import type { Lang, RoomId } from '../../bridge/protocol/ids.ts';
import type { MessageEvent, ReactionEvent } from '../../bridge/protocol/room-event.ts';
import { AGAIN, isSign } from '../../bridge/protocol/orders/consent-signs.ts';
import { nobodyReady } from '../../bridge/text/tasks/task-commands.ts';
import { proposalTooOld } from '../../bridge/text/hands/proposals.ts';
import type { MastersVotes } from '../ballots/masters-votes.ts';
import type { TaskEventHandler } from '../tasks/event-handler.ts';
import type { RunningTurns } from '../turns/running-turns.ts';
import type { Decisions } from './decisions.ts';
import { tapOn } from './proposals.ts';
import type { WaitingRequests } from './waiting-requests.ts';

export interface ReactionDeps {
  readonly rooms: Pick<Rooms, 'masters'>;
  readonly running: RunningTurns;
  readonly tasks: Pick<TaskEventHandler, 'stopSign' | 'again'>;
  readonly decisions: Pick<Decisions, 'decided'>;
  readonly coordinator: Pick<Account, 'event' | 'userId'>;
  /** Carries out what a master has ordered by this. */
  readonly ordered: (message: MessageEvent) => Promise<void>;
  readonly log: Logger;
  /** What counts as a vote of a master's in a chat's ballot. */
  readonly votes: Pick<MastersVotes, 'inReaction'>;
  readonly waiting: WaitingRequests;
  /** The room's, or the house's where nobody can read what was said. */
  readonly languageHere: (room: RoomId) => Promise<Lang>;
}

const STOP_SIGN = '🛑';

/** What masters' reactions set off here; the executor reads those on its own requests itself. */
export function createReactions(deps: ReactionDeps): (reaction: ReactionEvent) => Promise<void> {
  const { rooms, decisions, waiting } = deps;

  /** 🛑 on a question ends its answers, on an answer that one. */
  async function stopBySign(reaction: ReactionEvent): Promise<void> {
    if (!(await rooms.masters()).has(reaction.sender)) return;
    deps.running.cancel({ room: reaction.roomId, source: reaction.target });
    deps.running.cancel({ room: reaction.roomId, answer: reaction.target });
    await deps.tasks.stopSign(reaction);
  }

  /** ✅ on an agent's proposal is the master's order, once. */
  async function proposed(reaction: ReactionEvent): Promise<boolean> {
    const tap = await tapOn(reaction, deps.coordinator);
    if (tap === null) return false;
    const { roomId: room, target, eventId } = reaction;
    if (tap.kind === 'order') await deps.ordered(tap.message);
    if (tap.kind === 'too-old')
      await decisions.decided(reaction, {
        jobs: [{ type: 'notice', room, source: eventId, text: proposalTooOld[await deps.languageHere(room)]() }],
      });
    deps.log.info({ event: target, tap: tap.kind }, 'a proposal was decided');
    return true;
  }

  /** 🔁 on the card of a task that has ended is a master's `!retry`. */
  async function again(reaction: ReactionEvent): Promise<boolean> {
    if (!isSign(reaction.key, AGAIN)) return false;
    const { roomId: room, eventId } = reaction;
    const came = await deps.tasks.again(reaction);
    if (came === 'nobody-ready')
      await decisions.decided(reaction, {
        jobs: [{ type: 'notice', room, source: eventId, text: nobodyReady[await deps.languageHere(room)]() }],
      });
    return came !== 'none';
  }

  /** 👍 under a request is no yes: he hears once what is. */
  async function signed(reaction: ReactionEvent): Promise<void> {
    if (!(await rooms.masters()).has(reaction.sender)) return;
    if ((await again(reaction)) || (await proposed(reaction))) return;
    const vote = await deps.votes.inReaction(reaction);
    if (vote !== null) return decisions.decided(reaction, { jobs: [vote] }, true);
    const told = await waiting.toldOfSign(reaction, await deps.languageHere(reaction.roomId));
    if (told !== null) await decisions.decided(told.request, { jobs: [told.notice] });
  }

  return (reaction) => (reaction.key.startsWith(STOP_SIGN) ? stopBySign(reaction) : signed(reaction));
}
