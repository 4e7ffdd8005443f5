import { z } from 'zod';
import { HostPort, LentUse } from '../command-fields.ts';
import { LentFolder } from '../lent-folder.ts';
import { ServerName } from '../outside-commands.ts';

/**
 * MCP servers that the owner has added at the terminal, with their tools as they were when he saw them. `tools.json`
 * lies in the folder of rules, which the owner writes and the executor only reads.
 */

/** As the protocol has them. */
export const ServerToolName = z.string().regex(/^[A-Za-z0-9_./-]{1,128}$/, 'letters, digits, _ . / and -, at most 128');

export const MOST_TOOLS = 64;
const MAX_DESCRIPTION = 8_000;
const MAX_SCHEMA = 32_000;

/** One tool as a server describes it: what is pinned is all of this. */
export const ServerTool = z.object({
  name: ServerToolName,
  title: z.string().max(400).optional(),
  description: z.string().max(MAX_DESCRIPTION).optional(),
  inputSchema: z
    .record(z.string(), z.unknown())
    .refine((schema) => JSON.stringify(schema).length <= MAX_SCHEMA, `a schema of more than ${MAX_SCHEMA} letters`),
  annotations: z.record(z.string(), z.unknown()).optional(),
});
export type ServerTool = z.infer<typeof ServerTool>;

/** What the server says of it, no more than that: only the owner's trust makes it count. */
export const saysReadOnly = ({ annotations }: Pick<ServerTool, 'annotations'>): boolean =>
  annotations?.['readOnlyHint'] === true;

const ServerUrl = z
  .string()
  .max(2_000)
  .refine((value) => {
    const url = URL.parse(value);
    if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') return false;
    return HostPort.safeParse(hostPortOf(url)).success;
  }, 'not an address that starts with http:// or https://, without a password in it');

/** Those of its hosts that were not on the internet when the owner named them: his own machine or network. */
const inner = z.array(HostPort).max(16).default([]);

/** Streamable HTTP. */
const HttpConnection = z.strictObject({
  kind: z.literal('http'),
  url: ServerUrl,
  inner,
  /** Sent with every request; its value lies in `tool-secrets.json`. */
  header: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,64}$/)
    .optional(),
});

/** A program that speaks over its input and output, in the box of commands. */
const StdioConnection = z.strictObject({
  kind: z.literal('stdio'),
  argv: z.tuple([z.string().min(1).max(4_096)], z.string().max(4_096)).refine((argv) => argv.length <= 64),
  hosts: z.array(HostPort).max(16),
  inner,
  lent: z.array(LentUse).max(8),
});

export const ToolConnection = z.discriminatedUnion('kind', [HttpConnection, StdioConnection]);
export type ToolConnection = z.infer<typeof ToolConnection>;

/** Where it goes. */
export function hostsOfConnection(connection: ToolConnection): readonly HostPort[] {
  return connection.kind === 'stdio' ? connection.hosts : [HostPort.parse(hostPortOf(new URL(connection.url)))];
}

function hostPortOf({ hostname, port, protocol }: URL): string {
  return `${hostname}:${port === '' ? (protocol === 'https:' ? 443 : 80) : port}`;
}

export const ToolServer = z.strictObject({
  name: ServerName,
  connection: ToolConnection,
  /** Tools that say of themselves that they only read run without asking. */
  trustReading: z.boolean(),
  /** Of its tools only these are meant; undefined: all. */
  only: z.array(ServerToolName).min(1).max(MOST_TOOLS).optional(),
  tools: z.array(ServerTool).max(MOST_TOOLS),
});
export type ToolServer = z.infer<typeof ToolServer>;

export const ToolServers = z
  .strictObject({ servers: z.array(ToolServer).max(16) })
  .refine(
    ({ servers }) => new Set(servers.map(({ name }) => name)).size === servers.length,
    'two servers have one name',
  );
export type ToolServers = z.infer<typeof ToolServers>;

/** By name of the server: the value of its header. */
export const ToolSecrets = z.record(ServerName, z.string().min(1).max(8_000));
export type ToolSecrets = z.infer<typeof ToolSecrets>;

/** What the launcher tells the process that tries a server, and what that answers in one line. */
export const ToolCheck = z.object({
  server: ToolServer.pick({ name: true, connection: true }),
  secret: z.string().optional(),
  lent: z.array(LentFolder),
});
export type ToolCheck = z.infer<typeof ToolCheck>;

export const ToolCheckEnd = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('listed'),
    tools: z.array(z.unknown()),
    /** Of its hosts those that are not on the internet. */ inner: z.array(HostPort),
  }),
  z.object({ kind: z.literal('failed'), why: z.string() }),
]);
export type ToolCheckEnd = z.infer<typeof ToolCheckEnd>;

export const TOOL_FILES = { servers: 'tools.json', secrets: 'tool-secrets.json' } as const;

/** Of what a server lists, what can be used, and what is wrong with the rest. */
export function readTools(listed: readonly unknown[]): {
  readonly tools: readonly ServerTool[];
  readonly unusable: readonly { readonly name: string; readonly why: string }[];
} {
  const tools: ServerTool[] = [];
  const unusable: { name: string; why: string }[] = [];
  for (const one of listed) {
    const parsed = ServerTool.safeParse(one);
    if (parsed.success && !tools.some(({ name }) => name === parsed.data.name)) tools.push(parsed.data);
    else
      unusable.push({
        name: z.object({ name: z.string() }).safeParse(one).data?.name.slice(0, 128) ?? '?',
        why: parsed.error?.issues[0]?.message ?? 'the same name twice',
      });
  }
  return { tools, unusable };
}
