import type { CommandResult } from '../../bridge/protocol/act.ts';
import type { Command } from '../../bridge/protocol/command.ts';
import type { EventId } from '../../bridge/protocol/ids.ts';
import { PlanHash } from '../../bridge/protocol/plan.ts';
import type { Prepared, Outcome } from '../ledger/ledger-entry.ts';

export type Artifact = NonNullable<CommandResult['artifacts']>[number];

export interface Ended {
  readonly outcome: Outcome;
  /** All of the output, clean; empty where it is no text. */
  readonly output: string;
  readonly artifacts: readonly Artifact[];
  readonly report?: EventId | undefined;
}

/** As JSON; an edit carries it twice, and an event has to stay under 60 KB. */
const MAX_OUTPUT_BYTES = 12_000;
/** Of what is read for a conversation, where nothing is edited: a page in one part, not in three (`programs/read-page.ts`). */
const MAX_READ_BYTES = 24_000;
const READS: ReadonlySet<Command['type']> = new Set(['read_page', 'read_document', 'read_mail', 'call_tool']);

/** Which command a result is of; one without a plan stands for itself. */
export function resultHead({
  plan,
  attempt,
  hash,
  command,
}: Prepared): Pick<CommandResult, 'plan' | 'step' | 'attempt'> {
  return plan === undefined
    ? { plan: PlanHash.parse(hash), step: command.id, attempt }
    : { plan: plan.hash, step: plan.step, attempt };
}

/** How it ended, for whoever goes on with the task. */
export function endResult(prepared: Prepared, { outcome, output, artifacts, report }: Ended): CommandResult {
  return {
    ...resultHead(prepared),
    state: outcome.kind,
    ...fieldsOf(outcome),
    ...(output === '' ? {} : { output: partOf(output, prepared) }),
    ...(artifacts.length === 0 ? {} : { artifacts: [...artifacts] }),
    ...(report === undefined ? {} : { report }),
  };
}

function fieldsOf(outcome: Outcome): Partial<CommandResult> {
  const ms = 'ms' in outcome ? { ms: Math.max(0, Math.round(outcome.ms)) } : {};
  switch (outcome.kind) {
    case 'done':
      return { exitCode: outcome.exitCode, ...ms };
    case 'failed': {
      const detail = [
        outcome.detail ?? '',
        ...(outcome.unreached ?? []).map(({ destination, why }) => `network: ${destination} ${why}`),
      ]
        .filter((one) => one !== '')
        .join('; ');
      return {
        why: outcome.why,
        ...(outcome.exitCode === undefined ? {} : { exitCode: outcome.exitCode }),
        ...(detail === '' ? {} : { detail: detail.slice(0, 500) }),
        ...ms,
      };
    }
    case 'refused':
      return {
        why: outcome.why,
        ...(outcome.detail === undefined || outcome.detail === '' ? {} : { detail: outcome.detail }),
      };
    case 'stopped':
      return ms;
    case 'unknown':
      return {};
  }
}

function partOf(output: string, { command, chat }: Prepared): string {
  if (!READS.has(command.type)) return commandEnd(output);
  return commandStart(output, chat === undefined ? MAX_OUTPUT_BYTES : MAX_READ_BYTES);
}

/** What is read begins at its beginning, where it says what it is. */
export function commandStart(output: string, bytes: number): string {
  if (jsonBytes(output) <= bytes) return output;
  let start = output.slice(0, bytes);
  while (jsonBytes(start) > bytes - CUT.length) start = start.slice(0, Math.floor(start.length * 0.95));
  return `${start.toWellFormed()}${CUT}`;
}

const CUT = '\n[cut here]';
const jsonBytes = (text: string): number => Buffer.byteLength(JSON.stringify(text));

/** The last of it that fits, beginning with a whole line where there is one. */
export function commandEnd(output: string): string {
  let end = output.slice(-MAX_OUTPUT_BYTES);
  while (jsonBytes(end) > MAX_OUTPUT_BYTES) end = end.slice(Math.ceil(end.length / 10));
  if (end === output) return output;
  const line = end.indexOf('\n');
  return (line === -1 || line === end.length - 1 ? end : end.slice(line + 1)).toWellFormed();
}
