import { z } from 'zod';
import {
  common,
  FilePath,
  hostOf,
  HostPort,
  KiB,
  LentUse,
  noNul,
  text,
  WebAddress,
  WorkPath,
} from './command-fields.ts';
import {
  CallToolCommand,
  MakeDocumentCommand,
  ReadDocumentCommand,
  ReadMailCommand,
  ReadPageCommand,
  SendFileCommand,
  SendMailCommand,
} from './outside-commands.ts';

/**
 * What an executor can be asked to do. Every field is bounded, unknown ones are refused, and what a command may touch
 * is said in its own fields: nobody has to read a script to know it.
 */
const working = {
  cwd: WorkPath.prefault('.'),
  stdin: text(256 * KiB).optional(),
  workspace: z.enum(['ro', 'rw']).default('rw'),
  lent: z
    .array(LentUse)
    .max(16)
    .refine((uses) => new Set(uses.map(({ name }) => name)).size === uses.length, 'names a folder twice')
    .default([]),
  hosts: z.array(HostPort).max(32).default([]),
};

const Argument = text(16 * KiB).refine(noNul, 'holds a NUL');

/** A program with its arguments; no shell reads them. */
export const RunCommand = z.strictObject({
  type: z.literal('run'),
  ...common,
  ...working,
  argv: z
    .tuple([Argument.refine((program) => program !== '', 'no program')], Argument)
    .refine((argv) => argv.length <= 256, 'more than 256 arguments'),
});

/** A script for bash. */
export const ShellCommand = z.strictObject({
  type: z.literal('shell'),
  ...common,
  ...working,
  script: text(64 * KiB)
    .refine(noNul, 'holds a NUL')
    .refine((script) => script.trim() !== '', 'empty'),
});

export const WriteFileCommand = z.strictObject({
  type: z.literal('write_file'),
  ...common,
  path: FilePath,
  content: text(1024 * KiB),
  encoding: z.enum(['utf8', 'base64']).default('utf8'),
  executable: z.boolean().default(false),
});

export const ReadFileCommand = z.strictObject({
  type: z.literal('read_file'),
  ...common,
  path: FilePath,
  maxBytes: z
    .int()
    .min(1)
    .max(4096 * KiB)
    .default(256 * KiB),
});

export const ListFilesCommand = z.strictObject({
  type: z.literal('list_files'),
  ...common,
  path: WorkPath.prefault('.'),
  maxEntries: z.int().min(1).max(10_000).default(1_000),
});

const HEADER_VALUE = /^[\t\x20-\x7e]*$/;
/** The proxy's, or HTTP's own. */
const FORBIDDEN_HEADERS =
  /^(?:host|connection|content-length|transfer-encoding|upgrade|te|trailer|keep-alive|accept-encoding|proxy-.*)$/i;

/** HTTP, by way of the egress proxy; redirects are not followed. The answer's body is the output. */
export const FetchCommand = z.strictObject({
  type: z.literal('fetch'),
  ...common,
  method: z.enum(['GET', 'POST']).default('GET'),
  url: WebAddress,
  headers: z
    .record(
      z
        .string()
        .regex(/^[A-Za-z0-9-]{1,64}$/, 'not a header name')
        .regex(/^(?!.*\n)/),
      z
        .string()
        .max(2 * KiB)
        .regex(HEADER_VALUE, 'only printable ASCII'),
    )
    .refine((headers) => Object.keys(headers).length <= 32, 'more than 32 headers')
    .refine(
      (headers) => !Object.keys(headers).some((name) => FORBIDDEN_HEADERS.test(name)),
      'sets a header that is not its own to set',
    )
    .default({}),
  body: text(256 * KiB).optional(),
});

export const Command = z
  .discriminatedUnion('type', [
    RunCommand,
    ShellCommand,
    WriteFileCommand,
    ReadFileCommand,
    ListFilesCommand,
    FetchCommand,
    ReadPageCommand,
    ReadDocumentCommand,
    MakeDocumentCommand,
    SendFileCommand,
    SendMailCommand,
    ReadMailCommand,
    CallToolCommand,
  ])
  .refine((command) => !command.after.includes(command.id), { path: ['after'], error: 'waits for itself' })
  .refine((command) => command.type !== 'fetch' || command.body === undefined || command.method === 'POST', {
    path: ['body'],
    error: 'only POST has a body',
  })
  .refine((command) => command.type !== 'write_file' || command.encoding !== 'base64' || isBase64(command.content), {
    path: ['content'],
    error: 'not base64',
  });
export type Command = z.infer<typeof Command>;

/** Rising: each asks for more than the one before. */
export const RISKS = ['read', 'write', 'page', 'mailbox', 'host', 'network', 'tool', 'mail'] as const;
export type Risk = (typeof RISKS)[number];

/** All that a command asks for, from its fields alone; never empty, in the order of `RISKS`. */
export function risksOf(command: Command): Risk[] {
  const own = OUTSIDE_RISK[command.type];
  return [
    writesWorkspace(command) ? 'write' : 'read',
    ...(lentTo(command).some(({ access }) => access === 'rw') ? (['host'] as const) : []),
    ...(own === undefined ? (hostsOfCommand(command).length > 0 ? (['network'] as const) : []) : [own]),
  ];
}

/** What the house's own programs reach, in ways that no command can change. */
const OUTSIDE_RISK: Readonly<Partial<Record<Command['type'], Risk>>> = {
  read_page: 'page',
  read_mail: 'mailbox',
  call_tool: 'tool',
  send_mail: 'mail',
};

/** The gravest of them. */
export const riskOf = (command: Command): Risk => risksOf(command).at(-1) ?? 'network';

export const lentTo = (command: Command): readonly LentUse[] => ('lent' in command ? command.lent : []);

export function hostsOfCommand(command: Command): readonly HostPort[] {
  if (command.type === 'fetch' || command.type === 'read_page') return [HostPort.parse(hostOf(command.url))];
  return 'hosts' in command ? command.hosts : [];
}

/** Files that it puts into the conversation by itself when it has succeeded. */
export function filesHanded(command: Command): readonly WorkPath[] {
  if (command.type === 'send_file') return [command.path];
  return command.type === 'make_document' && command.hand !== false ? [command.path] : [];
}

export function writesWorkspace(command: Command): boolean {
  if (command.type === 'write_file' || command.type === 'make_document') return true;
  return 'workspace' in command && command.workspace === 'rw';
}

export interface CommandFault {
  /** `success.fileExists`, `argv.0`; empty when the whole is not a command. */
  readonly field: string;
  readonly problem: string;
}

/** Reads what somebody wrote as a command; every fault names its field. */
export function parseCommand(
  input: unknown,
): { readonly ok: true; readonly command: Command } | { readonly ok: false; readonly faults: readonly CommandFault[] } {
  const parsed = Command.safeParse(input);
  if (parsed.success) return { ok: true, command: parsed.data };
  return {
    ok: false,
    faults: parsed.error.issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => ({ field: [...issue.path, key].join('.').slice(0, 200), problem: 'no such field' }))
        : [{ field: issue.path.join('.'), problem: issue.message }],
    ),
  };
}

const isBase64 = (value: string) => /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value);
