/**
 * A Korean word with the particle that its last sound takes: `은`/`는`, `을`/`를`, `이`/`가`. Marks around the word
 * do not sound. What ends in another script, of which the letters do not tell the sound, gets both: `GPT은(는)`.
 */
export function withParticle(word: string, afterConsonant: string, afterVowel: string): string {
  const last = /\p{L}(?=[^\p{L}]*$)/u.exec(word)?.[0]?.codePointAt(0) ?? 0;
  if (last < 0xac00 || last > 0xd7a3) return `${word}${afterConsonant}(${afterVowel})`;
  // Hangul syllables (Unicode 3.12) stand in blocks of 28; the first of each has no final consonant.
  return word + ((last - 0xac00) % 28 === 0 ? afterVowel : afterConsonant);
}
