import type { MessageEvent, ReactionEvent, RedactionEvent } from '../../bridge/protocol/room-event.ts';
import type { RecountJob } from '../../bridge/protocol/turn.ts';
import type { BallotStore } from './ballot-store.ts';
import { optionsOn } from './ballot-view.ts';
import { keyedOption, soundsLikeVote, voteInWords } from './vote-in-words.ts';

/** What of a master's is a vote in a chat's ballot: a key tapped beneath it, a word in reply to it, or said right after it. */
export class MastersVotes {
  readonly #store: BallotStore;

  constructor(store: BallotStore) {
    this.#store = store;
  }

  /** Null where it is no vote. */
  async inReaction({ roomId, eventId, target, key, sender, at }: ReactionEvent): Promise<RecountJob | null> {
    const option = keyedOption(key);
    const ballot = option === null ? null : await this.#store.of(target);
    if (option === null || ballot === null) return null;
    const stored = await this.#store.read(ballot);
    if (stored.paper === null || stored.shown !== target || stored.paper.room !== roomId) return null;
    const choice = optionsOn(stored.paper, stored)[option];
    return choice === undefined
      ? null
      : { type: 'recount', room: roomId, ballot, source: eventId, at, by: sender, choice };
  }

  async inMessage(message: MessageEvent): Promise<RecountJob | null> {
    const { roomId, eventId, body, replyTo, sender, at, attachment } = message;
    if (attachment !== undefined || message.masked || body.length > 200) return null;
    const ballot =
      replyTo !== undefined
        ? await this.#store.of(replyTo)
        : soundsLikeVote(body)
          ? await this.#store.latest(roomId)
          : null;
    if (ballot === null) return null;
    const stored = await this.#store.read(ballot);
    const { paper } = stored;
    if (paper === null || paper.room !== roomId || stored.shown === null) return null;
    if (replyTo !== undefined && stored.shown !== replyTo) return null;
    const choice = voteInWords(body, optionsOn(paper, stored), paper.options.length === 0);
    return choice === null
      ? null
      : { type: 'recount', room: roomId, ballot, source: eventId, at, by: sender, choice, word: true };
  }

  /** A vote that is taken out of the room counts no more. */
  async takenBack({ roomId, target, sender, at }: RedactionEvent): Promise<RecountJob | null> {
    const ballot = await this.#store.of(target);
    if (ballot === null) return null;
    const { shown } = await this.#store.read(ballot);
    // The result itself: nothing is counted any more.
    if (shown === target || shown === null) return null;
    return { type: 'recount', room: roomId, ballot, source: target, at, by: sender, choice: null };
  }
}
