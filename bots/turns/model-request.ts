import type { Rooms } from '../../bridge/appservice/rooms.ts';
import type { Entry } from '../../bridge/appservice/timeline.ts';
import type { Account } from '../../bridge/matrix/account.ts';
import type { EventId } from '../../bridge/protocol/ids.ts';
import type { Roster } from '../../bridge/protocol/roster.ts';
import type { TurnJob } from '../../bridge/protocol/turn.ts';
import type { Attachments } from './attachments.ts';
import type { Beginnings } from './beginnings.ts';
import { type Beginning, buildContext } from './context.ts';
import { type ContextNeed, contextNeed, filesAskedFor } from './context-need.ts';
import { roundInstruction } from './discussion.ts';
import { labelledMemory, NO_MEMORY } from './memory-plan.ts';
import { afterTheYes, closingNote, systemPrompt } from '../residents/prompt.ts';
import { sha256 } from '../../bridge/digest/canonical.ts';
import type { ReadAttachment } from './line.ts';
import { speakers } from './speakers.ts';
import type { Provider, ProviderRequest } from '../models/providers/provider.ts';
import type { Resident, Residents } from '../residents/residents.ts';
import type { RoomMemory } from './room-memory.ts';
import type { Recall } from '../memory/recall.ts';
import { estimateTokens } from '../models/token-estimate.ts';

export interface ModelRequestDeps {
  readonly roster: Roster;
  readonly residents: Residents;
  readonly rooms: Pick<Rooms, 'masters' | 'members'>;
  readonly attachments: Pick<Attachments, 'read' | 'again'>;
  readonly memory: Pick<RoomMemory, 'of'>;
  readonly recall: Pick<Recall, 'ordersFor'>;
  readonly timeZone: string;
  readonly beginnings: Beginnings;
}

/** Of the turn that asks; it is declared there, and this stands below it. */
interface Asker {
  readonly id: string;
  readonly job: TurnJob;
  readonly agent: Resident;
  readonly provider: Pick<Provider, 'sees' | 'takesForReply' | 'callsTools'>;
  readonly account: Account;
}

export interface RoomMaterial {
  readonly source: Entry;
  readonly entries: readonly Entry[];
}

/** Of an agent in a room or thread; a provider learns neither from it. */
const cacheKey = ({ agent, room, thread }: TurnJob): string => sha256(`${agent} ${room} ${thread ?? ''}`).slice(0, 32);

/** Where the agent's history of this room or thread begins; undefined where it is told whole. */
export const historyBegan = (job: TurnJob, beginnings: Beginnings): Beginning | undefined =>
  beginnings.get(cacheKey(job));

/**
 * Small talk is said to a room, not to what stands there: whoever replies to a message, posts a file, takes part in a
 * discussion or was called by an agent needs the whole.
 */
export function needOf(
  job: TurnJob,
  { source, entries }: RoomMaterial,
  residents: Pick<Residents, 'agents' | 'others'>,
): ContextNeed {
  const answered = [...entries.filter(({ event }) => job.burst?.includes(event.eventId) === true), source];
  const leans = answered.some(({ event }) => event.replyTo !== undefined || event.attachment !== undefined);
  if (job.depth > 0 || job.discussion !== undefined || job.task !== undefined || leans) return 'whole';
  const first = entries.findIndex(({ event }) => event.eventId === answered[0]?.event.eventId);
  const earlier = entries
    .slice(0, Math.max(0, first))
    .filter(({ event }) => event.sender === source.event.sender && event.chavion === undefined);
  const names = [...residents.agents.map(({ config }) => config), ...residents.others];
  return contextNeed(
    [...earlier.map(({ body }) => body), answered.map(({ body }) => body).join('\n')],
    names.flatMap(({ name, callsigns }) => [name, ...callsigns]),
  );
}

/** The bare words that are answered. */
export const questionOf = (job: TurnJob, { source, entries }: RoomMaterial): string =>
  job.discussion?.topic ??
  [...entries.filter(({ event }) => job.burst?.includes(event.eventId) === true), source]
    .map(({ body }) => body)
    .join('\n');

/** All that a model is given for one answer. `facts`: what the house remembers about it. */
export async function requestFor(
  { id, job, agent, provider, account }: Asker,
  { source, entries }: RoomMaterial,
  deps: ModelRequestDeps,
  need = needOf(job, { source, entries }, deps.residents),
  facts = '',
): Promise<ProviderRequest> {
  const { config, userId } = agent;
  const small = need === 'small-talk';
  const [masters, members, attachments, memory] = await Promise.all([
    deps.rooms.masters(),
    deps.rooms.members(job.room),
    small ? new Map<EventId, ReadAttachment>() : deps.attachments.read(entries, account),
    small ? NO_MEMORY : deps.memory.of(job.room),
  ]);
  const asked: ReadonlySet<EventId> = small ? new Set() : filesAskedFor(source, entries);
  const shownAgain = await deps.attachments.again(
    entries.filter(({ event: { eventId } }) => asked.has(eventId) && !attachments.has(eventId)),
    account,
  );
  const { lang, discussion } = job;
  const { timeZone } = deps;
  const orders = deps.recall.ordersFor(config.id);
  const key = cacheKey(job);
  const { messages, began } = buildContext({
    entries,
    self: userId,
    source: job.source,
    untilSource: discussion === undefined,
    nameOf: speakers({ roster: deps.roster, residents: deps.residents, masters, members }),
    attachments,
    shownAgain,
    sees: provider.sees,
    tokens: config.contextTokens - estimateTokens(orders),
    need,
    began: deps.beginnings.get(key),
    closing: [
      ...(memory.text === '' ? [] : [labelledMemory(memory)]),
      ...(facts === '' ? [] : [facts]),
      closingNote({
        agent: config,
        lang,
        timeZone,
        now: new Date(),
        hands: provider.callsTools === true && !small ? job.hands : undefined,
      }),
      ...(job.news === undefined ? [] : [afterTheYes(job.news)]),
      ...(discussion === undefined ? [] : [roundInstruction(discussion, lang)]),
    ],
  });
  if (began !== undefined) deps.beginnings.set(key, began);
  const resume = resumedBy(job, agent, source, entries, provider);
  return {
    turn: id,
    agent: config,
    ownerTitle: deps.roster.ownerTitle,
    lang: job.lang,
    system: systemPrompt({
      roster: { ...deps.roster, agents: deps.residents.agents.map((one) => one.config) },
      agent: config,
      orders,
    }),
    messages,
    cacheKey: key,
    question: questionOf(job, { source, entries }),
    chain: { root: job.root, depth: job.depth, event: job.source, from: source.event.sender },
    ...(resume === undefined ? {} : { resume }),
  };
}

/** A plain yes is taken for the answer to a question not older than this. */
const PLAIN_REPLY_MS = 24 * 3_600_000;

/**
 * Where the provider goes on: a turn of depth 0 answers a master, and `resume` is read from our own events alone. Without
 * a reply the agent's last words count, where they were a question that these words can only be meant for.
 */
export function resumedBy(
  job: TurnJob,
  agent: Resident,
  source: Entry,
  entries: readonly Entry[],
  provider: Pick<Provider, 'takesForReply'> = {},
): string | undefined {
  if (job.depth > 0 || job.discussion !== undefined) return undefined;
  const first = entries.find(({ event }) => event.eventId === job.burst?.[0]) ?? source;
  const { replyTo } = first.event;
  if (replyTo !== undefined) {
    const asked = entries.find(({ event }) => event.eventId === replyTo);
    return asked?.event.sender === agent.userId ? asked.resume : undefined;
  }
  const { id, name, callsigns } = agent.config;
  if (job.burst !== undefined || provider.takesForReply?.(source.body, [id, name, ...callsigns]) !== true)
    return undefined;
  const at = entries.findIndex(({ event }) => event.eventId === source.event.eventId);
  const last = entries.slice(0, Math.max(0, at)).findLast(({ event }) => event.sender === agent.userId);
  return last !== undefined && source.event.at - last.event.at <= PLAIN_REPLY_MS ? last.resume : undefined;
}
