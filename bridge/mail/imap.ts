import { text } from 'node:stream/consumers';
import type { ConnectionOptions } from 'node:tls';
import { ImapFlow, type FetchMessageObject, type MessageStructureObject } from 'imapflow';
import type { MailLogin } from './mail-settings.ts';
import { htmlWords } from './html-words.ts';

export type InboxQuery =
  /** Newest first; `words`: somewhere in the letter. */
  | { readonly kind: 'list'; readonly words?: string | undefined; readonly limit: number }
  | { readonly kind: 'one'; readonly uid: number };

export interface InboxLetter {
  readonly uid: number;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  /** ISO 8601; empty where it has none. */
  readonly date: string;
  readonly seen: boolean;
  readonly files: readonly { readonly name: string; readonly mediaType: string; readonly bytes: number }[];
  /** Only of one that was asked for. */
  readonly text?: string;
}

export type InboxRead =
  | { readonly kind: 'letters'; readonly letters: readonly InboxLetter[]; readonly found: number }
  | { readonly kind: 'failed'; readonly why: 'connection' | 'login' | 'gone' | 'stopped'; readonly answer: string };

const CONNECT_MS = 20_000;
const SILENT_MS = 60_000;
const MiB = 1024 * 1024;
/** Of a letter's text as it lies there, HTML and all. */
const MAX_PART = MiB;
const MAX_FILES = 30;

/** Looks into the inbox and changes nothing there: what is unread stays unread. Never rejects. */
export async function readInbox(
  login: MailLogin,
  query: InboxQuery,
  signal: AbortSignal,
  trust: Pick<ConnectionOptions, 'ca'> = {},
): Promise<InboxRead> {
  const client = new ImapFlow({
    host: login.host,
    port: login.port,
    secure: login.security === 'tls',
    doSTARTTLS: login.security === 'starttls',
    auth: { user: login.user, pass: login.password },
    tls: { minVersion: 'TLSv1.2', ...trust },
    logger: false,
    disableAutoIdle: true,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SILENT_MS,
    maxLiteralSize: 8 * MiB,
    maxLineLength: 8 * MiB,
    maxResponseSize: 16 * MiB,
    maxResponseTokens: 200_000,
  });
  client.on('error', () => undefined);
  const stop = () => client.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    signal.throwIfAborted();
    await client.connect();
    const { exists } = await client.mailboxOpen('INBOX', { readOnly: true });
    return query.kind === 'one' ? await one(client, query.uid) : await list(client, exists, query);
  } catch (error) {
    if (signal.aborted) return { kind: 'failed', why: 'stopped', answer: '' };
    return { kind: 'failed', ...faultOf(error) };
  } finally {
    signal.removeEventListener('abort', stop);
    await client.logout().catch(() => client.close());
  }
}

async function list(
  client: ImapFlow,
  exists: number,
  { words, limit }: Extract<InboxQuery, { kind: 'list' }>,
): Promise<InboxRead> {
  if (exists === 0) return { kind: 'letters', letters: [], found: 0 };
  if (words === undefined) {
    const newest = await client.fetchAll(`${Math.max(1, exists - limit + 1)}:*`, HEAD);
    return { kind: 'letters', letters: newest.toReversed().slice(0, limit).map(headOf), found: exists };
  }
  const found = (await client.search({ text: words }, { uid: true })) || [];
  const wanted = found.toSorted((a, b) => b - a).slice(0, limit);
  if (wanted.length === 0) return { kind: 'letters', letters: [], found: 0 };
  const letters = await client.fetchAll(wanted.join(','), HEAD, { uid: true });
  return { kind: 'letters', letters: letters.toSorted((a, b) => b.uid - a.uid).map(headOf), found: found.length };
}

async function one(client: ImapFlow, uid: number): Promise<InboxRead> {
  const message = await client.fetchOne(String(uid), HEAD, { uid: true });
  if (message === false || message === undefined) return { kind: 'failed', why: 'gone', answer: '' };
  const { plain, html } = textParts(message.bodyStructure);
  const part = plain ?? html;
  const raw = part === undefined ? '' : await partText(client, uid, part.part ?? '1');
  const whole = part === html && part !== plain ? htmlWords(raw) : raw.replaceAll('\r\n', '\n').trim();
  return {
    kind: 'letters',
    letters: [{ ...headOf(message), text: whole }],
    found: 1,
  };
}

const HEAD = { uid: true, envelope: true, internalDate: true, flags: true, bodyStructure: true } as const;

async function partText(client: ImapFlow, uid: number, part: string): Promise<string> {
  const { content } = await client.download(String(uid), part, { uid: true, maxBytes: MAX_PART });
  return content === undefined ? '' : text(content);
}

function headOf({ uid, envelope, internalDate, flags, bodyStructure }: FetchMessageObject): InboxLetter {
  const date = envelope?.date ?? internalDate;
  return {
    uid,
    from: people(envelope?.from),
    to: people(envelope?.to),
    subject: line(envelope?.subject ?? ''),
    date: date instanceof Date && !Number.isNaN(date.getTime()) ? date.toISOString() : line(String(date ?? '')),
    seen: flags?.has('\\Seen') === true,
    files: filesOf(bodyStructure).slice(0, MAX_FILES),
  };
}

const people = (of: readonly { readonly name?: string | undefined; readonly address?: string | undefined }[] = []) =>
  of
    .slice(0, 10)
    .map(({ name = '', address = '' }) => line(name === '' ? address : `${name} <${address}>`))
    .join(', ');

/** Headers of strangers, in one line. */
const line = (value: string): string => value.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, 300);

const MAX_PARTS = 200;

function leaves(top: MessageStructureObject | undefined): readonly MessageStructureObject[] {
  const found: MessageStructureObject[] = [];
  const open = top === undefined ? [] : [top];
  for (let node = open.shift(); node !== undefined && found.length < MAX_PARTS; node = open.shift()) {
    if (node.childNodes === undefined) found.push(node);
    else open.unshift(...node.childNodes.slice(0, MAX_PARTS));
  }
  return found;
}

const isFile = ({ disposition, type }: MessageStructureObject): boolean =>
  disposition === 'attachment' || !/^(?:text|multipart)\//.test(type);

function textParts(top: MessageStructureObject | undefined) {
  const inline = leaves(top).filter((node) => !isFile(node));
  return {
    plain: inline.find(({ type }) => type === 'text/plain'),
    html: inline.find(({ type }) => type === 'text/html'),
  };
}

const filesOf = (top: MessageStructureObject | undefined) =>
  leaves(top)
    .filter(isFile)
    .map(({ dispositionParameters, parameters, type, size }) => ({
      name: line(dispositionParameters?.['filename'] ?? parameters?.['name'] ?? '?'),
      mediaType: line(type),
      bytes: size ?? 0,
    }));

function faultOf(error: unknown): { readonly why: 'connection' | 'login'; readonly answer: string } {
  const of = error instanceof Error ? error : new Error('unknown');
  const said = 'responseText' in of && typeof of.responseText === 'string' ? of.responseText : '';
  const isLogin = 'authenticationFailed' in of && of.authenticationFailed === true;
  const code = 'code' in of ? String(of.code) : '';
  return { why: isLogin ? 'login' : 'connection', answer: line(said === '' ? code : said).slice(0, 200) };
}
