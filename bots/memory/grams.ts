const LETTER = /[\p{L}\p{N}]/u;
/** Of these scripts one letter can be a word, or all of a word but its ending. */
const SYLLABLE = /[\p{Script=Hangul}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/**
 * Pairs of neighbouring letters, and single ones where they can carry sense: words of Korean carry endings, so that
 * whole words find little, and pairs find `예산` in `예산을`. After NFC, in small letters.
 */
export function gramsOf(text: string): ReadonlySet<string> {
  const grams = new Set<string>();
  let before = '';
  let alone = false;
  for (const letter of text.normalize('NFC').toLowerCase()) {
    if (!LETTER.test(letter)) {
      if (alone) grams.add(before);
      before = '';
      alone = false;
      continue;
    }
    if (before !== '') grams.add(before + letter);
    if (SYLLABLE.test(letter)) grams.add(letter);
    alone = before === '';
    before = letter;
  }
  if (alone) grams.add(before);
  return grams;
}

/** A letter alone says less than a pair: most stand in many words. */
export const gramWeight = (gram: string): number => (gram.length > 1 ? 1 : 0.3);
