import { z } from 'zod';
import { EventId } from '../../../bridge/protocol/ids.ts';
import { TaskEffect } from '../state/transitions.ts';

/** One effect of a task on its way to be carried out; at least once, and once in what comes of it. */
export const TaskJob = z.object({ root: EventId, effect: TaskEffect });
export type TaskJob = z.infer<typeof TaskJob>;

export const TASKS_QUEUE = 'tasks';

/** BullMQ takes no colon in a name of one's own. */
export const taskJobId = ({ root, effect }: TaskJob): string =>
  `task.${root}.${effect.kind}.${effect.id}`.replaceAll(':', '_');
