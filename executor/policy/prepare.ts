import { randomBytes } from 'node:crypto';
import { CommandId, type LentName } from '../../bridge/protocol/command-fields.ts';
import { filesHanded, hostsOfCommand, lentTo, parseCommand, type Command } from '../../bridge/protocol/command.ts';
import type { ChatJob, OrderJob, PlanJob } from '../../bridge/protocol/command-job.ts';
import type { UserId } from '../../bridge/protocol/ids.ts';
import type { InputFile } from '../../bridge/protocol/orders/input-files.ts';
import type { RunOrder } from '../../bridge/protocol/orders/run-order.ts';
import type { EventId } from '../../bridge/protocol/ids.ts';
import { canonicalHash, sha256 } from '../../bridge/digest/canonical.ts';
import { serverPin, toolPin } from '../../bridge/digest/tool-pin.ts';
import type { CallToolCommand } from '../../bridge/protocol/outside-commands.ts';
import { saysReadOnly, type ServerTool, type ToolServer } from '../../bridge/protocol/tools/tool-servers.ts';
import {
  jobKey,
  planKey,
  type Prepared,
  type PreparedChat,
  type PreparedLetter,
  type PreparedPlan,
  type PreparedTool,
} from '../ledger/ledger-entry.ts';
import type { PlanOrder } from '../gate/plan-gate.ts';
import type { Rules } from './rules.ts';

/** The workspace of what masters order directly: one for all, so that a file of one command is there for the next. */
export const DIRECT_WORKSPACE = 'direct';
/** Each task has its own; what one command leaves there, the next one finds. */
export const taskWorkspace = (root: EventId): string => `task-${sha256(root).slice(0, 24)}`;
/** Each conversation has its own: a thread, else what is said in a room on one day of the owner's. */
export function chatWorkspace(
  { room, at }: Pick<ChatJob, 'room' | 'at'>,
  thread: EventId | undefined,
  timeZone: string,
) {
  const day = new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(at);
  return `chat-${sha256(thread ?? `${room} ${day}`).slice(0, 24)}`;
}
/** Of what a master has typed, which says why by itself. It is part of the hash, so it stays as it is. */
export const DIRECT_REASON = '!run';
const DEFAULT_SECONDS = 600;

export type Made =
  | { readonly kind: 'command'; readonly command: Command }
  | { readonly kind: 'bad'; readonly field: string; readonly problem: string };

/** The typed command that a `!run` stands for: every lent folder to read, and what it names to write. */
export function commandOfPrepared(order: RunOrder, rules: Rules): Made {
  const unlent = order.write.find((name) => rules.lent.find((folder) => folder.name === name)?.mode !== 'rw');
  if (unlent !== undefined) return { kind: 'bad', field: `--write ${unlent}`, problem: 'not-lent' };
  const parsed = parseCommand({
    type: 'shell',
    id: CommandId.parse('run'),
    reason: DIRECT_REASON,
    script: order.script,
    repeatable: order.repeatable,
    timeoutMs: (order.timeoutSeconds ?? Math.min(DEFAULT_SECONDS, rules.policy.limits.timeoutSeconds)) * 1000,
    lent: rules.lent.map(({ name }) =>
      order.write.includes(name)
        ? { name, access: 'rw', ...(order.live === undefined ? {} : { live: order.live }) }
        : { name, access: 'ro' },
    ),
    hosts: order.hosts,
  });
  if (parsed.ok) return { kind: 'command', command: parsed.command };
  const [fault] = parsed.faults;
  return { kind: 'bad', field: fault?.field ?? 'command', problem: fault?.problem ?? 'not a command' };
}

export interface Circumstances {
  readonly job: OrderJob;
  readonly index: number;
  readonly attempt: number;
  readonly orderedBy: UserId;
  /** Which executor may run it: its id is in the hash. */
  readonly executor: string;
  readonly workspace: string;
  readonly artifacts: RunOrder['artifacts'];
  readonly inputs?: readonly InputFile[] | undefined;
  readonly plan?: PreparedPlan | undefined;
  readonly chat?: PreparedChat | undefined;
  readonly letter?: PreparedLetter | undefined;
  /** Of the earlier reading; a new one is made without it. */
  readonly nonce?: string;
}

/** Of which plan a command is, for its hash and its record. */
export const planOfPrepared = (
  { decision, patched }: PlanJob,
  { rule, round, winner, hash, since, step, named }: PlanOrder,
  rerun?: number,
): PreparedPlan => ({
  decision,
  ...(patched === undefined ? {} : { patched }),
  rule,
  round,
  winner,
  hash,
  step: step.command.id,
  title: step.title,
  since,
  ...(rerun === undefined ? {} : { rerun }),
  ...(named ? { named } : {}),
});

/** The first folder that a command asks for and that is not lent to it so. */
export function notLent(command: Command, rules: Rules): LentName | undefined {
  return lentTo(command).find(
    ({ name, access }) =>
      !rules.lent.some((folder) => folder.name === name && (access === 'ro' || folder.mode === 'rw')),
  )?.name;
}

/** The server and the tool that a call is of, as the owner has them. */
export function pinnedTool(command: CallToolCommand, rules: Rules): PinnedTool | undefined {
  const server = rules.toolServers?.find(({ name }) => name === command.server);
  const tool = server?.tools.find(({ name }) => name === command.tool);
  return server === undefined || tool === undefined ? undefined : { server, tool };
}

export interface PinnedTool {
  readonly server: ToolServer;
  readonly tool: ServerTool;
}

/** The tool that a command calls and that no server of the owner's has. */
export const noSuchTool = (command: Command, rules: Rules): string | undefined =>
  command.type === 'call_tool' && pinnedTool(command, rules) === undefined
    ? `${command.server} ${command.tool}`
    : undefined;

function toolOfPrepared(command: Command, rules: Rules): PreparedTool | undefined {
  if (command.type !== 'call_tool') return undefined;
  const pinned = pinnedTool(command, rules);
  if (pinned === undefined) return undefined;
  const { server, tool } = pinned;
  const { connection } = server;
  return {
    server: serverPin(server),
    tool: toolPin(tool),
    to: connection.kind === 'http' ? connection.url : connection.argv.join(' '),
    trusted: server.trustReading && saysReadOnly(tool),
  };
}

/** The event in which the command stands. */
const orderEvent = (job: OrderJob): EventId => (job.type === 'chat' ? job.request : job.root);

/** Everything that decides what will happen, under one hash. Throws where a folder is no longer lent. */
export function prepare(command: Command, rules: Rules, around: Circumstances): Prepared {
  const folders = lentTo(command).map(({ name, access }) => {
    const lent = rules.lent.find((folder) => folder.name === name);
    if (lent === undefined || (access === 'rw' && lent.mode !== 'rw')) throw new Error(`lent: ${name}`);
    return { name, path: lent.path, access };
  });
  const tool = toolOfPrepared(command, rules);
  const rest = {
    key:
      around.plan === undefined
        ? jobKey(orderEvent(around.job), around.index, around.attempt)
        : planKey(around.job.root, around.plan, around.attempt, around.plan.rerun),
    root: around.job.root,
    index: around.index,
    attempt: around.attempt,
    nonce: around.nonce ?? randomBytes(16).toString('hex'),
    executor: around.executor,
    orderedBy: around.orderedBy,
    command,
    folders,
    workspace: around.workspace,
    artifacts: [...new Set([...around.artifacts, ...filesHanded(command)])],
    ...(around.inputs === undefined || around.inputs.length === 0 ? {} : { inputs: [...around.inputs] }),
    policy: rules.policyHash,
    ...(around.plan === undefined ? {} : { plan: around.plan }),
    ...(around.chat === undefined ? {} : { chat: around.chat }),
    ...(around.letter === undefined ? {} : { letter: around.letter }),
    ...(tool === undefined ? {} : { tool }),
  };
  return { ...rest, hash: canonicalHash({ v: 1, room: around.job.room, hosts: hostsOfCommand(command), ...rest }) };
}
