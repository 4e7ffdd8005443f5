import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { commandInside, makeCertificates } from '../security/internet/internet.ts';

const PAGES = {
  plain: 'https://news.example/price',
  moved: 'https://news.example/moved',
  'private-name': 'https://news.example/to-private-name',
  rebind: 'https://rebind.example/round',
  stranger: 'https://stranger.example/price',
};
const Told = z.object({
  heard: z.record(z.string(), z.object({ answer: z.string(), results: z.array(z.string()) })),
  asked: z.array(z.string()),
  trespasses: z.array(z.string()),
  mail: z.object({ code: z.int(), codes: z.int(), letters: z.int() }),
});

it('a whole house reads pages over TLS and mails, and gets nowhere but to the public internet', async () => {
  const folder = realpathSync(mkdtempSync('/var/tmp/chavion-net-'));
  try {
    const certificates = join(folder, 'certificates');
    await makeCertificates(certificates);
    chmodSync(folder, 0o755);
    // Nobody's keys: each part of the house has an account of its own.
    for (const name of readdirSync(certificates)) chmodSync(join(certificates, name), 0o644);
    const script = join(import.meta.dirname, '../security/internet/house-main.ts');
    const [program = '', ...rest] = commandInside(folder, null, [
      process.execPath,
      '--disable-warning=ExperimentalWarning',
      script,
      folder,
      JSON.stringify(PAGES),
    ]);
    const { stdout } = await promisify(execFile)(program, rest, { timeout: 600_000 });
    const { heard, asked, trespasses, mail } = Told.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
    const read = (page: keyof typeof PAGES) => heard[page]?.results[0] ?? '';
    expect(read('plain')).toContain('리터에 1,512원 (news.example)');
    expect(read('moved')).toContain('https://other.example/there');
    for (const page of ['private-name', 'rebind'] as const)
      expect(read(page)).toContain('인터넷에 열려 있는 주소가 아닙니다');
    expect(read('stranger')).not.toContain('1,512');
    expect(asked).toEqual([
      'news.example/price',
      'news.example/moved',
      'other.example/there',
      'news.example/to-private-name',
      'rebind.example/round',
    ]);
    expect(trespasses).toEqual([]);
    // The letter with the code, and the one that was asked for.
    expect(mail).toEqual({ code: 0, codes: 1, letters: 2 });
    for (const { answer } of Object.values(heard)) expect(answer).toMatch(/^봤습니다\./);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
