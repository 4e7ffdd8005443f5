import { address, type Audience, type Callable, type Situation } from '../../bots/addressing/address.ts';
import { defaultRoster } from '../../bridge/protocol/default-roster.ts';
import { Roster } from '../../bridge/protocol/roster.ts';
import { AgentId, UserId } from '../../bridge/protocol/ids.ts';

/** The default residents, and a master's words to them. */
const roster = Roster.parse(defaultRoster);
export const user = (name: string) => UserId.parse(`@${name}:chavion.local`);
export const agents: readonly Callable[] = roster.agents.map(({ id, callsigns }) => ({
  id,
  callsigns,
  userId: user(`agent_${id}`),
}));
export const others: readonly Callable[] = [
  { id: AgentId.parse('coordinator'), callsigns: roster.coordinator.callsigns, userId: user('agent_coordinator') },
  { id: AgentId.parse('executor'), callsigns: roster.executor.callsigns, userId: user('executor') },
];
export const everyone = agents.map((agent) => agent.id);
export const say = (
  body: string,
  situation: Partial<Situation> = {},
  mentions: readonly UserId[] = [],
  mentionsRoom = false,
): Audience => address({ body, mentions, mentionsRoom }, { agents, others, floor: 'open', ...situation });
