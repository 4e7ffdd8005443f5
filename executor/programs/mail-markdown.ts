import PostalMime, { type Address } from 'postal-mime';
import { htmlMarkdown } from './html-markdown.ts';

/** Who to whom, and what; what is attached is named, not opened. */
export async function mailMarkdown(bytes: Buffer): Promise<string> {
  const mail = await PostalMime.parse(bytes);
  const heads: readonly (readonly [string, string | undefined])[] = [
    ['From', mail.from === undefined ? undefined : addresses([mail.from])],
    ['To', addresses(mail.to)],
    ['Cc', addresses(mail.cc)],
    ['Date', mail.date],
    ['Subject', mail.subject],
  ];
  const text = (mail.text ?? '').trim() === '' ? htmlMarkdown(mail.html ?? '') : (mail.text ?? '').trim();
  const files = mail.attachments.map(({ filename, content, mimeType }) => {
    const size = typeof content === 'string' ? content.length : content.byteLength;
    return `- ${(filename ?? mimeType).replace(/\s+/g, ' ')} (${size} bytes)`;
  });
  return [
    heads
      .filter(([, value]) => value !== undefined && value !== '')
      .map(([name, value = '']) => `${name}: ${value.replace(/\s+/g, ' ')}`)
      .join('\n'),
    text,
    files.length === 0 ? '' : `Attachments:\n${files.join('\n')}`,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

const addresses = (all: readonly Address[] = []): string =>
  all
    .flatMap((one) => one.group ?? [one])
    .map(({ name, address }) => (name === '' ? (address ?? '') : `${name} <${address ?? ''}>`))
    .join(', ');
