import type { Rooms } from '../../bridge/appservice/rooms.ts';
import type { Entry, Timeline } from '../../bridge/appservice/timeline.ts';
import { refused } from '../../bridge/matrix/account.ts';
import type { AgentId, EventId, Lang, RoomId } from '../../bridge/protocol/ids.ts';
import type { MessageEvent } from '../../bridge/protocol/room-event.ts';
import type { Roster } from '../../bridge/protocol/roster.ts';
import type { Floor } from '../../bridge/protocol/turn.ts';
import { clockTime } from '../../bridge/text/room/budget.ts';
import { opinionsIn } from '../ballots/opinions.ts';
import { saidToDecide } from '../ballots/said-to-decide.ts';
import type { Budget } from '../budget/budget.ts';
import { parseRoomCommand } from '../commands/parse.ts';
import type { ModelBindings } from '../models/model-bindings.ts';
import { modelState } from '../models/model-state.ts';
import type { WebChatRelay } from '../models/web-chat-relay.ts';
import type { Residents } from '../residents/residents.ts';
import type { TaskEventHandler } from '../tasks/event-handler.ts';
import type { RunningTurns } from '../turns/running-turns.ts';
import type { Logger } from 'pino';
import type { Facts } from './intake-plan.ts';
import { openOrders } from './open-orders.ts';

export interface MessageFactsDeps {
  readonly timeline: Timeline;
  readonly rooms: Rooms;
  readonly residents: Residents;
  readonly roster: Roster;
  readonly running: RunningTurns;
  readonly bindings: ModelBindings;
  /** From whom masters have taken all tools: nobody acts who could not. */
  readonly mayUseTools: (agent: AgentId) => boolean;
  readonly relay: Pick<WebChatRelay, 'waits'>;
  readonly spending: Pick<Budget, 'quiet' | 'frozen'>;
  readonly tasks: Pick<TaskEventHandler, 'going' | 'above'>;
  readonly timeZone: string;
  readonly hq: RoomId;
  readonly ops: RoomId;
  readonly memoryRoom: RoomId;
  readonly lang: Lang;
  /** What masters last wrote in a room. */
  readonly roomLang: (room: RoomId) => Promise<Lang>;
  readonly agentsTable: (lang: Lang, present: ReadonlySet<AgentId>, off: ReadonlySet<AgentId>) => string;
  readonly log: Logger;
}

/** Gathers what a decision about a master's message is made from: the one place that reads for it. */
export function createMessageFacts(
  deps: MessageFactsDeps,
): (message: MessageEvent, floor: Floor | undefined) => Promise<Facts | null> {
  const { rooms, residents } = deps;

  /** Null in a room that cannot be read any more: nobody there could answer. */
  async function facts(message: MessageEvent, floor: Floor | undefined): Promise<Facts | null> {
    try {
      return await gathered(message, floor);
    } catch (error) {
      if (!refused(error)) throw error;
      deps.log.warn({ room: message.roomId }, 'no resident can read this room');
      return null;
    }
  }

  async function gathered(message: MessageEvent, floor: Floor | undefined): Promise<Facts> {
    const members = await rooms.members(message.roomId);
    const off = await rooms.off();
    const present = residents.agents.filter((agent) => members.has(agent.userId) && !off.has(agent.userId));
    const isHouse = message.roomId === deps.hq || message.roomId === deps.ops;
    const find = async (id: EventId | undefined) =>
      id === undefined ? undefined : await deps.timeline.find(message.roomId, id);
    const [repliedTo, hungOn, threadRoot] = await Promise.all([
      find(message.replyTo),
      find(message.hungOn),
      find(message.thread),
    ]);
    const quoted = repliedTo ?? hungOn;
    return {
      agents: present,
      // Elsewhere nobody expects all of them.
      off: isHouse ? residents.agents.filter((agent) => !present.includes(agent)) : [],
      others: residents.others,
      ready: deps.bindings.ready,
      whenCalled: deps.bindings.whenCalled,
      handy: new Set([...deps.bindings.handy].filter(deps.mayUseTools)),
      acts: deps.roster.acts ?? residents.agents.map(({ id }) => id),
      quiet: new Map(
        [...deps.spending.quiet()].map(([id, { until }]) => [
          id,
          (lang: Lang) => (until === null ? '' : clockTime(until, Date.now(), deps.timeZone, lang)),
        ]),
      ),
      frozen: deps.spending.frozen,
      everyone: residents.agents,
      modelOf: (id, model) => {
        const binding = model === undefined ? deps.bindings.get(id) : deps.bindings.try(id, model);
        return {
          model: binding?.config.model ?? '',
          state: binding === undefined ? { kind: 'ready' } : modelState(binding),
        };
      },
      relayed: await relayed(repliedTo),
      floor: floor ?? (message.roomId === deps.ops ? 'called' : 'open'),
      repliedTo: repliedTo?.event.sender,
      ...(repliedTo == null ? {} : { quoted: await quotedMessage(repliedTo) }),
      ...(quoted == null
        ? {}
        : { unasked: new Set([quoted.event.sender, ...(quoted.mentions ?? quoted.event.mentions)]) }),
      task: await taskAbove(message, repliedTo?.event),
      threadOf: threadRoot?.event.sender,
      fallbackLang: deps.lang,
      roomLang: await deps.roomLang(message.roomId),
      ownerTitle: deps.roster.ownerTitle,
      integrator: deps.roster.integrator,
      nameOf: (id) => residents.byId.get(id)?.config.name ?? id,
      agentsTable: (lang) =>
        deps.agentsTable(
          lang,
          new Set(present.map((agent) => agent.id)),
          new Set(residents.agents.filter((agent) => off.has(agent.userId)).map((agent) => agent.id)),
        ),
      opinions: await opinions(message, present),
      running: deps.running.count(message.roomId),
      ...(await going(message)),
      away: deps.bindings.away,
      mute: deps.bindings.mute,
      place:
        message.roomId === deps.hq
          ? 'hq'
          : message.roomId === deps.ops
            ? 'ops'
            : message.roomId === deps.memoryRoom
              ? 'memory'
              : present.length === 1
                ? 'direct'
                : 'other',
    };
  }

  async function quotedMessage({ event, body }: Entry): Promise<Facts['quoted']> {
    const { eventId, sender, masked, attachment } = event;
    const isMasters = event.chavion === undefined && (await rooms.masters()).has(sender);
    return { event: eventId, sender, body, isMasters, masked, isFile: attachment !== undefined };
  }

  /** Asked of Redis only where somebody wants to end them. */
  async function going({ roomId, thread, body, at }: MessageEvent): Promise<Pick<Facts, 'tasks' | 'commands'>> {
    const parsed = parseRoomCommand(body);
    if (parsed?.kind !== 'command' || parsed.command.name !== 'stop') return {};
    // In ops it means everything.
    const where = roomId === deps.ops ? [deps.hq, deps.ops] : [roomId];
    const [tasks, masters, lines] = await Promise.all([
      deps.tasks.going(roomId, thread),
      rooms.masters(),
      Promise.all(where.map((room) => deps.timeline.view(room, room === roomId ? thread : undefined))),
    ]);
    return { tasks, commands: openOrders(lines.flat(), { masters, executor: residents.executor, at }) };
  }

  /** In its thread; or, written into the room, in reply to it or to what stands in its thread. */
  async function taskAbove(
    { roomId, thread, replyTo, attachment }: MessageEvent,
    repliedTo: Entry['event'] | undefined,
  ): Promise<Facts['task']> {
    if (attachment !== undefined) return undefined;
    const about = thread === undefined ? [repliedTo?.thread, replyTo] : [thread];
    return (await deps.tasks.above(roomId, about)) ?? undefined;
  }

  /** Looked for only where a vote may be about them. */
  async function opinions(
    { roomId, thread, body, at }: MessageEvent,
    present: readonly { readonly id: AgentId }[],
  ): Promise<readonly AgentId[]> {
    const parsed = parseRoomCommand(body);
    const said = parsed === null ? saidToDecide(body) : null;
    if (said?.about !== 'opinions' && !(parsed?.kind === 'command' && parsed.command.name === 'vote')) return [];
    return opinionsIn(
      await deps.timeline.view(roomId, thread),
      present.map(({ id }) => id),
      at,
    );
  }

  async function relayed(to: Entry | null | undefined): Promise<Facts['relayed']> {
    const { kind, turn, agent } = to?.event.chavion ?? {};
    return kind === 'relay' && turn !== undefined && agent !== undefined
      ? { turn, agent, waiting: await deps.relay.waits(turn) }
      : undefined;
  }

  return facts;
}
