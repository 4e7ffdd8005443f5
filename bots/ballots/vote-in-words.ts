import { withoutEnd } from '../../bridge/protocol/text-ends.ts';
import { sameWord } from './alternatives.ts';

const LEAD =
  /^(?:(?:나는|난|나도|저는|내 표는) ?|(?:나|전|마스터는|i vote for|i vote|my vote is|my vote:?|i['’]?m for|i am for) )(?=\S)/iu;
const VOTES = /(?:에|에게|한테|으로|로)? ?(?:한 ?표(?:요|야)?|투표(?:할게|해|한다)?|할래|하자|가자)$/u;
const LIKES = /(?:이|가|으로|로) ?(?:좋아|좋다|낫다|나아|찬성)?$/u;
const LONGEST = 60;

/** A whole message that says nothing else than that one votes: without a reply, only such words are taken for a vote. */
export function soundsLikeVote(body: string): boolean {
  const text = shortened(body);
  return text.length <= LONGEST && !text.includes('?') && (LEAD.test(text) || /한 ?표(?:요|야)?$/u.test(text));
}

/**
 * Which option a master's words beneath a ballot name; null where they say something else. `open`: what nobody has named
 * yet may be voted for too.
 */
export function voteInWords(body: string, options: readonly string[], open: boolean): string | null {
  if (body.length > LONGEST * 4 || body.includes('\n') || /[?？]/u.test(body)) return null;
  const text = shortened(body);
  if (text === '' || text.length > LONGEST) return null;
  const number = /^(\d{1,2})(?:️?⃣| ?번(?:이요|요|에 ?한 ?표)?)?$/u.exec(text)?.[1];
  if (number !== undefined) return options[Number(number) - 1] ?? optionOf(text, options);
  if (text.startsWith('🔟')) return options[9] ?? null;
  const bare = text.replace(LEAD, '');
  const forms = [text, bare, bare.replace(VOTES, ''), bare.replace(LIKES, '')];
  for (const form of forms) {
    const option = optionOf(form, options);
    if (option !== null) return option;
  }
  const named = bare.replace(VOTES, '').trim();
  return open && (VOTES.test(bare) || bare !== text) && named !== '' ? named : null;
}

const optionOf = (text: string, options: readonly string[]): string | null =>
  options.find((option) => sameWord(option) === sameWord(text)) ?? null;

const shortened = (body: string): string => withoutEnd(body.normalize('NFC').trim(), ' !.~ㅋㅎ').trim();

/** The option whose key a reaction shows; clients differ in the marks behind the digit. */
export function keyedOption(key: string): number | null {
  if (key.startsWith('🔟')) return 9;
  const digit = /^([1-9])️?⃣$/u.exec(key)?.[1];
  return digit === undefined ? null : Number(digit) - 1;
}
