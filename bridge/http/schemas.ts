import { z } from 'zod';
import { Performative } from '../protocol/act.ts';
import { AgentId, EventId } from '../protocol/ids.ts';
import { isInboxMessageId } from '../stores/agent-inbox.ts';

/** What goes in and out at the agents' API. These are the types, the checks and the OpenAPI document at once. */

const words = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((text) => text.trim() !== '', 'empty');

export const Receiver = z.string().min(1).max(60).describe('all, master, or an agent: its id or name.');

export const MessageIn = z.strictObject({
  receiver: Receiver,
  type: z
    .enum(['chat', 'command', 'report'])
    .default('chat')
    .describe('chat: words. command: asks an agent to do something. report: what was done.'),
  content: words(120_000).describe(
    'Markdown. Write @name to call another agent. What stands in the room has to fit into one event (about 15,000 letters); an answer with inReplyTo may be longer.',
  ),
  performative: Performative.optional().describe('A FIPA act, for programs.'),
  inReplyTo: z.string().min(1).max(400).optional().describe('Of an answer: the ask of the letter that asked.'),
});
export type MessageIn = z.infer<typeof MessageIn>;

export const MessageOut = z.object({
  event: EventId.nullable().describe(
    'The message in the room; null where the words are an answer that is said in its turn.',
  ),
  called: z.array(AgentId).describe('Agents that it has called.'),
  answer: z.enum(['taken', 'late', 'unknown']).nullable().describe('What became of the question that it answers.'),
  bound: z
    .enum(['depth', 'turns'])
    .nullable()
    .describe('Why nobody more was called: agents call one another only so deep and so often.'),
});

export const LetterOut = z.object({
  id: z.string().describe('Grows; where to read on.'),
  type: z
    .enum(['chat', 'command', 'report', 'ask', 'answer'])
    .describe('ask wants an answer from you. answer is what somebody said to a message of yours that had called them.'),
  from: z.string(),
  content: z.string().describe('Where textNext is there: a part of it.'),
  prompt: z.string().optional().describe('Of an ask: all that a language model needs, in one text.'),
  ask: z.string().optional().describe('To be sent back as inReplyTo.'),
  replyBy: z.int().optional().describe('Milliseconds since 1970; who answers later, or not at all, counts as absent.'),
  task: z
    .object({ id: z.string(), phase: z.string() })
    .optional()
    .describe(
      'Of an ask by a swarm task: triage, propose, critique, vote, verify and diagnose want the one JSON object that the end of prompt describes; work and report want text.',
    ),
  textFrom: z.int().optional().describe('Where in content and prompt this part begins.'),
  textNext: z
    .int()
    .optional()
    .describe(
      'There is more of content or prompt: GET /api/messages?letter={id}&from={textNext} has it. Answer only what you have read whole.',
    ),
  event: z.string().optional(),
  inReplyTo: z.string().optional().describe('Of an answer: the event of your message.'),
  thread: z.string().optional(),
  at: z.int(),
});

export const LetterId = z
  .string()
  .refine(isInboxMessageId, 'not the id of a letter')
  .meta({ pattern: '^\\d{1,15}-\\d{1,15}$' });

export const ListenQuery = z.strictObject({
  since: LetterId.optional().describe(
    'The id of the last letter you have: later ones come. Without it, those that you have not yet named so.',
  ),
  wait: z.coerce.number().int().min(0).max(60).default(0).describe('Seconds to wait when there is none.'),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .default(20)
    .describe('Letters at most. Fewer come where they are long: more says whether some are left.'),
  letter: LetterId.optional().describe(
    'Instead of new letters: this one, from the letter of its text that from counts.',
  ),
  from: z.coerce.number().int().min(0).max(10_000_000).default(0),
});
export type ListenQuery = z.infer<typeof ListenQuery>;
export const InboxMessagesOut = z.object({
  messages: z.array(LetterOut),
  next: z.string().nullable().describe('Put this into since the next time.'),
  more: z.boolean().describe('Others lie there already: ask again at once, with next as since.'),
});

export const PresenceView = z.object({ id: z.string(), name: z.string(), online: z.boolean(), outside: z.boolean() });
export type PresenceView = z.infer<typeof PresenceView>;

export const CheckinOut = z.object({
  agent: AgentId,
  name: z.string(),
  scopes: z.array(z.string()),
  onlineUntil: z.int().describe('Milliseconds since 1970.'),
  waiting: z.int().describe('Letters that you have not fetched.'),
});

/** Of each part, whether it does its work. */
export const ReadyOut = z.object({ ready: z.boolean(), parts: z.record(z.string(), z.boolean()) });

export const TaskViewState = z.enum(['open', 'claimed', 'running', 'asking', 'done', 'partial', 'failed', 'cancelled']);
export const TaskView = z.object({
  id: z.string(),
  kind: z
    .enum(['board', 'swarm'])
    .describe('board: one agent claims it. swarm: the agents plan, vote and carry it out together; nobody claims it.'),
  title: z.string(),
  description: z.string(),
  state: TaskViewState,
  by: z.string(),
  owner: z.string().nullable(),
  claimUntil: z.int().nullable().describe('Milliseconds since 1970; who has not reported by then loses the claim.'),
  createdAt: z.int(),
  reports: z.int(),
});
export type TaskView = z.infer<typeof TaskView>;

export const TaskIn = z.strictObject({
  title: words(200),
  description: z.string().max(20_000).default(''),
  kind: z
    .enum(['board', 'swarm'])
    .default('board')
    .describe('swarm: asks the master for a task of all agents; title and description are the mission.'),
  claimSeconds: z.int().min(10).max(86_400).default(600).describe('How long a claim holds without a report.'),
});
export const TasksQuery = z.strictObject({
  state: TaskViewState.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  before: z.coerce
    .number()
    .int()
    .min(0)
    .optional()
    .describe('Only those created before: the createdAt of the last that you have.'),
});
export const TasksOut = z.object({
  tasks: z.array(TaskView),
  more: z.boolean().describe('There are older ones: ask with before.'),
});
export const TextQuery = z.strictObject({
  from: z.coerce
    .number()
    .int()
    .min(0)
    .max(10_000_000)
    .default(0)
    .describe('Where the text goes on: the next of the answer before.'),
});
export const TaskId = z.strictObject({ id: z.string().regex(/^[A-Za-z0-9$_:.-]{1,120}$/, 'not the id of a task') });

export const JobView = z.object({
  id: z.string(),
  agent: AgentId,
  state: z
    .enum(['asked', 'running', 'done', 'failed', 'refused', 'stopped', 'unknown'])
    .describe('asked: the master is asked, or is about to be.'),
  why: z.string().nullable(),
  exitCode: z.int().nullable(),
  output: z.string().nullable(),
  event: EventId,
  at: z.int(),
});
export type JobView = z.infer<typeof JobView>;
export const JobId = z.strictObject({ id: z.string().regex(/^j\d{1,9}$/, 'not the id of a job') });

export const ReportOut = z.object({ by: z.string(), at: z.int(), text: z.string() });
export const StatusOut = z.object({
  id: z.string(),
  state: TaskViewState,
  owner: z.string().nullable(),
  claimUntil: z.int().nullable(),
  reports: z.int(),
  lastReport: ReportOut.nullable(),
});
export const ResultsOut = z.object({
  id: z.string(),
  state: TaskViewState,
  result: z.string().nullable(),
  reports: z.array(ReportOut),
  jobs: z.array(JobView),
  cut: z.boolean().describe('The last of it only: the aggregate has all, in parts.'),
});
export const AggregateOut = z.object({
  id: z.string(),
  state: TaskViewState,
  byAgent: z.record(z.string(), z.int()).describe('Reports of each agent.'),
  commands: z.object({ done: z.int(), failed: z.int(), waiting: z.int() }),
  markdown: z.string().describe('All of it in one text, from the letter that from counts.'),
  next: z.int().nullable().describe('Put this into from for the next part of a long text.'),
});

/** Whoever names somebody at all names himself: a script with two names and one key is told so. */
const claimant = z
  .string()
  .max(60)
  .optional()
  .describe('You, by id or name; another is refused. Your key says who you are.');
export const ClaimQuery = z.looseObject({ agent_name: claimant });
/** Not in the document: whoever claims need send nothing. */
export const ClaimIn = z.looseObject({ agent_name: claimant, agentName: claimant, agent: claimant, owner: claimant });
export const ReportIn = z.strictObject({ text: words(12_000) });
export const CompleteIn = z.strictObject({ success: z.boolean().default(true), result: words(12_000) });

export const CommandIn = z.strictObject({
  type: z.enum(['shell', 'run', 'file_write', 'file_read', 'file_list', 'fetch']),
  // No z.json(): it refers to itself, under a name that the document then lacks. What arrives here was JSON before.
  payload: z
    .record(z.string(), z.unknown())
    .describe(
      'shell: script. run: argv. file_write: path, content. file_read and file_list: path. fetch: url, method, headers, body. All: reason, timeoutMs; shell and run: cwd, stdin, workspace (ro, rw), hosts.',
    ),
});
export type CommandIn = z.infer<typeof CommandIn>;

export const DispatchIn = z.strictObject({
  to: Receiver.describe('executor, or an agent: its id or name.'),
  command: CommandIn.optional().describe('For the executor.'),
  instruction: words(12_000).optional().describe('For an agent.'),
});
export const DispatchOut = z.object({ to: z.string(), job: JobView.nullable(), event: EventId.nullable() });

export const HouseOut = z.object({
  you: z.string(),
  agents: z.array(PresenceView),
  tasks: z.object({ open: z.int(), claimed: z.int() }),
  serverTime: z.int(),
});
export const HealthOut = z.object({ ready: z.boolean() });
