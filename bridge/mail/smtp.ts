import { Readable } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { MailAddress } from '../protocol/command-fields.ts';
import type { MailLogin } from './mail-settings.ts';

export interface Handing {
  readonly from: MailAddress;
  readonly to: readonly MailAddress[];
  readonly wire: Uint8Array;
}

/** `answer`: the server's own last words, cut; empty where it said nothing. */
export type Handed =
  /** The server has taken it. `refused`: those of the recipients whom it did not. */
  | { readonly kind: 'sent'; readonly answer: string; readonly refused: readonly string[] }
  /** For certain: not a byte of it was given, or the server said that it does not take it. */
  | {
      readonly kind: 'not-sent';
      readonly why: 'connection' | 'encryption' | 'login' | 'recipients' | 'refused' | 'stopped';
      readonly answer: string;
    }
  /** It was given, and what became of it was not heard. */
  | { readonly kind: 'unknown'; readonly answer: string };

const CONNECT_MS = 20_000;
const SILENT_MS = 60_000;
const MAX_ANSWER = 200;

/**
 * Hands one letter to the owner's server, once: what fails is told and never tried again here. Never rejects. `trust`:
 * whose certificates count beside the usual ones.
 */
export async function handOver(
  login: MailLogin,
  { from, to, wire }: Handing,
  signal: AbortSignal,
  trust: Pick<ConnectionOptions, 'ca'> = {},
): Promise<Handed> {
  const connection = new SMTPConnection({
    host: login.host,
    port: login.port,
    secure: login.security === 'tls',
    requireTLS: login.security === 'starttls',
    ignoreTLS: login.security === 'plain',
    tls: { minVersion: 'TLSv1.2', ...trust },
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    dnsTimeout: CONNECT_MS,
    socketTimeout: SILENT_MS,
    logger: false,
  });
  /** The server has asked for the letter itself. */
  let given = false;
  const { promise, resolve, reject } = Promise.withResolvers<Handed>();
  const stop = () => reject(new Stopped());
  connection.on('error', reject);
  // It ends by itself only where the server hung up, and then says so first.
  connection.on('end', () => reject(new Error('closed')));
  signal.addEventListener('abort', stop, { once: true });
  try {
    signal.throwIfAborted();
    connection.connect((failed) => {
      if (failed) return reject(failed);
      const send = () => {
        const letter = Readable.from(
          (function* () {
            given = true;
            yield Buffer.from(wire);
          })(),
          { objectMode: false },
        );
        connection.send({ from, to: [...to] }, letter, (error, info) => {
          if (error) return reject(error);
          resolve({
            kind: 'sent',
            answer: cut(info?.response),
            refused: (info?.rejected ?? []).map(String),
          });
        });
      };
      if (login.user === '') return send();
      connection.login({ user: login.user, pass: login.password }, (error) => (error ? reject(error) : send()));
    });
    return await promise;
  } catch (error) {
    return fault(error, given, signal);
  } finally {
    signal.removeEventListener('abort', stop);
    connection.quit();
    connection.close();
  }
}

class Stopped extends Error {}

function fault(error: unknown, given: boolean, signal: AbortSignal): Handed {
  const of = error instanceof Error ? error : new Error('unknown');
  const code = 'code' in of ? String(of.code) : '';
  const answer = cut('response' in of ? of.response : '') || cut(code);
  const refusedBy = 'responseCode' in of && typeof of.responseCode === 'number' && of.responseCode >= 400;
  if (given && !(refusedBy && code === 'EMESSAGE')) return { kind: 'unknown', answer };
  if (signal.aborted) return { kind: 'not-sent', why: 'stopped', answer: '' };
  return { kind: 'not-sent', why: given ? 'refused' : whyNot(code, of.message), answer };
}

function whyNot(code: string, message: string): Extract<Handed, { kind: 'not-sent' }>['why'] {
  if (code === 'EAUTH' || code === 'ENOAUTH') return 'login';
  if (code === 'EENVELOPE') return 'recipients';
  if (code === 'EMESSAGE') return 'refused';
  if (code === 'ETLS' || /certificate|self.signed|STARTTLS|wrong version number/i.test(message)) return 'encryption';
  return 'connection';
}

/** Words of a stranger in one line. */
const cut = (answer: unknown): string =>
  typeof answer === 'string'
    ? answer
        .replace(/[\p{C}\p{Z}]+/gu, ' ')
        .trim()
        .slice(0, MAX_ANSWER)
    : '';
