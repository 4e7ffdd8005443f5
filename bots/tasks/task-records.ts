import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { permalink } from '../../bridge/matrix/permalink.ts';
import { short } from '../../bridge/matrix/markdown-words.ts';
import { maskSecrets } from '../../bridge/matrix/secrets/secrets.ts';
import { swarmKey } from '../../bridge/queue/redis.ts';
import { taskRecord } from '../../bridge/text/room/commands/memory.ts';
import type { MemoryRoom } from '../memory/memory-room.ts';
import { personalNumbersIn } from '../memory/personal-numbers.ts';
import type { TaskOutcome, TaskState } from './state/task-state.ts';
import type { Tasks } from './tasks.ts';

export interface TaskRecordsDeps {
  readonly redis: Redis;
  readonly houseMemory: Pick<MemoryRoom, 'lines' | 'remember' | 'forget'>;
  readonly tasks: Pick<Tasks, 'onEnded' | 'ended'>;
  readonly serverName: string;
  readonly log: Logger;
}

/** So many of those that ended while nobody listened are looked at again. */
const LOOK_BACK = 50;
const REMEMBER_S = 30 * 24 * 3_600;
const LONGEST_MISSION = 120;
const LONGEST_RESULT = 200;

/** They have brought nothing that is so. */
const EMPTY: ReadonlySet<TaskOutcome> = new Set(['cancelled', 'rehearsed', 'sample', 'no-agents']);

/** What a task has brought, in three lines; null where that is nothing to remember. Models' words. Pure. */
export function recordedTask(
  { phase, ending, mission, report, lang, room, root }: TaskState,
  serverName: string,
): string | null {
  if (phase !== 'done' && phase !== 'partial' && phase !== 'failed') return null;
  if (ending !== null && EMPTY.has(ending)) return null;
  const title = maskSecrets(short(mission, LONGEST_MISSION)).text;
  const result = firstSentence(report ?? '');
  const words = personalNumbersIn(result).length > 0 ? '' : maskSecrets(result).text;
  return taskRecord[lang](title, phase, words, permalink(room, root, serverName));
}

/** Of the first line that is no heading. */
function firstSentence(markdown: string): string {
  const lines = markdown
    .split('\n')
    .map((line) => line.replace(/^[\s>*#-]+/u, '').trim())
    .filter((line) => line !== '');
  const isHeading = markdown.trimStart().startsWith('#');
  return short((isHeading ? (lines[1] ?? lines[0]) : lines[0]) ?? '', LONGEST_RESULT);
}

/** Each task that ends leaves a line in the memory room, once for each run; the one of the run before goes. */
export async function keepTaskRecords(deps: TaskRecordsDeps): Promise<() => void> {
  const failed = (root: string) => (error: unknown) =>
    deps.log.warn({ task: root, error: error instanceof Error ? error.name : 'unknown' }, 'not recorded');
  const deaf = deps.tasks.onEnded((state) => void keepRecord(state, deps).catch(failed(state.root)));
  for (const state of await deps.tasks.ended(LOOK_BACK)) await keepRecord(state, deps).catch(failed(state.root));
  return deaf;
}

async function keepRecord(state: TaskState, { redis, houseMemory, serverName }: TaskRecordsDeps): Promise<void> {
  const { root, room, runs } = state;
  const text = recordedTask(state, serverName);
  const kept = swarmKey('memory-record', `${root}.${runs}`);
  // One that a master has deleted is not written again.
  if (text === null || (await redis.get(kept)) !== null) return;
  const line = await houseMemory.remember({
    kind: 'record',
    text,
    origin: { room, event: root },
    id: `${root}.record.${runs}`,
  });
  if (line === null) return;
  for (const earlier of houseMemory.lines)
    if (earlier.kind === 'record' && earlier.origin?.event === root && earlier.event !== line.event)
      await houseMemory.forget(earlier.number, 'tried again');
  await redis.set(kept, '1', 'EX', REMEMBER_S);
}
