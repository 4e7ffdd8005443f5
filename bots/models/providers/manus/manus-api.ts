import { z } from 'zod';
import { ProviderFault } from '../../../../bridge/protocol/fault.ts';
import type { Access } from '../access.ts';
import { faultOfAnswer } from '../http-fault.ts';
import { eventsIn, type ManusEvent } from './manus-events.ts';
import { faultOfNetwork } from '../network-fault.ts';
import { watchedFetch, type Deadlines } from '../watched-fetch.ts';
import { withoutEnd } from '../../../../bridge/protocol/text-ends.ts';

export type ManusContent =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'file'; readonly filename: string; readonly file_data: string };

/** The calls of https://open.manus.ai/docs/v2 that are needed here. All throw `ProviderFault`. */
export interface ManusApi {
  create(
    task: {
      readonly content: readonly ManusContent[];
      readonly profile: string;
      readonly locale: string;
      readonly title: string;
    },
    signal: AbortSignal,
  ): Promise<CreatedTask>;
  /** The newest task with this title, among the last hundred. */
  find(title: string, signal: AbortSignal): Promise<string | undefined>;
  /** The newest events, steps of the plan and tools included. */
  recent(taskId: string, signal: AbortSignal): Promise<ManusEvent[]>;
  /** What was said from the beginning on. */
  history(taskId: string, signal: AbortSignal): Promise<ManusEvent[]>;
  reply(taskId: string, text: string, signal: AbortSignal): Promise<void>;
  confirm(
    taskId: string,
    eventId: string,
    input: Readonly<Record<string, unknown>> | undefined,
    signal: AbortSignal,
  ): Promise<void>;
  stop(taskId: string): Promise<void>;
  /** What the task has cost so far; undefined where that cannot be learned now. Throws the signal's reason only. */
  credits(taskId: string, signal: AbortSignal): Promise<number | undefined>;
  /** Lists one task, which costs nothing. */
  check(signal: AbortSignal): Promise<void>;
}

const CreatedTask = z.object({ task_id: z.string().min(1).max(200) });
type CreatedTask = z.infer<typeof CreatedTask>;

const Page = z.object({
  messages: z.array(z.unknown()),
  has_more: z.boolean().catch(false),
  next_cursor: z.string().nullish().catch(null),
});
type Page = z.infer<typeof Page>;

/** https://open.manus.ai/docs/v2/task.list, newest first; entries of another shape count as not there. */
const TaskList = z.object({
  data: z.array(z.object({ id: z.string(), title: z.string() }).nullable().catch(null)).catch([]),
});

const Credits = z.object({ credit_usage: z.number().nonnegative() });
/** https://open.manus.ai/docs/v2/task.detail; the list wraps its tasks in `data`, so that is understood here as well. */
const TaskDetail = z.object({ task: Credits.optional().catch(undefined), data: Credits.optional().catch(undefined) });

const Envelope = z.object({ ok: z.boolean().optional() });

/** 20 pages of 200: a task that talks more is cut at its beginning. */
const MAX_PAGES = 20;

export function manusApi({ key, url }: Access, deadlines: Deadlines): ManusApi {
  const base = withoutEnd(url ?? 'https://api.manus.ai', '/');

  const call = async <T>(shape: z.ZodType<T>, path: string, body: unknown, signal: AbortSignal): Promise<T> => {
    using watch = watchedFetch(signal, deadlines);
    try {
      const headers = {
        'x-manus-api-key': key,
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      };
      const response = await watch.fetch(
        `${base}/v2/${path}`,
        body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) },
      );
      const text = await response.text();
      if (!response.ok)
        throw faultOfAnswer(
          { status: response.status, headers: Object.fromEntries(response.headers), body: text },
          Date.now(),
        );
      const json: unknown = JSON.parse(text);
      if (Envelope.safeParse(json).data?.ok === false) throw faultOfAnswer({ status: 400, body: text }, Date.now());
      return shape.parse(json);
    } catch (error) {
      signal.throwIfAborted();
      throw watch.expired() ?? faultOf(error, watch.answered());
    }
  };

  const page = (taskId: string, query: Record<string, string>, signal: AbortSignal): Promise<Page> =>
    call(Page, `task.listMessages?${new URLSearchParams({ task_id: taskId, ...query }).toString()}`, undefined, signal);

  return {
    create: ({ content, profile, locale, title }, signal) =>
      call(
        CreatedTask,
        'task.create',
        { message: { content }, title, agent_profile: profile, locale, share_visibility: 'private' },
        signal,
      ),
    find: async (title, signal) =>
      (await call(TaskList, 'task.list?limit=100', undefined, signal)).data.find((task) => task?.title === title)?.id,
    recent: async (taskId, signal) =>
      eventsIn((await page(taskId, { order: 'desc', limit: '50', verbose: 'true' }, signal)).messages),
    async history(taskId, signal) {
      const newestFirst: unknown[] = [];
      let cursor: string | null | undefined;
      for (let pages = 0; pages < MAX_PAGES; pages++) {
        const { messages, has_more, next_cursor } = await page(
          taskId,
          { order: 'desc', limit: '200', ...(cursor == null ? {} : { cursor }) },
          signal,
        );
        newestFirst.push(...messages);
        cursor = next_cursor;
        if (!has_more || cursor == null) break;
      }
      return eventsIn(newestFirst).reverse();
    },
    reply: async (taskId, text, signal) => {
      await call(
        Envelope,
        'task.sendMessage',
        { task_id: taskId, message: { content: [{ type: 'text', text }] } },
        signal,
      );
    },
    confirm: async (taskId, eventId, input, signal) => {
      await call(
        Envelope,
        'task.confirmAction',
        { task_id: taskId, event_id: eventId, ...(input === undefined ? {} : { input }) },
        signal,
      );
    },
    async credits(taskId, signal) {
      try {
        const query = new URLSearchParams({ task_id: taskId }).toString();
        const { task, data } = await call(TaskDetail, `task.detail?${query}`, undefined, signal);
        return (task ?? data)?.credit_usage;
      } catch {
        signal.throwIfAborted();
        return undefined;
      }
    },
    check: async (signal) => {
      await call(Envelope, 'task.list?limit=1', undefined, signal);
    },
    stop: async (taskId) => {
      await call(Envelope, 'task.stop', { task_id: taskId }, AbortSignal.timeout(10_000));
    },
  };
}

function faultOf(error: unknown, answered: boolean): ProviderFault {
  if (error instanceof ProviderFault) return error;
  return (
    faultOfNetwork(error, answered) ??
    (answered
      ? new ProviderFault('provider.malformed', { retryable: true })
      : new ProviderFault('provider.unreachable'))
  );
}
