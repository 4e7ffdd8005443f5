import type { Entry } from '../../bridge/appservice/timeline.ts';
import type { UserId } from '../../bridge/protocol/ids.ts';
import type { TurnJob } from '../../bridge/protocol/turn.ts';
import { NOTHING_RECALLED, type Recall, type Recalled } from '../memory/recall.ts';
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

/** Who began it all: an agent that calls another asks for whoever asked it. */
async function askerOf(
  job: TurnJob,
  { source }: RoomMaterial,
  timeline: RecalledDeps['timeline'],
): Promise<UserId | null> {
  if (job.root === job.source) return source.event.sender;
  return (await timeline.find(job.room, job.root))?.event.sender ?? null;
}
