import type { MailSettings } from '../../bridge/mail/mail-settings.ts';
import type { ExecutorOffer } from '../../bridge/queue/executor-offers.ts';

/** What agents are told of the mail account: whose it is, and nothing of how one gets in. */
export const mailOffer = (settings: MailSettings | null): ExecutorOffer =>
  settings === null
    ? {}
    : { mail: { own: settings.address, free: settings.verified, reads: settings.imap !== undefined } };
