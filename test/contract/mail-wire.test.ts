import { createServer } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { htmlWords } from '../../bridge/mail/html-words.ts';
import { readInbox } from '../../bridge/mail/imap.ts';
import { messageIdOf, wireForm } from '../../bridge/mail/letter.ts';
import { handOver } from '../../bridge/mail/smtp.ts';
import { MailAddress, MailSubject } from '../../bridge/protocol/command-fields.ts';
import { openPaperInbox } from '../house/paper-inbox.ts';
import { openPostOffice, POST_PASSWORD, wordsOf } from '../house/post-office.ts';

const ME = MailAddress.parse('master@example.org');
const signal = AbortSignal.timeout(30_000);
const letter = async (to = [ME], text = '안녕하세요\n오늘 보고입니다.') => ({
  from: ME,
  to,
  wire: await wireForm({
    from: ME,
    to,
    subject: '보고: 오늘',
    text,
    files: [{ name: '표.csv', mediaType: 'text/csv', bytes: Buffer.from('a,b\n1,2\n') }],
    name: 'chavion-1',
  }),
});

describe('a letter on the wire', () => {
  it('arrives once, whole, under its own name', async () => {
    await using office = await openPostOffice();
    const handed = await handOver(office.login, await letter(), signal);
    expect(handed).toMatchObject({ kind: 'sent', refused: [] });
    expect(office.letters).toHaveLength(1);
    const [posted] = office.letters;
    expect(posted).toMatchObject({ from: ME, to: [ME], messageId: messageIdOf({ name: 'chavion-1', from: ME }) });
    expect(wordsOf(posted?.wire ?? '')).toContain('안녕하세요');
    expect(posted?.wire).toMatch(/auto-submitted: auto-generated/i);
    expect(posted?.wire).toContain(Buffer.from('a,b\n1,2\n').toString('base64'));
    expect(posted?.wire).not.toMatch(/text\/html/i);
  });

  it('tells of a recipient that was not taken, and of all', async () => {
    await using office = await openPostOffice();
    const nobody = MailAddress.parse('nobody@example.org');
    expect(await handOver(office.login, await letter([ME, nobody]), signal)).toMatchObject({
      kind: 'sent',
      refused: [nobody],
    });
    expect(await handOver(office.login, await letter([nobody]), signal)).toMatchObject({
      kind: 'not-sent',
      why: 'recipients',
    });
    expect(office.letters).toHaveLength(1);
  });

  it('says which of its ends is known: refused before, refused after, hung up, silent', async () => {
    await using office = await openPostOffice();
    const wrong = { ...office.login, password: 'other' };
    expect(await handOver(wrong, await letter(), signal)).toMatchObject({ kind: 'not-sent', why: 'login' });
    office.manner = 'refuses';
    expect(await handOver(office.login, await letter(), signal)).toMatchObject({ kind: 'not-sent', why: 'refused' });
    office.manner = 'hangs-up';
    expect(await handOver(office.login, await letter(), signal)).toMatchObject({ kind: 'unknown' });
    office.manner = 'keeps-silent';
    const stop = new AbortController();
    void office.next().then(() => stop.abort());
    expect(await handOver(office.login, await letter(), stop.signal)).toMatchObject({ kind: 'unknown' });
    expect(office.letters).toHaveLength(2);
  });

  it('says that nothing was sent where nobody is, or somebody who is no post office', async () => {
    const nobody = createServer().listen(0, '127.0.0.1');
    await once(nobody, 'listening');
    const address = nobody.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await new Promise((resolve) => nobody.close(resolve));
    const login = { host: '127.0.0.1', port, security: 'plain', user: 'master', password: 'x' } as const;
    expect(await handOver(login, await letter(), signal)).toMatchObject({ kind: 'not-sent', why: 'connection' });
    const other = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(port, '127.0.0.1');
    await once(other, 'listening');
    expect(await handOver(login, await letter(), signal)).toMatchObject({ kind: 'not-sent', why: 'connection' });
    await new Promise((resolve) => other.close(resolve));
  });

  it('gives no password away without encryption that it can believe', async () => {
    await using stripped = await openPostOffice();
    await using untrusted = await openPostOffice({ tls: true });
    for (const office of [stripped, untrusted]) {
      const login = { ...office.login, host: 'localhost', security: 'starttls' as const };
      expect(await handOver(login, await letter(), signal)).toMatchObject({ kind: 'not-sent', why: 'encryption' });
      expect(office.tried).toEqual([]);
    }
    const tls = { ...stripped.login, security: 'tls' as const };
    expect(await handOver(tls, await letter(), signal)).toMatchObject({ kind: 'not-sent' });
    expect(stripped.tried).toEqual([]);
  });

  it('never says the password', async () => {
    await using office = await openPostOffice();
    const said = [
      await handOver({ ...office.login, user: 'other' }, await letter(), signal),
      await handOver({ ...office.login, port: 1 }, await letter(), signal),
    ];
    expect(JSON.stringify(said)).not.toContain(POST_PASSWORD);
  });
});

describe('headers', () => {
  const hostile = [
    'a@example.org\r\nBcc: x@evil.org',
    'a@example.org, x@evil.org',
    'a@example.org x@evil.org',
    '"a@example.org" <x@evil.org>',
    'me <x@evil.org>',
    '<a@example.org>',
    'a@example.org>',
    '"a b"@example.org',
    'a@[127.0.0.1]',
    'a@localhost',
    '@evil.org:a@example.org',
    'a%evil.org@example.org',
    'evil.org!a@example.org',
    '-f@example.org',
    'a@example.org\0',
    'a@exa mple.org',
    'a@example.org/../x',
    'a@evil.org:25',
    'a@b@example.org',
    'a\u202e@example.org',
    'а@example.org',
    'a..b@example.org',
    '.a@example.org',
    `${'a'.repeat(65)}@example.org`,
    `${'a.'.repeat(300)}a@example.org`,
    '',
  ];
  it.each(hostile)('take no address that is two things: %j', (address) => {
    expect(MailAddress.safeParse(address).success).toBe(false);
  });

  it('show a host of other letters as it is on the wire', () => {
    expect(MailAddress.parse('a@EXAMPLE.org')).toBe('a@example.org');
    expect(MailAddress.parse('a@한글.kr')).toBe('a@xn--bj0bj06e.kr');
    expect(MailAddress.parse('a@аррӏе.com')).toMatch(/^a@xn--/);
  });

  it.each(['a\r\nBcc: x@evil.org', 'a\nb', 'a\u2028b', '  ', 'a\u202eb', 'x'.repeat(301)])(
    'take no subject of more than a line: %j',
    (subject) => {
      expect(MailSubject.safeParse(subject).success).toBe(false);
    },
  );

  it('hold whatever a file is called', async () => {
    const wire = await wireForm({
      from: ME,
      to: [ME],
      subject: 'x',
      text: '.\r\nRCPT TO:<x@evil.org>\r\n.\r\n',
      files: [{ name: 'a"\r\nBcc: x@evil.org\r\n\r\n.txt', mediaType: 'text/plain', bytes: Buffer.from('x') }],
      name: 'n',
    });
    expect(wire.toString('latin1')).not.toMatch(/^bcc:/im);
    await using office = await openPostOffice();
    expect(await handOver(office.login, { from: ME, to: [ME], wire }, signal)).toMatchObject({ kind: 'sent' });
    expect(office.letters.map(({ to }) => to)).toEqual([[ME]]);
  });
});

describe('an inbox', () => {
  const plain = {
    uid: 7,
    envelope:
      '("Fri, 27 Nov 2026 09:00:00 +0900" "=?utf-8?B?6rKs7KCB7ISc?=" (("Shop" NIL "shop" "example.com")) NIL NIL ((NIL NIL "master" "example.org")) NIL NIL NIL "<1@x>")',
    structure:
      '(("TEXT" "PLAIN" ("CHARSET" "euc-kr") NIL NIL "8BIT" 20 1)("APPLICATION" "PDF" ("NAME" "quote.pdf") NIL NIL "BASE64" 1234 NIL ("ATTACHMENT" ("FILENAME" "quote.pdf"))) "MIXED")',
    parts: {
      '1.MIME': Buffer.from('Content-Type: text/plain; charset=euc-kr\r\nContent-Transfer-Encoding: 8bit\r\n\r\n'),
      1: Buffer.from([0xb0, 0xdf, 0xc0, 0xfb, 0x20, 0x31, 0x30, 0x30]),
    },
  };
  const html = {
    uid: 9,
    envelope: '("Sat, 28 Nov 2026 09:00:00 +0900" "Hello" ((NIL NIL "a" "b.org")) NIL NIL NIL NIL NIL NIL "<2@x>")',
    structure: '("TEXT" "HTML" ("CHARSET" "utf-8") NIL NIL "7BIT" 60 1)',
    seen: true,
    parts: {
      HEADER: Buffer.from('Content-Type: text/html; charset=utf-8\r\n\r\n'),
      TEXT: Buffer.from('<style>p{}</style><p>one</p><p>two<script>x()</script></p>'),
    },
  };

  it('is read newest first, its files by name, and changed in nothing', async () => {
    await using inbox = await openPaperInbox([plain, html]);
    const read = await readInbox(inbox.login, { kind: 'list', limit: 5 }, signal);
    expect(read).toMatchObject({
      kind: 'letters',
      found: 2,
      letters: [
        { uid: 9, from: 'a@b.org', seen: true },
        {
          uid: 7,
          from: 'Shop <shop@example.com>',
          subject: '견적서',
          seen: false,
          files: [{ name: 'quote.pdf', mediaType: 'application/pdf', bytes: 1234 }],
        },
      ],
    });
    const verbs = inbox.asked.map((line) => line.split(' ').slice(0, 1).join(' ').toUpperCase());
    expect(verbs).toContain('EXAMINE');
    expect(verbs.filter((verb) => ['SELECT', 'STORE', 'EXPUNGE', 'COPY', 'MOVE', 'APPEND'].includes(verb))).toEqual([]);
  });

  it('gives the words of one letter: of Korean letter sets, and of HTML without what was not to be read', async () => {
    await using inbox = await openPaperInbox([plain, html]);
    const one = async (uid: number) => readInbox(inbox.login, { kind: 'one', uid }, signal);
    expect(await one(7)).toMatchObject({ letters: [{ text: '견적 100' }] });
    expect(await one(9)).toMatchObject({ letters: [{ text: 'one\n\ntwo' }] });
    expect(await one(3)).toMatchObject({ kind: 'failed', why: 'gone' });
    expect(inbox.asked.filter((line) => /BODY\[/i.test(line))).toEqual([]);
  });

  it('is searched', async () => {
    await using inbox = await openPaperInbox([plain, html]);
    const read = await readInbox(inbox.login, { kind: 'list', words: 'Hello', limit: 5 }, signal);
    expect(read).toMatchObject({ letters: [{ uid: 9 }], found: 1 });
  });

  it('says why it cannot be read', async () => {
    await using inbox = await openPaperInbox([]);
    const wrong = { ...inbox.login, password: 'x' };
    expect(await readInbox(wrong, { kind: 'list', limit: 1 }, signal)).toMatchObject({ kind: 'failed', why: 'login' });
    expect(await readInbox({ ...wrong, port: 1 }, { kind: 'list', limit: 1 }, signal)).toMatchObject({
      kind: 'failed',
      why: 'connection',
    });
  });
});

it('of an HTML letter the words are left', () => {
  expect(htmlWords('<h1>A&amp;B</h1><ul><li>x<li>y</ul><img src=http://t/?p><svg><text>s</text></svg>')).toBe(
    'A&B\n\nx\n\ny',
  );
  expect(htmlWords('<b>'.repeat(50_000) + 'x')).toBe('x');
});
