import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { Terminal } from '../../bridge/launcher/instance/terminal.ts';
import { mail } from '../../bridge/launcher/verbs/mail.ts';
import { mailPlace } from '../../bridge/launcher/verbs/mail-place.ts';
import { readInbox } from '../../bridge/mail/imap.ts';
import { handOver } from '../../bridge/mail/smtp.ts';
import { openPaperInbox } from '../house/paper-inbox.ts';
import { openPostOffice, POST_PASSWORD, type PostOffice, wordsOf } from '../house/post-office.ts';

const bin = new AsyncDisposableStack();
afterAll(() => bin.disposeAsync());

async function mailVerb(office: PostOffice) {
  const data = mkdtempSync(join(tmpdir(), 'chavion-mail-'));
  writeFileSync(
    join(data, 'instance.json'),
    JSON.stringify({ id: 'abcdef012345', serverName: 'x.local', separated: false }),
  );
  const place = await mailPlace(data, { CHAVION_DATA_DIR: data });
  let said = '';
  const out = Object.assign(
    new Writable({
      write: (chunk, _, done) => {
        said += String(chunk);
        done();
      },
    }),
    { isTTY: false },
  ) as unknown as NodeJS.WriteStream;
  const asked: string[] = [];
  const run = (args: readonly string[], answers: readonly (string | (() => string))[] = []) => {
    const left = [...answers];
    return mail({
      args,
      terminal: new Terminal('ko', out),
      place,
      input: () => ({
        ask: (question) => {
          asked.push(question);
          const next = left.shift();
          return Promise.resolve(typeof next === 'function' ? next() : next);
        },
        [Symbol.dispose]: () => undefined,
      }),
      handOver,
      readInbox,
      stop: new AbortController().signal,
    });
  };
  const code = () => /\d{6}/.exec(wordsOf(office.letters.at(-1)?.wire ?? ''))?.[0] ?? '';
  const { port } = office.login;
  const answers = ['master@example.org', '127.0.0.1', String(port), 'none', 'master', POST_PASSWORD] as const;
  return { data, place, run, code, answers, asked, file: join(data, 'rules', 'mail.json'), said: () => said };
}

describe('npm start -- mail', () => {
  it('sends a real letter, and what stands in it proves that the address is his', async () => {
    const office = bin.use(await openPostOffice());
    const { run, code, answers, place, said, file } = await mailVerb(office);
    expect(await run([], [...answers, '', '000000', () => ` ${code()} `])).toBe(0);
    expect(office.letters.map(({ to }) => to)).toEqual([['master@example.org']]);
    expect(place.read()).toMatchObject({ address: 'master@example.org', verified: true, freeADay: 20 });
    expect(said()).toContain('하루 20통까지');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await run([])).toBe(0);
    expect(said()).toContain('확인됨');
    expect(said()).not.toContain(POST_PASSWORD);
    expect(office.letters).toHaveLength(1);
  });

  it('stores it unverified without the code, and verifies it later', async () => {
    const office = bin.use(await openPostOffice());
    const { run, code, answers, place, said } = await mailVerb(office);
    const wrong = () => String((Number(code()) + 1) % 1_000_000).padStart(6, '0');
    expect(await run([], [...answers, '', wrong, wrong, wrong, () => code()])).toBe(0);
    expect(place.read()).toMatchObject({ verified: false });
    expect(said()).toContain('보낼 때마다 허락');
    expect(await run(['code'], [() => code()])).toBe(0);
    expect(place.read()).toMatchObject({ verified: true });
    expect(await run(['code'], [])).toBe(0);
    expect(place.read()).toMatchObject({ verified: true });
  });

  it('stores nothing that does not work, and says why', async () => {
    const office = bin.use(await openPostOffice());
    const { run, answers, place, said } = await mailVerb(office);
    expect(await run([], [...answers.slice(0, 5), 'wrong', ''])).toBe(1);
    expect(said()).toContain('비밀번호가 맞지 않습니다');
    expect(await run([], ['not an address', 'x', 'y@'])).toBe(1);
    expect(await run([], answers.slice(0, 4))).toBe(1);
    expect(place.read()).toBeUndefined();
    expect(office.letters).toEqual([]);
  });

  it('takes an inbox only where it can be looked into', async () => {
    const office = bin.use(await openPostOffice());
    const inbox = bin.use(await openPaperInbox([]));
    const { run, answers, place, said } = await mailVerb(office);
    const reading = ['127.0.0.1', String(inbox.login.port), 'none'];
    expect(await run([], [...answers, ...reading])).toBe(1);
    expect(said()).toContain('비밀번호가 맞지 않습니다');
    expect(place.read()).toBeUndefined();
  });

  it('takes it away, password and all', async () => {
    const office = bin.use(await openPostOffice());
    const { run, code, answers, place, file } = await mailVerb(office);
    await run([], [...answers, '', () => code()]);
    expect(readFileSync(file, 'utf8')).toContain(POST_PASSWORD);
    expect(await run(['off'])).toBe(0);
    expect(place.read()).toBeUndefined();
    expect(await run(['off', 'now'])).toBe(2);
  });

  it('knows the servers of the great ones, and tells of app passwords', async () => {
    const office = bin.use(await openPostOffice());
    const { run, said, asked } = await mailVerb(office);
    expect(await run([], ['me@naver.com'])).toBe(1);
    expect(said()).toContain('애플리케이션 비밀번호');
    expect(asked.join('\n')).not.toContain('SMTP');
  });
});
