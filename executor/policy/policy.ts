import { hostsOfCommand, risksOf, type Command, type Risk } from '../../bridge/protocol/command.ts';
import type { Policy } from '../../bridge/protocol/policy.ts';
import { type Around, type OutsideAsks, outsideRuling } from './outside-ruling.ts';

/** Who stands behind a command: orders from outside ask in every mode. */
export type CommandOrigin = 'master' | 'plan' | 'chat' | 'outside';

export type Ruling =
  | { readonly kind: 'run' }
  /** `why`: what makes it ask, the gravest first. */
  | { readonly kind: 'ask'; readonly why: 'outside' | 'chat' | 'mode' | Risk | OutsideAsks }
  | {
      readonly kind: 'refuse';
      readonly why: 'locked' | 'chat-off' | 'host-not-allowed' | 'timeout';
      readonly detail?: string;
    };

/**
 * What `auto` grants without asking: it stays inside the workspace, or is the house's own way outside, which has rules
 * of its own.
 */
const GRANTED: ReadonlySet<Risk> = new Set(['read', 'write', 'page', 'mailbox', 'tool', 'mail']);

/** The policy's word on a command. Looks at what it asks for, never at what it says. */
export function rule(policy: Policy, command: Command, origin: CommandOrigin, around: Around = {}): Ruling {
  if (policy.mode === 'locked') return { kind: 'refuse', why: 'locked' };
  if (origin === 'chat' && policy.chat === 'off') return { kind: 'refuse', why: 'chat-off' };
  const stranger =
    policy.hosts === null ? undefined : hostsOfCommand(command).find((host) => policy.hosts?.includes(host) !== true);
  if (stranger !== undefined) return { kind: 'refuse', why: 'host-not-allowed', detail: stranger };
  if (command.timeoutMs > policy.limits.timeoutSeconds * 1000)
    return { kind: 'refuse', why: 'timeout', detail: String(policy.limits.timeoutSeconds) };
  const grave = risksOf(command).findLast((risk) => !GRANTED.has(risk));
  if (grave !== undefined) return { kind: 'ask', why: grave };
  const asks = outsideRuling(command, around);
  if (asks !== null) return { kind: 'ask', why: asks };
  if (origin === 'outside') return { kind: 'ask', why: 'outside' };
  if (origin === 'chat' && policy.chat === 'ask') return { kind: 'ask', why: 'chat' };
  return policy.mode === 'ask' ? { kind: 'ask', why: 'mode' } : { kind: 'run' };
}
