import { Parser } from 'htmlparser2';

const BREAKS: ReadonlySet<string> = new Set(
  'p div br tr li ul ol table section article header footer h1 h2 h3 h4 h5 h6 blockquote pre hr'.split(' '),
);
/** What is in them was not written to be read. */
const SILENT: ReadonlySet<string> = new Set('script style head title template noscript svg math iframe'.split(' '));

/** The words of an HTML letter: one line a block, addresses of links left out but where they are all there is. Nothing is fetched. */
export function htmlWords(html: string): string {
  let words = '';
  let silent = 0;
  const parser = new Parser(
    {
      onopentagname: (name) => {
        if (SILENT.has(name)) silent += 1;
        if (BREAKS.has(name)) words += '\n';
        else if (name === 'td' || name === 'th') words += ' ';
      },
      ontext: (text) => {
        if (silent === 0) words += text;
      },
      onclosetag: (name) => {
        if (SILENT.has(name)) silent -= 1;
        if (BREAKS.has(name)) words += '\n';
      },
    },
    { decodeEntities: true },
  );
  parser.write(html);
  parser.end();
  return words
    .split('\n')
    .map((line) => line.replace(/\s+/gu, ' ').trim())
    .filter((line, i, lines) => line !== '' || lines[i - 1] !== '')
    .join('\n')
    .trim();
}
