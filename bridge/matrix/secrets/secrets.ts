import { MASK } from '../../text/mask.ts';
import { type FoundSecret, keyBlocks, prefixedKeys, splitKeys } from './secret-keys.ts';
import { markedSecrets, namedSecrets, passwordFlags, secretHalves } from './secret-names.ts';
import { spokenSecrets } from './secret-speech.ts';
import { secretAddresses } from './secret-urls.ts';

/** Letters of a full-width keyboard as ordinary ones: one for one, so that places stay what they are. */
const halfWidth = (text: string): string =>
  /[！-～\u3000]/u.test(text)
    ? text.replace(/[！-～\u3000]/gu, (letter) =>
        letter === '\u3000' ? ' ' : String.fromCharCode(letter.charCodeAt(0) - 0xfee0),
      )
    : text;

const plainly = (text: string): readonly FoundSecret[] => [
  ...keyBlocks(text),
  ...prefixedKeys(text),
  ...secretAddresses(text),
  ...markedSecrets(text),
  ...secretHalves(text),
  ...namedSecrets(text),
  ...passwordFlags(text),
];

const ENCODED = /(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/_-]{24,8000}={0,2}/g;
// eslint-disable-next-line no-control-regex -- whatever is no text is no hidden key
const TEXT = /^[\t\n\r -~]{16,6000}$/;

/** Base64 or hexadecimal of a key: hidden from eyes, not from whoever wants it. */
function encodedSecrets(text: string): readonly FoundSecret[] {
  const found: FoundSecret[] = [];
  for (const match of text.matchAll(ENCODED)) {
    const run = match[0];
    const hex = run.length % 2 === 0 && /^[0-9a-fA-F]+$/.test(run);
    const inner = Buffer.from(run, hex ? 'hex' : 'base64').toString('latin1');
    if (TEXT.test(inner) && plainly(inner).length > 0)
      found.push({ start: match.index, end: match.index + run.length, keep: 0 });
  }
  return found;
}

/**
 * Takes keys, tokens, passwords and private keys out of text: `sk-…(가림)`. Known forms, and values that a name or the
 * words around them give away; hashes, UUIDs and talk about passwords stay: what is found makes the master's message be
 * redacted, so a false alarm costs as much as a miss. Every step is linear: it meets whatever anybody writes.
 */
export function maskSecrets(text: string): { readonly text: string; readonly masked: boolean } {
  const flat = halfWidth(text);
  const found = [...plainly(flat), ...spokenSecrets(flat), ...splitKeys(flat), ...encodedSecrets(flat)].toSorted(
    (a, b) => a.start - b.start || b.keep - a.keep || b.end - a.end,
  );
  if (found.length === 0) return { text, masked: false };
  let out = '';
  let done = 0;
  for (const { start, end, keep } of found) {
    if (end <= done) continue;
    // Of two that overlap the first says how it is shown, and both go.
    out += start < done ? '' : text.slice(done, start + keep) + MASK;
    done = end;
  }
  return { text: out + text.slice(done), masked: true };
}
