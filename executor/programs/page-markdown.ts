/** A page's tree as far as it is read here; nothing in it is believed to be well made. */
export interface PageNode {
  readonly nodeType: number;
  readonly nodeName: string;
  readonly textContent: string | null;
  readonly childNodes: Iterable<PageNode>;
  readonly getAttribute?: (name: string) => string | null;
}

/** Deeper than that nobody nests on purpose: what lies below is text. */
const DEEPEST = 300;

const NOT_SHOWN = new Set(
  'script style noscript template svg math iframe object embed canvas audio video head link meta title'.split(' '),
);
const BLOCKS = new Set(
  'address article aside body center dd details dialog div dl dt fieldset figcaption figure footer form header hgroup html legend main menu nav p section summary table tbody tfoot thead tr ul ol'.split(
    ' ',
  ),
);

/** What stands in the tree as Markdown; addresses in it are whole. */
export function markdownOf(root: PageNode, base: URL): string {
  return tidy(blocks(root, { base, depth: 0 }));
}

interface Place {
  readonly base: URL;
  readonly depth: number;
}

function blocks(node: PageNode, place: Place): string {
  if (place.depth > DEEPEST) return inline(node.textContent ?? '');
  const below = { ...place, depth: place.depth + 1 };
  let out = '';
  for (const child of node.childNodes) out += shown(child, below);
  return out;
}

function shown(node: PageNode, place: Place): string {
  if (node.nodeType === 3) return inline(node.textContent ?? '');
  if (node.nodeType !== 1) return '';
  const name = node.nodeName.toLowerCase();
  if (NOT_SHOWN.has(name)) return '';
  if (/^h[1-6]$/.test(name)) return block(`${'#'.repeat(Number(name[1]))} ${oneLine(blocks(node, place))}`);
  switch (name) {
    case 'br':
      return '\n';
    case 'hr':
      return block('---');
    case 'a':
      return link(node, place);
    case 'img':
      return image(node);
    case 'b':
    case 'strong':
      return around('**', blocks(node, place));
    case 'i':
    case 'em':
      return around('*', blocks(node, place));
    case 'code':
    case 'kbd':
    case 'samp':
      return around('`', blocks(node, place));
    case 'pre':
      return fenced(node.textContent ?? '');
    case 'blockquote':
      return block(prefixed(tidy(blocks(node, place)), '> ', '> '));
    case 'li':
      return item('- ', node, place);
    case 'ul':
    case 'menu':
      return list(node, place);
    case 'ol':
      return list(node, place, 1);
    case 'table':
      return table(node, place);
    case 'input':
    case 'select':
    case 'textarea':
      return '';
    default:
      return BLOCKS.has(name) ? block(blocks(node, place)) : blocks(node, place);
  }
}

const block = (text: string): string => `\n\n${withoutEmptyEnds(text)}\n\n`;
const inline = (text: string): string => text.replace(/[\s\u00a0]+/g, ' ');
const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

function around(mark: string, text: string): string {
  const inner = text.trim();
  return inner === '' || inner.includes('\n') || inner.startsWith(mark) ? text : `${mark}${inner}${mark}`;
}

function link(node: PageNode, place: Place): string {
  const inner = blocks(node, place);
  const text = oneLine(inner);
  const to = URL.parse(node.getAttribute?.('href') ?? '', place.base.href);
  if (text === '' || to === null || !/^https?:$/.test(to.protocol)) return inner;
  if (to.hash !== '' && to.href.split('#')[0] === place.base.href.split('#')[0]) return inner;
  // A heading or a picture in a link keeps its own line.
  const [before, after] = [inner.length - inner.trimStart().length, inner.trimEnd().length];
  return `${inner.slice(0, before)}[${text.replace(/[[\]]/g, '')}](${withoutBrackets(to.href)})${inner.slice(after)}`;
}

function image(node: PageNode): string {
  const alt = oneLine(node.getAttribute?.('alt') ?? '');
  return alt === '' ? '' : `[image: ${alt.slice(0, 200)}]`;
}

const withoutBrackets = (href: string): string => href.replaceAll('(', '%28').replaceAll(')', '%29');

function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return block(`${fence}\n${withoutEmptyEnds(text)}\n${fence}`);
}

const prefixed = (text: string, first: string, rest: string): string =>
  text
    .split('\n')
    .map((line, index) => (index === 0 ? first : line === '' ? rest.trimEnd() : rest) + line)
    .join('\n');

const item = (mark: string, node: PageNode, place: Place): string => {
  const inner = tidy(blocks(node, place));
  return inner === '' ? '' : `\n${prefixed(inner, mark, '  ')}\n`;
};

/** Of short items no empty lines are made: many a page is one long list. */
function list(node: PageNode, place: Place, first?: number): string {
  let number = first;
  let out = '';
  for (const child of node.childNodes) {
    const isItem = child.nodeName.toLowerCase() === 'li';
    if (!isItem && child.nodeType === 3) continue;
    out += isItem ? item(number === undefined ? '- ' : `${number}. `, child, place) : shown(child, place);
    if (isItem && number !== undefined) number += 1;
  }
  const whole = tidy(out);
  return block(whole.length > 200 * whole.split('\n\n').length ? whole : whole.replaceAll('\n\n', '\n'));
}

/** Tables that lay a page out have one cell a row, or tables within: what stands in them is told one after another. */
function table(node: PageNode, place: Place): string {
  const rows = rowsOf(node, 0).map((row) => [...row.childNodes].filter(isCell));
  const wide = Math.max(0, ...rows.map((cells) => cells.length));
  const laysOut = wide < 2 || rows.some((cells) => cells.some((cell) => rowsOf(cell, 0).length > 0));
  if (laysOut) return block(blocks(node, place));
  const lines = rows.map((cells) => {
    const texts = cells.map((cell) => oneLine(blocks(cell, place)).replaceAll('|', '\\|'));
    return `| ${[...texts, ...Array.from({ length: wide - texts.length }, () => '')].join(' | ')} |`;
  });
  return block([lines[0] ?? '', `|${' --- |'.repeat(wide)}`, ...lines.slice(1)].join('\n'));
}

const isCell = (node: PageNode): boolean => /^t[dh]$/i.test(node.nodeName);

function rowsOf(node: PageNode, depth: number): readonly PageNode[] {
  if (depth > DEEPEST) return [];
  return [...node.childNodes].flatMap((child) =>
    child.nodeType !== 1 ? [] : /^tr$/i.test(child.nodeName) ? [child] : rowsOf(child, depth + 1),
  );
}

/** At most one empty line, none at the ends; no spaces at the ends of lines. */
const tidy = (text: string): string =>
  withoutEmptyEnds(
    text
      .split('\n')
      .map((line) => line.trimEnd())
      .map((line) => (line.startsWith(' ') && !line.startsWith('  ') ? line.slice(1) : line))
      .join('\n')
      .replace(/\n{3,}/g, '\n\n'),
  );

/** No regular expression: those that look for an end look from every line again. */
function withoutEmptyEnds(text: string): string {
  let [start, end] = [0, text.length];
  while (text[start] === '\n') start += 1;
  while (end > start && text[end - 1] === '\n') end -= 1;
  return text.slice(start, end);
}
