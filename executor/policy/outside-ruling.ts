import type { Command, Risk } from '../../bridge/protocol/command.ts';
import type { ConsentWhy } from '../../bridge/protocol/outside-commands.ts';

/** Why a command that reaches outside asks; null where it runs. */
export type OutsideAsks = ConsentWhy | Extract<Risk, 'tool' | 'mail'>;

/**
 * The rules for what reaches outside by the house's own hands: pages and the mailbox are read without asking, letters
 * and tools of others ask. What the swarm wants to have asked is asked in any case. Pure.
 */
export function outsideRuling(command: Command): OutsideAsks | null {
  if ('asks' in command && command.asks !== undefined) return command.asks;
  if (command.type === 'send_mail') return 'mail';
  return command.type === 'call_tool' ? 'tool' : null;
}
