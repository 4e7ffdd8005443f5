import { AgentId, EXECUTOR_ID, UserId } from '../../bridge/protocol/ids.ts';
import type { AgentConfig, Roster } from '../../bridge/protocol/roster.ts';
import type { Callable } from '../addressing/address.ts';

export interface Resident extends Callable {
  readonly config: AgentConfig;
}

/** Everyone who lives here, by id and by account. Outside agents come and go: look at the time of need, keep no copy. */
export interface Residents {
  readonly agents: readonly Resident[];
  /** Can be called, take no turns. */
  readonly others: readonly (Callable & { readonly name: string })[];
  readonly coordinator: UserId;
  readonly executor: UserId;
  readonly byId: ReadonlyMap<AgentId, Resident>;
  readonly byUser: ReadonlyMap<UserId, Resident>;
  /** As the roster calls it, those who take no turns too. */
  readonly nameOf: (agent: AgentId) => string;
  readonly isOwn: (user: UserId) => boolean;
  /** From now on these are the agents that live elsewhere. */
  readonly outside: (agents: readonly AgentConfig[]) => void;
}

export function createResidents(roster: Roster, serverName: string): Residents {
  const ghost = (id: string): UserId => UserId.parse(`@agent_${id}:${serverName}`);
  const resident = (config: AgentConfig): Resident => ({
    id: config.id,
    userId: ghost(config.id),
    callsigns: config.callsigns,
    config,
  });
  const home = roster.agents.map(resident);
  const coordinator = ghost('coordinator');
  const executor = UserId.parse(`@executor:${serverName}`);
  const own = new Set<UserId>([coordinator, executor, ...home.map((agent) => agent.userId)]);
  const everyone = (agents: readonly Resident[]) => ({
    agents,
    byId: new Map(agents.map((agent) => [agent.id, agent])),
    byUser: new Map(agents.map((agent) => [agent.userId, agent])),
  });
  let now = everyone(home);
  const others = [
    { id: AgentId.parse('coordinator'), userId: coordinator, ...roster.coordinator },
    { id: EXECUTOR_ID, userId: executor, ...roster.executor },
  ];
  return {
    get agents() {
      return now.agents;
    },
    others,
    coordinator,
    executor,
    get byId() {
      return now.byId;
    },
    get byUser() {
      return now.byUser;
    },
    nameOf: (agent) => now.byId.get(agent)?.config.name ?? others.find(({ id }) => id === agent)?.name ?? agent,
    isOwn: (user) => own.has(user) || (user.startsWith('@agent_') && user.endsWith(`:${serverName}`)),
    outside: (agents) => {
      now = everyone([...home, ...agents.map(resident)]);
    },
  };
}
