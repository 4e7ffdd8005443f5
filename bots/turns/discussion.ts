import type { AgentId, Lang } from '../../bridge/protocol/ids.ts';
import type { Discussion, TurnJob } from '../../bridge/protocol/turn.ts';
import { discussionPrompt, summaryPrompt } from '../../bridge/text/room/room.ts';

/** What the speaker of this turn is told. The last turn of the order is the summary. */
export function roundInstruction({ topic, rounds, order, index }: Discussion, lang: Lang): string {
  if (index >= order.length - 1) return summaryPrompt[lang](topic);
  const speakers = (order.length - 1) / rounds;
  return discussionPrompt[lang](topic, Math.floor(index / speakers) + 1, rounds);
}

/** The turn after this one; agents that have lost their model meanwhile are passed over. Null when it is over. */
export function nextInDiscussion(job: TurnJob, ready: ReadonlySet<AgentId>): TurnJob | null {
  const { discussion } = job;
  if (discussion === undefined) return null;
  for (let index = discussion.index + 1; index < discussion.order.length; index += 1) {
    const agent = discussion.order[index];
    if (agent !== undefined && ready.has(agent)) return { ...job, agent, discussion: { ...discussion, index } };
  }
  return null;
}
