import { Parser } from 'htmlparser2';
import { markdownTable } from './markdown-table.ts';

/** Not for readers. */
const UNSEEN = new Set(['script', 'style', 'template', 'noscript', 'svg', 'iframe', 'object']);
const BLOCKS = new Set(
  'p div section article main header footer nav aside ul ol li dl dt dd blockquote pre figure form fieldset address tr table h1 h2 h3 h4 h5 h6 hr title'.split(
    ' ',
  ),
);

/** What a reader of the page would see, as Markdown. Nothing is fetched, run or resolved. */
export function htmlMarkdown(html: string): string {
  // What is being written: the page, and in it cells of a table and texts of links.
  const open: string[] = [''];
  const tables: string[][][] = [];
  const lists: { numbered: boolean; count: number }[] = [];
  const links: string[] = [];
  let unseen = 0;
  let pre = 0;
  const say = (text: string) => void (open[open.length - 1] += text);
  const line = () => {
    const text = open.at(-1) ?? '';
    if (text !== '' && !text.endsWith('\n')) say('\n');
  };
  const block = () => {
    line();
    const text = open.at(-1) ?? '';
    if (text !== '' && !text.endsWith('\n\n') && lists.length === 0) say('\n');
  };
  const shut = () => (open.length > 1 ? (open.pop() ?? '') : '').trim();

  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (UNSEEN.has(name)) unseen += 1;
        if (unseen > 0) return;
        if (BLOCKS.has(name)) block();
        const level = /^h([1-6])$/.exec(name)?.[1];
        if (level !== undefined) say(`${'#'.repeat(Number(level))} `);
        if (name === 'br') say('\n');
        if (name === 'hr') say('---\n');
        if (name === 'pre') pre += 1;
        if (name === 'ul' || name === 'ol') lists.push({ numbered: name === 'ol', count: 0 });
        if (name === 'li') {
          const list = lists.at(-1);
          line();
          if (list !== undefined) list.count += 1;
          say(`${'  '.repeat(Math.max(0, lists.length - 1))}${list?.numbered === true ? `${list.count}.` : '-'} `);
        }
        if (name === 'img' && attributes.alt !== undefined && attributes.alt !== '') say(`[${attributes.alt}]`);
        if (name === 'a') {
          links.push(attributes.href ?? '');
          open.push('');
        }
        if (name === 'table') tables.push([]);
        if (name === 'tr') tables.at(-1)?.push([]);
        if (name === 'td' || name === 'th') open.push('');
      },
      ontext(text) {
        if (unseen > 0) return;
        const flat = pre > 0 ? text : text.replace(/\s+/g, ' ');
        say(pre === 0 && /(?:^|\s)$/.test(open.at(-1) ?? '') ? flat.trimStart() : flat);
      },
      onclosetag(name) {
        if (UNSEEN.has(name)) {
          unseen = Math.max(0, unseen - 1);
          return;
        }
        if (unseen > 0) return;
        if (name === 'pre') pre = Math.max(0, pre - 1);
        if (name === 'ul' || name === 'ol') lists.pop();
        if (name === 'a' && links.length > 0) {
          const [href = '', text] = [links.pop(), shut()];
          say(/^(?:https?|mailto):/i.test(href) && text !== '' ? `[${text}](${href})` : text);
        }
        if (name === 'td' || name === 'th') tables.at(-1)?.at(-1)?.push(shut());
        if (name === 'table') {
          const rows = (tables.pop() ?? []).filter((row) => row.length > 0);
          // One of a single column is there for the looks of it.
          say(rows.every((row) => row.length === 1) ? rows.flat().join('\n') : markdownTable(rows));
        }
        if (BLOCKS.has(name)) block();
      },
    },
    { decodeEntities: true },
  );
  parser.end(html);
  while (open.length > 1) {
    const rest = shut();
    say(rest);
  }
  return (open[0] ?? '')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}
