import type { BoardItem } from '../stores/board-item.ts';
import type { JobView, TaskView } from './schemas.ts';

/** How items of the board read at the agents' API. Pure. */

export const itemView = (item: BoardItem): TaskView => ({
  id: item.id,
  kind: 'board',
  title: item.title,
  description: item.description,
  state: item.state,
  by: item.by,
  owner: item.owner,
  claimUntil: item.claimUntil,
  createdAt: item.createdAt,
  reports: item.reports.length,
});

export interface Aggregate {
  readonly byAgent: Record<string, number>;
  readonly commands: { readonly done: number; readonly failed: number; readonly waiting: number };
  readonly markdown: string;
}

/** All that came of an item, put together. */
export function aggregateOf(item: BoardItem, jobs: readonly JobView[], nameOf: (agent: string) => string): Aggregate {
  const byAgent: Record<string, number> = {};
  for (const { by } of item.reports) byAgent[by] = (byAgent[by] ?? 0) + 1;
  const count = (...states: readonly JobView['state'][]) => jobs.filter(({ state }) => states.includes(state)).length;
  const reports = item.reports.map(({ by, text }) => `- **${nameOf(by)}**: ${text.replaceAll('\n', '\n  ')}`);
  const commands = jobs.map(
    ({ id, state, exitCode }) => `- \`${id}\`: ${state}${exitCode === null ? '' : ` (${exitCode})`}`,
  );
  const parts = [`# ${item.title}`, item.description, ...reports, ...commands, item.result ?? ''].filter(
    (part) => part !== '',
  );
  return {
    byAgent,
    commands: {
      done: count('done'),
      failed: count('failed', 'refused', 'stopped', 'unknown'),
      waiting: count('asked', 'running'),
    },
    markdown: parts.join('\n'),
  };
}

export const swarmAggregate = (task: TaskView, report: string | null): Aggregate => ({
  byAgent: {},
  commands: { done: 0, failed: 0, waiting: 0 },
  markdown: [`# ${task.title}`, task.description, report ?? ''].filter((part) => part !== '').join('\n'),
});
