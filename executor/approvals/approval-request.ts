import { fits, messageContent } from '../../bridge/matrix/content.ts';
import { visibleText, writtenOut } from '../../bridge/matrix/foreign-words.ts';
import { maskSecrets } from '../../bridge/matrix/secrets/secrets.ts';
import { type Weave, type Woven, woven } from '../../bridge/matrix/woven.ts';
import { writesWorkspace } from '../../bridge/protocol/command.ts';
import type { OrderJob } from '../../bridge/protocol/command-job.ts';
import type { UserId } from '../../bridge/protocol/ids.ts';
import { approvalRequest, type AskedCommand } from '../../bridge/text/room/approval.ts';
import type { FolderLines } from '../../bridge/text/room/commands/trial.ts';
import { approvalList } from '../../bridge/text/room/plan-commands.ts';
import { commandParts, cwdOf, hostList } from '../reports/command-text.ts';
import { agentName } from '../reports/agent-name.ts';
import type { Prepared, TriedFolder } from '../ledger/ledger-entry.ts';
import type { Ruling } from '../policy/policy.ts';
import { DIRECT_REASON } from '../policy/prepare.ts';

/** What fits on a phone without anybody scrolling past the end of it. */
const MAX_SHOWN = 4_000;
/** Of a list; what would make it longer is asked for in another one. */
const MAX_LIST = 9_000;
const MAX_ITEMS = 10;
/** Of the hash, enough for a person to compare. */
export const SHORT_HASH = 12;
/** How requests are written at present. One that was written otherwise cannot be made anew, and so is asked anew. */
export const REQUEST_FORM = 4;
/** A reason is a sentence; more of it would only push the rest out of sight. */
const MAX_REASON = 400;

export interface Asking {
  readonly prepared: Prepared;
  /** What it would change, where it ran on copies already. */
  readonly tried?: readonly TriedFolder[];
  readonly why: Extract<Ruling, { kind: 'ask' }>['why'];
}

/** Whose phones ring: those who can say yes. An agent that asks from outside is not among them. */
export type Rings = readonly UserId[];

/**
 * The message that asks for a master's own order. Made from the command alone, so that it can be made again later and
 * compared to the letter with what stands in the room. Null where the command cannot be shown whole and exactly.
 */
export function requestContent(asking: Asking, job: OrderJob, rings: Rings): Record<string, unknown> | null {
  if (!canBeShown(asking)) return null;
  return whole(
    messageContent({
      ...woven((weave) => approvalRequest[job.lang](shown(asking, weave))),
      replyTo: job.root,
      ...(asking.prepared.chat?.thread === undefined ? {} : { thread: asking.prepared.chat.thread }),
      ...around([asking], job, rings),
    }),
  );
}

/** The same for commands of one task: each of them whole, in the order of the hashes. Null where that is too long. */
export function listContent(list: readonly Asking[], job: OrderJob, rings: Rings): Record<string, unknown> | null {
  if (list.length > MAX_ITEMS || !list.every(canBeShown)) return null;
  const text: Woven = woven((weave) =>
    approvalList[job.lang](
      list.map((asking) => ({ ...shown(asking, weave), title: weave.words(asking.prepared.plan?.title ?? '') })),
    ),
  );
  return text.text.length <= MAX_LIST
    ? whole(messageContent({ ...text, thread: job.root, ...around(list, job, rings) }))
    : null;
}

/** Without its HTML a block is only text like everything else, and could be imitated. */
const whole = (content: Record<string, unknown>): Record<string, unknown> | null =>
  content['formatted_body'] !== undefined && fits(content) ? content : null;

const around = (list: readonly Asking[], job: OrderJob, rings: Rings) => ({
  mentions: rings.map((userId) => ({ userId, name: '' })),
  chavion: {
    v: 1 as const,
    kind: 'notice' as const,
    source: job.root,
    root: job.root,
    hashes: list.map(({ prepared }) => prepared.hash),
  },
});

/** What is masked would be approved unseen. */
function canBeShown({ prepared }: Asking): boolean {
  const { command, folders, artifacts } = prepared;
  const exact = [
    ...commandParts(prepared.command, prepared).map(({ text }) => text),
    cwdOf(command),
    ...folders.map(({ path }) => path),
    ...artifacts,
  ];
  return exact.every((text) => !maskSecrets(text).masked) && exact.map(visibleText).join('\n').length <= MAX_SHOWN;
}

function shown({ prepared, why, tried }: Asking, weave: Weave): AskedCommand {
  const { command, folders, artifacts, inputs, hash, chat } = prepared;
  const parts = commandParts(command, prepared).map(({ name, text }) => ({ name, text: visibleText(text) }));
  const lines = parts.flatMap(({ text }) => text.split('\n'));
  return {
    why,
    ...(command.reason === DIRECT_REASON ? {} : { reason: weave.words(command.reason, MAX_REASON) }),
    ...(chat === undefined ? {} : { agent: weave.code(agentName(chat.agent)) }),
    workspace: writesWorkspace(command) ? 'rw' : 'ro',
    folders: folders.map(({ name, path, access }) => ({
      name: weave.words(name),
      path: weave.code(visibleText(path)),
      access,
    })),
    hosts: hostList(command).map((host) => weave.code(host)),
    cwd: weave.code(visibleText(cwdOf(command))),
    inputs: (inputs ?? []).map(({ path }) => weave.code(visibleText(path))),
    files: artifacts.map((path) => weave.code(visibleText(path))),
    timeoutMs: command.timeoutMs,
    parts: parts.map(({ name, text }) => ({ name, block: weave.block(text) })),
    lines: lines.length,
    longestLine: Math.max(...lines.map((line) => line.length)),
    writtenOut: writtenOut(parts.map(({ text }) => text).join('')),
    hash: hash.slice(0, SHORT_HASH),
    ...(tried === undefined ? {} : { tried: tried.map((folder) => triedFolder(folder, weave)) }),
  };
}

/** Of a path on a phone. */
const MAX_PATH = 120;

/** The changes are known by their hash; what is shown of a text that holds a key is masked. */
function triedFolder({ name, path, changes }: TriedFolder, { code, block }: Weave): FolderLines {
  const place = (text: string) => {
    const seen = maskSecrets(visibleText(text)).text;
    return code(seen.length > MAX_PATH ? `${seen.slice(0, MAX_PATH)}…` : seen);
  };
  return {
    name,
    path: code(visibleText(path)),
    added: changes.added,
    changed: changes.changed,
    removed: changes.removed,
    first: changes.first.map((one) => ({
      how: one.how,
      what: one.what,
      bytes: one.bytes,
      path: place(one.path),
      ...(one.bytesBefore === undefined ? {} : { bytesBefore: one.bytesBefore }),
      ...(one.mode === undefined || one.modeBefore === undefined
        ? {}
        : { modes: { before: one.modeBefore.toString(8), after: one.mode.toString(8) } }),
      ...(one.unseen === true ? { unseen: true as const } : {}),
      ...(one.to === undefined ? {} : { to: place(one.to) }),
    })),
    diff: changes.diff.length === 0 ? '' : block(maskSecrets(visibleText(changes.diff.join('\n'))).text),
    cut: changes.cut,
    hash: changes.hash.slice(0, SHORT_HASH),
  };
}
