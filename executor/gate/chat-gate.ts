import { z } from 'zod';
import { wasEdited, wasRedacted } from '../../bridge/matrix/as-sent.ts';
import { secretInContent } from '../../bridge/matrix/secrets/secret-content.ts';
import { type Command, parseCommand } from '../../bridge/protocol/command.ts';
import { CHAT_LASTS_MS, type ChatJob } from '../../bridge/protocol/command-job.ts';
import { CHAVION_KEY } from '../../bridge/protocol/content.ts';
import { EventId, UserId } from '../../bridge/protocol/ids.ts';
import { COMMAND_KEY, COMMAND_REQUEST_TYPE, CommandRequest } from '../../bridge/protocol/orders/command-request.ts';
import { CLOCKS_DIFFER_MS, type GateRefusal, masterMessage, type OrderFacts } from './gate.ts';

export type ChatRefusal =
  | GateRefusal
  | 'no-request'
  | 'not-request'
  | 'request-redacted'
  | 'request-edited'
  | 'wrong-root'
  | 'wrong-thread';

export type ChatVerdict =
  | {
      readonly kind: 'chat';
      /** The master whose message is its authority. */
      readonly by: UserId;
      readonly agent: UserId;
      readonly command: Command;
      /** In which the request stands. */
      readonly thread?: EventId;
      /** The master's message may have some, its own or those of the one that it answers. */
      readonly files: boolean;
    }
  | { readonly kind: 'refused'; readonly why: ChatRefusal; readonly by?: UserId; readonly detail?: string };

export interface ChatFacts extends OrderFacts {
  /** The agent's event as the homeserver has it; null when there is none in that room. */
  readonly request: unknown;
  /** Accounts of the roster; agents that were invited from elsewhere are not among them. */
  readonly roster: ReadonlySet<UserId>;
}

const Envelope = z.object({
  event_id: EventId,
  room_id: z.string().optional(),
  sender: UserId,
  type: z.string(),
  state_key: z.undefined().optional(),
  origin_server_ts: z.int(),
  content: z.unknown(),
});

interface Asked {
  readonly kind: 'asked';
  readonly agent: UserId;
  readonly command: Command;
  readonly thread: EventId | undefined;
  readonly at: number;
}
type Refused = Extract<ChatVerdict, { kind: 'refused' }>;
const refused = (why: ChatRefusal, more: Omit<Refused, 'kind' | 'why'> = {}): Refused => ({
  kind: 'refused',
  why,
  ...more,
});

/**
 * Whether an agent of the house asks for a command while it answers a master, and for which. The authority is the
 * master's message, which says nothing of the command; the command stands in the agent's own event, which has no
 * authority. Pure; the same facts give the same verdict.
 */
export function judgeChat(job: ChatJob, facts: ChatFacts): ChatVerdict {
  if (!facts.rooms.includes(job.room)) return refused('wrong-room');
  const asked = requestIn(job, facts);
  if (asked.kind === 'refused') return asked;
  const root = masterMessage(job, facts, CHAT_LASTS_MS);
  if (root.kind === 'refused') return root;
  const { sender: by, thread, at, attachment, replyTo } = root.message;
  const isBegun = thread === undefined && asked.thread === job.root;
  if (asked.thread !== thread && !isBegun) return refused('wrong-thread', { by });
  if (asked.at + CLOCKS_DIFFER_MS < at) return refused('wrong-time', { by });
  return {
    kind: 'chat',
    by,
    agent: asked.agent,
    command: asked.command,
    ...(asked.thread === undefined ? {} : { thread: asked.thread }),
    files: attachment !== undefined || replyTo !== undefined,
  };
}

function requestIn(job: ChatJob, { request, roster, now }: ChatFacts): Asked | Refused {
  const envelope = Envelope.safeParse(request);
  if (!envelope.success || envelope.data.event_id !== job.request) return refused('no-request');
  const { room_id = job.room, sender, type, content, origin_server_ts: at } = envelope.data;
  if (room_id !== job.room) return refused('wrong-room');
  if (!roster.has(sender)) return refused('not-agent');
  if (wasRedacted(request)) return refused('request-redacted');
  if (type !== COMMAND_REQUEST_TYPE) return refused('not-request');
  if (wasEdited(request)) return refused('request-edited');
  const parsed = CommandRequest.safeParse(content);
  if (!parsed.success) return refused('not-request');
  const { [CHAVION_KEY]: named, [COMMAND_KEY]: command, 'm.relates_to': relation } = parsed.data;
  if ([named.source, named.root, relation['m.in_reply_to'].event_id].some((event) => event !== job.root))
    return refused('wrong-root');
  const { rel_type, event_id: thread } = relation;
  if (rel_type === undefined ? thread !== undefined : rel_type !== 'm.thread' || thread === undefined)
    return refused('not-request');
  if (at > now + CLOCKS_DIFFER_MS) return refused('wrong-time');
  // As in a master's own order: it would stand in reports, and in the record.
  if (secretInContent('m.room.message', command)) return refused('secret');
  const read = parseCommand(command);
  if (!read.ok) {
    const [fault] = read.faults;
    return refused('bad-command', { detail: fault === undefined ? 'command' : `${fault.field}: ${fault.problem}` });
  }
  // It stands alone: there is nothing that it could wait for.
  if (read.command.after.length > 0) return refused('bad-command', { detail: 'after' });
  return { kind: 'asked', agent: sender, command: read.command, thread, at };
}
