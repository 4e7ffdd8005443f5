import type { Command, Risk } from '../../bridge/protocol/command.ts';
import type { ConsentWhy, SendMailCommand } from '../../bridge/protocol/outside-commands.ts';
import type { Prepared, PreparedLetter } from '../ledger/ledger-entry.ts';

/** Why a command that reaches outside asks; null where it runs. */
export type OutsideAsks = ConsentWhy | Extract<Risk, 'tool' | 'mail'>;

/** What is known of a command beside its fields. */
export type Around = Pick<Prepared, 'letter' | 'plan' | 'tool'>;

/**
 * The rules for what reaches outside by the house's own hands: pages and the mailbox are read without asking, letters
 * ask but for those to the owner himself, up to his number a day, and tools of others ask but for those that only read,
 * where the owner believes that. What the swarm wants to have asked is asked. In a task nobody has said where the plan's
 * words come from: an address that the one who ordered it has not written asks, and so does every tool. Pure.
 */
export function outsideRuling(command: Command, { letter, plan, tool }: Around): OutsideAsks | null {
  if ('asks' in command && command.asks !== undefined) return command.asks;
  if (command.type === 'send_mail') return isFree(command, letter) ? null : 'mail';
  if (command.type === 'read_page') return plan === undefined || plan.named === true ? null : 'address';
  return command.type === 'call_tool' && !(tool?.trusted === true && plan === undefined) ? 'tool' : null;
}

const isFree = (command: SendMailCommand, letter: PreparedLetter | undefined): boolean =>
  letter !== undefined && isToOwner(command, letter) && letter.before < letter.freeADay;

/** To nobody but the address that a code has proved to be the owner's. */
export const isToOwner = ({ to }: SendMailCommand, letter: PreparedLetter | undefined): boolean =>
  letter?.own !== undefined && to.every((address) => address === letter.own);
