import { inflateRawSync } from 'node:zlib';
import { ProgramFault } from './program.ts';
import { decodeText } from './text-encoding.ts';

export interface ZipEntry {
  readonly name: string;
  /** As the archive says; what is unpacked is never more. */
  readonly size: number;
  readonly packed: number;
  readonly encrypted: boolean;
  readonly method: number;
  readonly offset: number;
}

const END = 0x0605_4b50;
const CENTRAL = 0x0201_4b50;
const LOCAL = 0x0403_4b50;
const UTF8 = 1 << 11;
const END_BYTES = 22;
const COMMENT_BYTES = 65_535;
const MOST_ENTRIES = 100_000;

/** What the archive's own list says; nothing is unpacked. A ProgramFault where it has none. */
export function zipEntries(bytes: Buffer): readonly ZipEntry[] {
  const end = endOf(bytes);
  const entries: ZipEntry[] = [];
  const count = bytes.readUInt16LE(end + 10);
  let at = bytes.readUInt32LE(end + 16);
  while (entries.length < Math.min(count, MOST_ENTRIES)) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== CENTRAL) throw broken();
    const nameEnd = at + 46 + bytes.readUInt16LE(at + 28);
    const flags = bytes.readUInt16LE(at + 8);
    entries.push({
      name: nameOf(bytes.subarray(at + 46, nameEnd), flags),
      size: bytes.readUInt32LE(at + 24),
      packed: bytes.readUInt32LE(at + 20),
      encrypted: (flags & 1) !== 0,
      method: bytes.readUInt16LE(at + 10),
      offset: bytes.readUInt32LE(at + 42),
    });
    at = nameEnd + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return entries;
}

/** One file of it, at most `most` bytes long. */
export function unzipped(bytes: Buffer, entry: ZipEntry, most: number): Buffer {
  if (entry.encrypted) throw new ProgramFault('encrypted', 'The file is protected by a password.');
  const at = entry.offset;
  if (at + 30 > bytes.length || bytes.readUInt32LE(at) !== LOCAL) throw broken();
  const begin = at + 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28);
  const packed = bytes.subarray(begin, begin + entry.packed);
  if (entry.method === 0) return packed.subarray(0, most);
  if (entry.method !== 8) throw broken();
  try {
    return inflateRawSync(packed, { maxOutputLength: most });
  } catch (error) {
    if (error instanceof RangeError)
      throw new ProgramFault('bomb', 'The file would unpack to far more than it may: it was not read.');
    throw broken();
  }
}

function endOf(bytes: Buffer): number {
  for (let at = bytes.length - END_BYTES; at >= Math.max(0, bytes.length - END_BYTES - COMMENT_BYTES); at -= 1)
    if (bytes.readUInt32LE(at) === END) return at;
  throw broken();
}

/** Archives made on Korean Windows name files in its own encoding and do not say so. */
const nameOf = (bytes: Buffer, flags: number): string =>
  (flags & UTF8) !== 0 ? bytes.toString('utf8') : (decodeText(bytes) ?? bytes.toString('latin1'));

const broken = () => new ProgramFault('broken', 'The file is damaged: its table of contents cannot be read.');
