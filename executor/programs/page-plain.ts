import { Parser } from 'htmlparser2';

/** Deeper, or more elements than that, are no page for people: the tree of such a one takes minutes to walk. */
const DEEPEST = 250;
const MOST_ELEMENTS = 60_000;

const NOT_SHOWN = new Set(
  'script style noscript template svg math iframe object embed canvas audio video head textarea select'.split(' '),
);
const IN_A_LINE = new Set('a b i em strong span code small sub sup u s mark font abbr cite q time td th'.split(' '));

export interface PlainPage {
  readonly title: string;
  /** What is shown on it, a block a line. */
  readonly text: string;
  /** A tree can be made of it. */
  readonly isTree: boolean;
}

/** Goes through a page once, from the beginning to the end, whatever it is made of. */
export function plainPage(html: string): PlainPage {
  let [title, text] = ['', ''];
  let [depth, deepest, elements, hidden] = [0, 0, 0, 0];
  let inTitle = false;
  const parser = new Parser(
    {
      onopentagname: (name) => {
        elements += 1;
        depth += 1;
        deepest = Math.max(deepest, depth);
        inTitle = name === 'title' && title === '';
        if (NOT_SHOWN.has(name)) hidden += 1;
        if (!IN_A_LINE.has(name)) text += '\n';
      },
      onclosetag: (name) => {
        depth -= 1;
        inTitle = false;
        if (NOT_SHOWN.has(name)) hidden -= 1;
        if (!IN_A_LINE.has(name)) text += '\n';
      },
      ontext: (words) => {
        if (inTitle) title += words;
        else if (hidden === 0) text += words;
      },
    },
    { decodeEntities: true },
  );
  parser.end(html);
  const lines = text.split('\n').map((line) => line.replace(/\s+/g, ' ').trim());
  return {
    title: title.replace(/\s+/g, ' ').trim(),
    text: lines.filter((line) => line !== '').join('\n'),
    isTree: deepest <= DEEPEST && elements <= MOST_ELEMENTS,
  };
}
