import type { Entry } from '../../bridge/appservice/timeline.ts';
import type { UserId } from '../../bridge/protocol/ids.ts';
import { personaOf } from '../../bridge/protocol/default-roster.ts';
import type { Persona, Roster } from '../../bridge/protocol/roster.ts';
import type { RoundNames } from '../../bridge/text/room/schedule.ts';
import { isRehearsed } from '../turns/context.ts';
import { ENDED, type TaskState } from '../tasks/state/task-state.ts';
import type { Schedule } from './schedule.ts';

/** What decides about rounds. Pure. */

/** Whether a run stands in the way of the next; a round that waits for the master does not. */
export function goesOn(task: TaskState | null, kind: Schedule['kind']): boolean {
  if (task === null || ENDED.has(task.phase)) return false;
  return kind !== 'cycle' || !waitsForMaster(task);
}

const waitsForMaster = ({ phase, commands }: TaskState): boolean =>
  phase === 'asking' ||
  (Object.values(commands).some(({ state }) => state === 'asked') &&
    !Object.values(commands).some(({ state }) => state === 'running' || state === 'sent'));

const LINES = 20;
const LONGEST_LINE = 300;
const LONGEST = 3_500;

/** The newest words of people and agents, oldest first; what the coordinator and the executor say is no matter of its own. */
export function recentMatters(entries: readonly Entry[], nameOf: (user: UserId) => string | null): string {
  const said = entries.flatMap(({ event, body, growing }) => {
    const name = nameOf(event.sender);
    const text = body.replace(/\s+/gu, ' ').trim();
    if (
      growing ||
      isRehearsed({ event, body, growing }) ||
      name === null ||
      text === '' ||
      text.startsWith('!') ||
      (event.chavion !== undefined && event.chavion.kind !== 'answer')
    )
      return [];
    return [`${name}: ${text.slice(0, LONGEST_LINE).toWellFormed()}`];
  });
  let left = LONGEST;
  const kept = said
    .slice(-LINES)
    .toReversed()
    .filter((line) => (left -= line.length + 1) > 0);
  return kept.toReversed().join('\n');
}

/** Who does what in a round, by name; for a persona that the roster does not have, whoever sums up stands in. */
export function roundNames({
  agents,
  integrator,
  executor,
  ownerTitle,
}: Pick<Roster, 'agents' | 'integrator' | 'executor' | 'ownerTitle'>): RoundNames {
  const instead = agents.find(({ id }) => id === integrator)?.name ?? '';
  const name = (persona: Persona) => agents.find((agent) => personaOf(agent) === persona)?.name ?? instead;
  return {
    sense: name('integrator'),
    analyse: name('analyst'),
    plan: name('planner'),
    carryOut: name('leader'),
    executor: executor.name,
    owner: ownerTitle,
  };
}

/** One line of a report: its first that says something. */
export function outcomeOf({ report, goal }: { readonly report: string | null; readonly goal: string }): string {
  const line =
    (report ?? '')
      .split('\n')
      .map((one) =>
        one
          .replace(/[#*_`>|-]/gu, ' ')
          .replace(/\s+/gu, ' ')
          .trim(),
      )
      .find((one) => one.length > 3) ?? goal;
  return line.length > 160 ? `${line.slice(0, 160).toWellFormed()}…` : line;
}
