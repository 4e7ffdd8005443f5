import { type Command, lentTo } from '../../bridge/protocol/command.ts';
import type { Policy } from '../../bridge/protocol/policy.ts';
import type { Prepared } from '../ledger/ledger-entry.ts';
import { rule } from './policy.ts';
import { originOf } from './ruling.ts';

/**
 * Whether a command may run on copies of the folders that it would write, before anybody is asked: where nothing about it
 * asks but that it writes there. One that reaches the network, or that its author wants on the real thing, asks first. Pure.
 */
export function mayBeTried(policy: Policy, prepared: Prepared): boolean {
  const { command } = prepared;
  const written = lentTo(command).filter(({ access }) => access === 'rw');
  if (written.length === 0 || written.some(({ live }) => live === true)) return false;
  return rule(policy, readingOnly(command), originOf(prepared), prepared).kind === 'run';
}

const readingOnly = (command: Command): Command =>
  'lent' in command ? { ...command, lent: command.lent.map((use) => ({ ...use, access: 'ro' as const })) } : command;
