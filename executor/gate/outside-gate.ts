import { z } from 'zod';
import { type Command, parseCommand } from '../../bridge/protocol/command.ts';
import { ORDER_LASTS_MS, type OutsideJob } from '../../bridge/protocol/command-job.ts';
import { OUTSIDE_ORDER_KEY } from '../../bridge/protocol/content.ts';
import type { UserId } from '../../bridge/protocol/ids.ts';
import { type OrderFacts, type Refused, standingMessage } from './gate.ts';

export type OutsideVerdict = { readonly kind: 'outside'; readonly by: UserId; readonly command: Command } | Refused;

export interface OutsideFacts extends OrderFacts {
  /** The part behind the colon of the executor's own name: agents of another server are nobody here. */
  readonly server: string;
  readonly coordinator: UserId;
}

const Ordered = z.object({ content: z.object({ [OUTSIDE_ORDER_KEY]: z.unknown() }) });

/**
 * Whether an agent's own message orders a command, and which. It says what is asked for and nothing more: whatever it
 * is, a master is asked. Pure; the same facts give the same verdict.
 */
export function judgeOutside(job: OutsideJob, facts: OutsideFacts): OutsideVerdict {
  const isAgent = (user: UserId) => {
    const colon = user.indexOf(':');
    return (
      /^@agent_[a-z][a-z0-9_-]{0,31}$/.test(user.slice(0, colon)) &&
      user.slice(colon + 1) === facts.server &&
      user !== facts.coordinator
    );
  };
  const root = standingMessage(job, facts, ORDER_LASTS_MS, isAgent, 'not-agent');
  if (root.kind === 'refused') return root;
  const by = root.message.sender;
  if (root.message.msgtype !== 'm.text') return { kind: 'refused', why: 'not-message', by };
  const ordered = Ordered.safeParse(facts.raw);
  const parsed = parseCommand(ordered.success ? ordered.data.content[OUTSIDE_ORDER_KEY] : undefined);
  // It stands alone: there is nothing that it could wait for.
  if (!parsed.ok || parsed.command.after.length > 0) return { kind: 'refused', why: 'bad-command', by };
  return { kind: 'outside', by, command: parsed.command };
}
