import {
  AlignmentType,
  BorderStyle,
  Document as WordDocument,
  ExternalHyperlink,
  Footer,
  HeadingLevel,
  ImageRun,
  LevelFormat,
  Packer,
  PageNumber,
  Paragraph,
  ShadingType,
  Table as WordTable,
  TableCell,
  TableRow,
  TextRun,
  WidthType,
  type IParagraphOptions,
} from 'docx';
import type { Align, Block, Document, ListItem, Run, Table } from './blocks.ts';
import { columnWidths } from './column-widths.ts';
import { wordText } from './office-text.ts';

/** Every Korean Office has it, and phones put their own in its place. */
const FONT = '맑은 고딕';
/** Twips of an A4 page between its margins, and the pixels that they are. */
const WIDTH = 9_600;
const WIDTH_PX = 640;
const QUIET = '5B6673';
const EDGE = 'B8C1CB';
const SHADE = 'F1F4F8';
const HEADINGS = [
  HeadingLevel.HEADING_1,
  HeadingLevel.HEADING_2,
  HeadingLevel.HEADING_3,
  HeadingLevel.HEADING_4,
  HeadingLevel.HEADING_5,
  HeadingLevel.HEADING_6,
] as const;
const ALIGN: Readonly<Record<Align, (typeof AlignmentType)[keyof typeof AlignmentType]>> = {
  left: AlignmentType.LEFT,
  center: AlignmentType.CENTER,
  right: AlignmentType.RIGHT,
};

export async function docxOf(document: Document): Promise<Uint8Array> {
  const writer = new Writer();
  const children = document.blocks.flatMap((block) => writer.block(block, {}));
  const heading = (size: number, before: number): object => ({
    run: { size, bold: true, font: FONT, color: '1F2933' },
    paragraph: { spacing: { before, after: 120 }, keepNext: true },
  });
  return await Packer.toBuffer(
    new WordDocument({
      title: wordText(document.title),
      creator: 'Chavion',
      styles: {
        default: {
          document: { run: { font: FONT, size: 22 }, paragraph: { spacing: { after: 120, line: 320 } } },
          heading1: heading(36, 0),
          heading2: heading(28, 320),
          heading3: heading(24, 240),
          heading4: heading(22, 200),
        },
      },
      numbering: { config: writer.numberings },
      sections: [
        {
          properties: {
            page: {
              size: { width: 11_906, height: 16_838 },
              margin: { top: 1_200, bottom: 1_200, left: 1_153, right: 1_153 },
            },
          },
          footers: {
            default: new Footer({
              children: [
                new Paragraph({
                  alignment: AlignmentType.CENTER,
                  children: [
                    new TextRun({
                      children: [PageNumber.CURRENT, ' / ', PageNumber.TOTAL_PAGES],
                      size: 18,
                      color: QUIET,
                    }),
                  ],
                }),
              ],
            }),
          },
          children,
        },
      ],
    }),
  );
}

type Around = Pick<IParagraphOptions, 'numbering' | 'indent' | 'border' | 'keepNext'> & { readonly quiet?: true };

class Writer {
  readonly numberings: {
    readonly reference: string;
    readonly levels: {
      readonly level: number;
      readonly format: (typeof LevelFormat)[keyof typeof LevelFormat];
      readonly text: string;
      readonly start: number;
      readonly style: { readonly paragraph: { readonly indent: { readonly left: number; readonly hanging: number } } };
    }[];
  }[] = [];

  block(block: Block, { quiet, ...around }: Around, depth = 0): (Paragraph | WordTable)[] {
    switch (block.kind) {
      case 'heading':
        return [
          new Paragraph({
            heading: HEADINGS[block.level - 1] ?? HeadingLevel.HEADING_6,
            children: runsOf(block.runs, quiet),
          }),
        ];
      case 'paragraph':
        return [new Paragraph({ ...around, children: runsOf(block.runs, quiet) })];
      case 'list':
        return this.#list(block.items, block.start, depth);
      case 'quote': {
        const border = { left: { style: BorderStyle.SINGLE, size: 18, color: EDGE, space: 10 } };
        return block.blocks.flatMap((one) => this.block(one, { border, indent: { left: 240 }, quiet: true }, depth));
      }
      case 'code':
        return [
          new Paragraph({
            ...around,
            shading: { type: ShadingType.CLEAR, fill: SHADE },
            spacing: { after: 160, line: 280 },
            children: wordText(block.text)
              .split('\n')
              .map(
                (line, i) => new TextRun({ text: line, font: 'D2Coding', size: 18, ...(i === 0 ? {} : { break: 1 }) }),
              ),
          }),
        ];
      case 'rule':
        return [
          new Paragraph({
            border: { bottom: { style: BorderStyle.SINGLE, size: 6, color: EDGE, space: 1 } },
            children: [],
          }),
        ];
      case 'table':
        return [tableOf(block), new Paragraph({ spacing: { after: 60 }, children: [] })];
      case 'picture': {
        const scale = Math.min(1, WIDTH_PX / block.width, 760 / block.height);
        return [
          new Paragraph({
            alignment: AlignmentType.CENTER,
            keepNext: block.caption !== '',
            children: [
              new ImageRun({
                type: block.type === 'png' ? 'png' : 'jpg',
                data: Buffer.from(block.bytes),
                transformation: { width: Math.round(block.width * scale), height: Math.round(block.height * scale) },
                altText: { name: 'picture', title: wordText(block.caption), description: wordText(block.caption) },
              }),
            ],
          }),
          ...(block.caption === ''
            ? []
            : [
                new Paragraph({
                  alignment: AlignmentType.CENTER,
                  children: [new TextRun({ text: wordText(block.caption), size: 18, color: QUIET })],
                }),
              ]),
        ];
      }
    }
  }

  /** Each list counts by itself. */
  #list(items: readonly ListItem[], start: number | null, depth: number): (Paragraph | WordTable)[] {
    const reference = `list-${this.numberings.length}`;
    const left = 400 * (depth + 1);
    this.numberings.push({
      reference,
      levels: [
        {
          level: 0,
          format: start === null ? LevelFormat.BULLET : LevelFormat.DECIMAL,
          text: start === null ? '•' : '%1.',
          start: start ?? 1,
          style: { paragraph: { indent: { left, hanging: 340 } } },
        },
      ],
    });
    return items.flatMap(({ ticked, blocks }) => {
      const box: Run[] = ticked === null ? [] : [{ text: ticked ? '☑ ' : '☐ ' }];
      const [head, ...more] = blocks;
      const words = head?.kind === 'paragraph' ? head.runs : [];
      const rest = head?.kind === 'paragraph' ? more : blocks;
      const place = ticked === null ? { numbering: { reference, level: 0 } } : { indent: { left, hanging: 340 } };
      return [
        new Paragraph({ ...place, spacing: { after: 60, line: 300 }, children: runsOf([...box, ...words]) }),
        ...rest.flatMap((one) => this.block(one, { indent: { left } }, depth + 1)),
      ];
    });
  }
}

function tableOf({ head, rows, align }: Table): WordTable {
  const size = head.length > 6 ? 16 : head.length > 4 ? 18 : 20;
  const widths = columnWidths([head, ...rows], head.length, WIDTH - head.length * 160, size * 10).map((one) =>
    Math.round(one + 160),
  );
  const line = (weight: number) => ({ style: BorderStyle.SINGLE, size: weight, color: EDGE });
  const none = { style: BorderStyle.NONE, size: 0, color: 'auto' };
  const cell = (runs: readonly Run[], column: number, heading: boolean): TableCell =>
    new TableCell({
      width: { size: widths[column] ?? 800, type: WidthType.DXA },
      margins: { top: 50, bottom: 50, left: 80, right: 80 },
      ...(heading ? { shading: { type: ShadingType.CLEAR, fill: SHADE } } : {}),
      children: [
        new Paragraph({
          alignment: ALIGN[align[column] ?? 'left'],
          spacing: { after: 0, line: 270 },
          children: runsOf(heading ? runs.map((run) => ({ ...run, bold: true as const })) : runs, undefined, size),
        }),
      ],
    });
  return new WordTable({
    width: { size: WIDTH, type: WidthType.DXA },
    columnWidths: widths,
    borders: {
      top: line(8),
      bottom: line(8),
      left: none,
      right: none,
      insideHorizontal: line(4),
      insideVertical: none,
    },
    rows: [
      new TableRow({ tableHeader: true, cantSplit: true, children: head.map((runs, i) => cell(runs, i, true)) }),
      ...rows.map(
        (row) => new TableRow({ cantSplit: true, children: head.map((_, i) => cell(row[i] ?? [], i, false)) }),
      ),
    ],
  });
}

function runsOf(runs: readonly Run[], quiet?: true, size?: number): (TextRun | ExternalHyperlink)[] {
  return runs
    .map((run) => {
      const parts = wordText(run.text)
        .split('\n')
        .map(
          (text, i) =>
            new TextRun({
              text,
              ...(i === 0 ? {} : { break: 1 }),
              ...(run.bold === true ? { bold: true } : {}),
              ...(run.italic === true ? { italics: true } : {}),
              ...(run.struck === true ? { strike: true } : {}),
              ...(run.code === true ? { font: 'D2Coding', shading: { type: ShadingType.CLEAR, fill: SHADE } } : {}),
              ...(run.link !== undefined ? { color: '1A5FB4', underline: {} } : quiet === true ? { color: QUIET } : {}),
              ...(size === undefined ? {} : { size }),
            }),
        );
      return run.link === undefined ? parts : [new ExternalHyperlink({ link: run.link, children: parts })];
    })
    .flat();
}
