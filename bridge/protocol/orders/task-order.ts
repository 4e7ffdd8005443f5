import { behind, halfWidth } from './order-words.ts';

/** A task as a master orders it, and a choice among its proposals, read the same way by whoever reads them. Pure. */

export type ParsedTask =
  | { readonly kind: 'task'; readonly mission: string }
  | { readonly kind: 'bad'; readonly why: 'empty' | 'too-long' };

/** As much as a whole message of a phone; a longer mission goes on as a file. */
export const MAX_MISSION = 8_000;

/** Element Web sends `//x` as `/x`; a phone may put a space anywhere between. */
const SLASHES = /^[/／]{1,2}\s*chavion[\s_-]*task(?:\s*[:：]|(?=\s|$))/iu;
const WORD = /^[!！]\s?(?:task|임무)(?:\s*[:：]|(?=\s|$))/iu;
/** `!task 12` shows that task. */
const NUMBER = /^#?\d{1,9}번?$/u;

/** Null where the text orders no task; `!task 12` is such a one. */
export function parseTask(body: string): ParsedTask | null {
  const text = body.normalize('NFC').trim();
  const slashes = headOf(SLASHES, text);
  const spaced = headOf(WORD, text);
  const mission =
    slashes === null
      ? spaced === null
        ? behind(text, 'task', '임무')
        : text.slice(spaced.length).trim()
      : text.slice(slashes.length).trim();
  if (mission === null) return null;
  if (slashes === null && NUMBER.test(halfWidth(mission))) return null;
  if (mission === '') return { kind: 'bad', why: 'empty' };
  return mission.length > MAX_MISSION ? { kind: 'bad', why: 'too-long' } : { kind: 'task', mission };
}

/** The head as it is written; full-width forms are one code unit each, as their twins are. */
function headOf(pattern: RegExp, text: string): string | null {
  const found = pattern.exec(halfWidth(text.slice(0, 60)));
  return found === null ? null : text.slice(0, found[0].length);
}

export interface Choice {
  readonly kind: 'choice';
  /** `!choose 12 B`; null where the thread says which task. */
  readonly task: number | null;
  /** The place among the proposals as the poll lists them, from 0: `A` and `1` are the first. */
  readonly index: number;
}

/** The name under which people know the proposal at that place. */
export const proposalLabel = (index: number): string => String.fromCharCode('A'.charCodeAt(0) + index);

/**
 * `!choose B`, `!선택 2번`, `!choose 12 B`. Null where the text is no such command. The proposals of a round are
 * lettered in the order in which the decision names them, equal plans once.
 */
export function parseChoose(body: string): Choice | { readonly kind: 'bad' } | null {
  const behindIt = behind(body, 'choose', '선택');
  if (behindIt === null) return null;
  const words = halfWidth(behindIt).replace(/^:/, '').trim();
  const found =
    /^(?:#?(\d{1,9})번?(?:\s+임무)?\s+)?(?:(?:제안|안|plan|proposal)\s*)?([a-z]|\d{1,2})(?:\s*(?:번|안|번\s*안))?[.!]*$/iu.exec(
      words,
    );
  const name = found?.[2]?.toUpperCase();
  if (name === undefined) return { kind: 'bad' };
  const index = /\d/.test(name) ? Number(name) - 1 : name.charCodeAt(0) - 'A'.charCodeAt(0);
  return index < 0
    ? { kind: 'bad' }
    : { kind: 'choice', task: found?.[1] === undefined ? null : Number(found[1]), index };
}
