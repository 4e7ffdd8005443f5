import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type FaultCode, ProviderFault, REQUEST_REFUSALS } from '../../../../bridge/protocol/fault.ts';
import {
  manusAsks,
  manusConfirms,
  manusElsewhere,
  manusStep,
  manusUnclear,
  manusUnnamed,
} from '../../../../bridge/text/room/manus.ts';
import type { Access } from '../access.ts';
import { faultOfAnswer } from '../http-fault.ts';
import { manusApi, type ManusApi, type ManusContent } from './manus-api.ts';
import { confirmation, consentIn } from './manus-confirm.ts';
import { answerOf, type ManusEvent, progressOf, stateOf, type Waiting } from './manus-events.ts';
import { type ManusNotes, notesInMemory } from './manus-notes.ts';
import type { Provider, ProviderRequest, StreamPart, TokenUsage } from '../provider.ts';
import { withoutTools } from '../tool-history.ts';
import { browsable } from '../search/found-links.ts';
import { DEFAULT_DEADLINES, type Deadlines } from '../watched-fetch.ts';
import { spoken } from '../../../residents/sealed.ts';

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
  /** Credits that earlier turns have paid. */
  readonly paid: number;
  /** Found again in the notes: whether the master's reply reached it is not certain. */
  readonly recovered?: true;
  shown?: string;
}

export interface ManusOptions {
  readonly deadlines?: Deadlines;
  readonly pace?: ManusPace;
  readonly sees?: boolean;
  readonly notes?: ManusNotes;
}

/**
 * Manus by its API v2 (https://open.manus.ai/docs/v2/task-lifecycle): one task an answer, looked at until it stops.
 * A task that waits for the master ends the answer with the question; `finish` carries the task's id in `resume`,
 * and the request that brings the master's reply hands it back. What a turn has begun is noted before and after: the
 * same turn, asked again after a cut answer or a crash, goes on with its task.
 */
export function manus(
  profile: string,
  access: Access,
  { deadlines = DEFAULT_DEADLINES, pace = PACE, sees = true, notes = notesInMemory() }: ManusOptions = {},
): Provider {
  const session: ManusSession = { api: manusApi(access, deadlines), notes, pace, profile, sees };
  const { api } = session;
  const tasks = new WeakMap<ProviderRequest, Task>();
  return {
    label: `manus/${profile}`,
    billing: 'task',
    pace: 'minutes',
    speaks: 'when-called',
    takesForReply: (words, names) => consentIn(words, names) !== undefined,
    sees,
    searches: true,
    rehearsal: false,
    check: (signal) => api.check(signal),
    abandon: (turn) => abandon(session, turn, undefined),
    async *stream(request, signal) {
      signal.throwIfAborted();
      let task = tasks.get(request);
      try {
        if (task === undefined) {
          const begun = await begin(session, request, signal);
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
        if (over) abandon(session, request, task).catch(() => undefined);
        throw error;
      }
    },
  };
}

interface ManusSession {
  readonly api: ManusApi;
  readonly notes: ManusNotes;
  readonly pace: ManusPace;
  readonly profile: string;
  readonly sees: boolean;
}

/** Of the time after which a new task is known, the part within which one whose creation was cut is in the list. */
const LISTED_WITHIN = 1 / 6;

/** The turn's task: the one it has begun already, or a new one. */
async function begin(
  session: ManusSession,
  request: ProviderRequest,
  signal: AbortSignal,
): Promise<Task | { readonly question: string }> {
  const { api, notes, profile, sees } = session;
  const { turn } = request;
  const note = await notes.of(turn);
  if (note?.id !== undefined)
    return { id: note.id, startedAt: performance.now(), since: note.since, paid: note.paid ?? 0, recovered: true };
  if (request.resume !== undefined) return resume(session, request.resume, request, signal);
  const at = note?.at ?? Date.now();
  const title = titleOf(request);
  const lost = note === null ? undefined : await search(session, title, at, signal);
  if (note === null) await notes.put(turn, { at });
  let id = lost;
  try {
    id ??= (await api.create({ content: contentOf(request, sees), profile, locale: request.lang, title }, signal))
      .task_id;
  } catch (error) {
    if (error instanceof ProviderFault && REQUEST_REFUSALS.has(error.code)) await notes.drop(turn);
    throw error;
  }
  await notes.put(turn, { at, id });
  return { id, startedAt: performance.now(), since: undefined, paid: 0 };
}

/** The task whose creation was begun and never heard of again; it may take a moment to be listed. */
async function search(
  { api, pace }: ManusSession,
  title: string,
  at: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  for (;;) {
    const id = await api.find(title, signal);
    if (id !== undefined || Date.now() - at > pace.unknownMs * LISTED_WITHIN) return id;
    await delay(pace.firstPollMs, undefined, { signal }).catch(() => undefined);
    signal.throwIfAborted();
  }
}

/** What Manus says to a stop of a task that has ended, or that it no longer knows. */
const OVER: ReadonlySet<FaultCode> = new Set(['provider.request', 'provider.model']);

/** Nobody waits for it any more. What is asked under the same name later is a new wish. */
async function abandon(session: ManusSession, request: TurnAtManus, task: Task | undefined): Promise<void> {
  const note = await session.notes.of(request.turn);
  const id =
    task?.id ??
    note?.id ??
    (note === null ? undefined : await search(session, titleOf(request), note.at, AbortSignal.timeout(30_000)));
  if (id !== undefined)
    await session.api.stop(id).catch((error: unknown) => {
      // One that is over or gone cannot be stopped, and need not be.
      if (!(error instanceof ProviderFault) || !OVER.has(error.code)) throw error;
    });
  await session.notes.drop(request.turn);
}

type TurnAtManus = Parameters<NonNullable<Provider['abandon']>>[0];

/** Names the turn in Manus's list, where its owner reads it too. */
const titleOf = ({ turn, agent }: TurnAtManus): string =>
  `${agent.name} · ${createHash('sha256').update(turn).digest('hex').slice(0, 16)}`;

/** Gives the master's reply to the task that asked for it. */
async function resume(
  { api, notes }: ManusSession,
  id: string,
  request: ProviderRequest,
  signal: AbortSignal,
): Promise<Task | { readonly question: string }> {
  const events = await api.recent(id, signal).catch((error: unknown) => {
    throw isUnknown(error) ? new ProviderFault('provider.vanished') : error;
  });
  const state = stateOf(events);
  const since = events[0]?.id;
  // Before it is sent: a consent goes out once, whatever is killed.
  const paid = (await api.credits(id, signal)) ?? 0;
  const remember = () => notes.put(request.turn, { at: Date.now(), id, since, paid });
  const { question: reply, lang, agent } = request;
  if (state.kind === 'waiting' && !isQuestion(state.waiting)) {
    const yes = consentIn(reply, [agent.id, agent.name]);
    const eventId = state.waiting.waiting_for_event_id;
    const what = subject(state.waiting, request);
    if (yes === undefined && confirmation(state.waiting, true).kind === 'send')
      return { question: manusUnclear[lang](what) };
    const answer = confirmation(state.waiting, yes ?? true);
    if (answer.kind === 'elsewhere' || eventId == null) return { question: manusElsewhere[lang](what, pageOf(id)) };
    await remember();
    await api.confirm(id, eventId, answer.input, signal);
  } else if (state.kind !== 'running') {
    await remember();
    await api.reply(id, reply, signal);
  }
  return { id, startedAt: performance.now(), since, paid };
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
    const all = await recent(api, task, signal, pace);
    const newer = sinceThen(all, task);
    // A reply that was lost on the way is asked for again.
    const silent = task.recovered === true && newer.length === 0 && performance.now() - task.startedAt > pace.unknownMs;
    const events = silent ? all : newer;
    const state = stateOf(events);
    if (state.kind === 'failed') throw failure(state.why);
    if (state.kind === 'stopped') {
      yield* tell(await api.history(task.id, signal), task, await usageOf(api, task, signal));
      return;
    }
    if (state.kind === 'waiting') {
      yield* ask(questionOf(state.waiting, events, task, request), task.id, await usageOf(api, task, signal));
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
    if (!isUnknown(error)) throw error;
    if (performance.now() - task.startedAt < pace.unknownMs) return [];
    throw new ProviderFault('provider.vanished');
  }
}

const isUnknown = (error: unknown): boolean => error instanceof ProviderFault && error.code === 'provider.model';

const sinceThen = (newestFirst: readonly ManusEvent[], { since }: Task): readonly ManusEvent[] => {
  const end = since === undefined ? -1 : newestFirst.findIndex((event) => event.id === since);
  return end === -1 ? newestFirst : newestFirst.slice(0, end);
};

/** Manus tells of no tokens. */
async function usageOf(api: ManusApi, { id, paid }: Task, signal: AbortSignal): Promise<TokenUsage | undefined> {
  const credits = await api.credits(id, signal);
  return credits === undefined ? undefined : { inputTokens: 0, outputTokens: 0, credits: Math.max(0, credits - paid) };
}

function* tell(
  oldestFirst: readonly ManusEvent[],
  { since }: Task,
  usage: TokenUsage | undefined,
): Generator<StreamPart> {
  const start = since === undefined ? -1 : oldestFirst.findIndex((event) => event.id === since);
  const { text, files } = answerOf(oldestFirst.slice(start + 1));
  // The task is over: looking again would show the same.
  if (text === '' && files.length === 0) throw new ProviderFault('provider.empty');
  if (text !== '') yield { type: 'text', text };
  for (const file of files) if (browsable(file.url)) yield { type: 'source', ...file };
  yield { type: 'finish', reason: 'stop', ...(usage === undefined ? {} : { usage }) };
}

function* ask(question: string, taskId: string, usage?: TokenUsage): Generator<StreamPart> {
  yield { type: 'text', text: question };
  yield { type: 'finish', reason: 'stop', resume: taskId, ...(usage === undefined ? {} : { usage }) };
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
  const said = withoutTools(messages).map(({ role, content }) => {
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
