import { z } from 'zod';
import { common, FilePath, KiB, MailAddress, MailSubject, noNul, text, WebAddress } from './command-fields.ts';
import { DOCUMENT_KINDS, documentKindOf } from './documents/document-kind.ts';

/**
 * Commands that look outside, make documents or send something. The box of each is the house's own: nothing in them is
 * a program or a script.
 */

/**
 * Why the swarm wants a master to be asked although the rules would let it run: `tainted` after words of strangers met
 * what is private, `address` where nobody but the model has named the address.
 */
export const ConsentWhy = z.enum(['tainted', 'address']);
export type ConsentWhy = z.infer<typeof ConsentWhy>;

/** Characters of the whole to leave out at the beginning: what is long is read in parts. */
const from = z.int().min(0).max(10_000_000).default(0);

/** GET of a public address, redirects followed; the page's text as Markdown is the output. */
export const ReadPageCommand = z.strictObject({
  type: z.literal('read_page'),
  ...common,
  url: WebAddress,
  from,
  asks: ConsentWhy.optional(),
});
export type ReadPageCommand = z.infer<typeof ReadPageCommand>;

/** A document of the workspace (PDF, office files, letters, archives) as Markdown. */
export const ReadDocumentCommand = z.strictObject({
  type: z.literal('read_document'),
  ...common,
  path: FilePath,
  from,
});
export type ReadDocumentCommand = z.infer<typeof ReadDocumentCommand>;

/** Makes a document in the workspace. */
export const MakeDocumentCommand = z.strictObject({
  type: z.literal('make_document'),
  ...common,
  path: FilePath.refine(
    (path) => documentKindOf(path) !== null,
    `does not end in one of ${DOCUMENT_KINDS.map((kind) => `.${kind}`).join(', ')}`,
  ),
  content: text(512 * KiB),
  /** It stays in the workspace, as a chart does that is only for a report; else it goes into the conversation. */
  hand: z.boolean().optional(),
});
export type MakeDocumentCommand = z.infer<typeof MakeDocumentCommand>;

/** Hands a file of the workspace over to the conversation. */
export const SendFileCommand = z.strictObject({ type: z.literal('send_file'), ...common, path: FilePath });
export type SendFileCommand = z.infer<typeof SendFileCommand>;

/** A letter from the owner's mailbox. */
export const SendMailCommand = z.strictObject({
  type: z.literal('send_mail'),
  ...common,
  /** Whatever anybody says: of two letters one is too many. */
  repeatable: z
    .boolean()
    .default(false)
    .transform(() => false),
  to: z.array(MailAddress).min(1).max(10),
  subject: MailSubject,
  text: text(64 * KiB).refine(noNul, 'holds a NUL'),
  attachments: z.array(FilePath).max(10).default([]),
  asks: ConsentWhy.optional(),
});
export type SendMailCommand = z.infer<typeof SendMailCommand>;

/** Looks into the owner's mailbox: the newest letters, those that hold some words, or one of them whole. */
export const ReadMailCommand = z.strictObject({
  type: z.literal('read_mail'),
  ...common,
  query: z.string().max(200).optional(),
  limit: z.int().min(1).max(50).default(10),
  uid: z.int().min(1).max(4_294_967_295).optional(),
  from,
});
export type ReadMailCommand = z.infer<typeof ReadMailCommand>;

/** The name that the owner gave an MCP server. */
export const ServerName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'small letters, digits and -, at most 32')
  .brand<'ServerName'>();
export type ServerName = z.infer<typeof ServerName>;

/** One call of a tool of an MCP server of the owner's. */
export const CallToolCommand = z.strictObject({
  type: z.literal('call_tool'),
  ...common,
  server: ServerName,
  tool: z.string().min(1).max(128),
  arguments: z
    .record(z.string().max(256), z.json())
    .refine((given) => JSON.stringify(given).length <= 32 * KiB, 'longer than 32 KiB')
    .default({}),
  asks: ConsentWhy.optional(),
});
export type CallToolCommand = z.infer<typeof CallToolCommand>;

/** Carried out by the executor itself and not in the box of the conversation's workspace. */
export type EffectCommand = SendMailCommand | ReadMailCommand | CallToolCommand;
export const EFFECTS = ['send_mail', 'read_mail', 'call_tool'] as const satisfies readonly EffectCommand['type'][];
