import { mkdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { CommandId, type WorkPath } from '../../bridge/protocol/command-fields.ts';
import { hostsOfCommand, parseCommand, type Command } from '../../bridge/protocol/command.ts';
import type { Policy } from '../../bridge/protocol/policy.ts';
import { sha256 } from '../../bridge/digest/canonical.ts';
import type { Outcome, Prepared, Unreached } from '../ledger/ledger-entry.ts';
import type { OutputText } from '../reports/output-text.ts';
import { type EffectResult, performEffect, type Effects, isEffect, type TakenFile } from './effects.ts';
import { StoppedCommand, TookTooMuch } from './running.ts';
import { destinationOf, jobFor } from '../sandbox/command-job.ts';
import { startEgress, type EgressRecord } from '../sandbox/egress/egress-proxy.ts';
import { DEFAULT_LIMITS, type Limits, type OutputObserver, type Sandbox } from '../sandbox/sandbox.ts';

export interface PerformDeps {
  readonly sandbox: Sandbox;
  readonly workspaces: string;
  /** For the sockets of egress proxies; a short path of the executor's own. */
  readonly runFolder: string;
  readonly onEgress: (prepared: Prepared, request: EgressRecord) => void;
  readonly effects: Effects;
}

/** Copies of lent folders by their names, where a command runs on those. */
export type Views = ReadonlyMap<string, string>;

const MAX_UNREACHED = 5;
const MiB = 1024 * 1024;
const MAX_FILE = 4 * MiB;

export const limitsOf = ({ limits }: Policy): Limits => ({
  ...DEFAULT_LIMITS,
  memoryBytes: limits.memoryMiB * MiB,
  diskBytes: limits.diskMiB * MiB,
  fileBytes: Math.min(DEFAULT_LIMITS.fileBytes, limits.diskMiB * MiB),
  processes: limits.processes,
  cpuMs: limits.cpuSeconds * 1000,
});

/** Runs one prepared command in its box and says how it ended. Never rejects but for faults of this machine. */
export async function perform(
  prepared: Prepared,
  policy: Policy,
  output: OutputText,
  signal: AbortSignal,
  deps: PerformDeps,
  views: Views = new Map(),
): Promise<Outcome> {
  const observer: OutputObserver = {
    stdout: (chunk) => output.push('stdout', chunk),
    stderr: (chunk) => output.push('stderr', chunk),
  };
  const unreached = new Map<string, Unreached[number]>();
  const listening: PerformDeps = {
    ...deps,
    onEgress: (of, request) => {
      if (request.reason !== undefined && unreached.size < MAX_UNREACHED)
        unreached.set(request.destination, { destination: request.destination, why: request.reason });
      deps.onEgress(of, request);
    },
  };
  const startedAt = Date.now();
  const result = await run(prepared, prepared.command, policy, observer, signal, listening, views);
  output.end();
  const outcome = outcomeOf(result, signal, startedAt);
  if (outcome.kind !== 'done' && outcome.kind !== 'failed') return outcome;
  const judged = await judgeSuccess(prepared, policy, outcome, output, deps);
  return unreached.size === 0 || (judged.kind !== 'done' && judged.kind !== 'failed')
    ? judged
    : { ...judged, unreached: [...unreached.values()] };
}

async function run(
  prepared: Prepared,
  command: Command,
  policy: Policy,
  observer: OutputObserver,
  signal: AbortSignal,
  deps: PerformDeps,
  views: Views = new Map(),
): Promise<EffectResult> {
  try {
    if (isEffect(command))
      return await performEffect(command, deps.effects, {
        prepared,
        policy,
        observer,
        signal,
        takeFile: (path) => takeFile(prepared, path, policy, deps),
      });
    const page = command.type === 'read_page';
    // Whoever reads a page has a way out: what the conversation keeps is no business of its box.
    const workspacePath = page ? join(deps.runFolder, 'nothing') : join(deps.workspaces, prepared.workspace);
    mkdirSync(workspacePath, { recursive: true, mode: 0o700 });
    const now = new Date();
    utimesSync(workspacePath, now, now); // for `old-workspaces.ts`
    const hosts = hostsOfCommand(command);
    await using egress =
      hosts.length === 0
        ? null
        : await startEgress({
            socketPath: join(deps.runFolder, `e-${prepared.hash.slice(0, 16)}.sock`),
            // Redirects lead anywhere; where the owner's policy names hosts, among those.
            allowed: page ? (policy.hosts?.map(destinationOf) ?? 'web') : hosts.map(destinationOf),
            pageOnly: page,
            onRequest: (request) => deps.onEgress(prepared, request),
          });
    const lentPaths = new Map(
      prepared.folders.map(({ name, path, access }) => [
        name,
        { path: views.get(name) ?? path, writable: access === 'rw' },
      ]),
    );
    const job = jobFor(command, { workspacePath, lentPaths, egress, limits: limitsOf(policy) });
    return await deps.sandbox.run(job, observer, signal);
  } catch (error) {
    return { kind: 'sandbox-error', detail: error instanceof Error ? error.message : String(error) };
  }
}

function outcomeOf(result: EffectResult, signal: AbortSignal, startedAt: number): Outcome {
  switch (result.kind) {
    case 'unknown':
      return { kind: 'unknown', startedAt };
    case 'sandbox-error':
      return { kind: 'failed', why: 'sandbox', detail: result.detail.slice(0, 300), ms: 0, rssBytes: 0 };
    case 'killed': {
      const reason: unknown = signal.reason;
      if (result.why === 'cancelled' && reason instanceof TookTooMuch)
        return { kind: 'failed', why: 'killed', detail: 'disk', ms: result.ms, rssBytes: result.maxRssBytes };
      if (result.why === 'cancelled')
        return {
          kind: 'stopped',
          ms: result.ms,
          ...(reason instanceof StoppedCommand && reason.by !== undefined ? { by: reason.by } : {}),
        };
      return { kind: 'failed', why: 'killed', detail: result.why, ms: result.ms, rssBytes: result.maxRssBytes };
    }
    case 'exited':
      return { kind: 'done', exitCode: result.code, ms: result.ms, rssBytes: result.maxRssBytes };
  }
}

/** What the command itself says success looks like. */
async function judgeSuccess(
  prepared: Prepared,
  policy: Policy,
  outcome: Outcome,
  output: OutputText,
  deps: PerformDeps,
): Promise<Outcome> {
  if (outcome.kind !== 'done') return outcome;
  const { success } = prepared.command;
  const { exitCode, ms, rssBytes } = outcome;
  if (exitCode !== success.exitCode) return { kind: 'failed', why: 'exit', exitCode, ms, rssBytes };
  if (success.outputContains !== undefined && !output.whole().includes(success.outputContains))
    return { kind: 'failed', why: 'output', exitCode, ms, rssBytes };
  if (
    success.fileExists !== undefined &&
    (await takeFile(prepared, success.fileExists, policy, deps)).bytes === undefined
  )
    return { kind: 'failed', why: 'file', exitCode, ms, rssBytes };
  return outcome;
}

/** A file into the workspace, written inside the box: nothing out here follows its links. Whether it is there now. */
export async function putFile(
  prepared: Prepared,
  path: WorkPath,
  bytes: Uint8Array,
  policy: Policy,
  deps: PerformDeps,
): Promise<boolean> {
  const command: Command = { ...PUTTING, path, content: Buffer.from(bytes).toString('base64') };
  const result = await run(
    prepared,
    command,
    policy,
    { stdout: () => undefined, stderr: () => undefined },
    AbortSignal.timeout(PUTTING.timeoutMs),
    deps,
  );
  return result.kind === 'exited' && result.code === 0;
}

const PUTTING = {
  type: 'write_file',
  id: CommandId.parse('input'),
  reason: 'a file that was sent',
  encoding: 'base64',
  executable: false,
  success: { exitCode: 0 },
  repeatable: true,
  after: [],
  timeoutMs: 60_000,
} as const satisfies Partial<Command>;

/** A file of the workspace, read inside the box: nothing out here follows its links. */
export async function takeFile(
  prepared: Prepared,
  path: string,
  policy: Policy,
  deps: PerformDeps,
): Promise<TakenFile> {
  const parsed = parseCommand({
    type: 'read_file',
    id: CommandId.parse('artifact'),
    reason: 'artifact',
    path,
    maxBytes: MAX_FILE,
  });
  if (!parsed.ok) return { path };
  const chunks: Uint8Array[] = [];
  const observer: OutputObserver = { stdout: (chunk) => void chunks.push(chunk), stderr: () => undefined };
  const result = await run(prepared, parsed.command, policy, observer, AbortSignal.timeout(60_000), deps);
  if (result.kind !== 'exited' || result.code !== 0) return { path };
  const bytes = Buffer.concat(chunks);
  // As much as may be asked for: there is probably more, and half a file is none.
  if (bytes.length >= MAX_FILE) return { path };
  return { path, bytes, sha256: sha256(bytes) };
}
