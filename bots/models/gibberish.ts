import type { Lang } from '../../bridge/protocol/ids.ts';

/**
 * Answers that weak models fall into: going round in a loop, a script that nobody here reads, or the prompt read back.
 * In doubt an answer is none of these: code, tables, refrains and quotations are honest.
 */
export type Gibberish = 'loop' | 'script' | 'prompt';

export interface AnsweredTo {
  readonly lang: Lang;
  /** What the agent was told of itself. */
  readonly system: string;
  /** The message that is answered. */
  readonly question: string;
  /** All that was said before; what stands in there may be spoken of. */
  readonly said: string;
}

export function gibberishIn(answer: string, to: AnsweredTo): Gibberish | undefined {
  const words = withoutQuotes(answer);
  if (!ASKS_REPEATING.test(to.question) && (endsInLoop(words) || sameLines(words))) return 'loop';
  if (foreign(words, to)) return 'script';
  return echoes(words, to) ? 'prompt' : undefined;
}

const ASKS_REPEATING = /반복|따라|그대로|\d\s*번|여러\s*번|계속|복사|repeat|times|verbatim|copy|over and over/i;

/** Closed code blocks, code in a line, addresses and quoted lines are nobody's own words. */
const withoutQuotes = (text: string): string =>
  text
    .split('```')
    .filter((_, i, all) => i % 2 === 0 || i === all.length - 1)
    .join('\n')
    .replace(/`[^`\n]*`/g, ' ')
    .replace(/https?:\/\/\S+/g, ' ')
    .replace(/^[ \t]*>.*$/gm, ' ');

const MIN_LOOP_CHARS = 400;
const MIN_ROUNDS = 8;
const LONGEST_ROUND = 240;

/** The end of the text is one piece over and over; rules, boxes and rows of numbers are none. */
function endsInLoop(text: string): boolean {
  const tail = text.trimEnd().slice(-LONGEST_ROUND * MIN_ROUNDS);
  for (let round = 1; round <= LONGEST_ROUND; round += 1) {
    const long = Math.max(MIN_LOOP_CHARS, round * MIN_ROUNDS);
    if (tail.length < long) break;
    const from = tail.length - long;
    let at = tail.length - 1;
    while (at - round >= from && tail[at] === tail[at - round]) at -= 1;
    if (at - round < from && lettersIn(tail.slice(-round)) >= Math.min(2, round)) return true;
  }
  return false;
}

/** A whole sentence of a line, said again and again with little else between, its numbers counting on or not. */
function sameLines(text: string): boolean {
  const lines = text
    .split('\n')
    .map((line) => line.trim().replace(/\d+/g, '0'))
    .filter((line) => line !== '');
  const seen = new Map<string, number>();
  for (const line of lines) if (lettersIn(line) >= 20) seen.set(line, (seen.get(line) ?? 0) + 1);
  const all = lines.reduce((sum, line) => sum + line.length, 0);
  return [...seen].some(([line, times]) => times >= MIN_ROUNDS && line.length * times >= all * 0.6);
}

const lettersIn = (text: string): number => text.match(/\p{L}/gu)?.length ?? 0;

/** What neither a Korean nor an English room reads. */
const FOREIGN =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Cyrillic}\p{Script=Arabic}\p{Script=Thai}\p{Script=Devanagari}\p{Script=Hebrew}\p{Script=Greek}\p{Script=Bengali}\p{Script=Tamil}]/gu;
const ABOUT_LANGUAGES =
  /번역|통역|한자|외국어|[가-힣]{1,6}어(?:로|를|는|가|도|판|\s|$)|중국|일본|러시아|몽골|태국|아랍|우크라|그리스|히브리|인도|한문|사자성어|translat|chinese|japanese|russian|arabic|thai|greek|hebrew|hindi|ukrainian|mongolian|bulgarian|kanji|hanja|cyrillic|language/i;
const FOREIGN_LETTERS = 16;

function foreign(words: string, { question, said, system }: AnsweredTo): boolean {
  // Quoted words of another language stand within marks.
  const own = words.replace(/["“「『《][^"”」』》\n]{0,500}["”」』》]/g, ' ');
  const strange = own.match(FOREIGN)?.length ?? 0;
  if (strange < FOREIGN_LETTERS || strange < lettersIn(own) * 0.5) return false;
  const asked = `${question}\n${said.slice(-4_000)}`;
  return (
    !ABOUT_LANGUAGES.test(asked) && (asked.match(FOREIGN)?.length ?? 0) < 4 && (system.match(FOREIGN)?.length ?? 0) < 4
  );
}

const ASKS_PROMPT =
  /프롬프트|지시|규칙|설정|역할|소개|누구|무엇을|뭘\s*(?:해|하)|성격|prompt|instruction|rule|system|role|introduce|who are you|what (?:are|do) you/i;
const MIN_ECHO_CHARS = 120;
const MIN_PIECE = 24;

/** Most of it stands letter for letter in what the agent was told of itself, or it is the question and nothing else. */
function echoes(words: string, { question, system }: AnsweredTo): boolean {
  const answer = single(words);
  if (answer === single(question)) return lettersIn(answer) >= 15 && !ASKS_REPEATING.test(question);
  if (ASKS_PROMPT.test(question)) return false;
  const told = single(system);
  const pieces = words
    .split(/[\n.!?。]+/)
    .map(single)
    .filter((piece) => piece.length >= MIN_PIECE);
  const read = pieces.filter((piece) => told.includes(piece)).reduce((sum, piece) => sum + piece.length, 0);
  return read >= MIN_ECHO_CHARS && read >= answer.length * 0.6;
}

const single = (text: string): string => text.replace(/\s+/g, ' ').trim();
