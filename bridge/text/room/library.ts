import type { PlaceUnit } from '../../protocol/orders/library-document.ts';
import { phrase } from '../say.ts';

/** What is said of documents of the library. */

/** Under a document that can be asked about from now on. */
export const LIBRARY_MARK = '📚';

const WHY_KO: Readonly<Record<string, string>> = {
  encrypted: '비밀번호가 걸려 있습니다.',
  broken: '파일이 깨져 있습니다.',
  bomb: '풀면 지나치게 커지는 파일이라 열지 않았습니다.',
  'too-big': '16MB가 넘습니다.',
  'too-much': '읽는 데 시간이나 메모리가 너무 많이 듭니다.',
  scanned: '글자 없이 사진으로만 된 문서(스캔)입니다.',
  empty: '글자가 없습니다.',
  unsupported: '읽을 수 없는 종류의 파일입니다.',
  full: '자료실이 꽉 찼습니다. 안 보시는 문서를 지워 주세요.',
};
const WHY_EN: Readonly<Record<string, string>> = {
  encrypted: 'It is protected by a password.',
  broken: 'The file is damaged.',
  bomb: 'It would unpack to far more than it may, so it was not opened.',
  'too-big': 'It is bigger than 16 MB.',
  'too-much': 'Reading it takes too much time or memory.',
  scanned: 'Its pages are pictures without text (a scan).',
  empty: 'There is no text in it.',
  unsupported: 'This kind of file cannot be read.',
  full: 'The library is full: delete documents that you no longer need.',
};

/** @param name woven already. */
export const documentUnread = phrase<[name: string, word: string]>(
  (name, word) => `「${name}」: 내용을 찾아볼 수 없습니다. ${WHY_KO[word] ?? '읽지 못했습니다.'}`,
  (name, word) => `「${name}」 cannot be searched. ${WHY_EN[word] ?? 'It could not be read.'}`,
);

const KO: Readonly<Record<PlaceUnit, (number: number) => string>> = {
  page: (number) => `${number}쪽`,
  slide: (number) => `슬라이드 ${number}`,
  sheet: (number) => `시트 ${number}`,
};
const EN: Readonly<Record<PlaceUnit, (number: number) => string>> = {
  page: (number) => `p. ${number}`,
  slide: (number) => `slide ${number}`,
  sheet: (number) => `sheet ${number}`,
};

/** Where something stands, as it is cited. @param name woven already. */
export const citedPlace = phrase<[name: string, place?: { readonly unit: PlaceUnit; readonly number: number }]>(
  (name, place) => `「${name}」${place === undefined ? '' : ` ${KO[place.unit](place.number)}`}`,
  (name, place) => `「${name}」${place === undefined ? '' : ` ${EN[place.unit](place.number)}`}`,
);

/** Beneath what `!memory search` finds among the lines, or instead of it. */
export const passagesFound = phrase<[passages: readonly { readonly cited: string; readonly text: string }[]]>(
  (passages) => ['🔎 자료실', ...passages.map(({ cited, text }) => `- 📚 ${cited}: ${text}`)].join('\n'),
  (passages) => ['🔎 Library', ...passages.map(({ cited, text }) => `- 📚 ${cited}: ${text}`)].join('\n'),
);
