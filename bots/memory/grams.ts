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

/**
 * Pairs that questions and endings are made of: they say little of what is spoken about, and in a house that has few
 * facts so far nothing else would tell that.
 */
const COMMON = new Set(
  (
    '하기 기로 로했 했지 했어 했다 했더 더라 었지 었더 였지 였더 이야 인지 있어 있나 있지 없어 어디 디서 디에 디야 디로 언제 누구 구야 얼마 마야 마지 마나 ' +
    '뭐야 뭐지 뭐더 뭐라 뭐로 뭐였 뭘로 무슨 어떤 어떻 떻게 어때 얼마 하나 하지 하고 하는 해서 해줘 해야 해요 한다 할까 할지 합니 니다 습니 니까 까지 부터 에서 에게 한테 으로 ' +
    '이름 이랑 라고 라는 려줘 알려 줄래 주세 세요 나요 어요 아요 지난 번에 주에 우리 내가 나는 제가 저는 그거 이거 저거 그게 이게 좀알 말이 이라 거야 거지 는데 은데 지만 ' +
    '오늘 지금 다시 그때 요일 몇시 며칠 에는 에도 에요 예요 이에 th he in er an re on at is ha wh ho do ou yo'
  ).split(' '),
);
const COMMON_SAYS = 0.25;

/** A letter alone says less than a pair: most stand in many words. */
export const gramWeight = (gram: string): number => {
  if (gram.length === 1) return 0.2;
  return COMMON.has(gram) ? COMMON_SAYS : 1;
};
