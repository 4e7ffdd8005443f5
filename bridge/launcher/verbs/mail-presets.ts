import type { MailLogin } from '../../mail/mail-settings.ts';
import type { MailAddress } from '../../protocol/command-fields.ts';

type Server = Pick<MailLogin, 'host' | 'port' | 'security'>;

export interface MailPreset {
  readonly service: 'naver' | 'daum' | 'kakao' | 'gmail' | 'outlook';
  readonly smtp: Server;
  readonly imap: Server;
}

const tls = (host: string, port: number): Server => ({ host, port, security: 'tls' });

const PRESETS: Readonly<Record<MailPreset['service'], MailPreset & { readonly hosts: readonly string[] }>> = {
  naver: {
    service: 'naver',
    hosts: ['naver.com'],
    smtp: tls('smtp.naver.com', 465),
    imap: tls('imap.naver.com', 993),
  },
  daum: {
    service: 'daum',
    hosts: ['daum.net', 'hanmail.net'],
    smtp: tls('smtp.daum.net', 465),
    imap: tls('imap.daum.net', 993),
  },
  kakao: {
    service: 'kakao',
    hosts: ['kakao.com'],
    smtp: tls('smtp.kakao.com', 465),
    imap: tls('imap.kakao.com', 993),
  },
  gmail: {
    service: 'gmail',
    hosts: ['gmail.com', 'googlemail.com'],
    smtp: tls('smtp.gmail.com', 465),
    imap: tls('imap.gmail.com', 993),
  },
  outlook: {
    service: 'outlook',
    hosts: ['outlook.com', 'outlook.kr', 'hotmail.com', 'live.com', 'msn.com'],
    smtp: { host: 'smtp-mail.outlook.com', port: 587, security: 'starttls' },
    imap: tls('outlook.office365.com', 993),
  },
};

/** Of whom the address is. Undefined: the owner names the servers. */
export function presetFor(address: MailAddress): MailPreset | undefined {
  const host = address.slice(address.lastIndexOf('@') + 1);
  return Object.values(PRESETS).find(({ hosts }) => hosts.includes(host));
}

/** As the service calls whoever logs in: the part before @ at Naver, Daum and Kakao, else the address. */
export const userAt = (address: MailAddress, preset: MailPreset | undefined): string =>
  preset?.service === 'naver' || preset?.service === 'daum' || preset?.service === 'kakao'
    ? address.slice(0, address.lastIndexOf('@'))
    : address;
