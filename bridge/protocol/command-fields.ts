import { z } from 'zod';
import { withoutEnd } from './text-ends.ts';

export const KiB = 1024;
const bytesOf = (text: string) => new TextEncoder().encode(text).length;
export const text = (maxBytes: number) =>
  z.string().refine((value) => bytesOf(value) <= maxBytes, `at most ${maxBytes} bytes`);
export const noNul = (value: string) => !value.includes('\0');

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
/** A file in it, not the workspace itself. */
export const FilePath = WorkPath.refine((path) => path !== '.', 'names the workspace itself, not a file');

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

export const LentUse = z.strictObject({
  name: LentName,
  access: z.enum(['ro', 'rw']),
  /** It makes sense on the real folder only, so it is not tried on a copy first. */
  live: z.literal(true).optional(),
});
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

/** Of every command. */
export const common = {
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

/** An address of the web without a password in it. */
export const WebAddress = z
  .string()
  .max(4 * KiB)
  .refine((value) => /^https?:\/\/[\x21-\x7e]+$/.test(value), 'not an address that starts with http:// or https://')
  .refine((value) => HostPort.safeParse(hostOf(value)).success, 'has no usable host')
  .refine((value) => !/^https?:\/\/[^/?#]*@/.test(value), 'holds a password')
  .brand<'WebAddress'>();
export type WebAddress = z.infer<typeof WebAddress>;

/** `host:port` that an address of the web means. */
export function hostOf(address: string): string {
  const [, scheme = '', authority = ''] = /^(https?):\/\/([^/?#]*)/i.exec(address) ?? [];
  return /:\d+$/.test(authority) ? authority : `${authority}:${scheme.toLowerCase() === 'https' ? 443 : 80}`;
}

/** `ab.c+d`: letters, digits and what people have in their addresses. No quotes, comments, routes, NULs: what looks like an address is one. */
const MAIL_LOCAL = /^(?!-)[A-Za-z0-9&'+=_~-]+(?:\.[A-Za-z0-9&'+=_~-]+)*$/;
const MAIL_HOST = /^(?=.{3,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/;

/** Where a letter goes: one plain address, without a name. The host in small ASCII letters, `xn--` for others. */
export const MailAddress = z
  .string()
  .max(400)
  .transform((value) => {
    const at = value.lastIndexOf('@');
    return at === -1 ? value : `${value.slice(0, at)}@${asciiHost(value.slice(at + 1))}`;
  })
  .pipe(
    z.string().refine((value) => {
      const at = value.lastIndexOf('@');
      const local = value.slice(0, at);
      return at > 0 && at <= 64 && MAIL_LOCAL.test(local) && MAIL_HOST.test(value.slice(at + 1));
    }, 'not one plain e-mail address such as name@example.org'),
  )
  .brand<'MailAddress'>();
export type MailAddress = z.infer<typeof MailAddress>;

/** Empty where it is none. */
function asciiHost(host: string): string {
  if (MAIL_HOST.test(host.toLowerCase())) return host.toLowerCase();
  // Anything but letters, digits, dots and hyphens would be something else to a parser of web addresses.
  if (!/^[\p{L}\p{M}\p{N}.-]{1,253}$/u.test(host)) return '';
  try {
    return new URL(`http://${host}`).hostname;
  } catch {
    return '';
  }
}

/** One line of a header: nothing in it begins another one, or hides what stands beside it. */
export const MailSubject = z
  .string()
  .min(1, 'an empty subject')
  .max(300)
  .refine((value) => value.trim() !== '', 'an empty subject')
  .refine((value) => !/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e\u2066-\u2069]/u.test(value), 'more than one plain line');
