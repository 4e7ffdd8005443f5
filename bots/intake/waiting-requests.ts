import { z } from 'zod';
import type { Rooms } from '../../bridge/appservice/rooms.ts';
import type { Entry, Timeline } from '../../bridge/appservice/timeline.ts';
import { decodeEvent } from '../../bridge/matrix/decode.ts';
import type { EventId, Lang, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import type { MessageEvent, ReactionEvent } from '../../bridge/protocol/room-event.ts';
import { isSign, NO, YES } from '../../bridge/protocol/orders/consent-signs.ts';
import { PROPOSAL_MARK } from '../../bridge/protocol/orders/proposal.ts';
import { REQUEST_MARK } from '../../bridge/protocol/orders/task-request.ts';
import type { NoticeJob } from '../../bridge/protocol/turn.ts';
import { tapToApprove } from '../../bridge/text/room/room.ts';
import { isApprovalTalk, isApprovingSign } from './approval-words.ts';
import { permalink } from '../../bridge/matrix/permalink.ts';

export interface WaitingRequestsDeps {
  readonly timeline: Pick<Timeline, 'view' | 'find'>;
  readonly rooms: Pick<Rooms, 'reader' | 'masters'>;
  readonly executor: UserId;
  /** How the executor may be called. */
  readonly executorCallsigns: readonly string[];
  readonly coordinator: UserId;
  readonly isAgent: (user: UserId) => boolean;
  /** Threads of tasks that wait for an approval. */
  readonly waitingThreads: (room: RoomId) => Promise<readonly EventId[]>;
  readonly serverName: string;
}

/** Later than that a yes is hardly an answer to it, unless it is a reply. */
const RIGHT_AFTER_MS = 12 * 3_600_000;
const decides = (key: string): boolean => isSign(key, YES) || isSign(key, NO);
const Page = z.object({ chunk: z.array(z.unknown()) });

/** Requests for a master's ✅, and who answers them in another way than by that. */
export class WaitingRequests {
  readonly #deps: WaitingRequestsDeps;

  constructor(deps: WaitingRequestsDeps) {
    this.#deps = deps;
  }

  /** What a master hears who says yes or no in words to a request; null where nothing waits for him there, or he talks to somebody else. */
  async toldOf(message: MessageEvent, lang: Lang): Promise<NoticeJob | null> {
    const request = await this.#meantBy(message);
    return request === null ? null : this.#notice(message, request, lang);
  }

  /** The same of a sign put under it that is neither ✅ nor ❌. */
  async toldOfSign(
    reaction: ReactionEvent,
    lang: Lang,
  ): Promise<{ readonly request: MessageEvent; readonly notice: NoticeJob } | null> {
    const request = await this.#signed(reaction);
    return request === null ? null : { request, notice: this.#notice(request, request.eventId, lang) };
  }

  #notice({ roomId: room, eventId: source, thread }: MessageEvent, request: EventId, lang: Lang): NoticeJob {
    const text = tapToApprove[lang](permalink(room, request, this.#deps.serverName));
    return { type: 'notice', room, source, ...(thread === undefined ? {} : { thread }), text };
  }

  async #meantBy(message: MessageEvent): Promise<EventId | null> {
    if (message.attachment !== undefined || !isApprovalTalk(message.body, this.#deps.executorCallsigns)) return null;
    const { roomId: room, thread } = message;
    const here = await this.#deps.timeline.view(room, thread);
    const threads = thread === undefined ? await this.#deps.waitingThreads(room) : [];
    const elsewhere = (await Promise.all(threads.map((root) => this.#deps.timeline.view(room, root)))).flat();
    const requests = [...here, ...elsewhere]
      .filter((entry) => this.#isRequest(entry))
      .toSorted((a, b) => b.event.at - a.event.at);
    const meant =
      message.replyTo === undefined
        ? this.#lastAsked(message, requests, here)
        : await this.#repliedTo(message.replyTo, room, requests);
    return meant !== null && (await this.#waits(meant, [...here, ...elsewhere])) ? meant.event.eventId : null;
  }

  async #signed({ roomId, target, key }: ReactionEvent): Promise<MessageEvent | null> {
    if (!isApprovingSign(key) || decides(key)) return null;
    const entry = await this.#deps.timeline.find(roomId, target);
    if (entry === null || !this.#isRequest(entry)) return null;
    const around = await this.#deps.timeline.view(roomId, entry.event.thread);
    return (await this.#waits(entry, around)) ? entry.event : null;
  }

  #isRequest({ event }: Entry): boolean {
    if (event.sender === this.#deps.executor)
      return event.chavion?.kind === 'notice' && event.chavion.hashes !== undefined && event.body.startsWith('✋');
    if (event.sender === this.#deps.coordinator) return event.body.startsWith(PROPOSAL_MARK);
    return this.#deps.isAgent(event.sender) && event.body.startsWith(REQUEST_MARK);
  }

  /** Where an agent has said something since to another message, he may well be answering that. */
  #lastAsked({ at, eventId }: MessageEvent, requests: readonly Entry[], here: readonly Entry[]): Entry | null {
    const last = requests.find((one) => one.event.at <= at && one.event.at >= at - RIGHT_AFTER_MS);
    if (last === undefined) return null;
    const talk = here.some(
      ({ event }) =>
        event.at > last.event.at &&
        event.eventId !== eventId &&
        event.chavion?.kind === 'answer' &&
        (event.chavion.source === undefined || event.chavion.source !== last.event.chavion?.source) &&
        !event.body.startsWith(REQUEST_MARK),
    );
    return talk ? null : last;
  }

  /** To the request itself, or to the message of the run that says it waits. */
  async #repliedTo(target: EventId, room: RoomId, requests: readonly Entry[]): Promise<Entry | null> {
    const replied = await this.#deps.timeline.find(room, target);
    if (replied === null) return null;
    if (this.#isRequest(replied)) return replied;
    const { sender, chavion } = replied.event;
    const says =
      (sender === this.#deps.coordinator && chavion?.run === true) ||
      (sender === this.#deps.executor && chavion?.result?.state === 'asked');
    return says ? (requests[0] ?? null) : null;
  }

  async #waits({ event }: Entry, around: readonly Entry[]): Promise<boolean> {
    const hashes = new Set(event.chavion?.hashes);
    const isOver = around.some(
      ({ event: later }) =>
        later.sender === this.#deps.executor &&
        later.eventId !== event.eventId &&
        later.chavion?.kind === 'notice' &&
        !later.body.startsWith('✋') &&
        later.chavion.hashes?.some((hash) => hashes.has(hash)) === true,
    );
    if (isOver) return false;
    const path = `/_matrix/client/v1/rooms/${encodeURIComponent(event.roomId)}/relations/${encodeURIComponent(event.eventId)}/m.annotation`;
    const [account, masters] = await Promise.all([this.#deps.rooms.reader(event.roomId), this.#deps.rooms.masters()]);
    const { chunk } = Page.parse(await account.call('GET', path, { query: { limit: 100 } }));
    return !chunk.some((raw) => {
      const reaction = decodeEvent(raw, { isOwn: () => false }, event.roomId);
      return reaction?.kind === 'reaction' && decides(reaction.key) && masters.has(reaction.sender);
    });
  }
}
