/** Keys of the Korean two-set keyboard (KS X 5002), small letters: which a hand hits that has forgotten to change the language. */
const INITIALS = 'r rr s e ee f a q qq t tt d w ww c z x v g'.split(' ');
const VOWELS = 'k o i o j p u p h hk ho hl y n nj np nl b m ml l'.split(' ');
const FINALS = ' r rr rt s sw sg e f fr fa fq ft fx fv fg a q qt t tt d w c z x v g'.split(' ');
/** Letters that stand alone (U+3131 to U+3163). */
const ALONE =
  'r rr rt s sw sg e ee f fr fa fq ft fx fv fg a q qq qt t tt d w ww c z x v g k o i o j p u p h hk ho hl y n nj np nl b m ml l'.split(
    ' ',
  );
/** Typed with Shift: one stroke, which small letters do not tell from the plain one. */
const once = (keys: string) => (/^(.)\1$/.test(keys) ? keys.charAt(0) : keys);

/** The keys with which a word is typed, whatever language the keyboard was in. */
export function keysOf(word: string): string {
  let keys = '';
  for (const letter of word.normalize('NFC').toLowerCase()) {
    const code = letter.codePointAt(0) ?? 0;
    if (code >= 0xac00 && code <= 0xd7a3) {
      const syllable = code - 0xac00;
      keys +=
        once(INITIALS[Math.floor(syllable / 588)] ?? '') +
        (VOWELS[Math.floor((syllable % 588) / 28)] ?? '') +
        once(FINALS[syllable % 28] ?? '');
    } else if (code >= 0x3131 && code <= 0x3163) keys += once(ALONE[code - 0x3131] ?? '');
    else keys += letter;
  }
  return keys;
}
