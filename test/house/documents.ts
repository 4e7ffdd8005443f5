import { createRequire } from 'node:module';
import { crc32, deflateRawSync } from 'node:zlib';
import { z } from 'zod';

/** Small real files of each kind, made here: what people post, and what they must not be able to do with it. */

/** Stored or deflated, whichever is asked for; `claims`: another size than it has. */
export function zipOf(files: Readonly<Record<string, string | Buffer>>, claims?: number): Buffer {
  const parts: Buffer[] = [];
  const list: Buffer[] = [];
  let at = 0;
  for (const [name, content] of Object.entries(files)) {
    const raw = Buffer.from(content);
    const packed = deflateRawSync(raw);
    const called = Buffer.from(name);
    const head = Buffer.alloc(26);
    head.writeUInt16LE(20, 0);
    head.writeUInt16LE(1 << 11, 2);
    head.writeUInt16LE(8, 4);
    head.writeUInt32LE(crc32(raw), 10);
    head.writeUInt32LE(packed.length, 14);
    head.writeUInt32LE(claims ?? raw.length, 18);
    head.writeUInt16LE(called.length, 22);
    parts.push(Buffer.from('PK\u0003\u0004'), head, called, packed);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(at, 10);
    list.push(Buffer.from('PK\u0001\u0002\u0014\u0000', 'latin1'), head, tail, called);
    at += 30 + called.length + packed.length;
  }
  const directory = Buffer.concat(list);
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 'latin1');
  end.writeUInt16LE(Object.keys(files).length, 8);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, directory, end]);
}

const W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
const S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
const R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"';
const P = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"';
const A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"';
const RELATIONS = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"';

const wordBody = (paragraphs: readonly string[]) =>
  paragraphs.map((text) => `<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`).join('');

export const docx = (paragraphs: readonly string[], before = ''): Buffer =>
  zipOf({
    '[Content_Types].xml': '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    'word/document.xml': `${before}<w:document ${W}><w:body>${wordBody(paragraphs)}</w:body></w:document>`,
  });

export function xlsx(sheets: readonly (readonly [name: string, rows: readonly (readonly string[])[]])[]): Buffer {
  const cell = (text: string) => `<c t="inlineStr"><is><t>${text}</t></is></c>`;
  const files: Record<string, string> = {
    'xl/workbook.xml': `<workbook ${S} ${R}><sheets>${sheets.map(([name], index) => `<sheet name="${name}" sheetId="${index + 1}" r:id="r${index + 1}"/>`).join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships ${RELATIONS}>${sheets.map((_, index) => `<Relationship Id="r${index + 1}" Type="worksheet" Target="worksheets/sheet${index + 1}.xml"/>`).join('')}</Relationships>`,
  };
  for (const [index, [, rows]] of sheets.entries())
    files[`xl/worksheets/sheet${index + 1}.xml`] =
      `<worksheet ${S}><sheetData>${rows.map((row) => `<row>${row.map(cell).join('')}</row>`).join('')}</sheetData></worksheet>`;
  return zipOf(files);
}

export function pptx(slides: readonly (readonly [text: string, notes?: string])[]): Buffer {
  const body = (text: string) => `<a:p><a:r><a:t>${text}</a:t></a:r></a:p>`;
  const files: Record<string, string> = {
    'ppt/presentation.xml': `<p:presentation ${P} ${R}><p:sldIdLst>${slides.map((_, index) => `<p:sldId id="${256 + index}" r:id="r${index + 1}"/>`).join('')}</p:sldIdLst></p:presentation>`,
    'ppt/_rels/presentation.xml.rels': `<Relationships ${RELATIONS}>${slides.map((_, index) => `<Relationship Id="r${index + 1}" Type="slide" Target="slides/slide${index + 1}.xml"/>`).join('')}</Relationships>`,
  };
  for (const [index, [text, notes]] of slides.entries()) {
    files[`ppt/slides/slide${index + 1}.xml`] = `<p:sld ${P} ${A}>${body(text)}</p:sld>`;
    if (notes === undefined) continue;
    files[`ppt/slides/_rels/slide${index + 1}.xml.rels`] =
      `<Relationships ${RELATIONS}><Relationship Id="n" Type="http://x/notesSlide" Target="../notesSlides/notesSlide${index + 1}.xml"/></Relationships>`;
    files[`ppt/notesSlides/notesSlide${index + 1}.xml`] = `<p:notes ${P} ${A}>${body(notes)}</p:notes>`;
  }
  return zipOf(files);
}

export const odt = (body: string, manifest = ''): Buffer =>
  zipOf({
    mimetype: 'application/vnd.oasis.opendocument.text',
    'META-INF/manifest.xml': `<manifest:manifest>${manifest}</manifest:manifest>`,
    'content.xml': `<office:document-content><office:body>${body}</office:body></office:document-content>`,
  });

export const hwpml = (text: string, encoding = 'UTF-8'): string =>
  `<?xml version="1.0" encoding="${encoding}"?><HWPML Style="embed" Version="2.8"><HEAD SecCnt="1"/><BODY><SECTION Id="0"><P ParaShape="0" Style="0"><TEXT CharShape="0"><CHAR>${text}</CHAR></TEXT></P></SECTION></BODY><TAIL/></HWPML>`;

export async function hwpx(markdown: string): Promise<Buffer> {
  const { markdownToHwpx } = await import('kordoc');
  return Buffer.from(await markdownToHwpx(markdown));
}

const Compound = z.object({
  utils: z.object({
    cfb_new: z.custom<() => object>(),
    cfb_add: z.custom<(file: object, name: string, content: Buffer) => void>(),
  }),
  write: z.custom<(file: object, options: { type: 'buffer' }) => Buffer>(),
});

/** Streams in a container as old office files are. */
export function compound(streams: Readonly<Record<string, Buffer>>): Buffer {
  const { utils, write } = Compound.parse(createRequire(import.meta.resolve('kordoc'))('cfb'));
  const file = utils.cfb_new();
  for (const [name, content] of Object.entries(streams)) utils.cfb_add(file, `/${name}`, content);
  return Buffer.from(write(file, { type: 'buffer' }));
}

/** HWP 5, one paragraph; `flags`: 2 for one with a password. */
export function hwp(text: string, flags = 0): Buffer {
  const record = (tag: number, level: number, data: Buffer) => {
    const head = Buffer.alloc(4);
    head.writeUInt32LE(data.length * 2 ** 20 + level * 2 ** 10 + tag);
    return Buffer.concat([head, data]);
  };
  const head = Buffer.alloc(256);
  head.write('HWP Document File');
  head.writeUInt32LE(0x0500_0300, 32);
  head.writeUInt32LE(flags, 36);
  const words = Buffer.from(`${text}\r`, 'utf16le');
  const paragraph = Buffer.alloc(22);
  paragraph.writeUInt32LE(words.length / 2);
  const properties = Buffer.alloc(26);
  properties.writeUInt16LE(1);
  return compound({
    FileHeader: head,
    DocInfo: Buffer.concat([record(16, 0, properties), record(17, 0, Buffer.alloc(72))]),
    'BodyText/Section0': Buffer.concat([record(66, 0, paragraph), record(67, 1, words)]),
  });
}

const pdfFile = (objects: readonly string[], trailer: string): Buffer => {
  let out = '%PDF-1.4\n';
  const places = objects.map((object, index) => {
    const at = out.length;
    out += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(at).padStart(10, '0')} 00000 n \n`;
  });
  const count = objects.length + 1;
  return Buffer.from(
    `${out}xref\n0 ${count}\n0000000000 65535 f \n${places.join('')}trailer<</Size ${count}/Root 1 0 R${trailer}>>\nstartxref\n${out.length}\n%%EOF`,
    'latin1',
  );
};

/** One page with a line of text in letters of its own font, as Korean ones are; `trailer` for one with a password. */
export const pdf = (text: string, trailer = ''): Buffer => pdfOfPages([text], trailer);

/** A line of text on each page. */
export function pdfOfPages(texts: readonly string[], trailer = ''): Buffer {
  const letters = Array.from(new Set(texts.join('')));
  const codes = new Map(letters.map((letter, index) => [letter, (index + 1).toString(16).padStart(4, '0')]));
  const stream = (content: string) => `<</Length ${content.length}>>stream\n${content}\nendstream`;
  const shown = (text: string) => Array.from(text, (letter) => codes.get(letter)).join('');
  const map = letters.map(
    (letter) => `<${codes.get(letter)}> <${(letter.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}>`,
  );
  return pdfFile(
    [
      '<</Type/Catalog/Pages 2 0 R>>',
      `<</Type/Pages/Kids[${texts.map((_, index) => `${7 + index * 2} 0 R`).join(' ')}]/Count ${texts.length}>>`,
      '<</Type/Font/Subtype/Type0/BaseFont/Own/Encoding/Identity-H/DescendantFonts[4 0 R]/ToUnicode 5 0 R>>',
      '<</Type/Font/Subtype/CIDFontType2/BaseFont/Own/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/DW 1000/FontDescriptor 6 0 R>>',
      stream(
        `/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def 1 begincodespacerange <0000> <FFFF> endcodespacerange ${letters.length} beginbfchar ${map.join(' ')} endbfchar endcmap end end`,
      ),
      '<</Type/FontDescriptor/FontName/Own/Flags 4/FontBBox[0 0 1000 1000]/ItalicAngle 0/Ascent 800/Descent -200/CapHeight 700/StemV 80>>',
      ...texts.flatMap((text, index) => [
        `<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 200]/Contents ${8 + index * 2} 0 R/Resources<</Font<</F1 3 0 R>>>>>>`,
        stream(`BT /F1 14 Tf 20 150 Td <${shown(text)}> Tj ET`),
      ]),
    ],
    trailer,
  );
}

export const pdfWithPassword = (): Buffer =>
  pdf('안', `/Encrypt<</Filter/Standard/V 1/R 2/O<${'00'.repeat(32)}>/U<${'00'.repeat(32)}>/P -4>>/ID[<00><00>]`);

/** Pages that hold themselves. */
export const pdfLoop = (): Buffer =>
  pdfFile(['<</Type/Catalog/Pages 2 0 R>>', '<</Type/Pages/Kids[2 0 R 2 0 R]/Count 1000000>>'], '');
