import type { MailLogin } from '../../mail/mail-settings.ts';
import { MailAddress } from '../../protocol/command-fields.ts';
import type { Phrase } from '../../text/say.ts';
import { mailText } from '../../text/terminal/mail.ts';
import type { Terminal } from '../instance/terminal.ts';
import type { HiddenInput } from './hidden-input.ts';
import { presetFor, userAt } from './mail-presets.ts';

export interface MailAnswers {
  readonly address: MailAddress;
  readonly smtp: MailLogin;
  readonly imap?: MailLogin;
}

const TRIES = 3;
const IMPLICIT: ReadonlySet<number> = new Set([465, 993]);

/** What it takes to send and to read. Null where the person has given up, or cannot say it. */
export async function askMail(input: HiddenInput, terminal: Terminal): Promise<MailAnswers | null> {
  const { lang } = terminal;
  const ask = async (question: Phrase, shown?: 'shown'): Promise<string | null> =>
    (await input.ask(`  ${question[lang]()}`, shown))?.trim() ?? null;

  const address = await again(async () => {
    const answer = await ask(mailText.askAddress, 'shown');
    if (answer === null) return null;
    const parsed = MailAddress.safeParse(answer);
    if (!parsed.success) terminal.mark(false, mailText.badAddress[lang]());
    return parsed.data;
  });
  if (address === null) return null;
  const preset = presetFor(address);
  if (preset !== undefined) terminal.mark('note', mailText.hint(preset.service)[lang]());

  const server = async (question: Phrase, usual: number) => {
    const host = await ask(question, 'shown');
    if (host === null || host === '') return host;
    const port = await ask(mailText.askPort(usual), 'shown');
    if (port === null) return null;
    const number = port === '' ? usual : Number(port);
    const security = IMPLICIT.has(number) ? 'tls' : await ask(mailText.askSecurity, 'shown');
    if (security === null) return null;
    const kinds = { '': 'starttls', starttls: 'starttls', tls: 'tls', none: 'plain' } as const;
    const isKind = (word: string): word is keyof typeof kinds => Object.hasOwn(kinds, word);
    const good = /^[a-z0-9.:-]{1,253}$/i.test(host) && Number.isInteger(number) && number > 0 && number < 65_536;
    if (good && isKind(security)) return { host: host.toLowerCase(), port: number, security: kinds[security] };
    terminal.mark(false, mailText.badServer[lang]());
    return undefined;
  };

  const smtp = preset?.smtp ?? (await again(() => server(mailText.askServer, 465)));
  if (smtp === null || smtp === '') return null;
  const usual = userAt(address, preset);
  const typed = preset === undefined ? await ask(mailText.askUser(usual), 'shown') : '';
  if (typed === null) return null;
  const user = typed === '' ? usual : typed === '-' ? '' : typed;
  // As it is typed: blanks may belong to it. Google shows its own with blanks that do not.
  const password = user === '' ? '' : await input.ask(`  ${mailText.askPassword[lang]()}`);
  if (password === null || password === undefined) return null;
  const who = { user, password: preset?.service === 'gmail' ? password.replaceAll(' ', '') : password };

  const inbox =
    preset === undefined
      ? await again(() => server(mailText.askReading, 993))
      : /^[yㅛ예네]/i.test((await ask(mailText.wantsReading, 'shown')) ?? '')
        ? preset.imap
        : '';
  if (inbox === null) return null;
  return { address, smtp: { ...smtp, ...who }, ...(inbox === '' ? {} : { imap: { ...inbox, ...who } }) };
}

/** Until it is said so that it can be read; undefined: once more. */
async function again<T>(once: () => Promise<T | null | undefined>): Promise<T | null> {
  for (let n = 0; n < TRIES; n += 1) {
    const answer = await once();
    if (answer !== undefined) return answer;
  }
  return null;
}
