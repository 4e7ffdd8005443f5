import type { InboxMessage } from '../../bridge/protocol/agent-api.ts';
import type { AgentId, EventId } from '../../bridge/protocol/ids.ts';
import { MAX_DEPTH } from '../../bridge/protocol/turn.ts';

/** Who was spoken to this lately goes on with what it was spoken to about. */
export const CHAIN_MS = 10 * 60_000;

export interface Chain {
  /** Null: the message itself begins one. */
  readonly root: EventId | null;
  readonly depth: number;
}

/**
 * Where in a chain of calls an outside agent's own message stands. Without this two scripts that call each other would
 * each begin a new chain and never end. Pure.
 */
export function chainOf(latest: Pick<InboxMessage, 'root' | 'depth' | 'at'> | undefined, now: number): Chain {
  if (latest?.root === undefined || now - latest.at > CHAIN_MS) return { root: null, depth: 1 };
  return { root: latest.root, depth: (latest.depth ?? 0) + 1 };
}

/** A letter that nobody wrote begins nothing: who reads it goes on in the chain in which it was. Pure. */
export function sameChain(
  latest: Pick<InboxMessage, 'root' | 'depth' | 'at'> | undefined,
  now: number,
): Pick<InboxMessage, 'root' | 'depth'> {
  const { root, depth } = chainOf(latest, now);
  return root === null ? {} : { root, depth: depth - 1 };
}

export const tooDeep = ({ depth }: Chain): boolean => depth > MAX_DEPTH;

/** A question of the room that a plain message of chat answers: the only one there is. Questions of tasks want their name. */
export function meantQuestion(open: readonly string[], agent: AgentId): string | undefined {
  const ofRoom = open.filter((id) => {
    const asked = /^\$[^.]+\.(.+)$/.exec(id)?.[1] ?? '';
    return asked === agent || /^discuss\.\d+$/.test(asked);
  });
  return ofRoom.length === 1 ? ofRoom[0] : undefined;
}
