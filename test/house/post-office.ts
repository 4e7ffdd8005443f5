import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import type { MailLogin } from '../../bridge/mail/mail-settings.ts';

export interface Posted {
  readonly from: string;
  readonly to: readonly string[];
  readonly wire: string;
  readonly messageId: string;
}

/** What it does with a letter it has been given: takes it, refuses it, hangs up, or keeps silent. */
export type Manner = 'takes' | 'refuses' | 'hangs-up' | 'keeps-silent';

export interface PostOffice extends AsyncDisposable {
  readonly login: MailLogin;
  readonly letters: Posted[];
  /** Passwords that were tried. */
  readonly tried: string[];
  manner: Manner;
  /** The next letter that it was given whole, whatever it then did. */
  next(): Promise<Posted>;
}

export const POST_PASSWORD = 'wie-geheim-7';

/** Where one stands that speaks TLS from the first byte, by its own name. */
export interface PostAddress {
  readonly host: string;
  readonly address: string;
  readonly key: Buffer;
  readonly cert: Buffer;
}

/**
 * A real SMTP server of the test's own. `tls`: it offers STARTTLS with a certificate that nobody trusts. `nobody@…` is
 * not taken.
 */
export async function openPostOffice(
  options: { readonly tls?: boolean; readonly at?: PostAddress } = {},
): Promise<PostOffice> {
  const { at } = options;
  const letters: Posted[] = [];
  const tried: string[] = [];
  let waiting: ((letter: Posted) => void)[] = [];
  const server = new SMTPServer({
    logger: false,
    ...(at === undefined ? {} : { secure: true, key: at.key, cert: at.cert }),
    disabledCommands: options.tls === true ? [] : ['STARTTLS'],
    onAuth: ({ username, password }, _, answer) => {
      tried.push(password ?? '');
      if (username === 'master' && password === POST_PASSWORD) return answer(null, { user: username });
      answer(Object.assign(new Error('Username and Password not accepted'), { responseCode: 535 }));
    },
    onRcptTo: ({ address }, _, answer) =>
      address.startsWith('nobody@')
        ? answer(Object.assign(new Error('No such user here'), { responseCode: 550 }))
        : answer(),
    onData: (stream, session, answer) => {
      void text(stream).then((wire) => {
        const { mailFrom, rcptTo } = session.envelope;
        const letter = {
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          wire,
          messageId: /^Message-ID: (.*)$/im.exec(wire)?.[1]?.trim() ?? '',
        };
        for (const tell of waiting.splice(0)) tell(letter);
        if (office.manner === 'refuses')
          return answer(Object.assign(new Error('Looks like spam'), { responseCode: 554 }));
        letters.push(letter);
        if (office.manner === 'takes') return answer(null, 'queued');
        if (office.manner === 'hangs-up') for (const connection of server.connections) connection.close();
      });
    },
  });
  server.on('error', () => undefined);
  const listening = server.listen(at === undefined ? 0 : 465, at?.address ?? '127.0.0.1');
  await once(listening, 'listening');
  const { port } = listening.address() as AddressInfo;
  const office: PostOffice = {
    login: {
      host: at?.host ?? '127.0.0.1',
      port,
      security: at === undefined ? 'plain' : 'tls',
      user: 'master',
      password: POST_PASSWORD,
    },
    letters,
    tried,
    manner: 'takes',
    next: () => new Promise((resolve) => waiting.push(resolve)),
    [Symbol.asyncDispose]: async () => {
      waiting = [];
      for (const connection of server.connections) connection.close();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return office;
}

/** The words of a letter, whatever they travelled in; of its first part that is text. */
export function wordsOf(wire: string): string {
  const blocks = wire.split('\r\n\r\n');
  const at = blocks.findIndex((block) => /^content-type: text\/plain/im.test(block));
  const whole =
    blocks
      .slice(at + 1)
      .join('\r\n\r\n')
      .split('\r\n--')[0] ?? '';
  const encoding = /^content-transfer-encoding: (\S+)/im.exec(blocks[at] ?? '')?.[1]?.toLowerCase();
  if (encoding === 'base64') return Buffer.from(whole, 'base64').toString('utf8');
  if (encoding !== 'quoted-printable') return whole;
  const bytes = whole
    .replaceAll('=\r\n', '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
