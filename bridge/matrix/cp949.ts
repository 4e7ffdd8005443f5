/**
 * CP949, the Korean of Windows. Node's `euc-kr` knows only KS X 1001, 2,350 syllables of it, and makes control
 * characters of the other 8,822 (됬, 뷁, 똠), although the Encoding Standard means CP949 by that label.
 *
 * Microsoft laid those 8,822 out in the order of Unicode over the pairs of bytes that KS X 1001 leaves free.
 * `null`: not CP949.
 */
export function decodeCp949(bytes: Uint8Array): string | null {
  let text = '';
  let plainFrom = 0;
  for (let i = 0; i < bytes.length; i += 1) {
    const lead = bytes[i] ?? 0;
    if (lead < 0x80) continue;
    const trail = bytes[i + 1] ?? 0;
    if (lead < 0xa1 || trail < 0xa1) {
      const syllable = addedSyllable(lead, trail);
      const before = decodePlain(bytes.subarray(plainFrom, i));
      if (syllable === undefined || before === null) return null;
      text += before + syllable;
      plainFrom = i + 2;
    }
    i += 1;
  }
  const rest = decodePlain(bytes.subarray(plainFrom));
  return rest === null ? null : text + rest;
}

function decodePlain(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('euc-kr', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Trail bytes under the Latin letters of both cases and from 0x81 on; from lead 0xa1 the upper ones belong to KS X 1001. */
const WIDE_ROW = 178;
const NARROW_ROW = 84;
const WIDE_ROWS = 0xa1 - 0x81;

function addedSyllable(lead: number, trail: number): string | undefined {
  const column = columnOf(trail);
  if (column === undefined || lead < 0x81) return undefined;
  if (lead < 0xa1) return addedSyllables()[(lead - 0x81) * WIDE_ROW + column];
  return column < NARROW_ROW ? addedSyllables()[WIDE_ROWS * WIDE_ROW + (lead - 0xa1) * NARROW_ROW + column] : undefined;
}

function columnOf(trail: number): number | undefined {
  if (trail >= 0x41 && trail <= 0x5a) return trail - 0x41;
  if (trail >= 0x61 && trail <= 0x7a) return trail - 0x61 + 26;
  return trail >= 0x81 && trail <= 0xfe ? trail - 0x81 + 52 : undefined;
}

let added: readonly string[] | undefined;

/** All modern syllables but those of KS X 1001, which stand in its rows 0xb0 to 0xc8. */
function addedSyllables(): readonly string[] {
  if (added !== undefined) return added;
  const rows = Array.from({ length: 25 }, (_, row) =>
    Array.from({ length: 94 }, (_, column) => [0xb0 + row, 0xa1 + column]),
  );
  const standard = new Set(decodePlain(Uint8Array.from(rows.flat(2))) ?? '');
  const all = Array.from({ length: 0xd7a3 - 0xac00 + 1 }, (_, i) => String.fromCharCode(0xac00 + i));
  added = all.filter((syllable) => !standard.has(syllable));
  return added;
}
