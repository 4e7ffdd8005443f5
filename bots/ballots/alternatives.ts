import { withoutEnd } from '../../bridge/protocol/text-ends.ts';

/** What is to be decided, and between what. No options: everyone names what they want. */
export interface Alternatives {
  readonly question: string;
  readonly options: readonly string[];
}

/** More than a thumb wants to read, and than there are keys to tap. */
export const MAX_OPTIONS = 10;
const LONGEST_OPTION = 60;
/** Lines as short as this, one below the other, are a list without its marks. */
const SHORT_LINE = 20;

const MARKS = ' ?!.~…';
const QUOTES = '"\'“”‘’「」)';
const LEAD =
  /^(?:자|그럼|그러면|좋아|오케이|ok|okay|얘들아|애들아|다들|모두|여러분|우리|이제|야|그래|일단|각자|지금|please|everyone|guys|so)(?:[,!~ ]{1,3}|$)/iu;
const BULLET = /^(?:[-*•·]|\(?\d{1,2}[.)]|[①-⑳]|\d️?⃣)\s{0,3}/u;
/** Lines have single spaces when they come here. */
const BETWEEN: readonly RegExp[] = [
  / ?(?<![A-Za-z])vs(?![A-Za-z])\.? ?/iu,
  / 대 /u,
  /(?<!\d) ?[/|] ?| ?[/|] ?(?!\d)/u,
  / ?[,、] ?(?:(?:아니면|또는|혹은|or) )?| (?:아니면|또는|혹은|아님|or) /iu,
];
const AMONG =
  / ?(?:(?:둘|셋|이|그) ?)?(?:중에서?|중|가운데|사이에서?)(?: ?(?:하나|뭐|어느|어떤|무엇)\S{0,6}(?: \S{1,6})?)?$/u;
const JOINED = /(?:이랑|랑|하고|과|와)\s+/u;
const TOPIC = /^(\S(?:.{0,28}\S)?)(?:은|는)\s+(?=\S)/u;
const WONDERS =
  /(?:이|가|을|를|으로|로)? ?(?:더 ?)?(?:나을까|나은가|나아|낫나|낫지|낫냐|좋을까|좋아|좋나|좋냐|어때|할까|갈까|먹을까|살까)요?$/u;
const YES_NO = /(?:말까|지 말지|찬반|찬성.{1,4}반대)$/u;
const WHAT = /뭐|뭘|무엇|무슨|어디|어느|어떤|누구|누가|언제|몇|얼마|어떻게|\b(?:what|which|where|who|when|how)\b/iu;

/** The choice in what stands around the words that call for a vote. Pure. */
export function alternativesIn(text: string): Alternatives {
  const lines = text
    .split('\n')
    .map(bare)
    .filter((line) => line !== '');
  const inline = lines.findLastIndex((line) => optionsOfLine(line).options.length > 1);
  if (inline >= 0) {
    const { question, options } = optionsOfLine(lines[inline] ?? '');
    return { question: spoken([...lines.filter((_, i) => i !== inline), question]), options };
  }
  const bullets = lines.filter((line) => BULLET.test(line));
  if (bullets.length > 1)
    return {
      question: spoken(lines.filter((line) => !BULLET.test(line))),
      options: optionsOf(bullets.map((line) => line.replace(BULLET, ''))),
    };
  const heading = lines.findLastIndex((line) => WHAT.test(line) || /[:：]$/u.test(line));
  const list = lines.slice(heading + 1);
  if (list.length > 1 && list.every((line) => line.length <= SHORT_LINE))
    return { question: spoken(lines.slice(0, heading + 1)), options: optionsOf(list) };
  return { question: spoken(lines), options: [] };
}

/** Whether it is answered by yes or no. */
export function isYesOrNo({ question, options }: Alternatives): boolean {
  if (options.length > 0 || WHAT.test(question)) return false;
  const asked = withoutEnd(question, MARKS).replace(/까요$/u, '까');
  return YES_NO.test(asked) || (asked.endsWith('까') && endsInRieul(asked.slice(0, -1)));
}

/** "옮길까", "할까": of Hangul syllables (Unicode 3.12) every 28th, from the ninth on. */
const endsInRieul = (text: string): boolean => {
  const code = text.charCodeAt(text.length - 1);
  return code >= 0xac00 && code <= 0xd7a3 && (code - 0xac00) % 28 === 8;
};

/** A line without what leads to it. */
function bare(line: string): string {
  let text = line.replace(/\s+/gu, ' ').trim();
  for (let lead = LEAD.exec(text); lead !== null; lead = LEAD.exec(text)) text = text.slice(lead[0].length).trim();
  return text;
}

function optionsOfLine(line: string): Alternatives {
  const colon =
    /^([^:：]{1,60})(?<!\d)[:：](?!\d|\/\/)\s*(?=\S)/u.exec(line) ?? /^([^:：]{1,60})[:：]\s+(?=\S)/u.exec(line);
  const rest = colon === null ? line : line.slice(colon[0].length);
  const question = colon?.[1] ?? '';
  const wanted = withoutEnd(rest, MARKS);
  const either = /^(.{1,40}?)(?:이냐|냐)[,\s]{1,3}(.{1,40}?)(?:이냐|냐)(?:로|를|는)?$/u.exec(wanted);
  if (either !== null) return withTopic(question, [either[1] ?? '', either[2] ?? '']);
  const whether = /^(.{1,40}?[가-힣]지)[,\s]{1,3}(?!말지)(.{1,40}?[가-힣]지)(?:를|는)?$/u.exec(wanted);
  if (whether !== null && !WHAT.test(wanted)) return withTopic(question, [whether[1] ?? '', whether[2] ?? '']);
  const among = AMONG.test(wanted);
  const choices = wanted.replace(AMONG, '');
  const asked = choices.split(/\?\s*/u).filter((one) => one.trim() !== '');
  if (asked.length > 1 && asked.every((one) => one.length <= SHORT_LINE && !WHAT.test(one)))
    return withTopic(question, asked);
  const wondering =
    /^(.{1,30}?(?:나을까|좋을까|할까|갈까|먹을까|살까))[,\s]{1,3}(.{1,30}?(?:나을까|좋을까|할까|갈까|먹을까|살까))$/u.exec(
      choices,
    );
  if (wondering !== null && !choices.endsWith('말까'))
    return withTopic(question, [wondering[1] ?? '', wondering[2] ?? '']);
  for (const between of [...BETWEEN, ...(among ? [JOINED] : [])]) {
    const parts = choices.split(between);
    if (parts.length > 1) return withTopic(question, parts);
  }
  const words = choices.split(' ');
  if (among && words.length > 1 && words.every((word) => word.length <= 8 && !WHAT.test(word)))
    return withTopic(question, words);
  return { question: line, options: [] };
}

/** "점심은 짜장 vs 짬뽕": the first option is not "점심은 짜장". */
function withTopic(question: string, parts: readonly string[]): Alternatives {
  const [first = '', ...others] = parts;
  const topic = question === '' ? TOPIC.exec(first) : null;
  return topic === null
    ? { question, options: optionsOf(parts) }
    : { question: topic[1] ?? '', options: optionsOf([first.slice(topic[0].length), ...others]) };
}

/** Each once, without marks and without what is only asked of it. */
function optionsOf(parts: readonly string[]): readonly string[] {
  const options = new Map<string, string>();
  for (const part of parts) {
    const text = withoutEnd(part, MARKS + QUOTES)
      .replace(/^[\s"'“”‘’「」(]{1,20}/u, '')
      .replace(WONDERS, '')
      .trim()
      .slice(0, LONGEST_OPTION)
      .toWellFormed();
    const key = sameWord(text);
    if (key !== '' && !options.has(key)) options.set(key, text);
  }
  return [...options.values()];
}

/** Two ways to write one thing: spaces, marks and capitals do not count, nor does a particle that says "with this". */
export const sameWord = (text: string): string =>
  text
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
    .replace(/(?<=[가-힣]{2})(?:으로|이요|이에요|입니다|예요|요)$/u, '');

const spoken = (lines: readonly string[]): string =>
  lines
    .map((line) => withoutEnd(line, ' :：'))
    .filter((line) => line !== '')
    .join(' ')
    .slice(0, 300)
    .toWellFormed();
