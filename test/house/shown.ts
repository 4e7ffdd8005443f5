import sanitizeHtml from 'sanitize-html';

/** What stands in a message as Element shows it: blocks of code, and lines of words. */
export interface ShownPart {
  readonly kind: 'block' | 'line';
  readonly text: string;
  /** Whatever of a line stands in bold or as code. */
  readonly marked: readonly string[];
}

/** What Element lets through of an event's HTML; the rest it drops. */
const ELEMENT: sanitizeHtml.IOptions = {
  allowedTags:
    'font del s h1 h2 h3 h4 h5 h6 blockquote p a ul ol sup sub nl li b i u strong em strike code hr br div table thead caption tbody tr th td pre span img details summary'.split(
      ' ',
    ),
  allowedAttributes: {
    font: ['color'],
    a: ['href', 'name', 'target', 'rel'],
    img: ['src', 'alt', 'title'],
    ol: ['start'],
    code: ['class'],
    div: ['data-mx-maths'],
    span: ['data-mx-spoiler'],
  },
  selfClosing: ['img', 'br', 'hr'],
  allowedSchemes: ['https', 'http', 'ftp', 'mailto', 'magnet', 'matrix'],
  nestingLimit: 50,
};

const plain = (html: string): string =>
  html
    .replace(/<[^<>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');

/** The parts of a formatted body, in their order. */
export function shownIn(formattedBody: string): readonly ShownPart[] {
  const html = sanitizeHtml(formattedBody, ELEMENT);
  return [...html.matchAll(/<pre><code>([^]*?)\n<\/code><\/pre>|((?:(?!<pre>)[^])+)/g)].flatMap(
    ([, block, words]): ShownPart[] => {
      if (block !== undefined) return [{ kind: 'block', text: plain(block), marked: [] }];
      return (words ?? '')
        .split(/<br \/>|<\/?(?:p|li|ul|ol|h\d|blockquote|pre|table|tr|hr|div|details)\b[^<>]*>/)
        .filter((line) => plain(line).trim() !== '')
        .map((line) => ({
          kind: 'line',
          text: plain(line).trim(),
          marked: [...line.matchAll(/<(strong|code)>(.*?)<\/\1>/g)].map(([, , inner]) => plain(inner ?? '')),
        }));
    },
  );
}
