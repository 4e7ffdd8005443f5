/** Names of Latin letters and of digits that end in a consonant, as Koreans say them: 엘, 엠, 엔, 알; 영, 일, 삼, 육, 칠, 팔. */
const CLOSED_ALONE = /[LMNR013678]$/;
/** Of words spelt in Latin letters these endings sound closed (채널, 포럼, 토큰, 링); others open (클로드, 텍스트, 미나). */
const CLOSED_WORD = /(?:[lmn]|ng|[aeiou][kp]|ck)e?$/i;

/**
 * A Korean word with the particle that its last sound takes: `은`/`는`, `을`/`를`, `이`/`가`, `으로`/`로`. Marks around
 * the word do not sound. Of other scripts the sound is guessed, as `GPT은(는)` is how no person speaks.
 */
export function withParticle(word: string, afterConsonant: string, afterVowel: string): string {
  return word + (isClosed(word, afterConsonant.startsWith('으')) ? afterConsonant : afterVowel);
}

/** Before 으로 a final ㄹ counts as open: 서울로. */
function isClosed(word: string, rieulIsOpen: boolean): boolean {
  const sounding = word.replace(/\([^()]{0,80}\)$/u, '');
  const last = /[\p{L}\p{N}](?=[^\p{L}\p{N}]*$)/u.exec(sounding === '' ? word : sounding)?.[0] ?? '';
  const code = last.codePointAt(0) ?? 0;
  if (code >= 0xac00 && code <= 0xd7a3) {
    // Hangul syllables (Unicode 3.12) stand in blocks of 28; the first of each has no final consonant, the ninth has ㄹ.
    const final = (code - 0xac00) % 28;
    return final !== 0 && !(rieulIsOpen && final === 8);
  }
  const spelt = /[A-Za-z0-9]{1,40}(?=[^\p{L}\p{N}]*$)/u.exec(sounding)?.[0] ?? '';
  if (rieulIsOpen && /(?:[lL178]|le)$/.test(spelt)) return false;
  return /^[A-Z]+$/.test(spelt) || /\d$/.test(spelt) ? CLOSED_ALONE.test(spelt) : CLOSED_WORD.test(spelt);
}
