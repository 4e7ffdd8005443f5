import type { Rooms } from '../../bridge/appservice/rooms.ts';
import type { Entry } from '../../bridge/appservice/timeline.ts';
import type { Account } from '../../bridge/matrix/account.ts';
import type { Roster } from '../../bridge/protocol/roster.ts';
import type { TurnJob } from '../../bridge/protocol/turn.ts';
import type { Attachments } from './attachments.ts';
import type { Beginnings } from './beginnings.ts';
import { buildContext } from './context.ts';
import { roundInstruction } from './discussion.ts';
import { labelledMemory } from './memory-plan.ts';
import { closingNote, systemPrompt } from '../residents/prompt.ts';
import { sha256 } from '../../bridge/digest/canonical.ts';
import { speakers } from './speakers.ts';
import type { Provider, ProviderRequest } from '../models/providers/provider.ts';
import type { Resident, Residents } from '../residents/residents.ts';
import type { RoomMemory } from './room-memory.ts';

export interface ModelRequestDeps {
  readonly roster: Roster;
  readonly residents: Residents;
  readonly rooms: Rooms;
  readonly attachments: Attachments;
  readonly memory: Pick<RoomMemory, 'of'>;
  readonly timeZone: string;
  readonly beginnings: Beginnings;
}

/** Of the turn that asks; it is declared there, and this stands below it. */
interface Asker {
  readonly id: string;
  readonly job: TurnJob;
  readonly agent: Resident;
  readonly provider: Pick<Provider, 'sees' | 'takesForReply'>;
  readonly account: Account;
}

/** Of an agent in a room or thread; a provider learns neither from it. */
const cacheKey = ({ agent, room, thread }: TurnJob): string => sha256(`${agent} ${room} ${thread ?? ''}`).slice(0, 32);

/** All that a model is given for one answer. */
export async function requestFor(
  { id, job, agent, provider, account }: Asker,
  { source, entries }: { readonly source: Entry; readonly entries: readonly Entry[] },
  deps: ModelRequestDeps,
): Promise<ProviderRequest> {
  const { config, userId } = agent;
  const [masters, members, attachments, memory] = await Promise.all([
    deps.rooms.masters(),
    deps.rooms.members(job.room),
    deps.attachments.read(entries, account),
    deps.memory.of(job.room),
  ]);
  const { lang, discussion } = job;
  const { timeZone } = deps;
  const key = cacheKey(job);
  const { messages, began } = buildContext({
    entries,
    self: userId,
    source: job.source,
    untilSource: discussion === undefined,
    nameOf: speakers({ roster: deps.roster, residents: deps.residents, masters, members }),
    attachments,
    sees: provider.sees,
    tokens: config.contextTokens,
    began: deps.beginnings.get(key),
    closing: [
      ...(memory.text === '' ? [] : [labelledMemory(memory)]),
      closingNote({ agent: config, lang, timeZone, now: new Date() }),
      ...(discussion === undefined ? [] : [roundInstruction(discussion, lang)]),
    ],
  });
  if (began !== undefined) deps.beginnings.set(key, began);
  const resume = resumedBy(job, agent, source, entries, provider);
  const burst = entries.filter(({ event }) => job.burst?.includes(event.eventId) === true);
  return {
    turn: id,
    agent: config,
    ownerTitle: deps.roster.ownerTitle,
    lang: job.lang,
    system: systemPrompt({
      roster: { ...deps.roster, agents: deps.residents.agents.map((one) => one.config) },
      agent: config,
    }),
    messages,
    cacheKey: key,
    question: job.discussion?.topic ?? [...burst, source].map(({ body }) => body).join('\n'),
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
