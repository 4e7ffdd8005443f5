import { inflateRawSync } from 'node:zlib';

/** What can be read in an archive, entry by entry, and whether that is all that a person could find in it. */
export interface ArchiveText {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const MOST_ENTRIES = 300;
const MOST_OF_ONE = 2 * 1024 * 1024;
const MOST_IN_ALL = 8 * 1024 * 1024;
/** End record, without its comment, which may be as long as a short can say. */
const END = { sign: 0x06054b50, length: 22, comment: 65_535 };
const ENTRY = { sign: 0x02014b50, length: 46 };
const LOCAL = { sign: 0x04034b50, length: 30 };
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;
const PICTURES = /\.(?:png|jpe?g|gif|bmp|tiff?|webp|emf|wmf|svgz|mp[34]|m4a|wav|ttf|otf|woff2?)$/i;

/**
 * The entries of a zip, which .docx, .xlsx, .hwpx and .odt are. Sizes that it states are not believed: each entry is
 * unpacked up to a limit, all together up to another, so that no few bytes become many. Yields what fits and returns
 * whether there was no more: encrypted, of another method, too large, in a form of its own. (PKWARE APPNOTE 4.3.)
 */
export function* textsOfArchive(file: Uint8Array): Generator<ArchiveText, boolean> {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const end = endRecord(bytes);
  if (end === null) return false;
  let whole = end.entries <= MOST_ENTRIES;
  let left = MOST_IN_ALL;
  let at = end.offset;
  for (let count = 0; count < Math.min(end.entries, MOST_ENTRIES); count += 1) {
    if (at + ENTRY.length > bytes.length || bytes.readUInt32LE(at) !== ENTRY.sign) return false;
    const [flags, method] = [bytes.readUInt16LE(at + 8), bytes.readUInt16LE(at + 10)];
    const packed = bytes.readUInt32LE(at + 20);
    const [nameLength, extra, comment] = [
      bytes.readUInt16LE(at + 28),
      bytes.readUInt16LE(at + 30),
      bytes.readUInt16LE(at + 32),
    ];
    const local = bytes.readUInt32LE(at + 42);
    const name = bytes.toString('utf8', at + ENTRY.length, at + ENTRY.length + nameLength);
    at += ENTRY.length + nameLength + extra + comment;
    if (name.endsWith('/') || PICTURES.test(name)) continue;
    const content =
      (flags & ENCRYPTED) !== 0 ? null : unpacked(bytes, local, packed, method, Math.min(MOST_OF_ONE, left));
    if (content === null) {
      whole = false;
      continue;
    }
    left -= content.length;
    yield { name, bytes: content };
  }
  return whole;
}

function endRecord(bytes: Buffer): { readonly entries: number; readonly offset: number } | null {
  const first = Math.max(0, bytes.length - END.length - END.comment);
  for (let at = bytes.length - END.length; at >= first; at -= 1)
    if (bytes.readUInt32LE(at) === END.sign)
      return { entries: bytes.readUInt16LE(at + 10), offset: bytes.readUInt32LE(at + 16) };
  return null;
}

function unpacked(bytes: Buffer, local: number, packed: number, method: number, most: number): Uint8Array | null {
  if (local + LOCAL.length > bytes.length || bytes.readUInt32LE(local) !== LOCAL.sign) return null;
  const from = local + LOCAL.length + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
  const data = bytes.subarray(from, from + packed);
  if (data.length < packed) return null;
  if (method === STORED) return data.length > most ? null : data;
  if (method !== DEFLATED || most <= 0) return null;
  try {
    return inflateRawSync(data, { maxOutputLength: most });
  } catch {
    // Too large for what is left, or broken.
    return null;
  }
}
