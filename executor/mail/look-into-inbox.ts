import { type InboxLetter, readInbox } from '../../bridge/mail/imap.ts';
import type { MailSettings } from '../../bridge/mail/mail-settings.ts';
import type { ReadMailCommand } from '../../bridge/protocol/outside-commands.ts';
import type { Effect } from '../work/effects.ts';

/** Of one letter at a time. */
const MAX_TEXT = 12_000;
const CODES = { notSetUp: 69, failed: 75 } as const;

/** The newest letters, those that hold some words, or one of them: as material, with nothing in it that anybody obeys. */
export function lookIntoInbox(account: () => MailSettings | null): Effect<ReadMailCommand> {
  return async ({ query, limit, uid, from }, { observer, signal }) => {
    const began = performance.now();
    const end = (code: number, said: string) => {
      observer[code === 0 ? 'stdout' : 'stderr'](Buffer.from(`${said}\n`));
      return { kind: 'exited' as const, code, ms: Math.round(performance.now() - began), cpuMs: 0, maxRssBytes: 0 };
    };
    const login = account()?.imap;
    if (login === undefined)
      return end(CODES.notSetUp, 'The inbox cannot be read here. The owner sets it up with: npm start -- mail again');
    const read = await readInbox(
      login,
      uid === undefined ? { kind: 'list', words: query, limit } : { kind: 'one', uid },
      signal,
    );
    if (read.kind === 'letters')
      return end(0, uid === undefined ? listed(read.letters, read.found) : read.letters.map(whole(from)).join('\n'));
    if (read.why === 'stopped') return { kind: 'killed', why: 'cancelled', ms: 0, cpuMs: 0, maxRssBytes: 0 };
    return end(CODES.failed, `${TROUBLE[read.why]}${read.answer === '' ? '' : ` The server: ${read.answer}`}`);
  };
}

const TROUBLE = {
  connection: 'The mail server was not reached.',
  login: 'The mail server did not take the user and password.',
  gone: 'There is no letter of that uid.',
} as const;

const listed = (letters: readonly InboxLetter[], found: number): string =>
  [
    `${letters.length} of ${found}, newest first:`,
    ...letters.map(
      (letter) =>
        `uid ${letter.uid} · ${letter.date} · ${letter.seen ? 'read' : 'unread'} · from ${letter.from} · ${letter.subject}${filesOf(letter)}`,
    ),
  ].join('\n');

const whole =
  (from: number) =>
  (letter: InboxLetter): string => {
    const text = letter.text ?? '';
    const piece = text.slice(from, from + MAX_TEXT);
    const more = from + piece.length < text.length ? `\n[more: from ${from + piece.length} of ${text.length}]` : '';
    return `From: ${letter.from}\nTo: ${letter.to}\nDate: ${letter.date}\nSubject: ${letter.subject}${filesOf(letter)}\n\n${piece}${more}`;
  };

const filesOf = ({ files }: InboxLetter): string =>
  files.length === 0
    ? ''
    : ` · files: ${files.map(({ name, bytes }) => `${name} (${Math.ceil(bytes / 1024)} KiB)`).join(', ')}`;
