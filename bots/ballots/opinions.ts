import type { Entry } from '../../bridge/appservice/timeline.ts';
import type { AgentId } from '../../bridge/protocol/ids.ts';

/** What was said longer ago nobody has in mind any more. */
const LATELY_MS = 6 * 3_600_000;

/** Whose opinions stand in a room: answers to the last question that at least two of these have answered. Pure. */
export function opinionsIn(entries: readonly Entry[], agents: readonly AgentId[], at: number): readonly AgentId[] {
  const byQuestion = new Map<string, Set<AgentId>>();
  for (const { event, growing } of entries.toReversed()) {
    const { kind, root, agent } = event.chavion ?? {};
    if (kind !== 'answer' || root === undefined || agent === undefined || growing || at - event.at > LATELY_MS)
      continue;
    if (!agents.includes(agent)) continue;
    byQuestion.set(root, (byQuestion.get(root) ?? new Set<AgentId>()).add(agent));
  }
  const given = [...byQuestion.values()].find((some) => some.size > 1);
  return given === undefined ? [] : agents.filter((id) => given.has(id));
}
