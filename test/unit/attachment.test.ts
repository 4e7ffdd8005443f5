import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classifyAttachment, decodeAttachment, decodeTextFile, imageTypeOf } from '../../bridge/matrix/attachment.ts';

const classify = (name: string, mimetype?: unknown, size?: unknown) => {
  const attachment = decodeAttachment({ msgtype: 'm.file', body: name, url: 'mxc://a/b', info: { mimetype, size } });
  return attachment === undefined ? 'none' : classifyAttachment(attachment);
};
const KB = 1024;

describe('classifyAttachment', () => {
  it.each([
    ['메모.txt', 'text/plain', 10, { kind: 'text' }],
    ['메모.txt', undefined, undefined, { kind: 'text' }],
    ['코드.ts', 'video/mp2t', 10, { kind: 'text' }],
    ['표.csv', 'application/vnd.ms-excel', 10, { kind: 'text' }],
    ['a.json', 'application/json; charset=utf-8', 10, { kind: 'text' }],
    ['a.bin', 'application/ld+json', 10, { kind: 'text' }],
    ['그림.svg', 'image/svg+xml', 10, { kind: 'text' }],
    ['메모.txt', 'text/plain', 200 * KB, { kind: 'text' }],
    ['메모.txt', 'text/plain', 200 * KB + 1, { kind: 'unreadable', why: 'too-big' }],
    ['사진.jpg', 'image/jpeg', 5 * KB * KB, { kind: 'image' }],
    ['사진.JPG', 'application/octet-stream', 10, { kind: 'image' }],
    ['사진', 'image/jpg', 10, { kind: 'image' }],
    ['사진.jpg', 'image/jpeg', 5 * KB * KB + 1, { kind: 'unreadable', why: 'too-big' }],
    ['사진.heic', 'image/heic', 10, { kind: 'unreadable', why: 'type' }],
    ['보고서.pdf', 'application/pdf', 10, { kind: 'unreadable', why: 'type' }],
    ['문서.hwp', 'application/octet-stream', 10, { kind: 'unreadable', why: 'type' }],
    ['노래.mp3', 'audio/mpeg', 10, { kind: 'unreadable', why: 'type' }],
    ['영화.txt', 'video/mp4', 10, { kind: 'unreadable', why: 'type' }],
    ['a.rtf', 'text/rtf', 10, { kind: 'unreadable', why: 'type' }],
    ['이름', 7, '9', { kind: 'unreadable', why: 'type' }],
  ])('%s as %s of %s bytes', (name, mimetype, size, expected) => {
    expect(classify(name, mimetype, size)).toEqual(expected);
  });
});

describe('imageTypeOf', () => {
  it('believes bytes, not names', () => {
    expect(imageTypeOf(Buffer.from('89504e470d0a1a0a0000000d', 'hex'))).toBe('image/png');
    expect(imageTypeOf(Buffer.from('ffd8ffe0', 'hex'))).toBe('image/jpeg');
    expect(imageTypeOf(Buffer.from('GIF89a'))).toBe('image/gif');
    expect(imageTypeOf(Buffer.from('RIFF\0\0\0\0WEBPVP8 '))).toBe('image/webp');
    expect(imageTypeOf(Buffer.from('RIFF\0\0\0\0WAVEfmt '))).toBeNull();
    expect(imageTypeOf(Buffer.from('<svg>'))).toBeNull();
    expect(imageTypeOf(new Uint8Array())).toBeNull();
  });
});

describe('decodeTextFile', () => {
  const words = '안녕하세요, 마스터.\n둘째 줄 English 123';
  /** As Korean Windows writes it; 똠 is one of the syllables that plain EUC-KR lacks. */
  const cp949 = Buffer.from('bec8b3e7c7cfbcbcbfe40d0a8c63b9e6b0a2c7cf', 'hex');

  /** Borders of the rows that Windows added. */
  const BORDERS = [
    ['8141', '갂'],
    ['815a', '갴'],
    ['8161', '갵'],
    ['81fe', '괓'],
    ['8241', '괔'],
    ['a0fe', '좤'],
    ['a141', '좥'],
    ['a1a0', '줎'],
    ['c652', '힣'],
  ];

  it('reads UTF-8 with and without its mark', () => {
    expect(decodeTextFile(Buffer.from(words))).toBe(words);
    expect(decodeTextFile(Buffer.from(`\uFEFF${words}`))).toBe(words);
    expect(decodeTextFile(new Uint8Array())).toBe('');
  });

  it('reads UTF-16 of both orders', () => {
    const little = Buffer.from(`\uFEFF${words}`, 'utf16le');
    expect(decodeTextFile(little)).toBe(words);
    expect(decodeTextFile(Buffer.from(little).swap16())).toBe(words);
  });

  it('reads what Korean Windows writes', () => {
    expect(decodeTextFile(cp949)).toBe('안녕하세요\n똠방각하');
    for (const [hex, syllable] of BORDERS) {
      expect(decodeTextFile(Buffer.from(`b0a1${hex}b0a1`, 'hex'))).toBe(`가${syllable}가`);
    }
    expect(decodeTextFile(Buffer.from('b0a1c653', 'hex'))).toBeNull();
    expect(decodeTextFile(Buffer.from('b0a180', 'hex'))).toBeNull();
    expect(decodeTextFile(Buffer.from('b0a1b0', 'hex'))).toBeNull();
  });

  it.each([
    ['a PNG', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
    ['a JPEG without a zero', Buffer.from('ffd8ffe1b2c3d4e5f60102', 'hex')],
    ['a zero in text', Buffer.from('안녕\0하세요')],
    ['escape codes of a bell', Buffer.from('\u0001\u0002\u0003')],
    ['Latin-1', Buffer.from('caf\u00e9 cr\u00e8me', 'latin1')],
    ['Chinese, whose bytes make Korean hanja', Buffer.from('d6d0cec4d6d0cec4', 'hex')],
    ['half a UTF-16', Buffer.from('fffe41', 'hex')],
  ])('refuses %s', (_, bytes) => {
    expect(decodeTextFile(bytes)).toBeNull();
  });

  it('masks what must not reach a model', () => {
    const key = 'sk-proj-Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4z';
    expect(decodeTextFile(Buffer.from(`OPENAI_API_KEY=${key}\r\nLANG=ko`))).toBe('OPENAI_API_KEY=sk-…(가림)\nLANG=ko');
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => {
        const text = decodeTextFile(bytes);
        expect(text === null || text.isWellFormed()).toBe(true);
        expect(text ?? '').not.toContain('\0');
      }),
      { numRuns: 1_000 },
    );
  });
});
