import { pino } from 'pino';
import { homeserverHistory } from '../../bridge/appservice/history.ts';
import { Rooms } from '../../bridge/appservice/rooms.ts';
import { Timeline } from '../../bridge/appservice/timeline.ts';
import { Account } from '../../bridge/matrix/account.ts';
import { EditBudget } from '../../bridge/matrix/edit-budget.ts';
import { RoomLimiter } from '../../bridge/matrix/room-limiter.ts';
import { defaultRoster } from '../../bridge/protocol/default-roster.ts';
import { AgentId, EventId, type RoomId, type UserId } from '../../bridge/protocol/ids.ts';
import { Roster } from '../../bridge/protocol/roster.ts';
import type { TurnJob } from '../../bridge/protocol/turn.ts';
import type { Recall } from '../../bots/memory/recall.ts';
import { ModelBindings } from '../../bots/models/model-bindings.ts';
import type { Provider } from '../../bots/models/providers/provider.ts';
import { createResidents } from '../../bots/residents/residents.ts';
import { AgentStatus } from '../../bots/turns/agent-status.ts';
import { Attachments } from '../../bots/turns/attachments.ts';
import { Beginnings } from '../../bots/turns/beginnings.ts';
import { NO_MEMORY } from '../../bots/turns/memory-plan.ts';
import { RunningTurns } from '../../bots/turns/running-turns.ts';
import type { TurnDeps } from '../../bots/turns/turn.ts';
import { PaperHomeserver } from '../house/paper-homeserver.ts';
import { HQ_ROOM, OWNER } from '../house/paper-memory.ts';
import { unkeptJournal, unkeptTaints } from '../unit/hands-scene.ts';

export const roster = Roster.parse(defaultRoster);
export const CLAUDE = AgentId.parse('claude');
const residents = createResidents(roster, 'test');

/** A house of paper around one real adapter: what is said in it, and the turns that answer. */
export class MemoryScene implements AsyncDisposable {
  readonly paper: PaperHomeserver;
  readonly deps: TurnDeps & { readonly hands: { readonly taints: ReturnType<typeof unkeptTaints> } };

  private constructor(paper: PaperHomeserver, provider: Provider, recall: Recall, more: Partial<TurnDeps>) {
    this.paper = paper;
    const lanes = new RoomLimiter();
    const ghost = (userId: UserId) =>
      new Account({ homeserverUrl: paper.url, accessToken: userId, userId, ghost: false, lanes });
    const rooms = new Rooms({
      coordinator: ghost(residents.coordinator),
      ghost,
      hq: HQ_ROOM,
      isMasterLike: (user) => !residents.isOwn(user),
      residents: [residents.coordinator, ...residents.agents.map(({ userId }) => userId)],
    });
    this.deps = {
      roster,
      residents,
      bindings: new ModelBindings(roster, () => provider, 'auto'),
      ghost,
      timeline: new Timeline(homeserverHistory((room) => rooms.reader(room), { isOwn: residents.isOwn })),
      rooms,
      attachments: new Attachments(),
      memory: { of: async () => NO_MEMORY },
      recall,
      budget: new EditBudget(100),
      running: new RunningTurns(),
      status: new AgentStatus(),
      spending: { tellsFirst: async () => true },
      ops: HQ_ROOM,
      serverName: 'test',
      countTurns: async () => 1,
      replacedBy: async () => null,
      enqueue: async () => undefined,
      timeZone: 'Asia/Seoul',
      beginnings: new Beginnings(),
      log: pino({ level: 'silent' }),
      ...more,
      hands: { journal: unkeptJournal(), taints: unkeptTaints(), tools: more.hands?.tools ?? [] },
    };
  }

  static async open(provider: Provider, recall: Recall, more: Partial<TurnDeps> = {}): Promise<MemoryScene> {
    const paper = await PaperHomeserver.open({ [OWNER]: 100 });
    for (const user of [OWNER, residents.coordinator, ...residents.agents.map(({ userId }) => userId)])
      paper.state(HQ_ROOM, user, 'm.room.member', { membership: 'join' }, user);
    return new MemoryScene(paper, provider, recall, more);
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
