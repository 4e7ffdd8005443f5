import iconv from 'iconv-lite';

/** What a Korean page calls its letters; Node's own decoder knows only the smaller half of them (no 똠, no 펲). */
const KOREAN = /^(?:euc-?kr|cp-?949|ms-?949|x-windows-949|windows-949|ks_?c_?5601.*|ksc5601|korean|uhc|csksc56011987)$/;
/** Where `charset=` of a page is looked for, as browsers do. */
const LOOKED_AT = 4_096;

/** Bytes as text: what marks the beginning, else what the server says, else what the page says, else what fits. */
export function decodePage(bytes: Uint8Array, contentType: string): string {
  const marked = byMark(bytes);
  if (marked !== undefined) return decoded(bytes, marked);
  const named = charsetIn(contentType) ?? charsetInside(bytes);
  // Servers say UTF-8 of everything, and of old Korean pages that is a lie.
  if (named !== undefined && (!isUtf8Name(named) || isUtf8(bytes)) && isKnown(named)) return decoded(bytes, named);
  if (isUtf8(bytes)) return decoded(bytes, 'utf-8');
  return looksKorean(bytes) ? decoded(bytes, 'cp949') : decoded(bytes, 'utf-8');
}

function byMark(bytes: Uint8Array): string | undefined {
  const [a, b, c] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  return a === 0xfe && b === 0xff ? 'utf-16be' : undefined;
}

const charsetIn = (text: string): string | undefined =>
  /(?:charset|encoding)\s{0,9}=\s{0,9}["']?\s{0,9}([\w.:-]{2,40})/i.exec(text)?.[1]?.toLowerCase();

/** What can be read as ASCII until it names its letters is not made of double bytes. */
const charsetInside = (bytes: Uint8Array): string | undefined =>
  charsetIn(Buffer.from(bytes.subarray(0, LOOKED_AT)).toString('latin1'))?.replace(/^utf-?16.*/, 'utf-8');

const isUtf8Name = (name: string): boolean => /^(?:utf-?8|unicode-1-1-utf-8)$/.test(name);

function isKnown(name: string): boolean {
  if (KOREAN.test(name)) return true;
  try {
    return new TextDecoder(name).encoding !== '';
  } catch {
    return false;
  }
}

function decoded(bytes: Uint8Array, name: string): string {
  if (KOREAN.test(name)) return iconv.decode(bytes, 'cp949');
  return new TextDecoder(name).decode(bytes);
}

/** The last letter may be cut. */
function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** Nearly everything above ASCII comes in pairs that are letters of Korean. */
function looksKorean(bytes: Uint8Array): boolean {
  const text = iconv.decode(bytes.subarray(0, 65_536), 'cp949');
  const korean = text.match(/[\uac00-\ud7a3]/g)?.length ?? 0;
  const strange = text.match(/[\ufffd\u0080-\u00ff\u4e00-\u9fff]/g)?.length ?? 0;
  return korean > 5 * strange;
}
