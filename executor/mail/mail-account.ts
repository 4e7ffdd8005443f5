import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MAIL_FILE, MailSettings } from '../../bridge/mail/mail-settings.ts';

/**
 * The owner's mail account as his file says at this moment; null where none is set up, or where the file cannot be
 * understood: then no letter goes. `secrets` learns its passwords, before anything can be said of them.
 */
export function mailAccount(rulesFolder: string, secrets: string[]): () => MailSettings | null {
  let last: { readonly text: string; readonly settings: MailSettings | null } = { text: '', settings: null };
  return () => {
    const text = textOf(join(rulesFolder, MAIL_FILE));
    if (text === last.text) return last.settings;
    const settings = understood(text);
    for (const password of [settings?.smtp.password, settings?.imap?.password])
      if (password !== undefined && password !== '' && !secrets.includes(password)) secrets.push(password);
    last = { text, settings };
    return settings;
  };
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function understood(text: string): MailSettings | null {
  try {
    return MailSettings.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
