import { setTimeout as delay } from 'node:timers/promises';
import { ProviderFault } from '../../../bridge/protocol/fault.ts';
import {
  manusAsks,
  manusConfirms,
  manusElsewhere,
  manusStep,
  manusUnclear,
  manusUnnamed,
} from '../../../bridge/text/room/manus.ts';
import type { Access } from './access.ts';
import { faultOfAnswer } from './http-fault.ts';
import { manusApi, type ManusApi, type ManusContent } from './manus-api.ts';
import { confirmation, consentIn } from './manus-confirm.ts';
import { answerOf, type ManusEvent, progressOf, stateOf, type Waiting } from './manus-events.ts';
import type { Provider, ProviderRequest, StreamPart } from './provider.ts';
import { browsable } from './sdk-stream.ts';
import { DEFAULT_DEADLINES, type Deadlines } from './watched-fetch.ts';
import { spoken } from '../../residents/sealed.ts';

/** Milliseconds. */
export interface ManusPace {
  readonly firstPollMs: number;
  /** Polls grow apart by half up to this. */
  readonly longestPollMs: number;
  /** For the whole task. */
  readonly taskMs: number;
  /** A new task may be unknown to its own list for a while. */
  readonly unknownMs: number;
}

const PACE: ManusPace = { firstPollMs: 2_000, longestPollMs: 15_000, taskMs: 3_600_000, unknownMs: 60_000 };

/** A task that runs at Manus, from one attempt to the next: a second attempt looks on and does not pay twice. */
interface Task {
  readonly id: string;
  readonly startedAt: number;
  /** The newest event before the master's reply; older ones belong to earlier turns. */
  readonly since: string | undefined;
  shown?: string;
}

export interface ManusOptions {
  readonly deadlines?: Deadlines;
  readonly pace?: ManusPace;
  readonly sees?: boolean;
}

/**
 * Manus by its API v2 (https://open.manus.ai/docs/v2/task-lifecycle): one task an answer, looked at until it stops.
 * A task that waits for the master ends the answer with the question; `finish` carries the task's id in `resume`,
 * and the request that brings the master's reply hands it back.
 */
export function manus(
  profile: string,
  access: Access,
  { deadlines = DEFAULT_DEADLINES, pace = PACE, sees = true }: ManusOptions = {},
): Provider {
  const api = manusApi(access, deadlines);
  const tasks = new WeakMap<ProviderRequest, Task>();
  return {
    label: `manus/${profile}`,
    billing: 'task',
    pace: 'minutes',
    sees,
    searches: true,
    rehearsal: false,
    check: (signal) => api.check(signal),
    async *stream(request, signal) {
      signal.throwIfAborted();
      let task = tasks.get(request);
      try {
        if (task === undefined) {
          const begun =
            request.resume === undefined
              ? await create(api, profile, request, sees, signal)
              : await resume(api, request.resume, request, signal);
          if ('question' in begun) {
            yield* ask(begun.question, request.resume ?? '');
            return;
          }
          task = begun;
          tasks.set(request, task);
        }
        yield* follow(api, task, request, signal, pace);
      } catch (error) {
        // What nobody waits for any more should not go on costing.
        const over =
          signal.aborted || (error instanceof ProviderFault && error.code === 'provider.timeout' && !error.retryable);
        if (task !== undefined && over) api.stop(task.id).catch(() => undefined);
        throw error;
      }
    },
  };
}

async function create(
  api: ManusApi,
  profile: string,
  request: ProviderRequest,
  sees: boolean,
  signal: AbortSignal,
): Promise<Task> {
  const { task_id } = await api.create({ content: contentOf(request, sees), profile, locale: request.lang }, signal);
  return { id: task_id, startedAt: performance.now(), since: undefined };
}

/** Gives the master's reply to the task that asked for it. */
async function resume(
  api: ManusApi,
  id: string,
  request: ProviderRequest,
  signal: AbortSignal,
): Promise<Task | { readonly question: string }> {
  const events = await api.recent(id, signal);
  const state = stateOf(events);
  const { question: reply, lang, agent } = request;
  if (state.kind === 'waiting' && !isQuestion(state.waiting)) {
    const yes = consentIn(reply, [agent.id, agent.name]);
    const eventId = state.waiting.waiting_for_event_id;
    const what = subject(state.waiting, request);
    if (yes === undefined && confirmation(state.waiting, true).kind === 'send')
      return { question: manusUnclear[lang](what) };
    const answer = confirmation(state.waiting, yes ?? true);
    if (answer.kind === 'elsewhere' || eventId == null) return { question: manusElsewhere[lang](what, pageOf(id)) };
    await api.confirm(id, eventId, answer.input, signal);
  } else if (state.kind !== 'running') {
    await api.reply(id, reply, signal);
  }
  return { id, startedAt: performance.now(), since: events[0]?.id };
}

async function* follow(
  api: ManusApi,
  task: Task,
  request: ProviderRequest,
  signal: AbortSignal,
  pace: ManusPace,
): AsyncGenerator<StreamPart> {
  for (let wait = pace.firstPollMs; ; wait = Math.min(wait * 1.5, pace.longestPollMs)) {
    if (performance.now() - task.startedAt > pace.taskMs) throw new ProviderFault('provider.timeout');
    const events = sinceThen(await recent(api, task, signal, pace), task);
    const state = stateOf(events);
    if (state.kind === 'failed') throw failure(state.why);
    if (state.kind === 'stopped') {
      yield* tell(await api.history(task.id, signal), task);
      return;
    }
    if (state.kind === 'waiting') {
      yield* ask(questionOf(state.waiting, events, task, request), task.id);
      return;
    }
    const progress = progressOf(events, manusStep[request.lang]);
    if (progress !== undefined && progress !== task.shown) {
      task.shown = progress;
      wait = pace.firstPollMs;
      yield { type: 'progress', text: progress };
    }
    await delay(wait, undefined, { signal }).catch(() => undefined);
    signal.throwIfAborted();
  }
}

async function recent(api: ManusApi, task: Task, signal: AbortSignal, pace: ManusPace): Promise<ManusEvent[]> {
  try {
    return await api.recent(task.id, signal);
  } catch (error) {
    const unknown = error instanceof ProviderFault && error.code === 'provider.model';
    if (!unknown) throw error;
    if (performance.now() - task.startedAt < pace.unknownMs) return [];
    throw new ProviderFault('provider.vanished');
  }
}

const sinceThen = (newestFirst: readonly ManusEvent[], { since }: Task): readonly ManusEvent[] => {
  const end = since === undefined ? -1 : newestFirst.findIndex((event) => event.id === since);
  return end === -1 ? newestFirst : newestFirst.slice(0, end);
};

function* tell(oldestFirst: readonly ManusEvent[], { since }: Task): Generator<StreamPart> {
  const start = since === undefined ? -1 : oldestFirst.findIndex((event) => event.id === since);
  const { text, files } = answerOf(oldestFirst.slice(start + 1));
  // The task is over: looking again would show the same.
  if (text === '' && files.length === 0) throw new ProviderFault('provider.empty');
  if (text !== '') yield { type: 'text', text };
  for (const file of files) if (browsable(file.url)) yield { type: 'source', ...file };
  yield { type: 'finish', reason: 'stop' };
}

function* ask(question: string, taskId: string): Generator<StreamPart> {
  yield { type: 'text', text: question };
  yield { type: 'finish', reason: 'stop', resume: taskId };
}

/** "Reply with task.sendMessage. Do not use task.confirmAction": https://open.manus.ai/docs/v2/task-lifecycle */
const isQuestion = (waiting: Waiting): boolean => waiting.waiting_for_event_type === 'messageAskUser';

function questionOf(waiting: Waiting, events: readonly ManusEvent[], task: Task, request: ProviderRequest): string {
  const { lang } = request;
  const what = subject(waiting, request);
  if (isQuestion(waiting)) {
    const asked = events.find((event) => event.assistant_message != null)?.assistant_message?.content?.trim() ?? '';
    return manusAsks[lang](asked === '' ? what : asked);
  }
  return confirmation(waiting, true).kind === 'send'
    ? manusConfirms[lang](what)
    : manusElsewhere[lang](what, pageOf(task.id));
}

const subject = (waiting: Waiting, { lang, agent }: ProviderRequest): string =>
  waiting.waiting_description?.trim() || manusUnnamed[lang](agent.name);

/** The task's page as task.create names it: https://open.manus.ai/docs/v2/task.create */
const pageOf = (taskId: string): string => `https://manus.im/app/${encodeURIComponent(taskId)}`;

/** The task's own failure is not tried again: a new one would cost anew. Words on credit are told apart. */
function failure(why: string): ProviderFault {
  const { code } = faultOfAnswer({ status: 400, body: why }, Date.now());
  return new ProviderFault(code === 'provider.request' ? 'provider.failed' : code);
}

/**
 * Manus takes one message and no system prompt: the conversation goes in as one text. Files go along as
 * `file_data`; the documentation names the field without an example, so it is read as a data URL, as in API v1.
 */
function contentOf({ agent, system, messages }: ProviderRequest, sees: boolean): ManusContent[] {
  const said = messages.map(({ role, content }) => {
    const texts = content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n\n');
    return role === 'assistant' ? spoken(agent.name, texts) : texts;
  });
  const images = messages.flatMap(({ content }) =>
    content.flatMap((part) => (sees && part.type === 'image' ? [part] : [])),
  );
  return [
    { type: 'text', text: [system, ...said].join('\n\n') },
    ...images.map(({ mediaType, data }, i): ManusContent => {
      const extension = /^image\/([a-z0-9]+)/.exec(mediaType)?.[1] ?? 'bin';
      return {
        type: 'file',
        filename: `image-${i + 1}.${extension}`,
        file_data: `data:${mediaType};base64,${Buffer.from(data).toString('base64')}`,
      };
    }),
  ];
}
