import { csvMarkdown } from './markdown-table.ts';
import { htmlMarkdown } from './html-markdown.ts';
import { mailMarkdown } from './mail-markdown.ts';
import { openDocumentMarkdown, slidesMarkdown } from './office-markdown.ts';
import { EXIT, ProgramFault } from './program.ts';
import { decodeText } from './text-encoding.ts';
import { type ZipEntry, zipEntries } from './zip-archive.ts';

const MiB = 1024 * 1024;
export const MOST_DOCUMENT = 16 * MiB;
/** All that an office document says that it unpacks to. */
const MOST_UNPACKED = 256 * MiB;
/** What claims more is no document that anybody reads. */
const MOST_PAGES = 20_000;
/** Of an archive, how many names are told. */
const MOST_NAMES = 2_000;

/** A document in its parts, in their order: its pages, its slides, its sheets; one part where it has none of these. */
export interface DocumentParts {
  readonly unit?: 'page' | 'slide' | 'sheet';
  readonly pages: readonly string[];
}

/** As a reader gives it: whole, and in parts where there are any. */
interface ReadWhole {
  readonly markdown: string;
  readonly parts?: DocumentParts;
}

/** What a person reads in the file, as Markdown; what it is comes from its bytes, its name only tells kinds of text apart. */
export const documentMarkdown = async (bytes: Buffer, name: string): Promise<string> =>
  (await readWhole(bytes, name)).markdown;

/** The same part by part, so that a page can be named. */
export async function documentParts(bytes: Buffer, name: string): Promise<DocumentParts> {
  const { markdown, parts } = await readWhole(bytes, name);
  return parts ?? { pages: [markdown] };
}

async function readWhole(bytes: Buffer, name: string): Promise<ReadWhole> {
  if (bytes.length === 0) throw new ProgramFault('empty', 'The file is empty.');
  if (bytes.length > MOST_DOCUMENT) throw new ProgramFault('too-big', 'The file is bigger than 16 MiB.');
  const read = await readerOf(bytes, name.toLowerCase())();
  const whole = typeof read === 'string' ? { markdown: read } : read;
  if (whole.markdown.trim() === '')
    throw bytes.subarray(0, 1024).includes('%PDF-')
      ? scanned()
      : new ProgramFault('empty', 'There is no text in the file.');
  return whole;
}

type Reader = () => Promise<ReadWhole> | ReadWhole | Promise<string> | string;

function readerOf(bytes: Buffer, name: string): Reader {
  if (bytes.subarray(0, 1024).includes('%PDF-')) return () => byKordoc(bytes);
  if (begins(bytes, 'PK\u0003\u0004') || begins(bytes, 'PK\u0005\u0006')) return zipReader(bytes);
  if (begins(bytes, '\u00d0\u00cf\u0011\u00e0')) return () => compound(bytes);
  if (begins(bytes, 'HWP Document File')) return () => byKordoc(bytes);
  if (begins(bytes, '{\\rtf')) throw unsupported();
  const text = decodeText(bytes, declared(bytes));
  if (text === undefined) throw unsupported();
  if (/<HWPML\b/.test(text.slice(0, 2_000))) return () => byKordoc(Buffer.from(text.replace(ENCODING, '$1utf-8$2')));
  if (/\.(?:html?|xhtml|mht)$/.test(name) || /^\s*(?:<!--[^>]{0,2000}-->\s*)?<(?:!doctype html|html)\b/i.test(text))
    return () => htmlMarkdown(text);
  if (name.endsWith('.eml') || MAIL.test(text.slice(0, 4_000))) return () => mailMarkdown(bytes);
  return () => (/\.(?:csv|tsv)$/.test(name) ? csvMarkdown(text) : text);
}

const ENCODING = /(<\?xml[^>]{0,200}encoding=["'])[^"']{1,40}(["'])/i;
const MAIL =
  /^(?:Return-Path|Received|Delivered-To|MIME-Version|Message-ID|From): .{1,998}\r?\n(?:.{0,998}\r?\n){0,60}(?:From|Subject|Date): /i;
const begins = (bytes: Buffer, text: string) => bytes.subarray(0, text.length).toString('latin1') === text;

/** What pages and XML say of their own encoding. */
const declared = (bytes: Buffer): string | undefined =>
  /(?:charset|encoding)=["']?([\w-]{2,40})/i.exec(bytes.subarray(0, 2_048).toString('latin1'))?.[1];

function zipReader(bytes: Buffer): Reader {
  const entries = zipEntries(bytes);
  const has = (name: string) => entries.some((entry) => entry.name === name);
  const office =
    has('word/document.xml') || has('xl/workbook.xml') || entries.some(({ name }) => name.startsWith('Contents/'));
  const slides = has('ppt/presentation.xml');
  const open = has('content.xml') && has('META-INF/manifest.xml');
  if (!office && !slides && !open) return () => listing(entries);
  if (entries.reduce((sum, { size }) => sum + size, 0) > MOST_UNPACKED) throw bomb();
  if (office) return () => byKordoc(bytes);
  return () => (slides ? slideParts(bytes, entries) : openDocumentMarkdown(bytes, entries));
}

function listing(entries: readonly ZipEntry[]): string {
  const told = entries.slice(0, MOST_NAMES).map(({ name, size, encrypted }) => {
    // Letters that turn a line round or end it would make of one name what it is not.
    const shown = name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\uFFFD').slice(0, 500);
    return `- ${shown}${name.endsWith('/') ? '' : ` (${size} bytes${encrypted ? ', encrypted' : ''})`}`;
  });
  const more = entries.length - told.length;
  return [`An archive of ${entries.length} entries:`, '', ...told, ...(more > 0 ? [`- … and ${more} more`] : [])].join(
    '\n',
  );
}

/** Old office files; a new one with a password lies in such a container as well. */
function compound(bytes: Buffer): Promise<ReadWhole> {
  if (bytes.includes(Buffer.from('EncryptedPackage', 'utf16le'))) throw encrypted();
  for (const stream of ['WordDocument', 'PowerPoint Document', '__properties_version1.0'])
    if (bytes.includes(Buffer.from(stream, 'utf16le'))) throw unsupported();
  return byKordoc(bytes);
}

/** Loaded when it is needed: it takes longer to load than most documents to read. */
async function byKordoc(bytes: Buffer): Promise<ReadWhole> {
  const { parse } = await import('kordoc');
  const result = await parse(bytes);
  if (result.success) {
    const { markdown, pages, metadata, fileType } = result;
    if (pages === undefined || pages.length === 0) return { markdown };
    // Of letters that are laid out only when they are shown it knows sections, not pages.
    const unit = SHEETS.has(fileType) ? 'sheet' : metadata?.pageMode === 'layout' ? 'page' : undefined;
    return unit === undefined ? { markdown } : { markdown, parts: { unit, pages: pagesInPlace(pages) } };
  }
  const fault = FAULTS[result.code ?? 'PARSE_ERROR'];
  if (fault !== undefined) throw fault();
  // It says no more of a PDF with a password.
  if (result.fileType === 'pdf' && /\/Encrypt\b/.test(bytes.toString('latin1'))) throw encrypted();
  throw new ProgramFault('broken', 'The file is damaged and cannot be read.');
}

const SHEETS: ReadonlySet<string> = new Set(['xlsx', 'xls']);

/** By their own numbers: one that is left out stands empty in its place. */
function pagesInPlace(pages: readonly { readonly pageNumber: number; readonly markdown: string }[]): readonly string[] {
  const placed: string[] = [];
  for (const { pageNumber, markdown } of pages) {
    if (pageNumber < 1 || pageNumber > MOST_PAGES) continue;
    while (placed.length < pageNumber - 1) placed.push('');
    placed[pageNumber - 1] = markdown;
  }
  return placed;
}

/** PPTX: each slide under its number. */
function slideParts(bytes: Buffer, entries: readonly ZipEntry[]): ReadWhole {
  const pages = slidesMarkdown(bytes, entries);
  const markdown = pages.map((slide, index) => [`## ${index + 1}`, slide].filter((piece) => piece !== '').join('\n\n'));
  return { markdown: markdown.join('\n\n'), parts: { unit: 'slide', pages } };
}

const encrypted = () => new ProgramFault('encrypted', 'The file is protected by a password.');
const unsupported = () => new ProgramFault('unsupported', 'This kind of file cannot be read.');
const bomb = () => new ProgramFault('bomb', 'The file would unpack to far more than it may: it was not read.');
const scanned = () => new ProgramFault('scanned', 'The pages are pictures: there is no text in the file.');

/** What kordoc says went wrong; anything else is a damaged file. */
const FAULTS: Readonly<Record<string, () => ProgramFault>> = {
  ENCRYPTED: encrypted,
  DRM_PROTECTED: encrypted,
  ZIP_BOMB: bomb,
  DECOMPRESSION_BOMB: bomb,
  OUTPUT_TOO_LARGE: bomb,
  IMAGE_BASED_PDF: scanned,
  UNSUPPORTED_FORMAT: unsupported,
  MISSING_DEPENDENCY: () =>
    new ProgramFault('unavailable', 'The reader for this kind of file is missing.', EXIT.unavailable),
};
