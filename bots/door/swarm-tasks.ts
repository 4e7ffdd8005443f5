import type { SwarmTasks } from '../../bridge/http/door.ts';
import type { TaskState as ApiState, TaskView } from '../../bridge/http/schemas.ts';
import type { z } from 'zod';
import type { TaskState } from '../tasks/state.ts';
import type { Tasks } from '../tasks/tasks.ts';

const ID = /^s(\d{1,9})$/;

/** The tasks that the agents carry out together, as the door shows them: `s12` is what people call #12. */
export function swarmTasks(tasks: Pick<Tasks, 'live' | 'ended' | 'get'>): SwarmTasks {
  return {
    list: async (limit) => {
      const [live, ended] = await Promise.all([tasks.live(), tasks.ended(limit)]);
      return [...live, ...ended].map(taskView);
    },
    get: async (id) => {
      const no = ID.exec(id)?.[1];
      const state = no === undefined ? null : await tasks.get(Number(no));
      return state === null ? null : taskView(state);
    },
    result: async (id) => {
      const no = ID.exec(id)?.[1];
      const state = no === undefined ? null : await tasks.get(Number(no));
      return state?.report ?? null;
    },
    // What a plan runs hangs on a master's own event: whoever else wants a task asks a master, or posts it on the board.
    begin: null,
  };
}

/** Pure. */
export function taskView(state: TaskState): TaskView {
  const [title = '', ...rest] = state.mission.trim().split('\n');
  return {
    id: `s${state.no}`,
    kind: 'swarm',
    title: title.slice(0, 200).toWellFormed(),
    description: (title.length > 200 ? state.mission : rest.join('\n')).slice(0, 20_000).toWellFormed(),
    state: apiState(state.phase),
    by: state.origin,
    owner: null,
    claimUntil: null,
    createdAt: state.at,
    reports: Object.values(state.works).filter((work) => work.state === 'done').length,
  };
}

function apiState(phase: TaskState['phase']): z.infer<typeof ApiState> {
  switch (phase) {
    case 'done':
    case 'partial':
    case 'failed':
    case 'cancelled':
    case 'asking':
      return phase;
    case 'triage':
    case 'proposing':
    case 'critique':
    case 'voting':
    case 'executing':
    case 'verifying':
    case 'diagnosing':
    case 'reporting':
      return 'running';
  }
}
