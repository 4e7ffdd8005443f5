import { cleanText } from '../bridge/matrix/clean-text.ts';
import { messageContent } from '../bridge/matrix/content.ts';
import { maskSecrets } from '../bridge/matrix/secrets.ts';
import { writesWorkspace } from '../bridge/protocol/command.ts';
import type { OrderJob } from '../bridge/protocol/command-job.ts';
import { approvalRequest } from '../bridge/text/executor.ts';
import { commandText, cwdOf, hostList } from './command-text.ts';
import type { Prepared } from './ledger-entry.ts';
import { fenced } from './output-text.ts';
import type { Ruling } from './policy.ts';

/** What fits on a phone without anybody scrolling past the end of it. */
const MAX_SHOWN = 4_000;
/** Of the hash, enough for a person to compare. */
export const SHORT_HASH = 12;

/**
 * The message that asks. Made from the command alone, so that it can be made again later and compared to the letter
 * with what stands in the room. Null where the command cannot be shown whole and exactly.
 */
export function requestContent(prepared: Prepared, job: OrderJob, why: Extract<Ruling, { kind: 'ask' }>['why']): Record<string, unknown> | null {
  const shown = commandText(prepared.command);
  // What would be cleaned away, or masked, would be approved unseen.
  if (shown.length > MAX_SHOWN || cleanText(shown) !== shown || maskSecrets(shown).masked) return null;
  const text = approvalRequest[job.lang]({
    why,
    reason: prepared.command.reason,
    workspace: writesWorkspace(prepared.command) ? 'rw' : 'ro',
    folders: prepared.folders,
    hosts: hostList(prepared.command),
    cwd: cwdOf(prepared.command),
    timeoutMs: prepared.command.timeoutMs,
    block: fenced(shown),
    hash: prepared.hash.slice(0, SHORT_HASH),
  });
  return messageContent({ text, replyTo: job.root, chavion: { v: 1, kind: 'notice', source: job.root, root: job.root, hashes: [prepared.hash] } });
}
