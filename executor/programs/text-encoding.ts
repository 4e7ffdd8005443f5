import iconv from 'iconv-lite';

/** Of letters that are not ASCII, how many have to be what the encoding is for. */
const CANDIDATES: readonly { readonly label: string; readonly letters: RegExp; readonly share: number }[] = [
  { label: 'euc-kr', letters: /[가-힣ㄱ-ㅣ]/g, share: 0.6 }, // and CP949, which holds it
  { label: 'shift_jis', letters: /[ぁ-ヿ]/g, share: 0.2 },
  { label: 'gb18030', letters: /[一-鿿]/g, share: 0.6 },
];
// oxlint-disable-next-line no-control-regex -- these are what tells a text from a picture
const CONTROLS = /[\u0000-\u0008\u000e-\u001a\u001c-\u001f\u007f]/g;
/** More of them than that in a thousand letters, and it is no text. */
const MOST_CONTROLS = 5;

/** The text in whatever encoding it is; undefined where it is none. `declared`: what its own words say of it. */
export function decodeText(bytes: Uint8Array, declared?: string): string | undefined {
  const found =
    byMark(bytes) ?? byZeros(bytes) ?? decoded(bytes, 'utf-8') ?? decoded(bytes, declared) ?? byLetters(bytes);
  const text = found ?? new TextDecoder('windows-1252').decode(bytes);
  return (text.match(CONTROLS)?.length ?? 0) * 1000 > MOST_CONTROLS * text.length ? undefined : text;
}

function byMark(bytes: Uint8Array): string | undefined {
  const [first, second, third] = bytes;
  if (first === 0xff && second === 0xfe) return decoded(bytes, 'utf-16le');
  if (first === 0xfe && second === 0xff) return decoded(bytes, 'utf-16be');
  return first === 0xef && second === 0xbb && third === 0xbf ? decoded(bytes, 'utf-8') : undefined;
}

/** UTF-16 without a mark: spaces and line ends have a zero on one side, and always the same one. */
function byZeros(bytes: Uint8Array): string | undefined {
  const zeros = [0, 0];
  for (let at = 0; at < Math.min(bytes.length, 65_536); at += 1)
    if (bytes[at] === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (even + odd === 0 || bytes.length % 2 !== 0 || Math.min(even, odd) * 10 > Math.max(even, odd)) return undefined;
  return decoded(bytes, odd > even ? 'utf-16le' : 'utf-16be');
}

function byLetters(bytes: Uint8Array): string | undefined {
  for (const { label, letters, share } of CANDIDATES) {
    const text = decoded(bytes, label);
    if (text === undefined) continue;
    const foreign = text.match(/[^\p{ASCII}]/gu)?.length ?? 0;
    if ((text.match(letters)?.length ?? 0) >= foreign * share) return text;
  }
  return undefined;
}

/** Undefined where the bytes are not that, or nobody knows what it is. */
function decoded(bytes: Uint8Array, label: string | undefined): string | undefined {
  if (label === undefined) return undefined;
  try {
    const decoder = new TextDecoder(label, { fatal: true });
    if (decoder.encoding !== 'euc-kr') return decoder.decode(bytes);
    // Node's knows the 2,350 syllables of the standard; Windows wrote all 11,172 under the same name.
    const text = iconv.decode(Buffer.from(bytes), 'cp949');
    return text.includes('\uFFFD') ? undefined : text;
  } catch {
    return undefined;
  }
}
