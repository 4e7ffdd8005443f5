import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ToolChanges, toolChanges, toolPin } from '../../bridge/digest/tool-pin.ts';
import type { CallToolCommand } from '../../bridge/protocol/outside-commands.ts';
import { TOOL_FILES, ToolSecrets, type ToolServer } from '../../bridge/protocol/tools/tool-servers.ts';
import { pinnedTool } from '../policy/prepare.ts';
import type { Rules } from '../policy/rules.ts';
import type { SandboxResult } from '../sandbox/sandbox.ts';
import type { Effect } from './effects.ts';
import { limitsOf } from './perform.ts';
import { runErrand, type ToolErrandDeps } from './tool-errand.ts';

export interface CallToolDeps extends Pick<ToolErrandDeps, 'sandbox' | 'workspaces' | 'runFolder'> {
  readonly rules: () => Rules;
  /** The values of the servers' headers, as they lie there now. */
  readonly secrets: () => ToolSecrets;
  readonly onEgress: (key: string, request: Parameters<ToolErrandDeps['onEgress']>[0]) => void;
  /** A server says something else of its tools than when the owner saw them; told once for each such state. */
  readonly onChanges: (server: ToolServer, changes: ToolChanges) => Promise<void>;
}

/** Of sysexits: what went wrong is the server's, not the command's. */
const CHANGED = 77;
const FAILED = 69;

/** Calls one tool of one of the owner's servers, if it is still what he saw. */
export function callTool(deps: CallToolDeps): Effect<CallToolCommand> {
  return async (command, { prepared, policy, observer, signal }) => {
    const rules = deps.rules();
    const pinned = pinnedTool(command, rules);
    const fail = (code: number, why: string, result?: SandboxResult): SandboxResult => {
      observer.stderr(Buffer.from(`${why}\n`));
      const {
        ms = 0,
        cpuMs = 0,
        maxRssBytes = 0,
      } = result === undefined || result.kind === 'sandbox-error' ? {} : result;
      return { kind: 'exited', code, ms, cpuMs, maxRssBytes };
    };
    if (pinned === undefined || toolPin(pinned.tool) !== prepared.tool?.tool)
      return fail(FAILED, `there is no tool ${command.tool} of ${command.server} any more`);
    const { server, tool } = pinned;
    const secret = deps.secrets()[server.name];
    const end = await runErrand(
      {
        server,
        secret,
        call: { tool, arguments: command.arguments },
        timeoutMs: Math.max(1_000, command.timeoutMs - 2_000),
        id: prepared.hash.slice(0, 16),
      },
      {
        ...deps,
        lent: rules.lent,
        limits: limitsOf(policy),
        onEgress: (request) => deps.onEgress(prepared.key, request),
      },
      signal,
    );
    if (end.kind === 'silent') {
      if (end.result.kind !== 'exited') return end.result;
      return fail(FAILED, 'the server said nothing that could be read; it may have done what it was asked', end.result);
    }
    const { answer, result } = end;
    if (answer.kind === 'called' || answer.kind === 'changed') {
      const changes = toolChanges(server, answer.tools);
      if (changes !== null) await deps.onChanges(server, changes);
    }
    switch (answer.kind) {
      case 'called':
        observer.stdout(Buffer.from(withoutSecret(answer.text, secret)));
        return answer.failed ? fail(1, 'the tool says that it failed', result) : result;
      case 'changed':
        return fail(
          CHANGED,
          `${command.tool} describes itself otherwise than when the owner added it. It was not called; the owner has been told how to look at the change.`,
          result,
        );
      case 'failed':
      case 'listed':
        return fail(
          FAILED,
          withoutSecret(
            `the server failed: ${answer.kind === 'failed' ? answer.why : ''}; if it was reached, it may have done what it was asked`,
            secret,
          ),
          result,
        );
    }
  };
}

/** A server may say back what it was sent. */
function withoutSecret(text: string, secret: string | undefined): string {
  if (secret === undefined) return text;
  const words = [secret, ...secret.split(' ')].filter((word) => word.length >= 8);
  return words.reduce((said, word) => said.replaceAll(word, '***'), text);
}

/** None where the file is not there or cannot be understood: a server is then called without its key. */
export function toolSecrets(rulesFolder: string): ToolSecrets {
  try {
    return ToolSecrets.safeParse(JSON.parse(readFileSync(join(rulesFolder, TOOL_FILES.secrets), 'utf8'))).data ?? {};
  } catch {
    return {};
  }
}
