import { type Command } from '../../bridge/protocol/command.ts';
import { type EffectCommand, EFFECTS } from '../../bridge/protocol/outside-commands.ts';
import type { Policy } from '../../bridge/protocol/policy.ts';
import type { Prepared } from '../ledger/ledger-entry.ts';
import type { OutputObserver, SandboxResult } from '../sandbox/sandbox.ts';

export interface TakenFile {
  readonly path: string;
  /** Undefined where it could not be had. */
  readonly bytes?: Uint8Array;
  readonly sha256?: string;
}

/** What an effect has beside its command. */
export interface EffectContext {
  /** `key` names it: the same after a crash, so that nothing is done twice under it. */
  readonly prepared: Prepared;
  readonly policy: Policy;
  readonly observer: OutputObserver;
  readonly signal: AbortSignal;
  /** A file of the command's workspace, read inside the box. */
  readonly takeFile: (path: string) => Promise<TakenFile>;
}

/**
 * Does what no box does. Its output goes to the observer, exit code 0 is success; a fault of the command's is another
 * code with a sentence on stderr. Never rejects but for faults of this machine.
 */
export type Effect<C extends EffectCommand> = (command: C, context: EffectContext) => Promise<EffectResult>;

/** `unknown`: it was begun, and what became of it was not heard. It is told so, and never done again by itself. */
export type EffectResult = SandboxResult | { readonly kind: 'unknown' };

/** One for each type that is set up in this house. */
export type Effects = {
  readonly [T in EffectCommand['type']]?: Effect<Extract<EffectCommand, { type: T }>>;
};

export const isEffect = (command: Command): command is EffectCommand => EFFECTS.some((type) => type === command.type);

/** EX_UNAVAILABLE of sysexits: the house has none of that kind. */
const NOT_SET_UP = 69;

export async function performEffect(
  command: EffectCommand,
  effects: Effects,
  context: EffectContext,
): Promise<EffectResult> {
  switch (command.type) {
    case 'send_mail':
      return (await effects.send_mail?.(command, context)) ?? notSetUp(command, context);
    case 'read_mail':
      return (await effects.read_mail?.(command, context)) ?? notSetUp(command, context);
    case 'call_tool':
      return (await effects.call_tool?.(command, context)) ?? notSetUp(command, context);
  }
}

function notSetUp({ type }: EffectCommand, { observer }: EffectContext): SandboxResult {
  observer.stderr(Buffer.from(`${type}: this house has no such thing set up\n`));
  return { kind: 'exited', code: NOT_SET_UP, ms: 0, cpuMs: 0, maxRssBytes: 0 };
}
