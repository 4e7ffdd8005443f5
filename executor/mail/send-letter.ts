import { basename } from 'node:path';
import { sha256 } from '../../bridge/digest/canonical.ts';
import { type LetterFile, messageIdOf, wireForm } from '../../bridge/mail/letter.ts';
import type { MailSettings } from '../../bridge/mail/mail-settings.ts';
import { type Handed, handOver } from '../../bridge/mail/smtp.ts';
import type { SendMailCommand } from '../../bridge/protocol/outside-commands.ts';
import type { JobKey } from '../ledger/ledger-entry.ts';
import { mediaTypeOf } from '../reports/media-type.ts';
import type { Effect, EffectContext, EffectResult } from '../work/effects.ts';

/** sysexits, so that a plan can tell them apart: not set up, no permission, bad data, try later. */
const CODES = { notSetUp: 69, changed: 77, files: 66, notSent: 75, inPart: 76 } as const;

/** Sends exactly the letter that was sealed, or none. */
export function sendLetter(account: () => MailSettings | null): Effect<SendMailCommand> {
  return async (command, context) => {
    const { prepared, observer, signal } = context;
    const began = performance.now();
    const end = (code: number, said: string): EffectResult => {
      observer[code === 0 ? 'stdout' : 'stderr'](Buffer.from(`${said}\n`));
      return { kind: 'exited', code, ms: Math.round(performance.now() - began), cpuMs: 0, maxRssBytes: 0 };
    };
    const { letter } = prepared;
    const settings = account();
    if (settings === null || letter === undefined)
      return end(CODES.notSetUp, 'Not sent: no e-mail is set up. The owner sets it up with: npm start -- mail');
    // What was shown, or let go as a letter to himself, was from this address.
    if (settings.address !== letter.from || (letter.own !== undefined && !settings.verified))
      return end(CODES.changed, 'Not sent: the mail account is another one than when this was taken on. Ask again.');
    const files = await sameFiles(context);
    if (typeof files === 'string')
      return end(CODES.files, `Not sent: ${files} is not what it was when this was asked for.`);
    const of = { from: letter.from, name: nameOf(prepared.key) };
    const wire = await wireForm({ ...of, to: command.to, subject: command.subject, text: command.text, files });
    if (signal.aborted) return { kind: 'killed', why: 'cancelled', ms: 0, cpuMs: 0, maxRssBytes: 0 };
    const handed = await handOver(settings.smtp, { from: letter.from, to: command.to, wire }, signal);
    if (handed.kind === 'unknown') return { kind: 'unknown' };
    if (handed.kind === 'not-sent' && handed.why === 'stopped')
      return { kind: 'killed', why: 'cancelled', ms: 0, cpuMs: 0, maxRssBytes: 0 };
    return end(...words(handed, command.to, messageIdOf(of)));
  };
}

function words(handed: Exclude<Handed, { kind: 'unknown' }>, to: readonly string[], id: string): [number, string] {
  const said = handed.answer === '' ? '' : ` The server: ${handed.answer}`;
  if (handed.kind === 'not-sent') return [CODES.notSent, `Not sent: ${TROUBLE[handed.why]}.${said}`];
  if (handed.refused.length === 0) return [0, `Sent to ${to.join(', ')} as ${id}.${said}`];
  const taken = to.filter((address) => !handed.refused.includes(address));
  return [CODES.inPart, `Sent to ${taken.join(', ')} as ${id}, but NOT to ${handed.refused.join(', ')}.${said}`];
}

const TROUBLE: Readonly<Record<Extract<Handed, { kind: 'not-sent' }>['why'], string>> = {
  connection: 'the mail server was not reached',
  encryption: 'no encrypted connection to the mail server',
  login: 'the mail server did not take the user and password',
  recipients: 'the mail server did not take the recipients',
  refused: 'the mail server did not take the letter',
  stopped: 'it was stopped',
};

/** Of the command and not of the try: whoever gets a second one can see that it is the same. */
const nameOf = (key: JobKey): string => `chavion-${sha256(key.replace(/\.\d+(?:r\d)?$/, '')).slice(0, 32)}`;

/** The path of the first that has changed. */
async function sameFiles({ prepared, takeFile }: EffectContext): Promise<readonly LetterFile[] | string> {
  const files: LetterFile[] = [];
  for (const { path, sha256: digest } of prepared.letter?.files ?? []) {
    const { bytes, sha256: now } = await takeFile(path);
    if (bytes === undefined || now !== digest) return path;
    files.push({ name: basename(path), mediaType: mediaTypeOf(path, bytes), bytes });
  }
  return files;
}
