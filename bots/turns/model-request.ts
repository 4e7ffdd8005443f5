import type { Rooms } from '../../bridge/appservice/rooms.ts';
import type { Entry } from '../../bridge/appservice/timeline.ts';
import type { Account } from '../../bridge/matrix/account.ts';
import type { Roster } from '../../bridge/protocol/roster.ts';
import type { TurnJob } from '../../bridge/protocol/turn.ts';
import type { Attachments } from './attachments.ts';
import { buildContext } from './context.ts';
import { roundInstruction } from './discussion.ts';
import { labelledMemory } from './memory-plan.ts';
import { systemPrompt } from '../residents/prompt.ts';
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
}

/** Of the turn that asks; it is declared there, and this stands below it. */
interface Asker {
  readonly id: string;
  readonly job: TurnJob;
  readonly agent: Resident;
  readonly provider: Pick<Provider, 'sees'>;
  readonly account: Account;
}

/** All that a model is given for one answer. */
export async function requestFor(
  { id, job, agent, provider, account }: Asker,
  { source, entries }: { readonly source: Entry; readonly entries: readonly Entry[] },
  deps: ModelRequestDeps,
): Promise<ProviderRequest> {
  const { config, userId } = agent;
  const [members, attachments, memory] = await Promise.all([
    deps.rooms.members(job.room),
    deps.attachments.read(entries, account),
    deps.memory.of(job.room),
  ]);
  const messages = buildContext({
    entries,
    self: userId,
    source: job.source,
    untilSource: job.discussion === undefined,
    nameOf: (user) => deps.residents.byUser.get(user)?.config.name ?? members.get(user) ?? user,
    attachments,
    sees: provider.sees,
    tokens: config.contextTokens,
    memory: memory.text === '' ? undefined : labelledMemory(memory),
    ...(job.discussion === undefined ? {} : { instruction: roundInstruction(job.discussion, job.lang) }),
  });
  const resume = resumedBy(job, agent, source, entries);
  const burst = entries.filter(({ event }) => job.burst?.includes(event.eventId) === true);
  return {
    turn: id,
    agent: config,
    ownerTitle: deps.roster.ownerTitle,
    lang: job.lang,
    system: systemPrompt({
      roster: { ...deps.roster, agents: deps.residents.agents.map((one) => one.config) },
      agent: config,
      lang: job.lang,
      timeZone: deps.timeZone,
      now: new Date(),
    }),
    messages,
    question: job.discussion?.topic ?? [...burst, source].map(({ body }) => body).join('\n'),
    chain: { root: job.root, depth: job.depth, event: job.source, from: source.event.sender },
    ...(resume === undefined ? {} : { resume }),
  };
}

/** Where the provider goes on: a turn of depth 0 answers a master, and `resume` is read from our own events alone. */
export function resumedBy(job: TurnJob, agent: Resident, source: Entry, entries: readonly Entry[]): string | undefined {
  if (job.depth > 0 || job.discussion !== undefined) return undefined;
  const first = entries.find(({ event }) => event.eventId === job.burst?.[0]);
  const asked = entries.find(({ event }) => event.eventId === (first ?? source).event.replyTo);
  return asked?.event.sender === agent.userId ? asked.resume : undefined;
}
