import type { AgentId } from '../../bridge/protocol/ids.ts';
import type { AskKind, TaskState } from './state.ts';
import type { TaskRules } from './transitions.ts';

/** Who votes and plans now: the frozen electorate without those who left. The quorum stays that of all. */
export const present = ({ electorate, gone }: TaskState): readonly AgentId[] => electorate.filter((agent) => !gone.includes(agent));

/** Who can be given work, electorate or not. */
export const helpers = ({ gone }: TaskState, rules: TaskRules): readonly AgentId[] => rules.agents.filter((agent) => !gone.includes(agent));

/** The integrator first, the others as they come. */
export const integratorFirst = (agents: readonly AgentId[], { integrator }: TaskRules): readonly AgentId[] =>
  agents.includes(integrator) ? [integrator, ...agents.filter((agent) => agent !== integrator)] : agents;

/** Whom this round asked for that in vain. */
export const triedInVain = ({ refusals, round }: TaskState, kind: AskKind): ReadonlySet<AgentId> =>
  new Set(refusals.filter((one) => one.round === round && one.kind === kind).map(({ agent }) => agent));
