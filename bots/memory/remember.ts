import { z } from 'zod';
import { type Account, refused } from '../../bridge/matrix/account.ts';
import { wasRedacted } from '../../bridge/matrix/as-sent.ts';
import { plainWords } from '../../bridge/matrix/markdown-words.ts';
import { CHAVION_KEY } from '../../bridge/protocol/content.ts';
import { type AgentId, EventId, type RoomId } from '../../bridge/protocol/ids.ts';
import { YES } from '../../bridge/protocol/orders/consent-signs.ts';
import { proposedLine } from '../../bridge/protocol/orders/proposal.ts';
import type { SwarmCommandJob } from '../../bridge/protocol/turn.ts';
import * as say from '../../bridge/text/room/commands/memory.ts';
import type { Callable } from '../addressing/callable.ts';
import { type ProposalDeps, putProposal } from '../residents/put-proposal.ts';
import { readLine } from './line-reading.ts';
import type { MemoryLine } from './memory-line.ts';
import type { MemoryRoom } from './memory-room.ts';
import { personalNumbersIn } from './personal-numbers.ts';
import { ordersThatFit } from './standing-orders.ts';

export interface RememberDeps extends ProposalDeps {
  readonly memory: Pick<MemoryRoom, 'lines' | 'remember' | 'takeAwayReplaced'>;
  /** All who can be called by name. */
  readonly callables: () => readonly Callable[];
  readonly agents: readonly AgentId[];
  readonly nameOf: (agent: AgentId) => string;
  readonly reader: (room: RoomId) => Promise<Pick<Account, 'event'>>;
  /** Of standing orders, those that want the opposite of a new one. */
  readonly conflictsWith: (line: MemoryLine, orders: readonly MemoryLine[]) => readonly MemoryLine[];
  readonly timeZone: string;
}

/** What a line may have at most: two fill what agents are told of orders. */
const LONGEST_LINE = 1_000;

const Source = z.object({
  sender: z.string(),
  content: z.object({ [CHAVION_KEY]: z.object({ source: EventId }).optional().catch(undefined) }),
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
  if (source === null) return say.sourceGone[job.lang]();
  const before = deps.memory.lines;
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
        origin: { room: job.room, event: source.event },
        id: `${job.source}.memory.${index}`,
      }));
    if (written === null) return say.cannotRemember[job.lang]();
    stored.push(written);
  }
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
  await deps.memory.takeAwayReplaced(job.source);
  const line = deps.memory.lines.find(({ event }) => event === job.source);
  if (line === undefined) {
    const personal = personalNumbersIn(text);
    if (personal.length === 0) return null;
    await react(job, YES, deps);
    return say.lineHoldsPersonal[job.lang](personal);
  }
  await react(job, line.kind === 'order' ? say.ORDER_MARK : say.FACT_MARK, deps);
  const older = deps.memory.lines.filter(({ event }) => event !== line.event);
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

/** The message that it was said in, and whether it is a proposal that a master has said yes to; null where it is gone. */
async function sourceOf(
  job: SwarmCommandJob,
  { reader, coordinator }: RememberDeps,
): Promise<{ readonly event: EventId; readonly isAgreed: boolean } | null> {
  const raw = await (await reader(job.room)).event(job.room, job.source);
  if (raw === null || wasRedacted(raw)) return null;
  const shownTo = Source.safeParse(raw).data;
  const isAgreed = shownTo?.sender === coordinator.userId && proposedLine(raw) !== null;
  return { event: (isAgreed ? shownTo.content[CHAVION_KEY]?.source : undefined) ?? job.source, isAgreed };
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
      source: job.source,
      by: 'coordinator',
      words,
      line: `!${job.lang === 'ko' ? '기억' : 'memory'} ${text.replace(/\s+/gu, ' ').trim()}`,
      id: `${job.source}.personal.${index}`,
    },
    deps,
  );
}

async function react(job: SwarmCommandJob, key: string, { coordinator }: RememberDeps): Promise<void> {
  const relation = { 'm.relates_to': { rel_type: 'm.annotation', event_id: job.source, key } };
  await coordinator.send(job.room, 'm.reaction', relation, `${job.source}.noted`).catch((error: unknown) => {
    if (!refused(error)) throw error;
  });
}
