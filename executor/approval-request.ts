import { cleanText } from '../bridge/matrix/clean-text.ts';
import { fits, messageContent } from '../bridge/matrix/content.ts';
import { maskSecrets } from '../bridge/matrix/secrets.ts';
import { writesWorkspace } from '../bridge/protocol/command.ts';
import type { OrderJob } from '../bridge/protocol/command-job.ts';
import { approvalRequest, type AskedCommand } from '../bridge/text/executor.ts';
import { approvalList } from '../bridge/text/plan-commands.ts';
import { commandText, cwdOf, hostList } from './command-text.ts';
import type { Prepared } from './ledger-entry.ts';
import { fenced } from './output-text.ts';
import type { Ruling } from './policy.ts';

/** What fits on a phone without anybody scrolling past the end of it. */
const MAX_SHOWN = 4_000;
/** Of a list; what would make it longer is asked for in another one. */
const MAX_LIST = 9_000;
const MAX_ITEMS = 10;
/** Of the hash, enough for a person to compare. */
export const SHORT_HASH = 12;

export interface Asking {
  readonly prepared: Prepared;
  readonly why: Extract<Ruling, { kind: 'ask' }>['why'];
}

/**
 * The message that asks for a master's own order. Made from the command alone, so that it can be made again later and
 * compared to the letter with what stands in the room. Null where the command cannot be shown whole and exactly.
 */
export function requestContent(asking: Asking, job: OrderJob): Record<string, unknown> | null {
  const asked = shown(asking);
  return asked === null ? null : messageContent({ text: approvalRequest[job.lang](asked), replyTo: job.root, ...around([asking], job) });
}

/** The same for commands of one task: each of them whole, in the order of the hashes. Null where that is too long. */
export function listContent(list: readonly Asking[], job: OrderJob): Record<string, unknown> | null {
  const items = list.map((asking) => ({ title: asking.prepared.plan?.title ?? '', asked: shown(asking) }));
  const whole = items.flatMap(({ title, asked }) => (asked === null || cleanText(title) !== title || maskSecrets(title).masked ? [] : [{ ...asked, title }]));
  if (whole.length !== items.length || whole.length > MAX_ITEMS) return null;
  const text = approvalList[job.lang](whole);
  const content = messageContent({ text, thread: job.root, ...around(list, job) });
  return text.length <= MAX_LIST && fits(content) ? content : null;
}

/** The phone of the one who ordered rings: without him nothing goes on. */
const around = (list: readonly Asking[], job: OrderJob) => ({
  mentions: [...new Set(list.map(({ prepared }) => prepared.orderedBy))].map((userId) => ({ userId, name: '' })),
  chavion: { v: 1 as const, kind: 'notice' as const, source: job.root, root: job.root, hashes: list.map(({ prepared }) => prepared.hash) },
});

function shown({ prepared, why }: Asking): AskedCommand | null {
  const text = commandText(prepared.command);
  const everything = [text, prepared.command.reason].join('\n');
  // What would be cleaned away, or masked, would be approved unseen.
  if (everything.length > MAX_SHOWN || cleanText(everything) !== everything || maskSecrets(everything).masked) return null;
  return {
    why,
    reason: prepared.command.reason,
    workspace: writesWorkspace(prepared.command) ? 'rw' : 'ro',
    folders: prepared.folders,
    hosts: hostList(prepared.command),
    cwd: cwdOf(prepared.command),
    timeoutMs: prepared.command.timeoutMs,
    block: fenced(text),
    hash: prepared.hash.slice(0, SHORT_HASH),
  };
}
