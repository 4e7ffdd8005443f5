import type { AgentId, UserId } from '../../bridge/protocol/ids.ts';
import type { MessageEvent } from '../../bridge/protocol/room-event.ts';
import type { Floor } from '../../bridge/protocol/turn.ts';

export interface Callable {
  readonly id: AgentId;
  readonly userId: UserId;
  readonly callsigns: readonly string[];
}

export interface Situation {
  /** Agents present in the room, in the order of the roster. */
  readonly agents: readonly Callable[];
  /** Coordinator, executor: they can be called but never take turns. */
  readonly others: readonly Callable[];
  readonly floor: Floor;
  /** Author of the message that this one replies to, if any. */
  readonly repliedTo?: UserId | undefined;
}

export type Audience =
  | { readonly kind: 'agents'; readonly agents: readonly AgentId[]; readonly reason: 'mention' | 'reply' | 'callsign' | 'except' | 'everyone' }
  | { readonly kind: 'nobody'; readonly reason: 'floor-called' | 'floor-closed' | 'other-called' | 'no-agents' };

/** Whom a master's message is for. */
export function address(_message: Pick<MessageEvent, 'body' | 'mentions' | 'mentionsRoom' | 'thread'>, situation: Situation): Audience {
  return { kind: 'agents', agents: situation.agents.map((agent) => agent.id), reason: 'everyone' };
}

export function mentionedByAgent(_text: string, _agents: readonly Callable[], _self: AgentId): readonly AgentId[] {
  return [];
}
