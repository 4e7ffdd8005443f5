import type { Entry } from '../../bridge/appservice/timeline.ts';
import type { UserId } from '../../bridge/protocol/ids.ts';
import type { TurnJob } from '../../bridge/protocol/turn.ts';
import { CLEAN, type Taint, withTaint } from '../hands/rule-of-two.ts';
import { isSaid } from './context.ts';
import { historyBegan } from './model-request.ts';
import type { TurnDeps } from './turn.ts';

/** Whose words are the house's own. */
export type OwnVoices = ReadonlySet<UserId>;

/** What one message brings in by itself. Of agents' own words their turns have told. */
export function taintIn({ event }: Entry, own: OwnVoices): Taint {
  // A posted file is the owner's, and whoever wrote it may have been anybody; so is what a command of a task printed.
  if (event.attachment !== undefined || event.chavion?.kind === 'result' || event.chavion?.run === true)
    return { untrusted: true, private: true };
  return { untrusted: !own.has(event.sender), private: false };
}

/** What the conversation holds that a turn draws on. */
export async function taintBefore(
  job: TurnJob,
  entries: readonly Entry[],
  { rooms, memory, beginnings, residents, roster, hands }: TurnDeps,
): Promise<Taint> {
  const [masters, remembered] = await Promise.all([rooms.masters(), memory.of(job.room)]);
  const began = historyBegan(job, beginnings)?.at ?? 0;
  const told = entries.filter((entry) => entry.event.at >= began && isSaid(entry));
  const agents = roster.agents.flatMap(({ id }) => residents.byId.get(id)?.userId ?? []);
  const own = new Set([...masters, residents.coordinator, residents.executor, ...agents]);
  const inWords = told.map((entry) => taintIn(entry, own)).reduce(withTaint, CLEAN);
  const remembers = remembered.text !== '';
  const noted = await hands.taints.of(job, remembers ? remembered.since : (told[0]?.event.at ?? job.at));
  return [inWords, noted, { untrusted: false, private: remembers }].reduce(withTaint, CLEAN);
}
