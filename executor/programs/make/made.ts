import { ChartSpec } from '../../../bridge/protocol/documents/chart-spec.ts';
import type { DocumentKind } from '../../../bridge/protocol/documents/document-kind.ts';
import { icsOf, readCalendar } from './calendar.ts';
import type { Document } from './blocks.ts';
import { Drawable, leftNote } from './drawable.ts';
import { htmlOf } from './html-document.ts';
import { type FindPicture, readMarkdown } from './markdown-blocks.ts';
import { firstFault, Unmakeable } from './unmakeable.ts';
import { readWorkbook } from './workbook.ts';

export interface MadeFile {
  readonly bytes: Uint8Array;
  /** What of the content is not in it. */
  readonly notes: readonly string[];
}

/** A file of this kind of what was written. The libraries are heavy, so each is loaded only where it is wanted. Throws `Unmakeable`, `NoFont`. */
export async function made(kind: DocumentKind, content: string, find: FindPicture): Promise<MadeFile> {
  switch (kind) {
    case 'md':
      return { bytes: Buffer.from(content), notes: [] };
    case 'html':
      return ofMarkdown(content, find, async (document) => htmlOf(document));
    case 'pdf': {
      const drawable = new Drawable();
      const { pdfOf } = await import('./pdf-document.ts');
      const { bytes, notes } = await ofMarkdown(content, find, (document) => pdfOf(document, drawable));
      return { bytes, notes: withLeft(notes, drawable) };
    }
    case 'docx': {
      const { docxOf } = await import('./docx-document.ts');
      return ofMarkdown(content, find, docxOf);
    }
    case 'pptx': {
      const { pptxOf } = await import('./pptx-document.ts');
      return ofMarkdown(content, find, pptxOf);
    }
    case 'xlsx': {
      const workbook = readWorkbook(content);
      const { xlsxOf } = await import('./xlsx-document.ts');
      return xlsxOf(workbook);
    }
    case 'png': {
      const spec = readChart(content);
      const drawable = new Drawable();
      const { chartPicture } = await import('./chart-picture.ts');
      const bytes = chartPicture(spec, drawable);
      return { bytes, notes: withLeft([], drawable) };
    }
    case 'ics':
      return { bytes: icsOf(readCalendar(content), new Date()), notes: [] };
  }
}

const withLeft = (notes: readonly string[], drawable: Drawable): readonly string[] => {
  const left = leftNote(drawable);
  return left === null ? notes : [...notes, left];
};

async function ofMarkdown(
  content: string,
  find: FindPicture,
  write: (document: Document) => Promise<Uint8Array>,
): Promise<MadeFile> {
  const { document, notes } = readMarkdown(content, find);
  if (document.blocks.length === 0) throw new Unmakeable('content: nothing to show in it');
  return { bytes: await write(document), notes };
}

function readChart(content: string): ChartSpec {
  let said: unknown;
  try {
    said = JSON.parse(content);
  } catch (error) {
    throw new Unmakeable(`the content is not JSON: ${error instanceof Error ? error.message : 'unreadable'}`);
  }
  const parsed = ChartSpec.safeParse(said);
  if (!parsed.success) throw new Unmakeable(firstFault(parsed.error, 'content'));
  return parsed.data;
}
