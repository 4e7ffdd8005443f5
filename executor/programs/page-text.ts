import { Readability } from '@mozilla/readability';
import { parseHTML } from 'linkedom';
import { markdownOf } from './page-markdown.ts';
import { plainPage } from './page-plain.ts';

export interface PageText {
  readonly title: string;
  readonly markdown: string;
}

/** Of the words on a page; an article that holds less of them is no more than one of its parts. */
const ARTICLE_SHARE = 0.25;

/** What a page says: its article where it is one, else all that stands on it. */
export function readHtml(html: string, address: URL): PageText {
  const plain = plainPage(html);
  if (!plain.isTree) return { title: plain.title.slice(0, 300), markdown: plain.text };
  const document = documentOf(html);
  const title = plain.title || titleIn(document);
  const whole = markdownOf(document.body, address);
  const article = articleOf(document);
  const words = article === null ? '' : markdownOf(documentOf(article).body, address);
  return { title: title.slice(0, 300), markdown: words.length >= whole.length * ARTICLE_SHARE ? words : whole };
}

type PageDocument = ReturnType<typeof parseHTML>['document'];

/** What HTML lets one leave out is put in: without it there is no body. */
function documentOf(html: string): PageDocument {
  if (/<body[\s>]/i.test(html)) {
    const { document } = parseHTML(html);
    if (/^html$/i.test(document.documentElement?.nodeName ?? '') && document.body.firstChild !== null) return document;
  }
  return parseHTML(`<!doctype html><html><head></head><body>${html}</body></html>`).document;
}

function titleIn(document: PageDocument): string {
  const said =
    document.querySelector('meta[property="og:title"]')?.getAttribute('content') ||
    document.querySelector('h1')?.textContent ||
    '';
  return said.replace(/\s+/g, ' ').trim();
}

/** Null where there is none, and where looking for one goes wrong. */
function articleOf(document: PageDocument): string | null {
  try {
    return new Readability(document).parse()?.content ?? null;
  } catch {
    return null;
  }
}
