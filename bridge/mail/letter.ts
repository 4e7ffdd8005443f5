import MailComposer from 'nodemailer/lib/mail-composer';
import type { MailAddress } from '../protocol/command-fields.ts';

export interface LetterFile {
  /** As the reader saves it. */
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

export interface Letter {
  readonly from: MailAddress;
  readonly to: readonly MailAddress[];
  readonly subject: string;
  readonly text: string;
  readonly files: readonly LetterFile[];
  /** What names it, the same after a crash; becomes its Message-ID. Small letters, digits and hyphens. */
  readonly name: string;
}

export const messageIdOf = ({ name, from }: Pick<Letter, 'name' | 'from'>): string =>
  `<${name}@${from.slice(from.lastIndexOf('@') + 1)}>`;

/** As it goes over the wire. Text alone: no HTML, so nothing in it fetches anything or says one thing and links another. */
export function wireForm(letter: Letter): Promise<Buffer> {
  const composer = new MailComposer({
    from: { name: '', address: letter.from },
    to: letter.to.map((address) => ({ name: '', address })),
    subject: letter.subject,
    messageId: messageIdOf(letter),
    // Machines do not answer it, holiday notes among them.
    headers: { 'Auto-Submitted': 'auto-generated' },
    text: letter.text,
    attachments: letter.files.map(({ name, mediaType, bytes }) => ({
      filename: name,
      contentType: mediaType,
      content: Buffer.from(bytes),
    })),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile().build();
}
