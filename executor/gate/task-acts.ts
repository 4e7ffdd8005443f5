import { z } from 'zod';
import { decodeEvent } from '../../bridge/matrix/decode.ts';
import type { ActContent } from '../../bridge/protocol/act.ts';
import { AgentId, EventId, type RoomId, UserId } from '../../bridge/protocol/ids.ts';
import type { MessageEvent } from '../../bridge/protocol/room-event.ts';
import { wasEdited } from '../../bridge/matrix/as-sent.ts';

/** The thread in which everything that decides a task has to stand. */
export interface TaskThread {
  readonly root: EventId;
  readonly room: RoomId;
  /** As the homeserver has them, by the ids under which they were asked for. */
  readonly events: ReadonlyMap<EventId, unknown>;
  readonly coordinator: UserId;
}

export type ActKind = ActContent['kind'];
export interface SaidAct<K extends ActKind> {
  readonly event: EventId;
  readonly by: UserId;
  readonly at: number;
  readonly content: Extract<ActContent, { kind: K }>;
}

/** The act that an event is; null where it is none of that kind, of another task, edited or redacted. */
export function actIn<K extends ActKind>(thread: TaskThread, id: EventId, kind: K): SaidAct<K> | null {
  const message = messageIn(thread, id);
  const act = message?.chavion?.act;
  if (
    message === null ||
    act === undefined ||
    message.thread !== thread.root ||
    act.conversation !== thread.root ||
    !isOf(act.content, kind)
  )
    return null;
  return { event: id, by: message.sender, at: message.at, content: act.content };
}

/** The message that stands under an id as it was sent. Whose it is, the caller looks at. */
export function messageIn(thread: TaskThread, id: EventId): MessageEvent | null {
  const raw = thread.events.get(id);
  if (wasEdited(raw)) return null;
  const event = decodeEvent(raw, { isOwn: () => true }, thread.room);
  return event?.kind === 'message' && event.eventId === id && isHere(raw, thread.room) ? event : null;
}

const isOf = <K extends ActKind>(content: ActContent, kind: K): content is Extract<ActContent, { kind: K }> =>
  content.kind === kind;
export const isHere = (raw: unknown, room: RoomId): boolean =>
  z.object({ room_id: z.literal(room).optional() }).safeParse(raw).success;

/** The agent whose account this is; null for the coordinator, for people and for other servers. */
export function agentOf(user: UserId, coordinator: UserId): AgentId | null {
  const [, name, server] = /^@agent_([^:]+):(.+)$/.exec(user) ?? [];
  const agent = AgentId.safeParse(name);
  return agent.success && user !== coordinator && server === coordinator.slice(coordinator.indexOf(':') + 1)
    ? agent.data
    : null;
}

export const coordinatorOf = (executor: UserId): UserId =>
  UserId.parse(`@agent_coordinator${executor.slice(executor.indexOf(':'))}`);

/** The accounts of the roster on the executor's server. */
export function rosterOf(agents: readonly AgentId[], executor: UserId): ReadonlySet<UserId> {
  const server = executor.slice(executor.indexOf(':'));
  const accounts = new Set(agents.map((id) => UserId.parse(`@agent_${id}${server}`)));
  accounts.delete(coordinatorOf(executor));
  return accounts;
}

const Naming = z.object({
  content: z.object({
    'com.chavion': z
      .object({ act: z.object({ content: z.record(z.string(), z.unknown()) }) })
      .optional()
      .catch(undefined),
    'm.relates_to': z
      .object({ rel_type: z.enum(['m.reference', 'm.annotation']), event_id: EventId })
      .optional()
      .catch(undefined),
  }),
});
const Names = z.union([EventId, z.array(EventId)]);

/** The events that an event of a task leans on, whether or not it may. */
export function namedIn(raw: unknown): readonly EventId[] {
  const naming = Naming.safeParse(raw);
  if (!naming.success) return [];
  const { 'com.chavion': chavion, 'm.relates_to': relation } = naming.data.content;
  const act = chavion?.act.content ?? {};
  const named = ['electorate', 'voters', 'proposals', 'ballots', 'choice', 'tap', 'base', 'patches'].flatMap(
    (field) => Names.safeParse(act[field]).data ?? [],
  );
  return relation === undefined ? named : [...named, relation.event_id];
}
