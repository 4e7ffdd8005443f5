import type { Facts } from '../../bots/intake/intake-plan.ts';
import { AgentId, UserId } from '../../bridge/protocol/ids.ts';

/** A room with three agents who all have a model, and a master who speaks Korean. */
export const agent = (id: string, ...callsigns: string[]) => ({
  id: AgentId.parse(id),
  userId: UserId.parse(`@agent_${id}:test`),
  callsigns,
});
export const agents = [
  agent('gabriel', '가브리엘', 'GPT'),
  agent('jarvis', '자비스'),
  agent('claude', '클로드', 'claude'),
];
export const facts: Facts = {
  agents,
  others: [{ ...agent('executor', '실행자'), name: '실행자' }],
  ready: new Set(agents.map((one) => one.id)),
  whenCalled: new Set(),
  handy: new Set(),
  acts: [],
  everyone: agents.map((one) => ({ ...one, config: {} })),
  modelOf: (_, model) => ({ model: model ?? 'openai/gpt-5', state: { kind: 'ready' } }),
  floor: 'open',
  fallbackLang: 'ko',
  roomLang: 'ko',
  ownerTitle: '마스터',
  integrator: AgentId.parse('jarvis'),
  nameOf: (id) => id,
  agentsTable: () => '| table |',
  running: 2,
  place: 'hq',
};
