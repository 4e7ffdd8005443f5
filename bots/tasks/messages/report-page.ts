import { escapeText, renderMarkdown } from '../../../bridge/matrix/html.ts';
import type { Lang } from '../../../bridge/protocol/ids.ts';

/** Nothing runs in it, and nothing is fetched: whose words the report holds does not matter to whoever opens it. */
const NOTHING_BUT_STYLE = "default-src 'none'; style-src 'unsafe-inline'";

/** Read on a phone first: no line is wider than the screen, light or dark as the phone is. */
const STYLE = `
:root { color-scheme: light dark; }
body { max-width: 42rem; margin: 0 auto; padding: 1rem; font: 1.05rem/1.65 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.2rem; } h3, h4 { font-size: 1.05rem; }
pre, code { font-family: ui-monospace, monospace; font-size: 0.9rem; }
pre { white-space: pre-wrap; padding: 0.75rem; border-radius: 0.5rem; background: rgb(127 127 127 / 15%); }
blockquote { margin: 0; padding-left: 0.75rem; border-left: 0.25rem solid rgb(127 127 127 / 50%); }
table { width: 100%; border-collapse: collapse; font-size: 0.95rem; }
th, td { padding: 0.3rem 0.4rem; border: 1px solid rgb(127 127 127 / 50%); text-align: left; vertical-align: top; }
ul, ol { padding-left: 1.4rem; }
`;

/** A report as a page that stands alone; the Markdown is anybody's and means nothing but itself. */
export const reportPage = (title: string, markdown: string, lang: Lang): string =>
  [
    '<!doctype html>',
    `<html lang="${lang}">`,
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="${NOTHING_BUT_STYLE}">`,
    `<title>${escapeText(title)}</title>`,
    `<style>${STYLE}</style>`,
    '</head>',
    `<body>${renderMarkdown(markdown)}</body>`,
    '</html>',
    '',
  ].join('\n');
