import { maskSecrets } from '../../bridge/matrix/secrets/secrets.ts';
import type { UserId } from '../../bridge/protocol/ids.ts';
import { MAX_DEPTH, MAX_TURNS_PER_ROOT } from '../../bridge/protocol/turn.ts';
import * as say from '../../bridge/text/room/room.ts';
import { mentionedByAgent } from '../addressing/address.ts';
import { nextInDiscussion } from './discussion.ts';
import type { Turn, TurnDeps, TurnOutcome } from './turn.ts';

type Ended = Pick<Turn, 'id' | 'job' | 'agent' | 'thread'>;

/** Hands the word to those the answer mentions, or to the next in a discussion. Repeating it adds nothing. */
export async function passOn(
  { job, agent, thread }: Ended,
  said: TurnOutcome,
  deps: Pick<TurnDeps, 'bindings' | 'residents' | 'countTurns' | 'enqueue'>,
): Promise<void> {
  if (job.discussion !== undefined) {
    const next = nextInDiscussion(job, deps.bindings.ready);
    if (next !== null) await deps.enqueue([next]);
    return;
  }
  const called =
    job.depth < MAX_DEPTH
      ? mentionedByAgent(said.text, deps.residents.agents, agent.id).filter((id) => deps.bindings.ready.has(id))
      : [];
  if (called.length === 0) return;
  const taken = await deps.countTurns(job.root, called.length);
  if (taken > MAX_TURNS_PER_ROOT) {
    const text = say.chainEnded[job.lang](MAX_TURNS_PER_ROOT);
    await deps.enqueue([{ type: 'notice', room: job.room, source: job.root, ...thread, slot: 'bound', text }]);
    return;
  }
  const { burst: _burst, cause: _cause, waits: _waits, hands, ...chain } = job;
  // Whom the master named acts in his own answer; whoever an agent calls looks things up.
  const may = hands === undefined ? {} : { hands: 'look' as const };
  await deps.enqueue(
    called.map((other) => ({ ...chain, ...may, agent: other, source: said.event, depth: job.depth + 1 })),
  );
}

/** The answer to an agent that lives elsewhere stands in the room, where that one does not read. */
export async function tellAsker(
  { id, job, agent, thread }: Ended,
  asker: UserId,
  { event, text, fault }: TurnOutcome,
  deps: Pick<TurnDeps, 'tellAsker'>,
): Promise<void> {
  if (job.discussion !== undefined || event === job.source) return;
  await deps.tellAsker?.(asker, {
    turn: id,
    by: agent.id,
    to: job.source,
    event,
    text: maskSecrets(fault ?? text).text,
    root: job.root,
    depth: job.depth,
    ...thread,
  });
}
