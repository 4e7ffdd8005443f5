import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LentFolder } from '../../bridge/protocol/lent-folder.ts';
import { hostsOfConnection, type ServerTool, type ToolServer } from '../../bridge/protocol/tools/tool-servers.ts';
import { McpAnswer, type McpErrand } from '../programs/mcp-wire.ts';
import { destinationOf } from '../sandbox/command-job.ts';
import { type EgressRecord, startEgress } from '../sandbox/egress/egress-proxy.ts';
import { withInnerHosts } from '../sandbox/egress/inner-hosts.ts';
import { programCommand } from '../sandbox/program-command.ts';
import { BOX_PATHS, type Limits, type Sandbox, type SandboxResult } from '../sandbox/sandbox.ts';

/** What is needed to send the program into a box and to hear what came of it. */
export interface ToolErrandDeps {
  readonly sandbox: Sandbox;
  readonly workspaces: string;
  readonly runFolder: string;
  readonly lent: readonly LentFolder[];
  readonly limits: Limits;
  readonly onEgress: (request: EgressRecord) => void;
}

export interface ToolErrand {
  readonly server: Pick<ToolServer, 'name' | 'connection'>;
  /** The value of its header. */
  readonly secret: string | undefined;
  readonly call?: { readonly tool: ServerTool; readonly arguments: Readonly<Record<string, unknown>> };
  readonly timeoutMs: number;
  /** Tells its socket from others'. */
  readonly id: string;
}

/** `result`: of the box, where there is no answer to be read. */
export type ToolErrandEnd =
  | { readonly kind: 'answered'; readonly answer: McpAnswer; readonly result: SandboxResult }
  | { readonly kind: 'silent'; readonly result: SandboxResult };

/** All that a server may say in one call, as the program hands it on. */
const MAX_BYTES = 1024 * 1024;
/** For the box and the program to begin, and to say that the time is over. */
const BESIDE_MS = 5_000;

/** Each server keeps what it keeps in a workspace of its own. */
export const toolWorkspace = (name: string): string => `tool-${name}`;

/**
 * One connection to one server, in a fresh box: the program inside starts the server or reaches it through the proxy,
 * which alone has the header. Rejects where the box cannot be asked for at all.
 */
export async function runErrand(errand: ToolErrand, deps: ToolErrandDeps, signal: AbortSignal): Promise<ToolErrandEnd> {
  const { server, secret, call, timeoutMs } = errand;
  const { connection } = server;
  const workspace = join(deps.workspaces, toolWorkspace(server.name));
  mkdirSync(workspace, { recursive: true, mode: 0o700 });
  const hosts = hostsOfConnection(connection);
  await using egress =
    hosts.length === 0
      ? null
      : await startEgress({
          socketPath: join(deps.runFolder, `t-${errand.id}.sock`),
          allowed: hosts.map(destinationOf),
          onRequest: deps.onEgress,
          internet: withInnerHosts(connection.inner.map((host) => destinationOf(host).host)),
          ...(connection.kind === 'http' && connection.header !== undefined && secret !== undefined
            ? { headers: { [connection.header.toLowerCase()]: secret } }
            : {}),
        });
  const lent = connection.kind === 'http' ? [] : connection.lent;
  const said: Uint8Array[] = [];
  const limits = { ...deps.limits, outputBytes: MAX_BYTES };
  const result = await deps.sandbox.run(
    {
      ...programCommand('mcp-call', [], limits),
      cwd: '.',
      stdin: Buffer.from(
        JSON.stringify({
          connection: insideConnection(connection),
          ...(call === undefined ? {} : { call }),
          timeoutMs,
        } satisfies McpErrand),
      ),
      timeoutMs: timeoutMs + BESIDE_MS,
      workspace: { path: workspace, writable: true },
      lent: lent.map(({ name, access }) => {
        const folder = deps.lent.find((one) => one.name === name);
        if (folder === undefined || (access === 'rw' && folder.mode !== 'rw'))
          throw new Error(`lent: ${name} is not lent so`);
        return { name, path: folder.path, writable: access === 'rw' };
      }),
      egress,
      limits,
    },
    { stdout: (chunk) => void said.push(chunk), stderr: () => undefined },
    signal,
  );
  const answer = answerIn(Buffer.concat(said).toString('utf8'));
  return answer === undefined ? { kind: 'silent', result } : { kind: 'answered', answer, result };
}

function insideConnection(connection: ToolServer['connection']): McpErrand['connection'] {
  if (connection.kind === 'http') return { kind: 'http', url: connection.url, socket: BOX_PATHS.egressSocket };
  const proxy = `http://127.0.0.1:${BOX_PATHS.proxyPort}`;
  return {
    kind: 'stdio',
    argv: connection.argv,
    environment: {
      // Last: the house's Node, for servers written for it on a machine that has none.
      PATH: `/usr/local/bin:/usr/bin:/bin:${BOX_PATHS.house}`,
      HOME: BOX_PATHS.workspace,
      LANG: 'C.UTF-8',
      ...(connection.hosts.length === 0
        ? {}
        : {
            http_proxy: proxy,
            https_proxy: proxy,
            HTTP_PROXY: proxy,
            HTTPS_PROXY: proxy,
            no_proxy: '',
            NODE_USE_ENV_PROXY: '1',
          }),
    },
  };
}

function answerIn(said: string): McpAnswer | undefined {
  try {
    return McpAnswer.safeParse(JSON.parse(said)).data;
  } catch {
    return undefined;
  }
}
