import { crc32, deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Attachments } from '../../bots/turns/attachments.ts';
import {
  ARCHIVE_LIMIT_BYTES,
  LOOK_LIMIT_BYTES,
  secretsInArchive,
  secretsInText,
} from '../../bridge/matrix/file-secrets.ts';

const KEY = `sk-proj-${'a1B2c3D4e5'.repeat(5)}`;
const HARMLESS = '사료 12포대, 톱밥 3포대. The quick brown fox counts sheep.\n';

interface Entry {
  readonly name: string;
  readonly text: string | Buffer;
  readonly flags?: number;
}

/** An archive as programs write it: local headers, entries, end record. */
function zip(entries: readonly Entry[]): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let at = 0;
  for (const { name, text, flags = 0x0800 } of entries) {
    const content = Buffer.from(text);
    const packed = deflateRawSync(content);
    const title = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(flags, 2);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(title.length, 22);
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004', 'latin1'), common, title, packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(at, 10);
    central.push(Buffer.concat([Buffer.from('PK\u0001\u0002', 'latin1'), Buffer.from([20, 0]), common, tail, title]));
    locals.push(local);
    at += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, directory, end]);
}

const run = (words: string) => `<w:r><w:rPr><w:b/></w:rPr><w:t>${words}</w:t></w:r>`;
const docx = (...words: readonly string[]) =>
  zip([
    { name: '[Content_Types].xml', text: '<Types/>' },
    { name: 'word/document.xml', text: `<w:document><w:p>${words.map(run).join('')}</w:p></w:document>` },
    { name: 'word/media/image1.png', text: Buffer.from([0x89, 0x50, 0, 1, 2]) },
  ]);

describe('a document that somebody uploads', () => {
  it.each<[string, Buffer, string]>([
    ['a key in one piece', docx('우리 키: ', KEY), 'held'],
    ['a key that Word has cut into pieces', docx(KEY.slice(0, 20), KEY.slice(20, 33), KEY.slice(33)), 'held'],
    ['nothing of the kind', docx(HARMLESS), 'none'],
    [
      'a table with a password',
      zip([{ name: 'xl/sharedStrings.xml', text: '<sst><si><t>비밀번호: Xk39!plm22</t></si><si><t>b</t></si></sst>' }]),
      'held',
    ],
    ['a zip with an .env in it', zip([{ name: 'app/.env', text: `OPENAI_API_KEY=${KEY}\n` }]), 'held'],
    ['an entry that is encrypted', zip([{ name: 'a.txt', text: HARMLESS, flags: 1 }]), 'first-part'],
    ['an archive in it', zip([{ name: 'b.zip', text: docx(KEY) }]), 'first-part'],
    [
      'more entries than are looked at',
      zip(Array.from({ length: 301 }, (_, i) => ({ name: `${i}`, text: 'x' }))),
      'first-part',
    ],
    ['no archive', Buffer.from('PK but no archive'), 'first-part'],
    ['its end cut off', docx(KEY).subarray(0, -30), 'first-part'],
  ])('%s', async (_what, bytes, found) => {
    expect(await secretsInArchive(bytes)).toBe(found);
  });

  it('that would unpack to very much costs little, and what is behind it is looked at all the same', async () => {
    const zeros = Buffer.alloc(64 * 1024 * 1024);
    const bomb = zip([
      { name: 'a.xml', text: zeros },
      { name: 'b.xml', text: zeros },
    ]);
    expect(bomb.length).toBeLessThan(200_000);
    const before = process.memoryUsage().arrayBuffers;
    const began = process.cpuUsage();
    expect(await secretsInArchive(bomb)).toBe('first-part');
    expect(process.cpuUsage(began).user).toBeLessThan(2_000_000);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(48 * 1024 * 1024);
    expect(
      await secretsInArchive(
        zip([
          { name: 'a.xml', text: zeros },
          { name: 'b.txt', text: KEY },
        ]),
      ),
    ).toBe('held');
  });

  it('with any bytes changed ends in an answer', async () => {
    const whole = docx(HARMLESS);
    for (let at = 0; at < whole.length; at += 7) {
      const broken = Buffer.from(whole);
      broken[at] = 255 - (broken[at] ?? 0);
      expect(['none', 'first-part', 'held']).toContain(await secretsInArchive(broken));
    }
  });
});

describe('a long text', () => {
  const long = HARMLESS.repeat(10_000);
  it.each<[string, string, boolean, string]>([
    ['a key at its end', `${long}${KEY}\n`, true, 'held'],
    ['a key across two steps', `${'가나다 '.repeat(12_284)}${KEY} ${long}`, true, 'held'],
    ['none', long, true, 'none'],
    ['none in the part that is looked at', long, false, 'first-part'],
  ])('%s', async (_what, text, whole, found) => {
    expect(await secretsInText(Buffer.from(text), whole)).toBe(found);
  });

  it('that is cut within a letter is read up to it', async () => {
    const bytes = Buffer.from(`${KEY} ${'가'.repeat(1_000)}`);
    expect(await secretsInText(bytes.subarray(0, -1), false)).toBe('held');
  });
});

describe('which of them are fetched', () => {
  const look = async (name: string, size: number, bytes?: Buffer) => {
    const asked: number[] = [];
    const account = {
      download: () => Promise.reject(new Error('whole')),
      beginning: (_mxc: string, most: number) => {
        asked.push(most);
        if (bytes === undefined) return Promise.reject(new Error('gone'));
        return Promise.resolve({ bytes: bytes.subarray(0, most), whole: bytes.length <= most });
      },
    } as never;
    const found = await new Attachments().secretsIn(
      { url: 'mxc://a/b', name, mediaType: 'application/octet-stream', size },
      () => Promise.resolve(account),
    );
    return [found, ...asked];
  };
  it('texts and archives up to the limit, nothing of what nobody here reads', async () => {
    const much = Buffer.alloc(LOOK_LIMIT_BYTES + 1, HARMLESS);
    expect(await look('기록.log', 300_000, Buffer.from(`${HARMLESS}${KEY}`))).toEqual(['held', LOOK_LIMIT_BYTES]);
    expect(await look('기록.log', much.length, much)).toEqual(['first-part', LOOK_LIMIT_BYTES]);
    expect(await look('계약.docx', 9_000, docx(KEY))).toEqual(['held', ARCHIVE_LIMIT_BYTES]);
    expect(await look('계약.docx', 9_000, docx(HARMLESS))).toEqual(['none', ARCHIVE_LIMIT_BYTES]);
    expect(await look('묶음.zip', ARCHIVE_LIMIT_BYTES + 1, Buffer.alloc(ARCHIVE_LIMIT_BYTES + 1))).toEqual([
      'not-looked',
      ARCHIVE_LIMIT_BYTES,
    ]);
    expect(await look('계약.docx', 9_000)).toEqual(['not-looked', ARCHIVE_LIMIT_BYTES]);
    expect(await look('계약서.pdf', 9_000)).toEqual(['not-looked']);
    expect(await look('옛글.hwp', 9_000)).toEqual(['not-looked']);
    expect(await look('노래.mp3', 9_000)).toEqual(['none']);
  });
});
