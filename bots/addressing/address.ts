import type { AgentId, UserId } from '../../bridge/protocol/ids.ts';
import type { MessageEvent } from '../../bridge/protocol/room-event.ts';
import type { Floor } from '../../bridge/protocol/turn.ts';
import type { Callable } from './callable.ts';
import { callsIn, type Calls } from './calls.ts';
import { withoutCode } from './plain-text.ts';
import { callsignsOf, sentencesOf } from './sentences.ts';

export type { Callable } from './callable.ts';

export interface Situation {
  /** Agents present in the room, in the order of the roster. */
  readonly agents: readonly Callable[];
  /** Coordinator, executor: they can be called but never take turns. */
  readonly others: readonly Callable[];
  readonly floor: Floor;
  /** Author of the message that this one replies to, if any. */
  readonly repliedTo?: UserId | undefined;
  /** Whom clients mention unasked in such a message: the author of what it hangs on, and those mentioned there. */
  readonly unasked?: ReadonlySet<UserId>;
  /** Author of the message on which this thread was opened, if it is one. */
  readonly threadOf?: UserId | undefined;
}

export type Audience =
  | {
      readonly kind: 'agents';
      readonly agents: readonly AgentId[];
      readonly reason: 'mention' | 'reply' | 'callsign' | 'except' | 'everyone';
    }
  | { readonly kind: 'nobody'; readonly reason: 'floor-called' | 'floor-closed' | 'other-called' | 'no-agents' };

/**
 * Whom a master's message is for: those it mentions, else those it calls by callsign, else the agent it replies to,
 * else the one on whose words the thread was opened, else everyone: who swipes to reply and writes another's name means that other. `closed` lets nobody speak; under `called` a message that calls nobody is for nobody.
 */
export function address(
  message: Pick<MessageEvent, 'body' | 'mentions' | 'mentionsRoom' | 'thread' | 'pills'>,
  situation: Situation,
): Audience {
  const { agents, others, floor, repliedTo } = situation;
  if (floor === 'closed') return { kind: 'nobody', reason: 'floor-closed' };
  if (agents.length === 0) return { kind: 'nobody', reason: 'no-agents' };
  const everyone: Audience = { kind: 'agents', agents: agents.map((agent) => agent.id), reason: 'everyone' };
  if (message.mentionsRoom) return everyone;

  const calls = callsIn(message.body, [...agents, ...others]);
  const unasked = (user: UserId): boolean => user === repliedTo || situation.unasked?.has(user) === true;
  // Clients mention some on their own account: that is not the writer's call, unless there is a pill as well.
  const mentioned = new Set(
    message.mentions.filter((user) => message.pills?.includes(user) === true || !unasked(user)),
  );
  // A pill in "@클로드 빼고 다들" names who is left out.
  for (const who of calls.excepted) mentioned.delete(who.userId);
  const mentionedAgents = agents.filter((agent) => mentioned.has(agent.userId));
  if (mentionedAgents.length > 0) return { kind: 'agents', agents: ids(mentionedAgents), reason: 'mention' };
  if (others.some((other) => mentioned.has(other.userId))) return { kind: 'nobody', reason: 'other-called' };

  const called = byCalls(calls, agents, everyone);
  const replied =
    agents.find((agent) => agent.userId === repliedTo) ??
    (repliedTo === undefined ? agents.find((agent) => agent.userId === situation.threadOf) : undefined);
  return (
    called ??
    (replied !== undefined ? { kind: 'agents', agents: [replied.id], reason: 'reply' } : null) ??
    (floor === 'open' ? everyone : { kind: 'nobody', reason: 'floor-called' })
  );
}

/** null: nobody in particular is called. */
function byCalls({ called, excepted, everyone }: Calls, agents: readonly Callable[], all: Audience): Audience | null {
  if (everyone || (called.size === 0 && excepted.size > 0)) {
    const left = agents.filter((agent) => !excepted.has(agent));
    if (left.length === agents.length) return all;
    return left.length > 0
      ? { kind: 'agents', agents: ids(left), reason: 'except' }
      : { kind: 'nobody', reason: 'no-agents' };
  }
  if (called.size === 0) return null;
  const calledAgents = agents.filter((agent) => called.has(agent));
  return calledAgents.length > 0
    ? { kind: 'agents', agents: ids(calledAgents), reason: 'callsign' }
    : { kind: 'nobody', reason: 'other-called' };
}

const ids = (callables: readonly Callable[]): readonly AgentId[] => callables.map((callable) => callable.id);

/**
 * Which other agents an agent calls in its own answer. Only `@` in front of a name counts, outside of code and quoted
 * lines: agents speak of one another all the time, and each call costs a turn.
 */
export function mentionedByAgent(text: string, agents: readonly Callable[], self: AgentId): readonly AgentId[] {
  const named = new Set<Callable>();
  for (const { tokens } of sentencesOf(withoutCode(text).toLowerCase(), callsignsOf(agents))) {
    for (const token of tokens) if (token.kind === 'name' && token.explicit) named.add(token.who);
  }
  return ids(agents.filter((agent) => named.has(agent) && agent.id !== self));
}
