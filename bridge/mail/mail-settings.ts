import { z } from 'zod';
import { MailAddress } from '../protocol/command-fields.ts';

const Login = z.strictObject({
  host: z
    .string()
    .min(1)
    .max(253)
    .regex(/^[a-z0-9.:-]+$/, 'not a host name'),
  port: z.int().min(1).max(65_535),
  /** `plain`: the owner said that this server has no TLS. Never tried by itself. */
  security: z.enum(['tls', 'starttls', 'plain']),
  /** Empty: the server asks for none. */
  user: z.string().max(320),
  password: z.string().max(1_000),
});
export type MailLogin = z.infer<typeof Login>;

/** `mail.json`, beside the rules: the owner writes it, the executor alone reads it. */
export const MailSettings = z.strictObject({
  smtp: Login,
  imap: Login.optional(),
  /** In `From`, and the owner's own. */
  address: MailAddress,
  /** A code that was sent there has come back. */
  verified: z.boolean(),
  /** Letters a day to himself that do not ask. */
  freeADay: z.int().min(0).max(1_000).default(20),
});
export type MailSettings = z.infer<typeof MailSettings>;
export const MAIL_FILE = 'mail.json';
