import type { Entry } from '../../bridge/appservice/timeline.ts';
import type { UserId } from '../../bridge/protocol/ids.ts';
import type { TurnJob } from '../../bridge/protocol/turn.ts';
import { NOTHING_RECALLED, type Recall, type Recalled } from '../memory/recall.ts';
import { withTaint } from '../hands/rule-of-two.ts';
import type { ContextNeed } from './context-need.ts';
import { type RoomMaterial, questionOf } from './model-request.ts';

export interface RecalledDeps {
  readonly recall: Recall;
  readonly timeline: { readonly find: (room: TurnJob['room'], event: TurnJob['root']) => Promise<Entry | null> };
}

/** What the house remembers about the question of a turn. Small talk asks nothing. */
export async function recalledFor(
  job: TurnJob,
  heard: RoomMaterial,
  need: ContextNeed,
  { recall, timeline }: RecalledDeps,
): Promise<Recalled> {
  if (need === 'small-talk') return NOTHING_RECALLED;
  const asker = await askerOf(job, heard, timeline);
  return asker === null
    ? NOTHING_RECALLED
    : recall.factsFor({ question: questionOf(job, heard), asker, room: job.room, agent: job.agent });
}

/** What a question about a finished task is answered from, beside that. */
export async function withTaskRecord(
  recalled: Recalled,
  { task }: TurnJob,
  contextTokens: number,
  taskRecord?: (root: TurnJob['root'], room: number) => Promise<Recalled | null>,
): Promise<Recalled> {
  const record = task === undefined ? null : ((await taskRecord?.(task, Math.floor(contextTokens / 3))) ?? null);
  if (record === null) return recalled;
  return {
    text: [recalled.text, record.text].filter((part) => part !== '').join('\n\n'),
    taint: withTaint(recalled.taint, record.taint),
  };
}

/** Who began it all: an agent that calls another asks for whoever asked it. */
async function askerOf(
  job: TurnJob,
  { source }: RoomMaterial,
  timeline: RecalledDeps['timeline'],
): Promise<UserId | null> {
  if (job.root === job.source) return source.event.sender;
  return (await timeline.find(job.room, job.root))?.event.sender ?? null;
}
