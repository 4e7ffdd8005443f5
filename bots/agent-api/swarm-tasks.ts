import type { SwarmTasks } from '../../bridge/http/swarm-port.ts';
import type { TaskViewState as ApiState, TaskView } from '../../bridge/http/schemas.ts';
import type { z } from 'zod';
import type { TaskState } from '../tasks/state/task-state.ts';
import type { Tasks } from '../tasks/tasks.ts';
import type { TaskRequest, TaskRequests } from './task-requests.ts';

const ID = /^s(\d{1,9})$/;
const REQUEST_ID = /^r\d{1,9}$/;

/** The tasks that the agents carry out together, as the agents' API shows them: `s12` is what people call #12, `r3` a request for one. */
export function swarmTasks(
  tasks: Pick<Tasks, 'live' | 'ended' | 'get'>,
  requests: Pick<TaskRequests, 'ask' | 'get' | 'list'>,
): SwarmTasks {
  /** What came of a request is found under both names. */
  const find = async (
    id: string,
  ): Promise<{ readonly task: TaskState | null; readonly request: TaskRequest | null }> => {
    const no = ID.exec(id)?.[1];
    if (no !== undefined) return { task: await tasks.get(Number(no)), request: null };
    const request = REQUEST_ID.test(id) ? await requests.get(id) : null;
    return { request, task: request?.root == null ? null : await tasks.get(request.root) };
  };
  return {
    list: async (limit) => {
      const [live, ended, asked] = await Promise.all([tasks.live(), tasks.ended(limit), requests.list(limit)]);
      return [...[...live, ...ended].map(taskView), ...asked.filter(({ root }) => root === null).map(requestView)];
    },
    get: async (id) => {
      const { task, request } = await find(id);
      if (task !== null) return taskView(task);
      return request === null ? null : requestView(request);
    },
    result: async (id) => (await find(id)).task?.report ?? null,
    // What a plan runs hangs on a master: an agent's request begins nothing before he has said yes.
    begin: async (agent, mission, seed) => requestView(await requests.ask(agent, mission, seed)),
  };
}

/** Pure. */
export function requestView({ id, agent, at, mission, state }: TaskRequest): TaskView {
  return {
    ...headOf(mission),
    id,
    kind: 'swarm',
    state: state === 'declined' || state === 'lapsed' ? 'cancelled' : 'asking',
    by: agent,
    owner: null,
    claimUntil: null,
    createdAt: at,
    reports: 0,
  };
}

function headOf(mission: string): Pick<TaskView, 'title' | 'description'> {
  const [title = '', ...rest] = mission.trim().split('\n');
  return {
    title: title.slice(0, 200).toWellFormed(),
    description: (title.length > 200 ? mission : rest.join('\n')).slice(0, 20_000).toWellFormed(),
  };
}

/** Pure. */
export function taskView(state: TaskState): TaskView {
  return {
    ...headOf(state.mission),
    id: `s${state.no}`,
    kind: 'swarm',
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
