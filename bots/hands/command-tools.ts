import { z } from 'zod';
import { canonical } from '../../bridge/digest/canonical.ts';
import { codeWords } from '../../bridge/matrix/markdown-words.ts';
import { maskSecrets } from '../../bridge/matrix/secrets/secrets.ts';
import { type Command, hostsOfCommand, lentTo, parseCommand } from '../../bridge/protocol/command.ts';
import type { CommandResult } from '../../bridge/protocol/act.ts';
import type { EventId } from '../../bridge/protocol/ids.ts';
import { CHAVION_KEY } from '../../bridge/protocol/content.ts';
import { COMMAND_KEY, COMMAND_REQUEST_TYPE } from '../../bridge/protocol/orders/command-request.ts';
import type { OrderBox } from '../../bridge/queue/executor-queue.ts';
import * as say from '../../bridge/text/hands/at-work.ts';
import { outcomeForModel } from './command-outcome.ts';
import type { CommandResults } from './command-results.ts';
import type { Flow } from './rule-of-two.ts';
import { tool, type Tool, type ToolOutcome, type ToolTurn, type ToolUse } from './tool.ts';

export interface CommandToolsDeps {
  readonly orders: Pick<OrderBox, 'add'>;
  readonly results: Pick<CommandResults, 'begun' | 'wait'>;
}

/** The executor's own, and what it takes to take a command up and to tell of it. */
const BESIDE_MS = 15_000;

/** An event of Matrix holds 64 KiB, and this is not all of it. */
const MAX_BYTES = 40_000;

const seconds = z
  .int()
  .min(1)
  .max(300)
  .optional()
  .describe('How long it may take in seconds, at most 300. Without it 60.');
const path = z.string().min(1).max(1_024).describe('In the workspace, such as notes/today.md.');

/** The executor's typed commands: it reads them again from the agent's own event, and asks a master where it must. */
export function commandTools(deps: CommandToolsDeps): readonly Tool[] {
  return [
    tool({
      name: 'run_command',
      description:
        'Runs a bash script on the owner’s server, in a sandbox with a workspace that this conversation keeps. It may read the machine’s state and write to the workspace. Network hosts and lent folders must be named; these ask the owner first. Use it whenever the owner wants something looked at, computed or done there.',
      needs: 'act',
      input: z.strictObject({
        script: z.string().min(1).max(16_000).describe('For bash. Short and to the point; print what is needed.'),
        why: z.string().min(1).max(300).describe('What it is for, in one short sentence in the owner’s language.'),
        hosts: z
          .array(z.string().max(260))
          .max(8)
          .optional()
          .describe('Network destinations that it needs, as host:port, such as api.example.org:443. None without it.'),
        folders: z
          .array(z.strictObject({ name: z.string().max(64), access: z.enum(['ro', 'rw']) }))
          .max(8)
          .optional()
          .describe('Folders that the owner has lent, by name; they are at /lent/<name>.'),
        seconds,
      }),
      use: ({ script, why, hosts = [], folders = [], seconds: limit = 60 }) =>
        commandUse(deps, codeWords(script, 60), {
          type: 'shell',
          id: 'call',
          reason: why,
          script,
          hosts,
          lent: folders,
          timeoutMs: limit * 1000,
        }),
    }),
    tool({
      name: 'write_file',
      description: 'Writes a text file into the workspace of this conversation, in place of what was there.',
      needs: 'act',
      input: z.strictObject({ path, content: z.string().max(40_000) }),
      use: ({ path: to, content }, { lang }) =>
        commandUse(deps, say.writesFile[lang](codeWords(to, 60)), {
          type: 'write_file',
          id: 'call',
          reason: say.writesFile[lang](to),
          path: to,
          content,
        }),
    }),
    tool({
      name: 'read_file',
      description: 'Reads a text file of the workspace of this conversation.',
      needs: 'act',
      input: z.strictObject({ path }),
      use: ({ path: from }, { lang }) =>
        commandUse(deps, say.readsFile[lang](codeWords(from, 60)), {
          type: 'read_file',
          id: 'call',
          reason: say.readsFile[lang](from),
          path: from,
        }),
    }),
    tool({
      name: 'list_files',
      description: 'Lists what is in a folder of the workspace of this conversation; "." is the workspace itself.',
      needs: 'act',
      input: z.strictObject({ path: path.optional() }),
      use: ({ path: of = '.' }, { lang }) =>
        commandUse(deps, say.listsFiles[lang](codeWords(of, 60)), {
          type: 'list_files',
          id: 'call',
          reason: say.listsFiles[lang](of),
          path: of,
        }),
    }),
  ];
}

/** A use of one typed command. `wanted`: as `parseCommand` reads it; what it does not take is told to the model. */
export function commandUse(
  deps: CommandToolsDeps,
  shown: string,
  wanted: Record<string, unknown>,
): ToolUse | { readonly bad: string } {
  const parsed = parseCommand(wanted);
  if (!parsed.ok) return { bad: parsed.faults.map(({ field, problem }) => `${field}: ${problem}`).join('; ') };
  const { command } = parsed;
  const whole = canonical(command);
  if (maskSecrets(whole).masked) return { bad: 'it holds a key or a password: what you write stands in the room' };
  if (Buffer.byteLength(whole) > MAX_BYTES) return { bad: `longer than ${MAX_BYTES} bytes in all: write it in parts` };
  return {
    shown: maskSecrets(shown).text,
    flow: flowOf(command),
    carryOut: (turn, key, asks) => orderCommand(asked(command, asks), shown, turn, key, deps),
  };
}

/** `tainted` goes before whatever else it asks for. Commands without the field ask already where they leave. */
function asked(command: Command, isTainted: boolean): Command {
  const hasField = command.type === 'read_page' || command.type === 'send_mail' || command.type === 'call_tool';
  return hasField && isTainted ? { ...command, asks: 'tainted' } : command;
}

/** What it brings in and lets out; what is in the workspace already is known of the conversation. */
export function flowOf(command: Command): Flow {
  switch (command.type) {
    case 'read_page':
      return { reads: 'untrusted', does: 'leaves' };
    case 'read_document':
      return { reads: 'both', does: 'nothing' };
    case 'read_mail':
      return { reads: 'both', does: 'nothing' };
    case 'call_tool':
      return { reads: 'both', does: 'leaves' };
    case 'send_mail':
      return { reads: 'neither', does: 'leaves' };
    case 'read_file':
    case 'list_files':
    case 'send_file':
      return { reads: 'neither', does: 'nothing' };
    case 'write_file':
    case 'make_document':
      return { reads: 'neither', does: 'workspace' };
    case 'run':
    case 'shell':
    case 'fetch': {
      const lends = lentTo(command).length > 0;
      const reaches = hostsOfCommand(command).length > 0;
      return {
        reads: lends ? 'both' : reaches ? 'untrusted' : 'neither',
        does: reaches ? 'leaves' : 'workspace',
      };
    }
  }
}

/** Has it carried out by the executor, under the master's message that the turn answers. `key` names it. */
export async function orderCommand(
  command: Command,
  shown: string,
  turn: ToolTurn,
  key: string,
  deps: CommandToolsDeps,
): Promise<ToolOutcome> {
  const { request, result } = await orderedCommand(command, shown, turn, key, deps);
  return outcomeForModel(result, request);
}

/** The same, with what came of it as the executor says it; null where it has said nothing so far. */
export async function orderedCommand(
  command: Command,
  shown: string,
  turn: ToolTurn,
  key: string,
  { orders, results }: CommandToolsDeps,
): Promise<{ readonly request: EventId; readonly result: CommandResult | null }> {
  const { job, account, agent, signal, deadline } = turn;
  const request = await account.send(
    job.room,
    COMMAND_REQUEST_TYPE,
    {
      body: say.asksForCommand[job.lang](shown),
      [CHAVION_KEY]: {
        v: 1,
        kind: 'request',
        source: job.root,
        root: job.root,
        depth: job.depth,
        agent: agent.config.id,
        turn: turn.id,
      },
      [COMMAND_KEY]: command,
      'm.relates_to': {
        ...(job.thread === undefined ? {} : { rel_type: 'm.thread', event_id: job.thread, is_falling_back: false }),
        'm.in_reply_to': { event_id: job.root },
      },
    },
    `${key}.request`,
  );
  await results.begun(request, job);
  await orders.add({ v: 1, type: 'chat', root: job.root, room: job.room, at: job.at, lang: job.lang, request });
  const until = Math.min(deadline, Date.now() + command.timeoutMs + BESIDE_MS);
  return { request, result: await results.wait(request, until, signal) };
}
