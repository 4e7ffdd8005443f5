import type { Block, Document, ListItem, Run, Table } from './blocks.ts';

/** A page by itself: it fetches nothing, runs nothing, and a phone shows it without zooming. */
export function htmlOf({ title, blocks }: Document): Uint8Array {
  const korean = /\p{Script=Hangul}/u.test(JSON.stringify(blocks).slice(0, 20_000));
  return Buffer.from(
    `<!doctype html>
<html lang="${korean ? 'ko' : 'en'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title === '' ? 'Document' : title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${blocks.map(blockHtml).join('\n')}
</main>
</body>
</html>
`,
  );
}

const STYLE = `
:root{color-scheme:light dark;--ink:#1f2933;--quiet:#5b6673;--edge:#cfd6de;--shade:#f1f4f8;--link:#1a5fb4;--page:#fff}
@media (prefers-color-scheme:dark){:root{--ink:#e6eaee;--quiet:#a3adb8;--edge:#3d4650;--shade:#262c33;--link:#7db2f0;--page:#15191d}}
body{margin:0;background:var(--page);color:var(--ink);font:17px/1.65 "Noto Sans KR","Apple SD Gothic Neo","Malgun Gothic",NanumGothic,sans-serif;word-break:keep-all;overflow-wrap:break-word}
main{max-width:44rem;margin:0 auto;padding:1.2rem 1rem 3rem}
h1{font-size:1.6rem;line-height:1.3;border-bottom:2px solid;padding-bottom:.4rem}
h2{font-size:1.3rem;margin-top:2rem}h3{font-size:1.1rem;margin-top:1.5rem}
a{color:var(--link)}
figure{margin:1rem 0;text-align:center}img{max-width:100%;height:auto}figcaption{color:var(--quiet);font-size:.9rem}
.table{overflow-x:auto;margin:1rem 0}
table{border-collapse:collapse;width:100%;font-size:.92rem;border-top:2px solid var(--quiet);border-bottom:2px solid var(--quiet)}
th,td{padding:.45rem .6rem;border-bottom:1px solid var(--edge);text-align:left;vertical-align:top}
th{background:var(--shade)}.r{text-align:right;white-space:nowrap}.c{text-align:center}
pre{background:var(--shade);padding:.8rem;overflow-x:auto;font-size:.88rem;line-height:1.5}
code{font-family:"Nanum Gothic Coding",D2Coding,Consolas,monospace}:not(pre)>code{background:var(--shade);padding:.1em .3em}
blockquote{margin:1rem 0;padding:.1rem 1rem;border-left:4px solid var(--edge);color:var(--quiet)}
hr{border:0;border-top:1px solid var(--edge);margin:2rem 0}
li{margin:.25rem 0}.tick{list-style:none;margin-left:-1.2rem}
`;

function blockHtml(block: Block): string {
  switch (block.kind) {
    case 'heading': {
      const level = Math.min(6, Math.max(1, block.level));
      return `<h${level}>${runsHtml(block.runs)}</h${level}>`;
    }
    case 'paragraph':
      return `<p>${runsHtml(block.runs)}</p>`;
    case 'list': {
      const [open, close] =
        block.start === null
          ? ['<ul>', '</ul>']
          : [`<ol${block.start === 1 ? '' : ` start="${block.start}"`}>`, '</ol>'];
      return `${open}${block.items.map(itemHtml).join('')}${close}`;
    }
    case 'quote':
      return `<blockquote>${block.blocks.map(blockHtml).join('')}</blockquote>`;
    case 'code':
      return `<pre><code>${escapeHtml(block.text)}</code></pre>`;
    case 'rule':
      return '<hr>';
    case 'table':
      return tableHtml(block);
    case 'picture': {
      const source = `data:image/${block.type};base64,${Buffer.from(block.bytes).toString('base64')}`;
      const caption = block.caption === '' ? '' : `<figcaption>${escapeHtml(block.caption)}</figcaption>`;
      return `<figure><img src="${source}" width="${block.width}" height="${block.height}" alt="${escapeHtml(block.caption)}">${caption}</figure>`;
    }
  }
}

function itemHtml({ ticked, blocks }: ListItem): string {
  const box = ticked === null ? '' : ticked ? '☑ ' : '☐ ';
  const [head, ...more] = blocks;
  const first = head === undefined ? '' : head.kind === 'paragraph' ? runsHtml(head.runs) : blockHtml(head);
  return `<li${box === '' ? '' : ' class="tick"'}>${box}${first}${more.map(blockHtml).join('')}</li>`;
}

function tableHtml({ head, rows, align }: Table): string {
  const mark = (column: number): string =>
    align[column] === 'right' ? ' class="r"' : align[column] === 'center' ? ' class="c"' : '';
  const row = (cells: readonly (readonly Run[])[], name: 'th' | 'td'): string =>
    `<tr>${head.map((_, i) => `<${name}${mark(i)}>${runsHtml(cells[i] ?? [])}</${name}>`).join('')}</tr>`;
  return `<div class="table"><table><thead>${row(head, 'th')}</thead><tbody>${rows.map((cells) => row(cells, 'td')).join('')}</tbody></table></div>`;
}

const runsHtml = (runs: readonly Run[]): string => runs.map(runHtml).join('');

function runHtml({ text, bold, italic, struck, code, link }: Run): string {
  const words = escapeHtml(text).replaceAll('\n', '<br>');
  const tags = [
    ...(link === undefined ? [] : [[`<a href="${escapeHtml(link)}" rel="noopener noreferrer">`, '</a>']]),
    ...(bold === true ? [['<strong>', '</strong>']] : []),
    ...(italic === true ? [['<em>', '</em>']] : []),
    ...(struck === true ? [['<del>', '</del>']] : []),
    ...(code === true ? [['<code>', '</code>']] : []),
  ];
  return tags.reduceRight((inner, [open = '', close = '']) => `${open}${inner}${close}`, words);
}

const escapeHtml = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
