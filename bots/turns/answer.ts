import type { Entry } from '../../bridge/appservice/timeline.ts';
import { refused } from '../../bridge/matrix/account.ts';
import type { AnswerStream } from '../../bridge/matrix/answer-stream.ts';
import { permalink } from '../../bridge/matrix/permalink.ts';
import { sourceLines, type SourceLink } from '../../bridge/matrix/source-links.ts';
import { maskSecrets } from '../../bridge/matrix/secrets/secrets.ts';
import type { EventId } from '../../bridge/protocol/ids.ts';
import { ProviderFault } from '../../bridge/protocol/fault.ts';
import type { TurnJob } from '../../bridge/protocol/turn.ts';
import * as handsText from '../../bridge/text/hands/at-work.ts';
import * as say from '../../bridge/text/room/room.ts';
import { mentionedByAgent } from '../addressing/address.ts';
import { CLEAN, type Taint, withTaint } from '../hands/rule-of-two.ts';
import { MAX_TURN_STEPS, recordOf, sourcesOf, streamWithHands, type TurnPart } from '../hands/stream-with-hands.ts';
import type { Tool } from '../hands/tool.ts';
import type { ProviderRequest } from '../models/providers/provider.ts';
import { wordsOf } from './earlier-parts.ts';
import { taintBefore } from './conversation-taint.ts';
import { endInFault } from './fault-answer.ts';
import { firstWord } from './first-word.ts';
import { OwnWords } from './own-words.ts';
import { needOf, requestFor } from './model-request.ts';
import { recalledFor, withTaskRecord } from './recalled.ts';
import { Dropped, StoppedTurn } from './running-turns.ts';
import { type Material, streamOf, type Turn, type TurnDeps, type TurnOutcome } from './turn.ts';
import { showTyping } from './typing.ts';

/** Streams a model's words into the room. Null where nothing was to be said after all, or the master stopped it. */
export async function answer(turn: Turn, material: Material, deps: TurnDeps): Promise<TurnOutcome | null> {
  const { job, agent, account, slot } = turn;
  const { signal } = slot;
  const target = replyTarget(job, material.entries);
  await using stream = streamOf(
    turn,
    { earlier: material.earlier, ...target, begins: () => firstWord(turn, deps) },
    deps.budget,
  );
  const typing = showTyping(account, job.room);
  const ending = { attachedNote: say.continuedInFile[job.lang](), fileName: `${agent.config.id}.md` };
  const heard = (eventId: EventId, kind: 'answer' | 'fault', resume?: string) =>
    deps.timeline.said(entryOf(turn, target, { eventId, kind, text: stream.text, resume }));
  // Stopped before it began, it may still have begun in a run that was killed.
  const early = signal.aborted;
  try {
    signal.throwIfAborted();
    const resume = await pour(turn, material, stream, deps);
    // What is left to do is sending, which is no thinking any more.
    typing.end();
    const event = await stream.finish({
      kind: 'answer',
      mentions: mentionsIn(stream.text, turn, deps),
      resume,
      ...ending,
    });
    const ms = performance.now() - turn.began;
    deps.status.answered(job.agent, ms);
    deps.log.info(
      { event: job.source, turn: turn.id, root: job.root, agent: job.agent, ms: Math.round(ms) },
      'answered',
    );
    heard(event, 'answer', resume);
    return { event, text: stream.text };
  } catch (error) {
    const seen = await stream.halt();
    if (signal.reason instanceof Dropped && !seen) {
      if (early) await letGo(turn, deps);
      return null;
    }
    if (signal.aborted && (signal.reason instanceof StoppedTurn || signal.reason instanceof Dropped)) {
      if (early) await letGo(turn, deps);
      // What a run before a crash had said stays.
      if (stream.text === '') stream.push(wordsOf(material.earlier));
      if (seen || stream.text !== '')
        await stream.finish({ kind: 'answer', last: say.stoppedMark[job.lang](), ...ending });
      return null;
    }
    if (refused(error)) throw error;
    const spoken = seen || stream.text !== '' || (material.earlier?.length ?? 0) > 0;
    const last = await endInFault(turn, error, spoken, deps);
    if (last === null) return { event: job.source, text: '' };
    const event = await stream.finish({ kind: 'fault', last, ...ending });
    heard(event, 'fault');
    // A discussion goes on without the one who failed; nobody else is called by a fault.
    return { event, text: '', fault: last };
  } finally {
    typing.end();
  }
}

/** What goes on elsewhere without being asked ends there too. */
export async function letGo({ id, agent, provider }: Turn, { log }: Pick<TurnDeps, 'log'>): Promise<void> {
  await provider.abandon?.({ turn: id, agent: agent.config }).catch((error: unknown) => {
    log.warn({ turn: id, error: error instanceof Error ? error.name : 'unknown' }, 'what was begun goes on');
  });
}

/** All that the model says. Returns where it can be gone on with, in the provider's own words. */
async function pour(turn: Turn, material: Material, stream: AnswerStream, deps: TurnDeps): Promise<string | undefined> {
  const { job, agent } = turn;
  const need = needOf(job, material, deps.residents);
  const recalled = await withTaskRecord(
    await recalledFor(job, material, need, deps),
    job,
    agent.config.contextTokens,
    deps.taskRecord,
  );
  const request = await requestFor(turn, material, deps, need, recalled.text);
  let resume: string | undefined;
  const names = deps.residents.agents.map(({ config }) => config.name);
  const words = () =>
    new OwnWords(
      [agent.config.name, ...agent.config.callsigns],
      [deps.roster.ownerTitle, ...names, ...deps.residents.others.map(({ name }) => name)],
    );
  let own = words();
  const sources: SourceLink[] = [];
  const done: Extract<TurnPart, { type: 'did' }>[] = [];
  const tools = need === 'small-talk' ? [] : toolsFor(turn, deps);
  const taint = tools.length === 0 ? CLEAN : withTaint(recalled.taint, await taintBefore(job, material.entries, deps));
  // Before a word is drawn from it: the answer stands in the room.
  await deps.hands.taints.note(job, recalled.taint);
  for await (const part of partsOf(turn, request, { tools, taint }, deps)) {
    switch (part.type) {
      case 'text':
        stream.push(own.push(part.text));
        break;
      case 'progress':
        stream.progress(part.text);
        break;
      case 'source':
        sources.push(part);
        break;
      case 'restart':
        stream.restart();
        own = words();
        sources.length = 0;
        break;
      case 'at-work':
        if (stream.text !== '') stream.restart();
        own = words();
        stream.progress(handsText.atWork[job.lang](part.shown));
        break;
      case 'did':
        done.push(part);
        sources.push(...part.deeds.flatMap(({ outcome }) => sourcesOf(outcome)));
        break;
      case 'tool-call':
      case 'spent':
        break;
      case 'finish':
        resume = part.resume;
        stream.push(own.end());
        // It has only said what others might say.
        if (stream.text.trim() === '' && done.length === 0) throw new ProviderFault('provider.empty');
        if (part.reason === 'length') stream.push(`\n\n${say.cutByLimit[job.lang]()}`);
        break;
    }
  }
  // Its words are the web's, and others will read them.
  if (turn.provider.searches) await deps.hands.taints.note(job, { untrusted: true, private: false });
  const links = sourceLines(stream.text, sources);
  if (links !== '') stream.push(`\n\n${links}`);
  for (const one of done) stream.push(`${stream.text === '' ? '' : '\n\n'}${underneath(one, turn, deps)}`);
  return resume;
}

/** From the first word until the last tool may be asked for. */
const TURN_LASTS_MS = 8 * 60_000;

/** Nobody asks for anything in small talk: it does not pay for tools. */
const toolsFor = ({ provider, job }: Turn, { hands }: TurnDeps): readonly Tool[] =>
  provider.callsTools === true && job.hands !== undefined
    ? hands.tools
        .filter(({ needs }) => needs === 'look' || job.hands === 'act')
        .filter(({ isOffered }) => isOffered?.(job.agent) ?? true)
    : [];

/** What the model says, and what it does where it may do something. */
function partsOf(
  { id, job, agent, account, provider, slot }: Turn,
  request: ProviderRequest,
  { tools, taint }: { readonly tools: readonly Tool[]; readonly taint: Taint },
  { hands }: TurnDeps,
): AsyncIterable<TurnPart> {
  if (tools.length === 0) return provider.stream(request, slot.signal);
  const deadline = Date.now() + TURN_LASTS_MS;
  const turn = { id, job, agent, account, signal: slot.signal, taint, deadline };
  return streamWithHands(provider, request, turn, { ...hands, tools });
}

/** What was done, in one line with a link to the record. */
function underneath(
  { deeds, cutShort }: Extract<TurnPart, { type: 'did' }>,
  { job }: Turn,
  { ops, serverName }: TurnDeps,
): string {
  const record = recordOf(deeds);
  const did = handsText.wasDone[job.lang](
    deeds.map(({ shown, outcome }) => ({
      shown,
      mark: outcome.waits === true ? '✋' : outcome.failed === true ? '✗' : '',
    })),
    record === undefined ? null : permalink(ops, record, serverName),
  );
  return [
    ...(cutShort ? [handsText.stepsUsedUp[job.lang](MAX_TURN_STEPS)] : []),
    ...(deeds.length === 0 ? [] : [did]),
  ].join('\n\n');
}

function mentionsIn(
  text: string,
  { job }: Turn,
  { residents }: TurnDeps,
): { userId: Turn['agent']['userId']; name: string }[] {
  return mentionedByAgent(text, residents.agents, job.agent).flatMap((id) => {
    const other = residents.byId.get(id);
    return other === undefined ? [] : [{ userId: other.userId, name: other.config.name }];
  });
}

/** As it will come back from the homeserver: the next turn's context has it at once. */
function entryOf(
  { job, agent, mark }: Turn,
  target: ReturnType<typeof replyTarget>,
  said: { eventId: EventId; kind: 'answer' | 'fault'; text: string; resume: string | undefined },
): Extract<Entry['event'], { kind: 'message' }> {
  return {
    kind: 'message',
    eventId: said.eventId,
    roomId: job.room,
    sender: agent.userId,
    at: Date.now(),
    msgtype: 'm.text',
    body: maskSecrets(said.text).text,
    mentions: [],
    mentionsRoom: false,
    ...target,
    chavion: { ...mark, kind: said.kind, part: 0, ...(said.resume === undefined ? {} : { resume: said.resume }) },
    masked: false,
  };
}

/** A plain message where the question is the last thing the master said; a reply where it could be mistaken. */
function replyTarget(job: TurnJob, entries: readonly Entry[]): { replyTo?: EventId; thread?: EventId } {
  const thread = job.thread === undefined ? {} : { thread: job.thread };
  if (job.discussion !== undefined) return thread;
  const at = entries.findLastIndex((entry) => entry.event.eventId === job.source);
  const overtaken = at !== -1 && entries.slice(at + 1).some((entry) => entry.event.chavion === undefined);
  return job.depth > 0 || overtaken ? { ...thread, replyTo: job.source } : thread;
}
