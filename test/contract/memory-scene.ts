import { AgentId, EventId, type RoomId, type UserId } from '../../bridge/protocol/ids.ts';
import type { TurnJob } from '../../bridge/protocol/turn.ts';
import type { Recall } from '../../bots/memory/recall.ts';
import { ModelBindings } from '../../bots/models/model-bindings.ts';
import type { Provider } from '../../bots/models/providers/provider.ts';
import type { PaperHomeserver } from '../house/paper-homeserver.ts';
import { HQ_ROOM, OWNER } from '../house/paper-memory.ts';
import { type OwnParts, paperRoom, type PaperTurns, paperTurns, roster } from '../house/paper-turns.ts';

export const CLAUDE = AgentId.parse('claude');

/** A house of paper around one real adapter: what is said in it, and the turns that answer. */
export class MemoryScene implements AsyncDisposable {
  readonly paper: PaperHomeserver;
  readonly deps: PaperTurns;

  private constructor(paper: PaperHomeserver, provider: Provider, recall: Recall, more: OwnParts) {
    this.paper = paper;
    this.deps = paperTurns(paper, HQ_ROOM, new ModelBindings(roster, () => provider, 'auto'), { recall, ...more });
  }

  static async open(provider: Provider, recall: Recall, more: OwnParts = {}): Promise<MemoryScene> {
    return new MemoryScene(await paperRoom(HQ_ROOM, OWNER), provider, recall, more);
  }

  says(body: string, by: UserId = OWNER, more: object = {}, room: RoomId = HQ_ROOM): EventId {
    return EventId.parse(this.paper.say(room, by, { msgtype: 'm.text', body, 'm.mentions': {}, ...more }));
  }

  /** Claude's turn about a message. */
  turn(source: EventId, more: Partial<TurnJob> = {}): TurnJob {
    return {
      type: 'turn',
      room: HQ_ROOM,
      source,
      root: source,
      at: Date.now(),
      agent: CLAUDE,
      depth: 0,
      lang: 'ko',
      ...more,
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.paper[Symbol.asyncDispose]();
  }
}
