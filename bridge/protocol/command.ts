import { z } from 'zod';
import { withoutEnd } from './text-ends.ts';

/**
 * What an executor can be asked to do. Every field is bounded, unknown ones are refused, and what a command may touch
 * is said in its own fields: nobody has to read a script to know it.
 */
const KiB = 1024;
const bytesOf = (text: string) => new TextEncoder().encode(text).length;
const text = (maxBytes: number) =>
  z.string().refine((value) => bytesOf(value) <= maxBytes, `at most ${maxBytes} bytes`);
const noNul = (value: string) => !value.includes('\0');

/** Letters that are not seen, turn the line round, or look like a slash or a dot: what is approved has to be what is meant. */
const DECEIVING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u2044\u2215\u29f8\uff0f\ufe68\uff3c\u2024\uff0e\uff61]/u;

const withoutSlashes = (path: string) => withoutEnd(path, '/') || path.slice(0, 1);

/** A path in the workspace: no way up, none from the root. `./a/` is read as `a`. */
export const WorkPath = z
  .string()
  .transform((path) => withoutSlashes(path.replace(/^(?:\.\/)+(?=.)/, '')))
  .pipe(
    z
      .string()
      .min(1, 'an empty path')
      .refine((path) => bytesOf(path) <= KiB, 'longer than 1024 bytes')
      .refine((path) => !path.startsWith('/'), 'starts with /: paths are relative to the workspace')
      .refine((path) => !path.split('/').includes('..'), 'leads out of the workspace with ..')
      .refine(
        (path) => path === '.' || path.split('/').every((part) => part !== '' && part !== '.'),
        'has an empty part or a . in it',
      )
      .refine((path) => path.split('/').every((part) => bytesOf(part) <= 255), 'a part is longer than 255 bytes')
      .refine((path) => !DECEIVING.test(path), 'has invisible or deceiving letters'),
  )
  .brand<'WorkPath'>();
export type WorkPath = z.infer<typeof WorkPath>;
const FilePath = WorkPath.refine((path) => path !== '.', 'names the workspace itself, not a file');

/** The name of a command within its plan. */
export const CommandId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,47}$/, 'small letters, digits, - and _, at most 48')
  .brand<'CommandId'>();
export type CommandId = z.infer<typeof CommandId>;

/** The name that the owner gave a lent folder; it appears inside as /lent/<name>. */
export const LentName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'small letters, digits, . - and _, at most 64')
  .brand<'LentName'>();
export type LentName = z.infer<typeof LentName>;

export const LentUse = z.strictObject({ name: LentName, access: z.enum(['ro', 'rw']) });
export type LentUse = z.infer<typeof LentUse>;

const NAME = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const V4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);
const V6 = /^\[[0-9a-f:]{2,39}\]$/;

/** `host:port`, exactly: a name in lower-case ASCII (`xn--` for others) or an address; no patterns. */
export const HostPort = z
  .string()
  .transform((value) => value.toLowerCase())
  .pipe(
    z.string().refine((value) => {
      const [, host = '', port = ''] = /^(.*):(\d{1,5})$/.exec(value) ?? [];
      return (NAME.test(host) || V4.test(host) || V6.test(host)) && Number(port) >= 1 && Number(port) <= 65_535;
    }, 'not host:port, such as api.example.org:443'),
  )
  .brand<'HostPort'>();
export type HostPort = z.infer<typeof HostPort>;

/** What success looks like; everything that is named has to hold. */
export const Success = z.strictObject({
  exitCode: z.int().min(0).max(255).default(0),
  /** Somewhere in stdout or stderr, letter for letter. */
  outputContains: text(KiB).min(1).optional(),
  fileExists: FilePath.optional(),
});
export type Success = z.infer<typeof Success>;

const common = {
  id: CommandId,
  reason: text(2 * KiB).refine((value) => value.trim() !== '', 'empty: say why'),
  success: Success.prefault({}),
  /** Running it again after a crash does no harm. */
  repeatable: z.boolean().default(false),
  /** Commands of the same plan that have to succeed first. */
  after: z.array(CommandId).max(32).default([]),
  timeoutMs: z
    .int()
    .min(100)
    .max(6 * 3600_000)
    .default(120_000),
};

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

const WebAddress = z
  .string()
  .max(4 * KiB)
  .refine((value) => /^https?:\/\/[\x21-\x7e]+$/.test(value), 'not an address that starts with http:// or https://')
  .refine((value) => HostPort.safeParse(hostOf(value)).success, 'has no usable host')
  .refine((value) => !/^https?:\/\/[^/?#]*@/.test(value), 'holds a password')
  .brand<'WebAddress'>();

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
export const RISKS = ['read', 'write', 'host', 'network'] as const;
export type Risk = (typeof RISKS)[number];

/** All that a command asks for, from its fields alone; never empty, in the order of `RISKS`. */
export function risksOf(command: Command): Risk[] {
  const risks: Risk[] = [writesWorkspace(command) ? 'write' : 'read'];
  if (lentTo(command).some(({ access }) => access === 'rw')) risks.push('host');
  if (hostsOfCommand(command).length > 0) risks.push('network');
  return risks;
}

/** The gravest of them. */
export const riskOf = (command: Command): Risk => risksOf(command).at(-1) ?? 'network';

export const lentTo = (command: Command): readonly LentUse[] => ('lent' in command ? command.lent : []);

export function hostsOfCommand(command: Command): readonly HostPort[] {
  if (command.type === 'fetch') return [HostPort.parse(hostOf(command.url))];
  return 'hosts' in command ? command.hosts : [];
}

export function writesWorkspace(command: Command): boolean {
  if (command.type === 'write_file') return true;
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

function hostOf(address: string): string {
  const [, scheme = '', authority = ''] = /^(https?):\/\/([^/?#]*)/i.exec(address) ?? [];
  return /:\d+$/.test(authority) ? authority : `${authority}:${scheme.toLowerCase() === 'https' ? 443 : 80}`;
}

const isBase64 = (value: string) => /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value);
