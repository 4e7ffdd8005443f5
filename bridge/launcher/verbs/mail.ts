import { randomInt, randomUUID } from 'node:crypto';
import { wireForm } from '../../mail/letter.ts';
import type { handOver } from '../../mail/smtp.ts';
import type { readInbox } from '../../mail/imap.ts';
import { MailSettings } from '../../mail/mail-settings.ts';
import { mailText } from '../../text/terminal/mail.ts';
import type { Terminal } from '../instance/terminal.ts';
import type { HiddenInput } from './hidden-input.ts';
import type { MailPlace } from './mail-place.ts';
import { askMail } from './mail-questions.ts';

export interface MailVerb {
  readonly args: readonly string[];
  readonly terminal: Terminal;
  readonly place: MailPlace;
  readonly input: () => HiddenInput;
  readonly handOver: typeof handOver;
  readonly readInbox: typeof readInbox;
  readonly stop: AbortSignal;
}

const CODE_TRIES = 3;

/** `npm start -- mail`: the executor takes it up with the next letter, without a restart. Returns the exit code. */
export async function mail(verb: MailVerb): Promise<number> {
  const { args, terminal, place } = verb;
  const [word = '', ...more] = args;
  if (more.length > 0 || !['', 'again', 'code', 'off'].includes(word)) {
    terminal.say(mailText.usage);
    return 2;
  }
  const before = place.read();
  if (word === 'off') {
    place.remove();
    terminal.say(before === undefined ? mailText.none : mailText.off);
    return 0;
  }
  if (word === '' && before !== undefined) {
    stands(before, terminal);
    return 0;
  }
  if (word === 'code') {
    if (before === undefined) {
      terminal.say(mailText.none);
      return 1;
    }
    using input = verb.input();
    return await verify(before, input, verb);
  }
  using input = verb.input();
  return await setUp(input, verb);
}

function stands({ address, verified, smtp, imap, freeADay }: MailSettings, terminal: Terminal): void {
  const server = ({ host, port, security }: MailSettings['smtp']) => `${host}:${port} (${security})`;
  terminal.say(
    mailText.stands({
      address,
      verified,
      freeADay,
      smtp: server(smtp),
      imap: imap === undefined ? undefined : server(imap),
    }),
  );
}

async function setUp(input: HiddenInput, verb: MailVerb): Promise<number> {
  const { terminal, readInbox: read, stop } = verb;
  terminal.say(mailText.intro);
  const answers = await askMail(input, terminal);
  if (answers === null) {
    terminal.say(mailText.notStored);
    return 1;
  }
  if (answers.imap !== undefined) {
    const inbox = await read(answers.imap, { kind: 'list', limit: 1 }, stop);
    if (inbox.kind === 'failed') {
      terminal.mark(false, mailText.trouble(inbox.why, inbox.answer)[terminal.lang]());
      terminal.say(mailText.notStored);
      return 1;
    }
    terminal.mark(true, mailText.reading[terminal.lang]());
  }
  return verify(MailSettings.parse({ ...answers, verified: false }), input, verb);
}

/** With a letter to himself: that it arrives is the test, and what stands in it the proof that the address is his. */
async function verify(settings: MailSettings, input: HiddenInput, verb: MailVerb): Promise<number> {
  const { terminal, place, handOver: hand, stop } = verb;
  const { lang } = terminal;
  const { address } = settings;
  const code = String(randomInt(1_000_000)).padStart(6, '0');
  const wire = await wireForm({
    from: address,
    to: [address],
    subject: mailText.codeSubject[lang](),
    text: mailText.codeLetter(code)[lang](),
    files: [],
    name: `chavion-code-${randomUUID()}`,
  });
  const handed = await hand(settings.smtp, { from: address, to: [address], wire }, stop);
  if (handed.kind === 'not-sent') {
    terminal.mark(false, mailText.trouble(handed.why, handed.answer)[lang]());
    terminal.say(mailText.notStored);
    return 1;
  }
  if (handed.kind === 'unknown') terminal.mark('note', mailText.trouble('unknown', handed.answer)[lang]());
  terminal.mark(true, mailText.sent(address)[lang]());
  const verified = await isCode(code, input, terminal);
  place.write({ ...settings, verified: verified || settings.verified });
  terminal.mark(
    verified ? true : 'note',
    (verified ? mailText.verified(address, settings.freeADay) : mailText.unverified)[lang](),
  );
  terminal.say(mailText.ready);
  return 0;
}

async function isCode(code: string, input: HiddenInput, terminal: Terminal): Promise<boolean> {
  for (let n = 0; n < CODE_TRIES; n += 1) {
    const answer = (await input.ask(`  ${mailText.askCode[terminal.lang]()}`, 'shown'))?.replace(/\s/g, '') ?? '';
    if (answer === '') return false;
    if (answer === code) return true;
    terminal.mark(false, mailText.wrongCode[terminal.lang]());
  }
  return false;
}
