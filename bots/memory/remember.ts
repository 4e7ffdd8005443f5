import { z } from 'zod';
import type { Account } from '../../bridge/matrix/account.ts';
import { wasRedacted } from '../../bridge/matrix/as-sent.ts';
import { plainWords } from '../../bridge/matrix/markdown-words.ts';
import { CHAVION_KEY } from '../../bridge/protocol/content.ts';
import { type AgentId, EventId, type RoomId, UserId } from '../../bridge/protocol/ids.ts';
import { YES } from '../../bridge/protocol/orders/consent-signs.ts';
import { proposedLine } from '../../bridge/protocol/orders/proposal.ts';
import type { SwarmCommandJob } from '../../bridge/protocol/turn.ts';
import * as say from '../../bridge/text/room/commands/memory.ts';
import type { Callable } from '../addressing/callable.ts';
import { type ProposalDeps, putProposal } from '../residents/put-proposal.ts';
import { readLine } from './line-reading.ts';
import { showSign } from './line-sign.ts';
import type { MemoryLine } from './memory-line.ts';
import type { MemoryRoom } from './memory-room.ts';
import { personalNumbersIn } from './personal-numbers.ts';
import { ordersThatFit } from './standing-orders.ts';

export interface RememberDeps extends ProposalDeps {
  readonly memory: Pick<MemoryRoom, 'lines' | 'remember' | 'forget' | 'takeAwayReplaced' | 'knows' | 'again'>;
  /** All who can be called by name. */
  readonly callables: () => readonly Callable[];
  readonly agents: readonly AgentId[];
  readonly nameOf: (agent: AgentId) => string;
  /** Whoever is no master, by name. */
  readonly speaker: (user: UserId) => string;
  readonly reader: (room: RoomId) => Promise<Pick<Account, 'event'>>;
  /** Of standing orders, those that want the opposite of a new one. */
  readonly conflictsWith: (line: MemoryLine, orders: readonly MemoryLine[]) => readonly MemoryLine[];
  readonly timeZone: string;
}

/** What a line may have at most: two fill what agents are told of orders. */
const LONGEST_LINE = 1_000;

const Source = z.object({
  sender: z.string(),
  content: z.object({
    [CHAVION_KEY]: z.object({ source: EventId, quotes: UserId.optional() }).optional().catch(undefined),
  }),
});

/**
 * Stores what a master wants remembered, and answers when it is stored. Run a second time it finds what stands already:
 * the room takes a line once by its transaction id.
 */
export async function remember(
  job: SwarmCommandJob,
  texts: readonly string[],
  deps: RememberDeps,
): Promise<string | null> {
  const source = await sourceOf(job, deps);
  if (source === null) return withoutSource(job, deps);
  const before = deps.memory.lines;
  if (job.quoted?.by !== undefined) return quote(job, job.quoted.by, texts.join(' '), deps);
  const stored: MemoryLine[] = [];
  const known: MemoryLine[] = [];
  const said: string[] = [];
  for (const [index, text] of texts.entries()) {
    if (text.length > LONGEST_LINE) {
      said.push(say.tooLongToRemember[job.lang](LONGEST_LINE));
      continue;
    }
    const line = readLine(text, deps.callables());
    const personal = source.isAgreed ? [] : personalNumbersIn(text);
    if (personal.length > 0) {
      const put = await propose(job, text, say.holdsPersonal[job.lang](personal), index, deps);
      if (put !== 'stands') said.push(say.personalElsewhere[job.lang](personal));
      continue;
    }
    const same = deps.memory.lines.find(
      (one) => one.kind === line.kind && one.agent === line.agent && bare(one.text) === bare(line.text),
    );
    if (same !== undefined && same.origin?.event !== source.event) {
      known.push(same);
      continue;
    }
    const written =
      same ??
      (await deps.memory.remember({
        ...line,
        by: job.by,
        ...(source.quotes === undefined ? {} : { quotes: source.quotes }),
        origin: { room: job.room, event: source.event },
        id: `${job.source}.memory.${index}`,
      }));
    if (written === null) return say.cannotRemember[job.lang]();
    stored.push(written);
  }
  // Deleted while it was written down: who hears of that finds no line yet.
  if (stored.length > 0 && (await sourceOf(job, deps)) === null) return withoutSource(job, deps);
  const about = {
    ...consequences(stored, before, deps),
    lines: shownLines(stored, deps),
    known: shownLines(known, deps),
  };
  if (stored.length + known.length > 0) said.unshift(say.remembered[job.lang](about));
  return said.length === 0 ? null : said.join('\n\n');
}

/** Under a line that a master wrote into the room himself: how it was taken, and what has to be said of it. */
export async function noticeLine(job: SwarmCommandJob, text: string, deps: RememberDeps): Promise<string | null> {
  // Another swarm was told of it.
  if (!deps.memory.knows(job.source)) await deps.memory.again();
  const event = job.edited ?? job.source;
  const line = deps.memory.lines.find((one) => one.event === event);
  const sign = (key: string | null) => showSign(job.room, event, key, job.source, deps.coordinator);
  if (line === undefined) {
    const personal = personalNumbersIn(text);
    await sign(personal.length === 0 ? null : YES);
    if (personal.length === 0) return null;
    return say.lineHoldsPersonal[job.lang](personal);
  }
  // Nobody but the coordinator changes his own.
  if (line.origin !== undefined) return null;
  await deps.memory.takeAwayReplaced(event);
  await sign(line.kind === 'order' ? say.ORDER_MARK : say.FACT_MARK);
  const older = deps.memory.lines.filter((one) => one.event !== line.event);
  const notice = say.lineNoticed[job.lang](consequences([line], older, deps));
  return notice === '' ? null : notice;
}

/** What new lines mean for those that stand. */
function consequences(stored: readonly MemoryLine[], before: readonly MemoryLine[], deps: RememberDeps) {
  const isNew = new Set(stored.map(({ event }) => event));
  const older = before.filter(({ kind, event }) => kind === 'order' && !isNew.has(event));
  const orders = stored.filter(({ kind }) => kind === 'order');
  const against = new Set(orders.flatMap((line) => deps.conflictsWith(line, older)));
  const left = (lines: readonly MemoryLine[]) =>
    new Set(
      deps.agents.flatMap((agent) => ordersThatFit(lines, agent, deps.timeZone).left.map(({ number }) => number)),
    );
  const leftBefore = left(older);
  return {
    against: shownLines([...against], deps),
    crowdedOut:
      orders.length === 0
        ? []
        : [...left(deps.memory.lines)].filter((number) => !leftBefore.has(number)).toSorted((a, b) => a - b),
  };
}

const SHOWN = 200;

export const shownLines = (
  lines: readonly MemoryLine[],
  { nameOf }: Pick<RememberDeps, 'nameOf'>,
  letters = SHOWN,
): readonly say.LineShown[] =>
  lines.map(({ number, kind, text, agent }) => ({
    number,
    kind,
    text: plainWords(text, letters),
    ...(agent === undefined ? {} : { agent: nameOf(agent) }),
  }));

const bare = (text: string): string =>
  text
    .normalize('NFC')
    .replace(/[\s.!~]+/gu, ' ')
    .trim();

/** What was written down of it before, by whoever died then, goes too. */
async function withoutSource(job: SwarmCommandJob, { memory }: RememberDeps): Promise<string> {
  const source = job.quoted?.event ?? job.source;
  for (const line of memory.lines)
    if (line.origin?.event === source) await memory.forget(line.number, 'its source was deleted');
  return say.sourceGone[job.lang]();
}

/** Who is no master writes nothing here: a master sees the line whole, and taps. */
async function quote(job: SwarmCommandJob, who: UserId, words: string, deps: RememberDeps): Promise<string | null> {
  const bared = words.replace(/["“”]/gu, "'").replace(/\s+/gu, ' ').trim();
  const text = say.quotedLine[job.lang](deps.speaker(who), bared);
  if (text.length > LONGEST_LINE) return say.quotedTooLong[job.lang](LONGEST_LINE);
  const put = await propose(job, text, say.holdsQuoted[job.lang](personalNumbersIn(text)), 0, deps);
  return put === 'stands' ? null : say.cannotAskHere[job.lang]();
}

interface LineSource {
  /** The message that it was said in. */
  readonly event: EventId;
  /** It is a proposal, and a master has said yes to it. */
  readonly isAgreed: boolean;
  readonly quotes?: UserId | undefined;
}

/** Null where it is gone. */
async function sourceOf(job: SwarmCommandJob, { reader, coordinator }: RememberDeps): Promise<LineSource | null> {
  const account = await reader(job.room);
  const read = async (event: EventId) => {
    const raw = await account.event(job.room, event);
    return raw === null || wasRedacted(raw) ? null : raw;
  };
  const raw = await read(job.source);
  if (raw === null) return null;
  if (job.quoted !== undefined)
    return (await read(job.quoted.event)) === null ? null : { event: job.quoted.event, isAgreed: false };
  const shownTo = Source.safeParse(raw).data;
  if (shownTo?.sender !== coordinator.userId || proposedLine(raw) === null)
    return { event: job.source, isAgreed: false };
  const { source, quotes } = shownTo.content[CHAVION_KEY] ?? {};
  return { event: source ?? job.source, isAgreed: true, quotes };
}

function propose(
  job: SwarmCommandJob,
  text: string,
  words: string,
  index: number,
  deps: RememberDeps,
): ReturnType<typeof putProposal> {
  return putProposal(
    {
      room: job.room,
      thread: job.thread,
      source: job.quoted?.event ?? job.source,
      by: 'coordinator',
      words,
      line: `!${job.lang === 'ko' ? '기억' : 'memory'} ${text.replace(/\s+/gu, ' ').trim()}`,
      quotes: job.quoted?.by,
      id: `${job.source}.personal.${index}`,
    },
    deps,
  );
}
