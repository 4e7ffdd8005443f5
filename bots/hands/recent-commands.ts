import type { Entry } from '../../bridge/appservice/timeline.ts';
import type { UserId } from '../../bridge/protocol/ids.ts';

const MOST = 20;
const LONGEST = 300;

/** The first lines of the executor's newest reports in ops, oldest first; null where there is none. Pure. */
export function recentCommands(ops: readonly Entry[], executor: UserId): string | null {
  const reports = ops.filter(
    ({ event, growing }) => event.sender === executor && !growing && event.chavion?.hashes !== undefined,
  );
  if (reports.length === 0) return null;
  return reports
    .slice(-MOST)
    .map(({ body }) => body.split('\n').slice(0, 2).join(' · ').slice(0, LONGEST))
    .join('\n');
}
