import type { UserId } from '../../bridge/protocol/ids.ts';

/** By its id in the roster, which nobody can change: a name in a room is its owner's words. */
export const agentName = (agent: UserId): string => agent.slice('@agent_'.length, agent.indexOf(':'));
