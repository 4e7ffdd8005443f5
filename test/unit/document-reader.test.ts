import { describe, expect, it } from 'vitest';
import { documentMarkdown, documentParts } from '../../executor/programs/document-reader.ts';
import { ProgramFault } from '../../executor/programs/program.ts';
import * as made from '../house/documents.ts';

const read = (bytes: Buffer | string, name = 'file') => documentMarkdown(Buffer.from(bytes), name);
const fault = (bytes: Buffer | string, name = 'file') =>
  read(bytes, name).then(
    (text) => `read: ${text.slice(0, 80)}`,
    (error: unknown) => (error instanceof ProgramFault ? error.word : `thrown: ${String(error)}`),
  );
/** 배송 보고서, as Windows of the nineties wrote it. */
const CP949 = Buffer.from([0xb9, 0xe8, 0xbc, 0xdb, 0x20, 0xba, 0xb8, 0xb0, 0xed, 0xbc, 0xad]);
/** 똠, which CP949 has and EUC-KR has not. */
const ONLY_CP949 = Buffer.from([0x8c, 0x63]);
const utf16 = (text: string, big: boolean) => {
  const bytes = Buffer.from(text, 'utf16le');
  return big ? bytes.swap16() : bytes;
};

describe('what a person reads in a document', () => {
  it('is there of each kind, Korean and all', async () => {
    expect(await read(made.docx(['배송 보고서', '부산항에서 4시간']))).toBe('배송 보고서\n\n부산항에서 4시간');
    expect(
      await read(
        made.xlsx([
          [
            '매출',
            [
              ['월', '금액'],
              ['3월', '1200'],
            ],
          ],
        ]),
      ),
    ).toContain('| 3월 | 1200 |');
    expect(await read(made.hwp('한글 문서입니다'))).toBe('한글 문서입니다');
    expect(await read(await made.hwpx('# 제목\n\n본문 글'))).toBe('# 제목\n\n본문 글');
    expect(await read(made.hwpml('공문 내용'))).toBe('공문 내용');
    expect(await read(made.pdf('화물차 운행 일지'))).toContain('화물차 운행 일지');
  });

  it('is there of slides in their order, with notes', async () => {
    expect(await read(made.pptx([['첫 장', '천천히 말하기'], ['둘째 장']]))).toBe(
      '## 1\n\n첫 장\n\n> 천천히 말하기\n\n## 2\n\n둘째 장',
    );
  });

  it('is there of open documents and their tables', async () => {
    const row = (...cells: string[]) =>
      `<table:table-row>${cells.map((text) => `<table:table-cell><text:p>${text}</text:p></table:table-cell>`).join('')}</table:table-row>`;
    const empty =
      '<table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>';
    expect(
      await read(
        made.odt(
          `<text:h text:outline-level="2">제목</text:h><text:p>본문<text:s/>글</text:p><table:table table:name="표">${row('가', '나')}${row('1', '2')}${empty}</table:table>`,
        ),
      ),
    ).toBe('## 제목\n\n본문 글\n\n## 표\n\n| 가 | 나 |\n| --- | --- |\n| 1 | 2 |');
  });

  it('is there of pages: what is seen, not what runs', async () => {
    expect(
      await read(
        '<!doctype html><title>가격표</title><script>steal()</script><h1>배차</h1><p>서울 <b>부산</b></p><ul><li>하나<li>둘</ul><table><tr><th>차<th>톤<tr><td>가|나<td>5</table><a href="https://a.example/">여기</a><a href="javascript:x()">저기</a>',
      ),
    ).toBe(
      '가격표\n\n# 배차\n\n서울 부산\n\n- 하나\n- 둘\n\n| 차 | 톤 |\n| --- | --- |\n| 가\\|나 | 5 |\n\n[여기](https://a.example/)저기',
    );
    const page = Buffer.concat([Buffer.from('<html><meta charset="euc-kr"><p>'), CP949, Buffer.from('</p></html>')]);
    expect(await read(page)).toBe('배송 보고서');
  });

  it('is there of letters, with the names of what is attached', async () => {
    const letter = [
      'From: =?UTF-8?B?6rmA7LKg7IiY?= <kim@example.com>',
      'To: me@example.com',
      'Subject: =?EUC-KR?B?uei828C6?=',
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary=x',
      '',
      '--x',
      'Content-Type: text/html; charset=utf-8',
      '',
      '<p>내일 <b>9시</b></p>',
      '--x',
      'Content-Type: application/pdf; name=a.pdf',
      'Content-Disposition: attachment; filename="../../a.pdf"',
      '',
      'abc',
      '--x--',
    ].join('\r\n');
    const text = await read(letter, 'x.eml');
    expect(text).toContain('From: 김철수 <kim@example.com>\nTo: me@example.com\nSubject: 배송');
    expect(text).toContain('내일 9시');
    expect(text).toContain('- ../../a.pdf (');
  });

  it('is there of tables of commas, quoted ones too', async () => {
    expect(await read('이름,"값, 원"\n"가 ""나""",1\n', 'a.csv')).toBe(
      '| 이름 | 값, 원 |\n| --- | --- |\n| 가 "나" | 1 |',
    );
    expect(await read('a;b\r\n1;2\r\n', 'a.csv')).toBe('| a | b |\n| --- | --- |\n| 1 | 2 |');
  });

  it.each([
    ['utf-8', Buffer.from('배송 보고서')],
    ['utf-8 with a mark', Buffer.from('\uFEFF배송 보고서')],
    ['euc-kr', CP949],
    ['utf-16le with a mark', utf16('\uFEFF배송 보고서', false)],
    ['utf-16be with a mark', utf16('\uFEFF배송 보고서', true)],
    ['utf-16le', utf16('배송 보고서', false)],
    ['utf-16be', utf16('배송 보고서', true)],
  ])('is there of a text in %s', async (_, bytes) => {
    expect(await read(bytes, 'note.txt')).toBe('배송 보고서');
  });
  it('is there of letters that only CP949 has', async () => {
    expect(await read(Buffer.concat([CP949, ONLY_CP949]), 'note.txt')).toBe('배송 보고서똠');
  });

  it('is a list of names of any other archive, each on its line', async () => {
    const listed = await read(made.zipOf({ '../../etc/passwd': 'x', 'a\nb\u202Egpj.exe': 'yy', '사진/': '' }));
    expect(listed).toBe(
      'An archive of 3 entries:\n\n- ../../etc/passwd (1 bytes)\n- a\uFFFDb\uFFFDgpj.exe (2 bytes)\n- 사진/',
    );
  });
});

describe('a document in its parts', () => {
  const parts = (bytes: Buffer | string, name = 'file') => documentParts(Buffer.from(bytes), name);

  it('is its pages, slides or sheets, each with its number; letters of which nobody knows the pages are one', async () => {
    expect(await parts(made.pdfOfPages(['계약 기간은 이 년', '', '위약금은 오백만 원']))).toEqual({
      unit: 'page',
      pages: ['계약 기간은 이 년', '', '위약금은 오백만 원'],
    });
    expect(await parts(made.pptx([['첫 장', '천천히 말하기'], ['둘째 장']]))).toEqual({
      unit: 'slide',
      pages: ['첫 장\n\n> 천천히 말하기', '둘째 장'],
    });
    expect(
      await parts(
        made.xlsx([
          ['매출', [['3월', '1200']]],
          ['매입', [['4월', '900']]],
        ]),
      ),
    ).toMatchObject({ unit: 'sheet', pages: [expect.stringContaining('1200'), expect.stringContaining('900')] });
    expect(await parts(made.hwp('한글 문서입니다'))).toEqual({ pages: ['한글 문서입니다'] });
    expect(await parts(made.docx(['배송', '부산']))).toEqual({ pages: ['배송\n\n부산'] });
    expect(await parts('메모', 'note.txt')).toEqual({ pages: ['메모'] });
  });
});

describe('files that are not what they say', () => {
  it.each([
    ['nothing at all', Buffer.alloc(0), 'empty'],
    ['a damaged PDF', Buffer.from('%PDF-1.4 garbage'), 'broken'],
    ['a damaged archive', Buffer.from('PK\u0003\u0004garbage'), 'broken'],
    ['half a document', made.docx(['글'.repeat(2000)]).subarray(0, 200), 'broken'],
    [
      'a picture',
      Buffer.from('\u0089PNG\r\n\u001a\n\u0000\u0000\u0000\u0000\u0000\u0001\u0000', 'latin1'),
      'unsupported',
    ],
    ['a PDF with a password', made.pdfWithPassword(), 'encrypted'],
    ['an HWP with a password', made.hwp('글', 2), 'encrypted'],
    ['a DOCX with a password', made.compound({ EncryptedPackage: Buffer.alloc(64) }), 'encrypted'],
    ['an ODT with a password', made.odt('', '<manifest:encryption-data/>'), 'encrypted'],
    ['a DOC of the nineties', made.compound({ WordDocument: Buffer.alloc(64) }), 'unsupported'],
    ['ten thousand sheets', made.xlsx(Array.from({ length: 10_000 }, (_, n) => [`s${n}`, [['x']]] as const)), 'bomb'],
    ['a document that unpacks to 300 MB', made.docx(['a'.repeat(300 << 20)]), 'bomb'],
  ])('%s', async (_, bytes, word) => {
    expect(await fault(bytes)).toBe(word);
  });

  it('a bomb that lies of its size', async () => {
    const slides = { 'ppt/presentation.xml': 'a'.repeat(64 << 20) };
    expect(await fault(made.zipOf(slides, 10))).toBe('bomb');
  });

  it('pages of a PDF that hold themselves', async () => {
    expect(['scanned', 'broken']).toContain(await fault(made.pdfLoop()));
  });

  it('entities that name files of the machine, or grow', async () => {
    const lol = Array.from({ length: 9 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`).join('');
    const types = `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd"><!ENTITY l0 "lol">${lol}]>`;
    const text = await read(made.docx(['앞 &f; &l9; 뒤'], types));
    expect(text).not.toContain('root:');
    expect(text.length).toBeLessThan(1_000);
    const open = await read(made.odt(`<text:p>앞 &f; &l9; 뒤</text:p>`).subarray(0));
    expect(open.length).toBeLessThan(1_000);
  });
});
