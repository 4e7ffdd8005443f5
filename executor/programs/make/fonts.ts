import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The fonts of the house. They are not the system's: a server rarely has a Korean one, and then draws boxes. */
const gothic = (face: string): string => import.meta.resolve(`@expo-google-fonts/nanum-gothic/${face}.ttf`);
const coding = (face: string): string => import.meta.resolve(`@expo-google-fonts/nanum-gothic-coding/${face}.ttf`);
const FACES = {
  regular: () => gothic('400Regular/NanumGothic_400Regular'),
  bold: () => gothic('700Bold/NanumGothic_700Bold'),
  code: () => coding('400Regular/NanumGothicCoding_400Regular'),
  codeBold: () => coding('700Bold/NanumGothicCoding_700Bold'),
} as const;
export type Face = keyof typeof FACES;

export class NoFont extends Error {
  constructor(cause: unknown) {
    super('the Korean font of the house is not there, and without it letters would be boxes: nothing was made', {
      cause,
    });
  }
}

export function fontPath(face: Face): string {
  try {
    return fileURLToPath(FACES[face]());
  } catch (error) {
    throw new NoFont(error);
  }
}

/** Which letters a face can draw. */
export type FaceLetters = (codePoint: number) => boolean;

/** Throws `NoFont`. */
export function fontBytes(face: Face): Buffer {
  try {
    return readFileSync(fontPath(face));
  } catch (error) {
    throw error instanceof NoFont ? error : new NoFont(error);
  }
}

export const lettersOf = (face: Face): FaceLetters => lettersIn(fontBytes(face));

/** Reads the segments of a font's `cmap` in format 4, which every font for these scripts has. */
export function lettersIn(font: Buffer): FaceLetters {
  const tables = font.readUInt16BE(4);
  const entry = Array.from({ length: tables }, (_, i) => 12 + i * 16).find(
    (at) => font.toString('latin1', at, at + 4) === 'cmap',
  );
  if (entry === undefined) throw new Error('a font without a cmap');
  const cmap = font.readUInt32BE(entry + 8);
  const subtables = Array.from(
    { length: font.readUInt16BE(cmap + 2) },
    (_, i) => cmap + font.readUInt32BE(cmap + 8 + i * 8),
  );
  const table = subtables.find((at) => font.readUInt16BE(at) === 4);
  if (table === undefined) throw new Error('a font without a cmap of format 4');
  const segments = font.readUInt16BE(table + 6) / 2;
  const word = (row: number, i: number): number =>
    font.readUInt16BE(table + 14 + (row * segments + i) * 2 + (row > 0 ? 2 : 0));
  return (code) => {
    if (code > 0xffff) return false;
    for (let i = 0; i < segments; i += 1) {
      if (word(0, i) < code) continue;
      const start = word(1, i);
      if (start > code) return false;
      const offset = word(3, i);
      if (offset === 0) return ((code + word(2, i)) & 0xffff) !== 0;
      const at = table + 16 + (3 * segments + i) * 2 + offset + (code - start) * 2;
      return at + 2 <= font.length && font.readUInt16BE(at) !== 0;
    }
    return false;
  };
}
