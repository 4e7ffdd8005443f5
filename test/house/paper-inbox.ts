import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { MailLogin } from '../../bridge/mail/mail-settings.ts';

export interface PaperLetter {
  readonly uid: number;
  /** Parenthesised, as RFC 3501 has it. */
  readonly envelope: string;
  readonly structure: string;
  readonly seen?: boolean;
  /** By the number of the part. */
  readonly parts: Readonly<Record<string, Buffer>>;
}

export interface PaperInbox extends AsyncDisposable {
  readonly login: MailLogin;
  /** Every command that came, without its tag. */
  readonly asked: string[];
}

export const INBOX_PASSWORD = 'inbox-geheim-9';

/** As much of a real IMAP4rev1 server as looking into one inbox asks of it, on the wire. */
export async function openPaperInbox(letters: readonly PaperLetter[]): Promise<PaperInbox> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    socket.write('* OK [CAPABILITY IMAP4rev1] paper\r\n');
    let rest = '';
    socket.on('data', (chunk) => {
      rest += chunk.toString('latin1');
      for (let end = rest.indexOf('\r\n'); end !== -1; end = rest.indexOf('\r\n')) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 2);
        const [, tag = '', command = ''] = /^(\S+) ([^]*)$/.exec(line) ?? [];
        asked.push(command);
        socket.write(answer(tag, command, letters));
        if (/^LOGOUT/i.test(command)) socket.end();
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    login: {
      host: '127.0.0.1',
      port: (server.address() as AddressInfo).port,
      security: 'plain',
      user: 'master',
      password: INBOX_PASSWORD,
    },
    asked,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function answer(tag: string, command: string, letters: readonly PaperLetter[]): Buffer {
  const [verb = '', ...words] = command.split(' ');
  const ok = (...lines: readonly string[]): Buffer =>
    Buffer.from([...lines.map((line) => `* ${line}\r\n`), `${tag} OK done\r\n`].join(''));
  switch (verb.toUpperCase()) {
    case 'CAPABILITY':
      return ok('CAPABILITY IMAP4rev1');
    case 'LOGIN':
      return command.includes(INBOX_PASSWORD)
        ? ok()
        : Buffer.from(`${tag} NO [AUTHENTICATIONFAILED] Invalid credentials\r\n`);
    case 'LIST':
    case 'LSUB':
      return ok(`${verb.toUpperCase()} (\\HasNoChildren) "/" INBOX`);
    case 'EXAMINE':
    case 'SELECT':
      return ok('FLAGS (\\Seen)', `${letters.length} EXISTS`, 'OK [UIDVALIDITY 1] ok', 'OK [UIDNEXT 999] ok');
    case 'LOGOUT':
      return Buffer.concat([Buffer.from('* BYE paper\r\n'), ok()]);
    case 'UID':
      return words[0]?.toUpperCase() === 'SEARCH'
        ? ok(`SEARCH ${searched(command, letters).join(' ')}`)
        : fetched(tag, words.slice(1).join(' '), letters, 'uid');
    case 'FETCH':
      return fetched(tag, words.join(' '), letters, 'number');
    default:
      return ok();
  }
}

const searched = (command: string, letters: readonly PaperLetter[]): readonly number[] => {
  const words = /TEXT "?([^"]*)"?/i.exec(command)?.[1] ?? '';
  return letters
    .filter(({ envelope, parts }) =>
      [envelope, ...Object.values(parts).map((part) => part.toString('utf8'))].some((held) => held.includes(words)),
    )
    .map(({ uid }) => uid);
};

function fetched(tag: string, words: string, letters: readonly PaperLetter[], by: 'uid' | 'number'): Buffer {
  const [range = '', ...items] = words.split(' ');
  const wanted = items.join(' ');
  const among = (n: number) =>
    range.split(',').some((part) => {
      const [from = '', to = from] = part.split(':');
      return n >= Number(from) && (to === '*' || n <= Number(to));
    });
  const lines = letters.flatMap((letter, i) => {
    if (!among(by === 'uid' ? letter.uid : i + 1)) return [];
    const bodies = [...wanted.matchAll(/BODY\.PEEK\[([^\]]*)\](?:<(\d+)\.(\d+)>)?/gi)];
    if (bodies.length === 0)
      return [
        Buffer.from(
          `* ${i + 1} FETCH (UID ${letter.uid} FLAGS (${letter.seen === true ? '\\Seen' : ''}) INTERNALDATE "27-Nov-2026 09:00:00 +0900" ENVELOPE ${letter.envelope} BODYSTRUCTURE ${letter.structure})\r\n`,
        ),
      ];
    const pieces = bodies.flatMap(([, part = '', from, count]) => {
      const whole = letter.parts[part] ?? Buffer.alloc(0);
      const piece = from === undefined ? whole : whole.subarray(Number(from), Number(from) + Number(count));
      return [Buffer.from(` BODY[${part}]${from === undefined ? '' : `<${from}>`} {${piece.length}}\r\n`), piece];
    });
    return [Buffer.from(`* ${i + 1} FETCH (UID ${letter.uid}`), ...pieces, Buffer.from(')\r\n')];
  });
  return Buffer.concat([...lines, Buffer.from(`${tag} OK done\r\n`)]);
}
