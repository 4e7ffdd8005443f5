import { z } from 'zod';
import { parseTask } from './task-order.ts';

/** A task that an outside agent asks for, read the same way by swarm and executor. A master's ✅ on it is what begins it. Pure. */

/** In the content of such a message, so that no agent's chat is taken for one. */
export const TASK_REQUEST_KEY = 'com.chavion.task-request';

/** How it begins; the next line is the order that a master may copy instead. */
export const REQUEST_MARK = '🙋 ';

/** A ✅ later than this begins nothing: what was asked for then may not be wanted now. Milliseconds. */
export const REQUEST_LASTS_MS = 24 * 3_600_000;

/** `line`: what it says to people, on one line; `order`: `!task` as people type it here. */
export const requestBody = (line: string, order: string, mission: string): string =>
  `${REQUEST_MARK}${line}\n${order} ${mission}`;

const Request = z.object({
  type: z.literal('m.room.message'),
  content: z.object({
    msgtype: z.literal('m.text'),
    body: z.string(),
    [TASK_REQUEST_KEY]: z.literal(true),
    // What is seen has to be what is read here, and it stands by itself.
    format: z.never().optional(),
    formatted_body: z.never().optional(),
    'm.relates_to': z.never().optional(),
  }),
});

/** The mission that the event asks for; null where it is no request as the agents' API writes them. Whose it is, the caller looks at. */
export function requestedMission(raw: unknown): string | null {
  const body = Request.safeParse(raw).data?.content.body;
  const [head = '', ...rest] = (body ?? '').split('\n');
  const order = head.startsWith(REQUEST_MARK) ? parseTask(rest.join('\n')) : null;
  return order?.kind === 'task' ? order.mission : null;
}

/** Whether the event calls itself one. */
export const isTaskRequest = (raw: unknown): boolean =>
  z.object({ content: z.object({ [TASK_REQUEST_KEY]: z.literal(true) }) }).safeParse(raw).success;
