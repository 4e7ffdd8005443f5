import { pino } from 'pino';
import { homeserverHistory } from '../../bridge/appservice/history.ts';
import { Rooms } from '../../bridge/appservice/rooms.ts';
import { Timeline } from '../../bridge/appservice/timeline.ts';
import { Account } from '../../bridge/matrix/account.ts';
import { EditBudget } from '../../bridge/matrix/edit-budget.ts';
import { RoomLimiter } from '../../bridge/matrix/room-limiter.ts';
import { defaultRoster } from '../../bridge/protocol/default-roster.ts';
import type { RoomId, UserId } from '../../bridge/protocol/ids.ts';
import { Roster } from '../../bridge/protocol/roster.ts';
import type { ModelBindings } from '../../bots/models/model-bindings.ts';
import { createResidents } from '../../bots/residents/residents.ts';
import { AgentStatus } from '../../bots/turns/agent-status.ts';
import { Attachments } from '../../bots/turns/attachments.ts';
import { Beginnings } from '../../bots/turns/beginnings.ts';
import { NO_MEMORY } from '../../bots/turns/memory-plan.ts';
import { RunningTurns } from '../../bots/turns/running-turns.ts';
import type { TurnDeps } from '../../bots/turns/turn.ts';
import { unkeptJournal, unkeptTaints } from './paper-journal.ts';
import { PaperHomeserver } from './paper-homeserver.ts';
import { noRecall } from './paper-memory.ts';

export const roster = Roster.parse(defaultRoster);
export const residents = createResidents(roster, 'test');

/** A homeserver of paper with one room, in which everybody is who lives here. */
export async function paperRoom(room: RoomId, master: UserId): Promise<PaperHomeserver> {
  const paper = await PaperHomeserver.open({ [master]: 100 });
  for (const user of [master, residents.coordinator, ...residents.agents.map(({ userId }) => userId)])
    paper.state(room, user, 'm.room.member', { membership: 'join' }, user);
  return paper;
}

/** What a test gives itself of the parts of a turn. */
export type OwnParts = Omit<Partial<TurnDeps>, 'rooms' | 'bindings'>;

export interface PaperTurns extends TurnDeps {
  readonly rooms: Rooms;
  readonly hands: TurnDeps['hands'] & { readonly taints: ReturnType<typeof unkeptTaints> };
}

/** What turns and votes are made of, over a homeserver of paper, as after a start: it remembers nothing. */
export function paperTurns(
  paper: PaperHomeserver,
  hq: RoomId,
  bindings: ModelBindings,
  more: OwnParts = {},
): PaperTurns {
  const limiter = new RoomLimiter();
  const ghost = (userId: UserId) =>
    new Account({ homeserverUrl: paper.url, accessToken: userId, userId, ghost: false, limiter });
  const rooms = new Rooms({
    coordinator: ghost(residents.coordinator),
    ghost,
    hq,
    isMasterLike: (user) => !residents.isOwn(user),
    residents: [residents.coordinator, ...residents.agents.map(({ userId }) => userId)],
  });
  return {
    roster,
    residents,
    bindings,
    ghost,
    timeline: new Timeline(homeserverHistory((room) => rooms.reader(room), { isOwn: residents.isOwn })),
    rooms,
    attachments: new Attachments(),
    memory: { of: async () => NO_MEMORY },
    recall: noRecall,
    budget: new EditBudget(100),
    running: new RunningTurns(),
    status: new AgentStatus(),
    spending: { tellsFirst: async () => true },
    ops: hq,
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
