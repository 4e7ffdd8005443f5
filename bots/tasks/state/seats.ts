import type { AgentId } from '../../../bridge/protocol/ids.ts';
import { votersOf } from '../../../bridge/protocol/tasks/voting.ts';
import type { AskKind } from './ask.ts';
import type { TaskState } from './task-state.ts';
import type { TaskRules } from './transitions.ts';

/** Who votes and plans now: the frozen electorate without those who left. The quorum stays that of all. */
export const presentSeats = ({ electorate, gone, removed }: TaskState): readonly AgentId[] =>
  electorate.filter((agent) => !gone.includes(agent) && !removed.includes(agent));

/** Who is asked for a plan before the others are: all who are there, where none of them is better at it. */
export function proposers(state: TaskState, { seconds }: TaskRules): readonly AgentId[] {
  const seats = presentSeats(state);
  const first = seats.filter((agent) => seconds?.has(agent) !== true);
  return first.length === 0 ? seats : first;
}

/** Whose ballots are counted: the electorate without those who have fallen silent; all of it where nobody would be left. */
export function voters({ electorate, silent = [] }: Pick<TaskState, 'electorate' | 'silent'>): readonly AgentId[] {
  const awake = electorate.filter((agent) => !silent.includes(agent));
  return votersOf(electorate, awake) ?? electorate;
}

/** Who can be given work, electorate or not. */
export const helpers = ({ gone, removed }: TaskState, rules: TaskRules): readonly AgentId[] =>
  rules.agents.filter((agent) => !gone.includes(agent) && !removed.includes(agent));

/** The integrator first, the others as they come. */
export const integratorFirst = (agents: readonly AgentId[], { integrator }: TaskRules): readonly AgentId[] =>
  agents.includes(integrator) ? [integrator, ...agents.filter((agent) => agent !== integrator)] : agents;

/** Whom this round asked for that in vain. */
export const triedInVain = ({ refusals, round }: TaskState, kind: AskKind): ReadonlySet<AgentId> =>
  new Set(refusals.filter((one) => one.round === round && one.kind === kind).map(({ agent }) => agent));
