import { renderMarkdown } from '../../bridge/matrix/html.ts';
import { canonicalHash } from '../../bridge/digest/canonical.ts';
import { PlanJob } from '../../bridge/protocol/command-job.ts';
import { defaultRoster } from '../../bridge/protocol/default-roster.ts';
import { type AgentId, EventId, EXECUTOR_ID, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import type { Plan, StepId } from '../../bridge/protocol/plan.ts';
import { Roster } from '../../bridge/protocol/roster.ts';
import { ghosts, type Ghost } from '../../synapse/residents.ts';
import { rehearse } from '../../bridge/text/offline.ts';
import { cardText } from '../../bots/tasks/messages/card.ts';
import { rehearseTask } from '../../bots/tasks/offline/offline-answers.ts';
import { PATIENCE } from '../../bots/tasks/runtime/patience.ts';
import { newTask } from '../../bots/tasks/state/begin.ts';
import type { TaskState } from '../../bots/tasks/state/task-state.ts';
import type { TaskEffect, TaskEvent, TaskRules } from '../../bots/tasks/state/transitions.ts';
import { reduce } from '../../bots/tasks/reducer/reduce.ts';
import { listContent } from '../../executor/approvals/approval-request.ts';
import { Prepared } from '../../executor/ledger/ledger-entry.ts';

/** What the picture of the README shows: messages as the house without keys writes them, made by the parts that make them. */

export interface Shown {
  /** Whose face and name; null: the master. */
  readonly by: Pick<Ghost, 'emblem' | 'name' | 'colour'> | null;
  readonly html: string;
}

export const GREETING = '얘들아 안녕';
export const MISSION = '사이트 폴더에 오늘 할 일 메모를 남겨줘';
const lang = 'ko';
const MASTER = UserId.parse('@master:chavion.local');
const ROOT = EventId.parse('$root');
const LENT = [{ name: 'site', path: '/srv/site', access: 'rw' as const }];
const roster = Roster.parse(defaultRoster);
const facesOf = (id: string) => roster.agents.find((agent) => agent.id === id);
const nameOf = (agent: AgentId): string =>
  facesOf(agent)?.name ?? (agent === EXECUTOR_ID ? roster.executor.name : agent);
const [COORDINATOR = null, ...FACES] = ghosts(roster, 'chavion.local');
const EXECUTOR = { emblem: 'executor', name: roster.executor.name, colour: '#4a4f57' } as const;

export function greetings(): readonly Shown[] {
  const answers = roster.agents.map(({ id, name, role, persona }, i) => ({
    by: FACES[i] ?? null,
    html: renderMarkdown(
      rehearse({ id, name, role, persona, ownerTitle: roster.ownerTitle, question: GREETING, lang }),
    ),
  }));
  return [{ by: null, html: GREETING }, ...answers];
}

/** From the mission to the command that waits for the master: through the real reducer, by agents without a model. */
function decided(): { readonly state: TaskState; readonly step: StepId } {
  const agents = roster.agents.map(({ id }) => id);
  const lent = LENT.map(({ name }) => ({ name, mode: 'rw' as const }));
  const rules: TaskRules = { integrator: roster.integrator, agents, lent, hash: canonicalHash, patience: PATIENCE };
  let state = newTask({
    root: ROOT,
    no: 12,
    room: RoomId.parse('!hq:chavion.local'),
    lang,
    by: MASTER,
    origin: 'master',
    mission: MISSION,
    at: 0,
    deadline: 3 * 3_600_000,
    electorate: agents,
  });
  let at = 0;
  const waiting: TaskEffect[] = [];
  const feed = (event: TaskEvent): void => {
    const next = reduce(state, event, rules);
    state = next.state;
    waiting.push(...next.effects);
  };
  feed({ kind: 'begin', at });
  for (let effect = waiting.shift(); effect !== undefined; effect = waiting.shift()) {
    at += 100;
    if (effect.kind === 'say') {
      feed({ kind: 'said', at, id: effect.id, event: EventId.parse(`$${effect.id}`) });
    } else if (effect.kind === 'ask') {
      const agent = facesOf(effect.ask.agent);
      if (agent === undefined) throw new Error('nobody of the roster');
      const answer = rehearseTask(state, effect.ask, {
        agent,
        ownerTitle: roster.ownerTitle,
        workers: roster.agents,
        lent,
        hosts: null,
        timeZone: 'Asia/Seoul',
        now: at,
      });
      feed({ kind: 'answered', at, ask: effect.ask.id, answer });
    } else if (effect.kind === 'dispatch') {
      return { state, step: effect.step };
    }
  }
  throw new Error('no command was sent');
}

export interface TaskShown {
  readonly root: Shown;
  readonly card: Shown;
  readonly plan: Plan;
  readonly speaker: Shown['by'];
  readonly request: Shown;
  readonly nameOf: (agent: AgentId) => string;
}

export function task(): TaskShown {
  const { state, step } = decided();
  if (state.plan === null) throw new Error('no plan');
  const { plan } = state.plan;
  const waits = plan.steps.find((one) => one.kind === 'command' && one.command.id === step);
  if (waits?.kind !== 'command') throw new Error('no command');
  const command = state.commands[step];
  const asked: TaskState = {
    ...state,
    commands: { ...state.commands, ...(command === undefined ? {} : { [step]: { ...command, state: 'asked' } }) },
  };
  const job = PlanJob.parse({
    v: 1,
    type: 'plan',
    root: ROOT,
    room: '!hq:chavion.local',
    at: 1,
    lang,
    decision: '$decision',
    step,
    attempt: 1,
  });
  const { hash } = state.plan;
  const prepared = Prepared.parse({
    key: '$root.0.1',
    root: ROOT,
    index: 0,
    attempt: 1,
    nonce: 'n',
    executor: 'ex',
    orderedBy: MASTER,
    command: waits.command,
    folders: LENT,
    workspace: 'w',
    artifacts: [],
    policy: 'p',
    plan: { decision: '$decision', rule: 'vote', round: 0, winner: hash, hash, step, title: waits.title, since: 1 },
    hash: canonicalHash(waits.command),
  });
  return {
    root: { by: null, html: renderMarkdown(`//chavion_task: ${MISSION}`) },
    card: { by: COORDINATOR, html: renderMarkdown(cardText(asked, { now: 8_000, nameOf })) },
    plan,
    speaker: COORDINATOR,
    request: {
      by: EXECUTOR,
      html: String(listContent([{ prepared, why: 'host' }], job, [MASTER])?.['formatted_body']),
    },
    nameOf,
  };
}
