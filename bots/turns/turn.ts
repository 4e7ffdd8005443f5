import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Entry, Timeline } from '../../bridge/appservice/timeline.ts';
import { type Account, refused } from '../../bridge/matrix/account.ts';
import { AnswerStream } from '../../bridge/matrix/answer-stream.ts';
import type { EditBudget } from '../../bridge/matrix/edit-budget.ts';
import { maskSecrets } from '../../bridge/matrix/secrets/secrets.ts';
import { type FaultCode, ProviderFault } from '../../bridge/protocol/fault.ts';
import type { AgentId, EventId, UserId } from '../../bridge/protocol/ids.ts';
import { jobId, MAX_DEPTH, MAX_TURNS_PER_ROOT, type SwarmJob, type TurnJob } from '../../bridge/protocol/turn.ts';
import { faultPhrase } from '../../bridge/text/faults.ts';
import { clockTime, resting } from '../../bridge/text/room/budget.ts';
import * as say from '../../bridge/text/room/room.ts';
import { mentionedByAgent } from '../addressing/address.ts';
import type { AgentStatus } from './agent-status.ts';
import { nextInDiscussion } from './discussion.ts';
import type { ModelBindings } from '../models/model-bindings.ts';
import type { Provider } from '../models/providers/provider.ts';
import type { Budget } from '../budget/budget.ts';
import { type ModelRequestDeps, requestFor } from './model-request.ts';
import type { Resident } from '../residents/residents.ts';
import { Dropped, type RunningTurns, StoppedTurn } from './running-turns.ts';
import { showTyping } from './typing.ts';

export interface TurnDeps extends ModelRequestDeps {
  readonly bindings: ModelBindings;
  readonly ghost: (user: UserId) => Account;
  readonly timeline: Timeline;
  readonly budget: EditBudget;
  readonly running: RunningTurns;
  readonly status: AgentStatus;
  readonly spending: Pick<Budget, 'tellsFirst'>;
  /** How many turns this root has set off, this one included. */
  readonly countTurns: (root: EventId, jobs: number) => Promise<number>;
  /** What answers this in its place, durably; null where nothing does. */
  readonly replacedBy: (source: EventId) => Promise<EventId | null>;
  readonly enqueue: (jobs: readonly SwarmJob[]) => Promise<void>;
  /** Whoever asked and lives elsewhere is told what came of it. Once for each turn, however often it is called. */
  readonly tellAsker?: (asker: UserId, answer: Reply) => Promise<void>;
  readonly log: Logger;
}

/** What a turn has said to a message. */
export interface Reply {
  readonly turn: string;
  readonly by: AgentId;
  /** The message that is answered. */
  readonly to: EventId;
  readonly event: EventId;
  readonly text: string;
  readonly root: EventId;
  readonly depth: number;
  readonly thread?: EventId;
}

/**
 * One agent's answer to one event, from the room's history to the last word in the room. Ends in exactly one
 * answer, however often it is run: a fault of the provider is an answer too, in one line.
 */
export async function takeTurn(job: TurnJob, again: boolean, deps: TurnDeps): Promise<void> {
  const agent = deps.residents.byId.get(job.agent);
  const provider = deps.bindings.get(job.agent)?.provider;
  if (agent === undefined || provider === undefined) return;

  const slot = deps.running.enter({ room: job.room, source: job.source, root: job.root, cause: job.cause, agent: job.agent, at: job.at });
  try {
    if (again) deps.timeline.invalidate(job.room);
    const [entries, replaced] = await Promise.all([deps.timeline.view(job.room, job.thread), isReplaced(job, deps)]);
    const earlier = again ? earlierParts(entries, job, agent) : null;
    // Whoever has begun to speak goes on.
    if (earlier !== null && earlier.length > 0) slot.speaks();
    else if (replaced) return;
    const source = entries.find((entry) => entry.event.eventId === job.source) ?? (await deps.timeline.find(job.room, job.source)) ?? heardBefore(job);
    // A question that was taken back needs no answer.
    if (source === null) return await closeEarlier(job, agent, earlier, deps);
    // A discussion waits for nobody's web chat.
    if (provider.pace === 'by-hand' && job.discussion !== undefined) await passOn(job, agent, { event: job.source, text: '' }, deps);
    const said = wholeAnswer(earlier) ?? (await answer(job, agent, provider, source, withSource(entries, source), earlier, slot, deps));
    if (said === null) return;
    await tell(job, agent, source.event.sender, said, deps);
    await passOn(job, agent, said, deps);
  } catch (error) {
    if (error instanceof Dropped) return;
    // The room is closed to the agent, or it was put out: there is nobody to answer.
    if (!refused(error)) throw error;
    deps.log.warn({ event: job.source, turn: jobId(job), err: error instanceof Error ? error.message : 'refused' }, 'answer refused by the homeserver');
  } finally {
    slot.leave();
  }
}

/** Another turn answers this one's question with others, or as it reads after an edit. */
async function isReplaced(job: TurnJob, deps: TurnDeps): Promise<boolean> {
  if (job.depth > 0 || (job.discussion?.index ?? 0) > 0) return false;
  const by = await deps.replacedBy(job.source);
  return by !== null && by !== job.cause;
}

/** The question was taken back while nobody was there to end what had been said to it. */
async function closeEarlier(job: TurnJob, agent: Resident, earlier: readonly Entry[] | null, deps: TurnDeps): Promise<void> {
  if (earlier === null || !earlier.some(({ growing }) => growing)) return;
  const chavion = { v: 1, kind: 'answer', source: job.source, root: job.root, depth: job.depth, agent: job.agent, turn: jobId(job) } as const;
  const thread = job.thread === undefined ? {} : { thread: job.thread };
  await using stream = new AnswerStream({ account: deps.ghost(agent.userId), room: job.room, txn: jobId(job), ...thread, chavion, again: true, left: earlier.map(({ event }) => event.eventId), shows: () => undefined }, deps.budget);
  stream.push(wordsOf(earlier));
  await stream.finish({ kind: 'answer', last: say.stoppedMark[job.lang](), attachedNote: '', fileName: '' });
}

/** After the last of many tries: whoever asked is told, in place of the answer or at the end of what there is of it. */
export async function giveUpTurn(job: TurnJob, deps: TurnDeps): Promise<void> {
  const agent = deps.residents.byId.get(job.agent);
  if (agent === undefined) return;
  const chavion = { v: 1, kind: 'fault', source: job.source, root: job.root, depth: job.depth, agent: job.agent, turn: jobId(job) } as const;
  const thread = job.thread === undefined ? {} : { thread: job.thread };
  const target = { account: deps.ghost(agent.userId), room: job.room, txn: jobId(job), replyTo: job.source, ...thread, chavion, again: true, shows: () => undefined };
  const last = faultPhrase['turn.failed'][job.lang]({ model: '', agent: agent.config.callsigns[0] ?? agent.config.name, retryAfterMs: undefined });
  await using stream = new AnswerStream(target, deps.budget);
  const event = await stream.finish({ kind: 'fault', last, attachedNote: '', fileName: '' });
  const source = await deps.timeline.find(job.room, job.source);
  if (source !== null) await tell(job, agent, source.event.sender, { event, text: '', fault: last }, deps);
}

/** A question from which a secret was taken out before a crash: the homeserver has its words no longer. */
function heardBefore({ heard, room, source, at, thread }: TurnJob): Entry | null {
  if (heard?.event !== source) return null;
  const { sender, body } = heard;
  const event = { kind: 'message', eventId: source, roomId: room, sender, at, msgtype: 'm.text', body, mentions: [], mentionsRoom: false, masked: true } as const;
  return { event: thread === undefined ? event : { ...event, thread }, body, growing: false };
}

interface Said {
  readonly event: EventId;
  /** In which others may be called: empty where it is no answer. */
  readonly text: string;
  /** Why there is no answer, in words. */
  readonly fault?: string;
}

/** The answer to an agent that lives elsewhere stands in the room, where that one does not read. */
async function tell(job: TurnJob, agent: Resident, asker: UserId, { event, text, fault }: Said, { tellAsker }: TurnDeps): Promise<void> {
  if (job.discussion !== undefined || event === job.source) return;
  const thread = job.thread === undefined ? {} : { thread: job.thread };
  await tellAsker?.(asker, { turn: jobId(job), by: agent.id, to: job.source, event, text: maskSecrets(fault ?? text).text, root: job.root, depth: job.depth, ...thread });
}

/** An answer to somebody's words a moment ago may be asked for before they have come back from the homeserver. */
const withSource = (entries: readonly Entry[], source: Entry): readonly Entry[] =>
  entries.some((entry) => entry.event.eventId === source.event.eventId) ? entries : [...entries, source];

/** What earlier runs of the turn, cut short by a crash, left in the room, in its order. */
const earlierParts = (entries: readonly Entry[], job: TurnJob, agent: Resident): readonly Entry[] =>
  entries.filter(({ event }) => event.sender === agent.userId && event.chavion?.turn === jobId(job));

/** Null unless an earlier run came to its end: until then one of its messages is growing. */
function wholeAnswer(parts: readonly Entry[] | null): Said | null {
  const last = parts?.at(-1);
  if (parts === null || last === undefined || parts.some(({ growing }) => growing)) return null;
  return { event: last.event.eventId, text: parts.map(({ body }) => body).join('\n') };
}

/** Of messages that were still growing, without the sign of it. */
const wordsOf = (parts: readonly Entry[] | null): string => (parts ?? []).map(({ body }) => body.replace(/[ \n]…$/, '')).join('\n');

async function answer(
  job: TurnJob,
  agent: Resident,
  provider: Provider,
  source: Entry,
  entries: readonly Entry[],
  /** Null on the first run. */
  earlier: readonly Entry[] | null,
  { signal, speaks, shows }: Pick<ReturnType<RunningTurns['enter']>, 'signal' | 'speaks' | 'shows'>,
  deps: TurnDeps,
): Promise<Said | null> {
  const account = deps.ghost(agent.userId);
  const began = performance.now();
  const target = replyTarget(job, entries);
  const chavion = { v: 1, kind: 'answer', source: job.source, root: job.root, depth: job.depth, agent: job.agent, turn: jobId(job), ...(job.burst === undefined ? {} : { burst: job.burst }), ...(provider.rehearsal ? { rehearsal: true } : {}) } as const;
  const left = earlier?.map(({ event }) => event.eventId) ?? [];
  const begins = () => firstWord(job, began, signal, speaks, deps);
  await using stream = new AnswerStream({ account, room: job.room, txn: jobId(job), ...target, chavion, again: earlier !== null, left, begins, shows }, deps.budget);
  const heard = (eventId: EventId, kind: 'answer' | 'fault', resume?: string) => {
    const body = maskSecrets(stream.text).text;
    deps.timeline.said({
      kind: 'message',
      eventId,
      roomId: job.room,
      sender: agent.userId,
      at: Date.now(),
      msgtype: 'm.text',
      body,
      mentions: [],
      mentionsRoom: false,
      ...target,
      chavion: { ...chavion, kind, part: 0, ...(resume === undefined ? {} : { resume }) },
      masked: false,
    });
  };
  const typing = showTyping(account, job.room);
  const ending = { attachedNote: say.continuedInFile[job.lang](), fileName: `${agent.config.id}.md` };
  try {
    signal.throwIfAborted();
    const request = await requestFor({ job, agent, provider, account, source, entries }, deps);
    let resume: string | undefined;
    const sources: { url: string; title?: string | undefined }[] = [];
    for await (const part of provider.stream(request, signal)) {
      switch (part.type) {
        case 'text':
          stream.push(part.text);
          break;
        case 'progress':
          stream.progress(part.text);
          break;
        case 'source':
          sources.push(part);
          break;
        case 'restart':
          stream.restart();
          sources.length = 0;
          break;
        case 'finish':
          resume = part.resume;
          if (part.reason === 'length') stream.push(`\n\n${say.cutByLimit[job.lang]()}`);
          break;
      }
    }
    if (sources.length > 0) stream.push(`\n\n${sourceList(sources)}`);
    const mentions = mentionedByAgent(stream.text, deps.residents.agents, job.agent).flatMap((id) => {
      const other = deps.residents.byId.get(id);
      return other === undefined ? [] : [{ userId: other.userId, name: other.config.name }];
    });
    // What is left to do is sending, which is no thinking any more.
    typing.end();
    const event = await stream.finish({ kind: 'answer', mentions, resume, ...ending });
    const ms = performance.now() - began;
    deps.status.answered(job.agent, ms);
    deps.log.info({ event: job.source, turn: jobId(job), root: job.root, agent: job.agent, ms: Math.round(ms) }, 'answered');
    heard(event, 'answer', resume);
    return { event, text: stream.text };
  } catch (error) {
    const seen = await stream.halt();
    if (signal.reason instanceof Dropped && !seen) return null;
    if (signal.aborted && (signal.reason instanceof StoppedTurn || signal.reason instanceof Dropped)) {
      // What a run before a crash had said stays.
      if (stream.text === '') stream.push(wordsOf(earlier));
      if (seen || stream.text !== '') await stream.finish({ kind: 'answer', last: say.stoppedMark[job.lang](), ...ending });
      return null;
    }
    if (refused(error)) throw error;
    const code: FaultCode = error instanceof ProviderFault ? error.code : 'turn.failed';
    // Names of errors only: a provider's message may hold the prompt or the key.
    deps.log.warn({ event: job.source, turn: jobId(job), model: provider.label, code, error: error instanceof Error ? error.name : 'unknown' }, 'turn ended in a fault');
    const { retryAfterMs, rest }: Partial<Pick<ProviderFault, 'retryAfterMs' | 'rest'>> = error instanceof ProviderFault ? error : {};
    const ours = code === 'purse.blackout' || code === 'purse.frozen';
    if (ours) deps.status.rested(job.agent, code);
    else deps.status.failed(job.agent, code);
    // A blackout is told once; where words stand in the room already, their end has to be there too.
    const silent = rest !== undefined && !(await deps.spending.tellsFirst(job.agent, rest, jobId(job))) && !seen && stream.text === '' && left.length === 0;
    if (silent) return { event: job.source, text: '' };
    const name = agent.config.callsigns[0] ?? agent.config.name;
    const until = rest?.until == null ? undefined : resting[job.lang](rest.why, clockTime(rest.until, Date.now(), deps.timeZone, job.lang), name);
    const fault = faultPhrase[code][job.lang]({ model: provider.label, agent: name, retryAfterMs, rest: until });
    const last = until === undefined || ours ? fault : `${fault} ${until}`;
    const event = await stream.finish({ kind: 'fault', last, ...ending });
    heard(event, 'fault');
    // A discussion goes on without the one who failed; nobody else is called by a fault.
    return { event, text: '', fault: last };
  } finally {
    typing.end();
  }
}

/** How long after the last look another turn may have taken over. */
const LOOK_AGAIN_MS = 1_000;
const OVERDUE_MS = 1_000;
const CATCH_UP_MS = 3_000;

/** What comes in the next moment may belong to the question; from the first word on, it is another one. */
async function firstWord(job: TurnJob, began: number, signal: AbortSignal, speaks: () => void, deps: TurnDeps): Promise<void> {
  const { begin, speak } = job.waits ?? { begin: 0, speak: 0 };
  const elapsed = performance.now() - began;
  // Nobody was there when its time came: what was said meanwhile is being heard only now.
  const overdue = begin > 0 && Date.now() - elapsed > job.at + begin + OVERDUE_MS;
  const wait = Math.max(Math.min(speak, job.at + speak - Date.now()), overdue ? CATCH_UP_MS - elapsed : 0);
  // Whoever is to stop need not wait.
  if (wait > 0) await sleep(wait, undefined, { signal }).catch(() => undefined);
  const late = performance.now() - began > LOOK_AGAIN_MS && !signal.aborted && (await isReplaced(job, deps));
  if (signal.reason instanceof Dropped) throw signal.reason;
  if (late) throw new Dropped();
  speaks();
}

/** A plain message where the question is the last thing the master said; a reply where it could be mistaken. */
function replyTarget(job: TurnJob, entries: readonly Entry[]): { replyTo?: EventId; thread?: EventId } {
  const thread = job.thread === undefined ? {} : { thread: job.thread };
  if (job.discussion !== undefined) return thread;
  const at = entries.findLastIndex((entry) => entry.event.eventId === job.source);
  const overtaken = at !== -1 && entries.slice(at + 1).some((entry) => entry.event.chavion === undefined);
  return job.depth > 0 || overtaken ? { ...thread, replyTo: job.source } : thread;
}

function sourceList(sources: readonly { url: string; title?: string | undefined }[]): string {
  const title = (source: { url: string; title?: string | undefined }) => (source.title ?? source.url).replace(/[[\]\n]/g, ' ');
  return sources.map((source, i) => `${i + 1}. [${title(source)}](<${source.url}>)`).join('\n');
}

/** Hands the word to those the answer mentions, or to the next in a discussion. Repeating it adds nothing. */
async function passOn(job: TurnJob, agent: Resident, said: Said, deps: TurnDeps): Promise<void> {
  if (job.discussion !== undefined) {
    const next = nextInDiscussion(job, deps.bindings.ready);
    if (next !== null) await deps.enqueue([next]);
    return;
  }
  const called = job.depth < MAX_DEPTH ? mentionedByAgent(said.text, deps.residents.agents, agent.id).filter((id) => deps.bindings.ready.has(id)) : [];
  if (called.length === 0) return;
  const taken = await deps.countTurns(job.root, called.length);
  if (taken > MAX_TURNS_PER_ROOT) {
    const thread = job.thread === undefined ? {} : { thread: job.thread };
    const text = say.chainEnded[job.lang](MAX_TURNS_PER_ROOT);
    await deps.enqueue([{ type: 'notice', room: job.room, source: job.root, ...thread, slot: 'bound', text }]);
    return;
  }
  const { burst: _burst, cause: _cause, waits: _waits, ...chain } = job;
  await deps.enqueue(called.map((other) => ({ ...chain, agent: other, source: said.event, depth: job.depth + 1 })));
}
