import { escapeText, renderMarkdown } from './html.ts';
import { plainLine } from './foreign-words.ts';

/** What weaves other people's words into the house's own: each gives a mark that Markdown takes for a letter. */
export interface Weave {
  /** As one line of plain words. */
  readonly words: (text: string, characters?: number) => string;
  /** As code within a line, whole. */
  readonly code: (text: string) => string;
  /** As a block of its own, letter for letter. */
  readonly block: (text: string) => string;
}

/** What a message is made of: `text` for clients without HTML, `html` for all others. */
export interface Woven {
  readonly text: string;
  readonly html: string;
}

interface Held {
  readonly text: string;
  readonly html: string;
}

const OPEN = '\uE000';
const CLOSE = '\uE001';
const MARK = new RegExp(`<p>${OPEN}(\\d+)${CLOSE}</p>|${OPEN}(\\d+)${CLOSE}`, 'g');

/**
 * Markdown of our own with other people's words in it. Only ours is ever parsed: theirs are put into the finished HTML as
 * text, so that there is nothing in them by which they could become anything else.
 */
export function woven(write: (weave: Weave) => string): Woven {
  const held: Held[] = [];
  const mark = (text: string, html: string): string => `${OPEN}${held.push({ text, html }) - 1}${CLOSE}`;
  const markdown = write({
    words: (text, characters) => {
      // Words of which nothing is left still had somebody who wrote them.
      const line = plainLine(text, characters) || (text === '' ? '' : '…');
      return mark(line, escapeText(line));
    },
    code: (text) => mark(`\`${text.replaceAll('`', 'ˋ')}\``, `<code>${escapeText(text)}</code>`),
    block: (text) => `\n\n${mark(fenced(text), `<pre><code>${escapeText(text)}\n</code></pre>`)}\n\n`,
  })
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  const put = (source: string, form: keyof Held): string =>
    source.replace(MARK, (all, whole?: string, within?: string) => held[Number(whole ?? within)]?.[form] ?? all);
  return { text: put(markdown, 'text'), html: put(renderMarkdown(markdown), 'html') };
}

/** A code block that nothing within can close. */
export function fenced(text: string): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(Math.max(3, longest + 1));
  return `${fence}\n${text}\n${fence}`;
}
