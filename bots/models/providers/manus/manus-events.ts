import { z } from 'zod';
import type { Link } from '../search/found-links.ts';

/**
 * What a Manus task tells of itself: https://open.manus.ai/docs/v2/task.listMessages and .../task-lifecycle
 * Fields that are missing or of another kind count as not there; an event without a type is skipped.
 */
const text = z.string().nullish().catch(null);

const Waiting = z.object({
  waiting_for_event_id: text,
  waiting_for_event_type: text,
  waiting_description: text,
  confirm_input_schema: z.unknown().optional(),
});
export type Waiting = z.infer<typeof Waiting>;

const ManusEvent = z.object({
  id: z.string(),
  type: z.string(),
  assistant_message: z
    .object({
      content: text,
      attachments: z
        .array(z.object({ filename: text, url: z.string() }))
        .nullish()
        .catch(null),
    })
    .nullish()
    .catch(null),
  error_message: z.object({ error_type: text, content: text }).nullish().catch(null),
  status_update: z
    .object({ agent_status: z.string(), brief: text, status_detail: Waiting.nullish().catch(null) })
    .nullish()
    .catch(null),
  tool_used: z.object({ brief: text }).nullish().catch(null),
  plan_update: z
    .object({ steps: z.array(z.object({ title: z.string(), status: z.string().catch('todo') })) })
    .nullish()
    .catch(null),
});
export type ManusEvent = z.infer<typeof ManusEvent>;

export const eventsIn = (messages: readonly unknown[]): ManusEvent[] =>
  messages.flatMap((message) => ManusEvent.safeParse(message).data ?? []);

const UNNAMED: Waiting = { waiting_for_event_id: null, waiting_for_event_type: null, waiting_description: null };

export type ManusTaskState =
  | { readonly kind: 'running' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'waiting'; readonly waiting: Waiting }
  | { readonly kind: 'failed'; readonly why: string };

/** The state that the newest status names. A task that has not spoken yet is running. */
export function stateOf(newestFirst: readonly ManusEvent[]): ManusTaskState {
  const status = newestFirst.find((event) => event.status_update != null)?.status_update;
  switch (status?.agent_status ?? 'running') {
    case 'stopped':
      return { kind: 'stopped' };
    case 'waiting':
      return { kind: 'waiting', waiting: status?.status_detail ?? UNNAMED };
    case 'error': {
      const fault = newestFirst.find((event) => event.error_message != null)?.error_message;
      return { kind: 'failed', why: `${fault?.error_type ?? ''} ${fault?.content ?? ''}` };
    }
    default:
      return { kind: 'running' };
  }
}

/** The step of the plan that is being worked on, or else the newest remark of the agent. */
export function progressOf(
  newestFirst: readonly ManusEvent[],
  step: (at: number, of: number, title: string) => string,
): string | undefined {
  const steps = newestFirst.find((event) => event.plan_update != null)?.plan_update?.steps ?? [];
  const doing = steps.findIndex(({ status }) => status === 'doing');
  const title = steps[doing]?.title;
  if (title !== undefined) return short(step(doing + 1, steps.length, title));
  for (const event of newestFirst) {
    const remark = event.tool_used?.brief ?? event.status_update?.brief ?? event.assistant_message?.content;
    if (remark != null && remark.trim() !== '') return short(remark);
  }
  return undefined;
}

const LONGEST_PROGRESS = 200;
const short = (remark: string): string => {
  const line = remark.replace(/\s+/gu, ' ').trim();
  return line.length <= LONGEST_PROGRESS ? line : `${line.slice(0, LONGEST_PROGRESS).toWellFormed()}…`;
};

/** All that the agent said, in the order in which it did, and the files it made. */
export function answerOf(oldestFirst: readonly ManusEvent[]): {
  readonly text: string;
  readonly files: readonly Link[];
} {
  const said = oldestFirst.flatMap((event) => event.assistant_message ?? []);
  return {
    text: said
      .map(({ content }) => content?.trim() ?? '')
      .filter((content) => content !== '')
      .join('\n\n'),
    files: said
      .flatMap(({ attachments }) => attachments ?? [])
      .map(({ filename, url }) => (filename == null || filename === '' ? { url } : { url, title: filename })),
  };
}
