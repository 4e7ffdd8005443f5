import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { parseDocument } from 'htmlparser2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DocumentKind } from '../../bridge/protocol/documents/document-kind.ts';
import { chartPicture } from '../../executor/programs/make/chart-picture.ts';
import { Drawable } from '../../executor/programs/make/drawable.ts';
import { made } from '../../executor/programs/make/made.ts';
import { readMarkdown } from '../../executor/programs/make/markdown-blocks.ts';
import { picturesIn } from '../../executor/programs/make/workspace-pictures.ts';
import { slidesOf } from '../../executor/programs/make/slides.ts';
import { ChartSpec } from '../../bridge/protocol/documents/chart-spec.ts';

const workspace = mkdtempSync(join(tmpdir(), 'made-'));
afterAll(() => rmSync(workspace, { recursive: true, force: true }));

const CHART = {
  type: 'bar',
  title: '월별 매출',
  unit: '원',
  labels: ['10월', '11월'],
  series: [{ name: '매출', values: [3e6, 5e6] }],
};
const make = async (kind: DocumentKind, content: string) => made(kind, content, picturesIn(workspace));
const parts = async (kind: DocumentKind, content: string): Promise<Readonly<Record<string, string>>> =>
  Object.fromEntries(
    Object.entries(unzipSync((await make(kind, content)).bytes)).map(([name, bytes]) => [name, strFromU8(bytes)]),
  );
/** Every word in the XML of a part, in its order. */
const wordsIn = (xml: string): string => xml.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');

beforeAll(async () => {
  writeFileSync(join(workspace, 'chart.png'), (await make('png', JSON.stringify(CHART))).bytes);
  mkdirSync(join(workspace, 'sub'));
  writeFileSync(join(workspace, 'note.png'), 'no picture at all, only a name');
  symlinkSync('/etc/passwd', join(workspace, 'link.png'));
}, 30_000);

const REPORT = `# 배송 보고서

이번 달 **매출**은 [공시](https://dart.fss.or.kr/)를 보면 늘었습니다.

![매출](chart.png)

| 지역 | 건수 |
|---|---|
| 부산 | 1,200 |
| 서울 | 98 |

1. 첫째
   - 안쪽
- [x] 끝난 일
`;

describe('documents made of Markdown', () => {
  it('are a Word file with table, picture, list and link', async () => {
    const files = await parts('docx', REPORT);
    const document = files['word/document.xml'] ?? '';
    expect(wordsIn(document)).toMatch(/배송 보고서.*매출.*공시.*지역.*건수.*부산.*1,200.*첫째.*안쪽.*끝난 일/);
    expect(document).toContain('<w:tbl>');
    expect(Object.keys(files).filter((name) => name.startsWith('word/media/'))).toHaveLength(1);
    expect(files['word/_rels/document.xml.rels']).toContain('https://dart.fss.or.kr/');
  });

  it('are slides, one for each heading, with the table and the picture', async () => {
    const files = await parts('pptx', `${REPORT}\n## 결론\n\n좋습니다.\n`);
    const slides = Object.entries(files).filter(([name]) => /^ppt\/slides\/slide\d+\.xml$/.test(name));
    expect(slides.length).toBeGreaterThanOrEqual(3);
    const all = slides.map(([, xml]) => wordsIn(xml)).join(' ');
    for (const word of ['배송 보고서', '부산', '1,200', '첫째', '안쪽', '결론', '좋습니다.'])
      expect(all).toContain(word);
    expect(slides.some(([, xml]) => xml.includes('<a:tbl>'))).toBe(true);
    expect(Object.keys(files).some((name) => /^ppt\/media\/.*\.png$/.test(name))).toBe(true);
  });

  it('are a page that loads nothing and runs nothing', async () => {
    const html = Buffer.from((await make('html', REPORT)).bytes).toString();
    expect(html).toContain("default-src 'none'");
    expect(html).toContain('<td class="r">1,200</td>');
    expect(html).toMatch(/<img src="data:image\/png;base64,/);
    expect(
      JSON.stringify(parseDocument(html), (key, value: unknown) =>
        ['parent', 'prev', 'next'].includes(key) ? undefined : value,
      ),
    ).not.toMatch(/"name":"(?:script|iframe|object|embed|link|form)"/);
  });

  it('are a PDF whose Korean font is in it, with the pages that the words need', async () => {
    const { bytes } = await make('pdf', `${REPORT}\n${'긴 글입니다. '.repeat(900)}`);
    const pdf = Buffer.from(bytes).toString('latin1');
    expect(pdf.startsWith('%PDF-')).toBe(true);
    expect(pdf).toMatch(/\/BaseFont \/[A-Z]{6}\+NanumGothic/);
    expect(pdf.match(/\/Type \/Page\b/g)?.length).toBeGreaterThan(2);
  });

  const HOSTILE = `# <script>alert(1)</script>

<img src=x onerror=alert(1)> <iframe src="https://evil.example"></iframe>

![far](https://evil.example/pixel.png) ![up](../../etc/passwd) ![abs](/etc/passwd) ![link](link.png) ![data](data:image/png;base64,AAAA) ![text](note.png)

[file](file:///etc/passwd) [run](javascript:alert(1)) [ok](https://example.org/?a=1&b=2)
`;

  it.each(['html', 'pdf', 'docx', 'pptx'] as const)(
    'hold nothing of the outside and nothing that runs: %s',
    async (kind) => {
      const { bytes, notes } = await make(kind, HOSTILE);
      const all =
        kind === 'html' || kind === 'pdf'
          ? Buffer.from(bytes).toString('latin1')
          : Object.entries(unzipSync(bytes))
              .map(([, part]) => strFromU8(part))
              .join('\n');
      expect(all).not.toMatch(
        /src="https?:|evil\.example|file:\/\/|javascript:|root:x:|<script|onerror=|\/JavaScript|\/Launch/i,
      );
      expect(notes).toHaveLength(6);
      // A PDF's words are packed, its addresses are not.
      expect(all).toMatch(/https:\/\/example\.org\/\?a=1(?:&amp;|&)b=2/);
    },
  );

  it('say what could not be taken up', async () => {
    expect((await make('html', HOSTILE)).notes).toEqual([
      expect.stringContaining('pixel.png: only pictures of the workspace'),
      expect.stringContaining('passwd: not a path in the workspace'),
      expect.stringContaining('/etc/passwd: not a path in the workspace'),
      expect.stringContaining('link.png: not a plain file'),
      expect.stringContaining('only pictures of the workspace'),
      expect.stringContaining('note.png: neither a PNG nor a JPEG'),
    ]);
    expect((await make('pdf', '# 끝 📊\n\n✅ 됨 漢')).notes).toEqual([expect.stringMatching(/the font has no 📊 漢/u)]);
  });

  it('keep a page’s words to the slides that hold them', () => {
    const { document } = readMarkdown(
      `# 표\n\n${Array.from({ length: 60 }, (_, i) => `- 줄 ${i}`).join('\n')}`,
      () => 'none',
    );
    const slides = slidesOf(document);
    expect(slides.length).toBeGreaterThan(4);
    expect(slides.flatMap(({ blocks }) => blocks)).toHaveLength(60);
  });

  it('stand up to nesting, long words and empty parts', async () => {
    const deep = Array.from({ length: 60 }, (_, i) => `${'  '.repeat(i)}- ${i}`).join('\n');
    const wide = `|${'a|'.repeat(30)}\n|${'-|'.repeat(30)}\n|${`${'가'.repeat(200)}|`.repeat(30)}`;
    const content = `${deep}\n\n${wide}\n\n${'x'.repeat(3_000)}\n\n> > > > > > > > > > > q\n\n- \n\n\`\`\`\n\`\`\`\n`;
    for (const kind of ['html', 'pdf', 'docx', 'pptx'] as const)
      expect((await make(kind, content)).bytes.length).toBeGreaterThan(1_000);
  }, 30_000);
});

describe('a chart', () => {
  /** What is neither white nor nearly so. */
  const ink = async (spec: unknown, drawable = new Drawable()): Promise<number> => {
    const { Resvg } = await import('@resvg/resvg-js');
    const png = Buffer.from(chartPicture(ChartSpec.parse(spec), drawable)).toString('base64');
    const { pixels } = new Resvg(
      `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="1080" height="810"><image width="1080" height="810" xlink:href="data:image/png;base64,${png}"/></svg>`,
    ).render();
    let dark = 0;
    for (let at = 0; at < pixels.length; at += 4) if ((pixels[at] ?? 255) < 128) dark += 1;
    return dark;
  };

  it('draws its Korean words, and is not the same without the letters', async () => {
    const words = { ...CHART, type: 'pie', series: [{ values: [1, 2] }] };
    const drawn = await ink(words);
    const bare = await ink(
      words,
      new Drawable(
        (code) => code < 128,
        () => false,
      ),
    );
    expect(drawn - bare).toBeGreaterThan(1_500);
  });

  it.each(['bar', 'hbar', 'stacked', 'line', 'area', 'pie'])('is drawn as %s from one value to many', async (type) => {
    for (const count of [1, 60]) {
      const labels = Array.from({ length: count }, (_, i) => `지점 ${i} 이름이 긴 곳`);
      const { bytes } = await make(
        'png',
        JSON.stringify({ type, labels, series: [{ values: labels.map((_, i) => i + 1) }] }),
      );
      expect(Buffer.from(bytes).toString('latin1', 1, 4)).toBe('PNG');
    }
  });

  it.each([
    ['{', /not JSON/],
    ['{"type":"radar","labels":["a"],"series":[{"values":[1]}]}', /^type: /],
    ['{"type":"bar","labels":["a","b"],"series":[{"values":[1]}]}', /^series\.0\.values: 1 values for 2 labels/],
    ['{"type":"bar","labels":["a"],"series":[{"values":[1]}],"formatter":"function(){}"}', /formatter|content/],
    ['{"type":"pie","labels":["a"],"series":[{"values":[0]}]}', /a pie needs values above 0/],
  ])('tells what is wrong with %s', async (content, told) => {
    await expect(make('png', content)).rejects.toThrow(told);
  });
});

describe('a workbook', () => {
  const TABLE =
    '## 10월\n\n| 이름 | 금액 | 전화 |\n|-|-|-|\n| 김 | 1,200,000 | 010-1234-5678 |\n| 이 | 0950 | =HYPERLINK("http://evil.example","눌러") |\n';

  it.each([
    ['Markdown', TABLE],
    ['CSV', '이름,금액,전화\n김,"1,200,000",010-1234-5678\n이,0950,"=HYPERLINK(""http://evil.example"",""눌러"")"\n'],
    [
      'JSON',
      JSON.stringify({
        sheets: [
          {
            name: '10월',
            rows: [
              ['이름', '금액', '전화'],
              ['김', 1_200_000, '010-1234-5678'],
              ['이', '0950', '=HYPERLINK("http://evil.example","눌러")'],
            ],
          },
        ],
      }),
    ],
  ])('of %s holds numbers as numbers and never a formula', async (_, content) => {
    const files = await parts('xlsx', content);
    const sheet = files['xl/worksheets/sheet1.xml'] ?? '';
    expect(sheet).toContain('<v>1200000</v>');
    expect(sheet).not.toMatch(/<f[ >]|<hyperlink/);
    expect(files['xl/sharedStrings.xml']).toMatch(/이름.*010-1234-5678.*0950.*=HYPERLINK/s);
    expect((await make('xlsx', content)).notes).toEqual([expect.stringContaining('1 cells look like formulas')]);
  });

  it.each(['=1+1', '@SUM(A1)', "+cmd|'/C calc'!A0", '=WEBSERVICE("http://evil.example")', "-2+3+cmd|' /C calc'!A0"])(
    'keeps %s as words',
    async (cell) => {
      const files = await parts('xlsx', JSON.stringify([['a'], [cell]]));
      expect(files['xl/worksheets/sheet1.xml']).not.toMatch(/<f[ >]/);
      expect(files['xl/worksheets/sheet1.xml']).toMatch(/<c r="A2"[^>]* t="s">/);
    },
  );

  it('takes names that Excel would refuse, and the same name twice', async () => {
    const name = "a/b:c*[d]?'".repeat(5);
    const files = await parts(
      'xlsx',
      JSON.stringify({
        sheets: [
          { name, rows: [[1]] },
          { name, rows: [[1]] },
        ],
      }),
    );
    const names = [...(files['xl/workbook.xml'] ?? '').matchAll(/<sheet [^>]*name="([^"]*)"/g)].map(
      ([, found = '']) => found,
    );
    expect(new Set(names).size).toBe(2);
    for (const one of names) expect(one.replaceAll('&apos;', "'")).toMatch(/^[^\\/?*[\]:]{1,31}$/);
  });
});

describe('a calendar', () => {
  const ics = async (events: unknown): Promise<string> =>
    Buffer.from((await make('ics', JSON.stringify({ events }))).bytes)
      .toString()
      .replaceAll('\r\n ', '');

  it('is of the owner’s clock, in a moment that every calendar reads alike', async () => {
    const text = await ics([
      {
        title: '부산 배송',
        start: '2026-12-01T09:00+09:00',
        end: '2026-12-01T18:00+09:00',
        place: '센텀; 물류',
        remind: 30,
      },
    ]);
    expect(text).toContain('DTSTART:20261201T000000Z');
    expect(text).toContain('DTEND:20261201T090000Z');
    expect(text).toContain('SUMMARY:부산 배송');
    expect(text).toContain('LOCATION:센텀\\; 물류');
    expect(text).toContain('TRIGGER:-PT30M');
  });

  it('counts a whole day, and its end as the day after', async () => {
    const text = await ics([{ title: '휴가', start: '2026-12-05', end: '2026-12-06' }]);
    expect(text).toContain('DTSTART;VALUE=DATE:20261205');
    expect(text).toContain('DTEND;VALUE=DATE:20261207');
  });

  it('calls the same event the same, so that it is entered once', async () => {
    const uid = async () => /UID:(\S+)/.exec(await ics([{ title: 'x', start: '2026-12-05' }]))?.[1];
    expect(await uid()).toBe(await uid());
  });

  it('lets no word of an event be another line', async () => {
    const text = await ics([{ title: 'a\r\nATTACH:file:///etc/passwd', note: 'b\nBEGIN:VALARM', start: '2026-12-05' }]);
    expect(text).not.toMatch(/^(?:ATTACH|BEGIN:VALARM)/m);
  });

  it.each([
    [[{ title: 'x', start: 'tomorrow' }], /^events\.0\.start: neither a day/],
    [[{ title: 'x', start: '2026-12-05', end: '2026-12-04' }], /before the start/],
    [[], /^events: /],
  ])('tells what is wrong with %j', async (events, told) => {
    await expect(ics(events)).rejects.toThrow(told);
  });
});
