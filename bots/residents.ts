import { AgentId, UserId } from '../bridge/protocol/ids.ts';
import type { AgentConfig, Roster } from '../bridge/protocol/roster.ts';
import type { Callable } from './addressing/address.ts';

export interface Resident extends Callable {
  readonly config: AgentConfig;
}

/** Everyone who lives here, by id and by account. */
export interface Residents {
  readonly agents: readonly Resident[];
  /** Can be called, take no turns. */
  readonly others: readonly (Callable & { readonly name: string })[];
  readonly coordinator: UserId;
  readonly byId: ReadonlyMap<AgentId, Resident>;
  readonly byUser: ReadonlyMap<UserId, Resident>;
  readonly isOwn: (user: UserId) => boolean;
}

export function createResidents(roster: Roster, serverName: string): Residents {
  const ghost = (id: string): UserId => UserId.parse(`@agent_${id}:${serverName}`);
  const agents = roster.agents.map((config) => ({ id: config.id, userId: ghost(config.id), callsigns: config.callsigns, config }));
  const coordinator = ghost('coordinator');
  const executor = UserId.parse(`@executor:${serverName}`);
  const own = new Set<UserId>([coordinator, executor, ...agents.map((agent) => agent.userId)]);
  return {
    agents,
    others: [
      { id: AgentId.parse('coordinator'), userId: coordinator, ...roster.coordinator },
      { id: AgentId.parse('executor'), userId: executor, ...roster.executor },
    ],
    coordinator,
    byId: new Map(agents.map((agent) => [agent.id, agent])),
    byUser: new Map(agents.map((agent) => [agent.userId, agent])),
    isOwn: (user) => own.has(user) || (user.startsWith('@agent_') && user.endsWith(`:${serverName}`)),
  };
}
