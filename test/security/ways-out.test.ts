import { execFile } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { authorityFile, commandInside, makeCertificates } from './internet/internet.ts';

/** Nobody's number: no entry in /etc/passwd is needed to be it. */
const TEST_ACCOUNT = 64_322;

const PAGES = {
  plain: 'https://news.example/price',
  http: 'http://news.example/price',
  moved: 'https://news.example/moved',
  big: 'https://news.example/big',
  slow: 'https://news.example/slow',
  'private-name': 'https://news.example/to-private-name',
  'private-address': 'https://news.example/to-private-address',
  'this-machine': 'https://news.example/to-this-machine',
  'this-machine-oddly': 'https://news.example/to-this-machine-oddly',
  inner: 'https://inner.example/',
  both: 'https://both.example/',
  rebind: 'https://rebind.example/round',
  wrong: 'https://wrong.example/price',
  'to-wrong': 'https://news.example/to-another-certificate',
  stranger: 'https://stranger.example/price',
  nowhere: 'https://nowhere.example/',
  shut: 'https://shut.example/',
} as const;
type Page = keyof typeof PAGES;

const Answer = z.object({
  outcome: z.looseObject({ kind: z.string(), exitCode: z.int().optional() }),
  said: z.string(),
  ways: z.array(z.string()),
});
const Told = z.object({
  answers: z.record(z.string(), Answer),
  trespasses: z.array(z.string()),
  asked: z.array(z.string()),
  names: z.array(z.string()),
  letters: z.array(z.int()),
});

/** The executor's ways out, unmodified, in a network of their own with public addresses, a name service and TLS. */
describe('what leaves the house', () => {
  let folder: string;
  let told: z.infer<typeof Told>;
  beforeAll(async () => {
    // Every folder above is open to all: the box has to find its way.
    folder = realpathSync(mkdtempSync('/var/tmp/chavion-net-'));
    await makeCertificates(join(folder, 'certificates'));
    for (const path of ['', 'certificates', 'run', 'workspaces']) give(join(folder, path));
    for (const file of readdirSync(join(folder, 'certificates'))) give(join(folder, 'certificates', file), false);
    const script = join(import.meta.dirname, 'internet', 'reader-main.ts');
    const [program = '', ...rest] = commandInside(folder, TEST_ACCOUNT, [
      process.execPath,
      '--disable-warning=ExperimentalWarning',
      script,
      folder,
      JSON.stringify(PAGES),
    ]);
    const { stdout } = await promisify(execFile)(program, rest, {
      env: { PATH: process.env.PATH, NODE_EXTRA_CA_CERTS: authorityFile(join(folder, 'certificates')) },
      timeout: 140_000,
    });
    told = Told.parse(JSON.parse(stdout));
  }, 150_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const give = (path: string, isFolder = true): void => {
    if (isFolder) mkdirSync(path, { recursive: true, mode: 0o755 });
    if (process.getuid?.() === 0) chownSync(path, TEST_ACCOUNT, TEST_ACCOUNT);
  };
  const read = (page: Page) => told.answers[page];

  it.each([
    ['plain', 'news.example', 'https://news.example/price'],
    ['http', 'news.example', 'https://news.example/price'],
    ['moved', 'other.example', 'https://other.example/there'],
  ] as const)('reads a page over TLS, and says where it stood: %s', (page, host, at) => {
    expect(read(page)).toMatchObject({ outcome: { kind: 'done', exitCode: 0 } });
    expect(read(page)?.said).toContain(`# 오늘의 경유값\n${at} (`);
    expect(read(page)?.said).toContain(`리터에 1,512원 (${host})`);
  });

  it('reads two megabytes of a page without an end, and says that it ends early', () => {
    expect(read('big')).toMatchObject({ outcome: { kind: 'done' } });
    expect(read('big')?.said).toMatch(/^# 큰 글\n.*the page is longer than 2 MB and ends early here/);
    expect(read('big')?.said).toContain('부산항 화물 운임표');
  });

  it('gives up a page that comes letter by letter', () => {
    expect(read('slow')?.said).toMatch(/^slow/);
  });

  it.each([
    ['private-name', 'not-public: inner.example'],
    ['private-address', 'not-public: 10.20.30.40'],
    ['this-machine', 'not-public: 127.0.0.1'],
    ['this-machine-oddly', 'not-public: 127.0.0.1'],
    ['inner', 'not-public: inner.example'],
    ['both', 'not-public: both.example'],
    ['rebind', 'not-public: rebind.example'],
    ['nowhere', 'no-address: nowhere.example'],
    ['shut', 'no-connection: shut.example'],
  ] as const)('goes nowhere but to the public web: %s', (page, why) => {
    expect(read(page)).toMatchObject({ outcome: { kind: 'failed', exitCode: 69 }, said: why });
  });

  it('asks for a name once, and a name that stands for two addresses in turn is refused at the second', () => {
    expect(told.names.filter((name) => name === 'rebind.example')).toHaveLength(2);
    expect(told.asked.filter((page) => page.startsWith('rebind.example'))).toEqual(['rebind.example/round']);
    expect(told.names.filter((name) => name === 'both.example')).toHaveLength(1);
  });

  it.each(['wrong', 'to-wrong', 'stranger'] as const)('reads nothing under another certificate: %s', (page) => {
    expect(read(page)).toMatchObject({ outcome: { kind: 'failed', exitCode: 69 } });
    expect(read(page)?.said).toMatch(/^no-connection: (?:wrong|stranger)\.example$/);
    expect(told.asked.some((asked) => /^(?:wrong|stranger)/.test(asked))).toBe(false);
  });

  it('never touched a private address or this machine, and took no cookie along', () => {
    expect(told.trespasses).toEqual([]);
    expect(told.asked.filter((page) => /a=b|http/.test(page))).toEqual([]);
  });

  it('hands a letter over to a server whose certificate is right, and not even a password to another', () => {
    expect(told.answers['smtp.example']).toMatchObject({ outcome: { kind: 'done' } });
    expect(told.answers['smtp-stranger.example']?.said).toContain('no encrypted connection to the mail server');
    expect(told.letters).toEqual([1, 0, 0]);
  });
});
