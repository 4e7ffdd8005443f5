import { Marked, type Token, Tokenizer, type Tokens } from 'marked';
import sanitizeHtml from 'sanitize-html';

/** Longer than any event can carry; not worth parsing. */
const MAX_MARKDOWN = 65_536;
/** marked is quadratic in the runs of emphasis marks of one block, and recursive in its nesting. */
const MAX_EMPHASIS_MARKS = 2_000;
const MAX_QUOTE_DEPTH = 32;
/** The specification wants no more than 100; the blocks of a deep list count double. */
const MAX_NESTING = 90;

/**
 * Markdown as Matrix HTML, within the tags and attributes that the client-server API recommends (11.6, m.room.message).
 * No images; links only to http, https and mailto; HTML in the markdown is shown as text. Links to matrix.to become text
 * unless they lead to a message, so that nobody is passed off as somebody: pills are made by `content.ts`. What would take too long to parse stays plain.
 */
export function renderMarkdown(markdown: string): string {
  if (isBare(markdown)) return markdown;
  if (isTangled(markdown)) return plainHtml(markdown);
  try {
    return withoutLoneParagraph(sanitizeHtml(marked.parse(markdown, { async: false }), MATRIX_HTML).trim());
  } catch {
    // Nested so deeply that the stack ran out.
    return plainHtml(markdown);
  }
}

/** Text as HTML that looks the same. */
export function plainHtml(text: string): string {
  return escapeText(text).replaceAll('\n', '<br />');
}

/** For text between tags; the sanitiser writes it the same way. */
export function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const escapeAttribute = (text: string) => escapeText(text).replaceAll('"', '&quot;');

/** One line of words and nothing that Markdown or HTML could mean something by, as most of what is said: the way through both parsers is long. */
const BARE = /^[\p{L}\p{So}][\p{L}\p{M}\p{N}\p{So} .,!?%·…]*$/u;
const isBare = (text: string): boolean =>
  BARE.test(text) && !text.endsWith(' ') && !text.includes('  ') && !/www\./i.test(text);

function isTangled(markdown: string): boolean {
  if (markdown.length > MAX_MARKDOWN) return true;
  let marks = 0;
  for (const line of markdown.split('\n')) {
    marks = line.trim() === '' ? 0 : marks + (line.match(/[*_~]+/g)?.length ?? 0);
    if (marks > MAX_EMPHASIS_MARKS) return true;
    if ((line.match(/!/g)?.length ?? 0) > MAX_EMPHASIS_MARKS) return true;
    const lead = /^(?:[\s>*+-]|\d{1,9}[.)])*/.exec(line)?.[0] ?? '';
    // A quotation or list within another opens with a mark and a blank.
    if ((lead.match(/>|[*+-]\s|\d[.)]/g)?.length ?? 0) > MAX_QUOTE_DEPTH) return true;
  }
  return false;
}

/** One paragraph needs no `<p>`: clients would put space around it. */
function withoutLoneParagraph(html: string): string {
  const inner = /^<p>([^]*)<\/p>$/.exec(html)?.[1];
  return inner === undefined || inner.includes('<p>') ? html : inner;
}

function isSafeLink(href: string): boolean {
  if (!URL.canParse(href)) return false;
  const { protocol, hostname } = new URL(href);
  if (protocol === 'mailto:') return true;
  return (
    (protocol === 'https:' || protocol === 'http:') &&
    (!/(?:^|\.)matrix\.to\.?$/.test(hostname) || EVENT_LINK.test(href))
  );
}

/** To a message, which passes nobody off as somebody (specification, appendix 4.7.2). */
const EVENT_LINK =
  /^https:\/\/matrix\.to\/#\/(?:!|%21)[^/?#]{1,400}\/(?:\$|%24)[^/?#]{1,400}(?:\?via=[\w.:%-]{1,255}(?:&via=[\w.:%-]{1,255})*)?$/;

const CJK = /[\p{Script=Hangul}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/**
 * CommonMark takes no `**` for an end that stands between punctuation and a letter. Korean particles follow there
 * without a space, so **'이것'**을 would stay raw: between such letters the marks count as they look.
 */
function strongBesideCjk(src: string, before: string): string | null {
  const inner = /^\*\*(?![\s*])([^*\n]{1,2000}?)(?<![\s*\\])\*\*(?!\*)/.exec(src)?.[1];
  if (inner === undefined) return null;
  const opens = /^[\p{P}\p{S}]/u.test(inner) && CJK.test(before);
  const closes = /[\p{P}\p{S}]$/u.test(inner) && CJK.test(src.slice(inner.length + 4, inner.length + 6));
  return opens || closes ? inner : null;
}

/** A particle or a full-width mark behind a bare address is no part of it. */
const BEHIND_ADDRESS = /[\u1100-\u11FF\u3000-\u303F\u3130-\u318F\uAC00-\uD7A3\uFF01-\uFF60\uFFE0-\uFFE6“”‘’…·]/u;
const LONGEST_ADDRESS = 2_048;

function addressAlone(src: string): string | null {
  const run = /^(?:https?:\/\/|ftp:\/\/|www\.)\S*/i.exec(src.slice(0, LONGEST_ADDRESS))?.[0];
  const end = run?.search(BEHIND_ADDRESS) ?? -1;
  return run === undefined || end === -1 ? null : run.slice(0, end);
}

const marked = new Marked({
  gfm: true,
  breaks: true,
  tokenizer: {
    // 1~3시, 5~7만원: a single tilde says "to".
    del: (src) => (src.startsWith('~~') ? false : undefined),
    url(src) {
      const alone = addressAlone(src);
      return alone === null ? false : Tokenizer.prototype.url.call(this, alone);
    },
    emStrong(src, _masked, before = '') {
      const inner = strongBesideCjk(src, before);
      if (inner === null) return false;
      return { type: 'strong', raw: `**${inner}**`, text: inner, tokens: this.lexer.inlineTokens(inner) };
    },
  },
  renderer: {
    html: ({ text }: Tokens.HTML | Tokens.Tag) => escapeText(text).replaceAll('\n', '<br />'),
    checkbox: ({ checked }) => (checked ? '☑ ' : '☐ '),
    image({ href, text }) {
      const label = escapeText(text === '' ? href : text);
      return isSafeLink(href) ? `<a href="${escapeAttribute(href)}">${label}</a>` : label;
    },
    link({ href, tokens }: { href: string; tokens: Token[] }) {
      const label = this.parser.parseInline(tokens);
      return isSafeLink(href) ? `<a href="${escapeAttribute(href)}">${label}</a>` : label;
    },
  },
});

/** A second pair of eyes: nothing but this leaves, whatever the renderer above may have let through. */
const MATRIX_HTML: sanitizeHtml.IOptions = {
  allowedTags:
    'p br hr h1 h2 h3 h4 h5 h6 blockquote ul ol li pre code a strong em del table thead tbody tr th td'.split(' '),
  allowedAttributes: { a: ['href'], ol: ['start'], code: ['class'] },
  allowedClasses: { code: [/^language-[\w+#.-]{1,40}$/] },
  allowedSchemes: ['http', 'https', 'mailto'],
  allowProtocolRelative: false,
  nestingLimit: MAX_NESTING,
};
