import { fileURLToPath } from 'node:url';
import { Resvg } from '@resvg/resvg-js';
import { emsOf, escapeXml } from '../../bots/tasks/picture/picture-text.ts';

/** Formatted words of a message as lines of SVG, for the picture of the README. */

export const FONTS = ['400Regular/NanumGothic_400Regular', '700Bold/NanumGothic_700Bold'].map((face) =>
  fileURLToPath(import.meta.resolve(`@expo-google-fonts/nanum-gothic/${face}.ttf`)),
);
export const RENDERING = {
  font: { fontFiles: FONTS, loadSystemFonts: false, defaultFontFamily: 'NanumGothic' },
  logLevel: 'off' as const,
};

interface Run {
  readonly text: string;
  readonly bold: boolean;
  readonly code: boolean;
}
export interface Paragraph {
  readonly kind: 'words' | 'block' | 'item';
  readonly runs: readonly Run[];
}

const unescaped = (html: string): string =>
  html
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');

function runsOf(html: string): readonly Run[] {
  let bold = false;
  let code = false;
  return html.split(/(<\/?(?:strong|code)>)/u).flatMap((piece) => {
    if (piece === '<strong>' || piece === '</strong>') bold = piece === '<strong>';
    else if (piece === '<code>' || piece === '</code>') code = piece === '<code>';
    else if (piece !== '') return [{ text: unescaped(piece), bold, code }];
    return [];
  });
}

/** Of Matrix HTML as the house writes it: paragraphs, lists, blocks of code, line breaks. */
export function paragraphs(html: string): readonly Paragraph[] {
  const found = [...html.matchAll(/<pre><code>([\s\S]*?)<\/code><\/pre>|<p>([\s\S]*?)<\/p>|<li>([\s\S]*?)<\/li>/gu)];
  if (found.length === 0) return html.split(/<br \/>/u).map((line) => ({ kind: 'words', runs: runsOf(line) }));
  return found.flatMap(([, block, words, item]): readonly Paragraph[] => {
    if (block !== undefined)
      return [{ kind: 'block', runs: [{ text: unescaped(block).trimEnd(), bold: false, code: false }] }];
    if (item !== undefined) return [{ kind: 'item', runs: runsOf(item) }];
    return (words ?? '').split(/<br \/>/u).map((line) => ({ kind: 'words', runs: runsOf(line) }));
  });
}

/** Signs that the font has not, drawn in a field of 10 by 10. */
const SIGNS: Readonly<Record<string, string>> = {
  '✅': '<rect x=".4" y=".4" width="9.2" height="9.2" rx="1.8" fill="#1f9d55"/><path d="M2.6 5.2 4.4 7 7.6 3.2" fill="none" stroke="#fff" stroke-width="1.5"/>',
  '❌': '<path d="M1.8 1.8 8.2 8.2M8.2 1.8 1.8 8.2" fill="none" stroke="#d64545" stroke-width="1.9" stroke-linecap="round"/>',
  '✋': '<g fill="#f2b134"><rect x="2.2" y="2" width="1.4" height="5" rx=".7"/><rect x="3.9" y=".6" width="1.4" height="6" rx=".7"/><rect x="5.6" y=".9" width="1.4" height="6" rx=".7"/><rect x="7.3" y="2.2" width="1.3" height="5" rx=".65"/><rect x="2.2" y="4.8" width="6.4" height="4.8" rx="2"/><rect x=".6" y="5" width="3.6" height="1.6" rx=".8" transform="rotate(38 2.4 5.8)"/></g>',
  '⚙': '<g fill="#6b7683"><circle cx="5" cy="5" r="3.3"/><path d="M4.3.4h1.4v9.2H4.3zM.4 4.3v1.4h9.2V4.3zM1.3 2.3l1-1 6.4 6.4-1 1zM7.7 1.3l1 1-6.4 6.4-1-1z"/></g><circle cx="5" cy="5" r="1.5" fill="#fff"/>',
};
const SPECIAL = /([▓░]+|[✅❌✋⚙]\uFE0F?)/u;

const measured = new Map<string, number>();
/** How far the pen goes, in points. What is seen of it has no blanks at its ends, so it is held between two bars. */
export function advance(text: string, size: number, bold: boolean): number {
  const bars = (inner: string): number =>
    new Resvg(
      `<svg xmlns="http://www.w3.org/2000/svg" width="900" height="60"><text x="10" y="40" font-family="NanumGothic" font-size="${size}"${bold ? ' font-weight="700"' : ''} xml:space="preserve">|${escapeXml(inner)}|</text></svg>`,
      RENDERING,
    ).getBBox()?.width ?? 0;
  const key = `${size} ${bold} ${text}`;
  const known = measured.get(key) ?? bars(text) - bars('');
  measured.set(key, known);
  return known;
}

/** One line from `x` on, its words on the line `y`. */
function lineAt(runs: readonly Run[], x: number, y: number, size: number, colour: string): string {
  let at = x;
  return runs
    .flatMap(({ text, bold, code }) =>
      text.split(SPECIAL).map((piece) => {
        const from = at;
        const sign = SIGNS[piece.replace('\uFE0F', '')];
        if (sign !== undefined) {
          at += size * 1.16;
          return `<svg x="${from}" y="${y - size * 0.86}" width="${size * 1.02}" height="${size * 1.02}" viewBox="0 0 10 10">${sign}</svg>`;
        }
        if (/^[▓░]/u.test(piece)) {
          at += piece.length * size * 0.62;
          return Array.from(piece)
            .map(
              (one, i) =>
                `<rect x="${from + i * size * 0.62}" y="${y - size * 0.72}" width="${size * 0.54}" height="${size * 0.78}" rx="1.5" fill="${one === '▓' ? '#0b7a5e' : '#cfd6dd'}"/>`,
            )
            .join('');
        }
        if (piece === '') return '';
        at += advance(piece, size, bold);
        const behind = code
          ? `<rect x="${from - 1.5}" y="${y - size * 0.9}" width="${at - from + 3}" height="${size * 1.22}" rx="3" fill="#fff"/>`
          : '';
        return `${behind}<text x="${from}" y="${y}" font-size="${size}" fill="${colour}"${bold ? ' font-weight="700"' : ''} xml:space="preserve">${escapeXml(piece)}</text>`;
      }),
    )
    .join('');
}

/** Lines of at most so many points, broken at blanks; what is longer than a line anywhere. */
function broken(runs: readonly Run[], width: number, size: number): readonly (readonly Run[])[] {
  const lines: Run[][] = [[]];
  let used = 0;
  const put = (text: string, run: Run): void => {
    lines.at(-1)?.push({ ...run, text });
    used += emsOf(text) * size;
  };
  for (const run of runs) {
    for (const word of run.text.split(/(?<= )|(\n)/u).filter((one) => one !== undefined && one !== '')) {
      // A run that goes on without a blank belongs to the word before it.
      const apart = lines.at(-1)?.at(-1)?.text.endsWith(' ') === true;
      if (word === '\n' || (apart && used + emsOf(word.trimEnd()) * size > width)) {
        lines.push([]);
        used = 0;
      }
      if (word !== '\n') put(word, run);
    }
  }
  return lines.filter((line) => line.length > 0);
}

export interface Drawn {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

const SIZE = 14.5;
const LEADING = 20;
const COLOUR = '#1b1d22';

/** The words of a message from (0, 0) on. */
export function drawWords(html: string, width: number): Drawn {
  const parts: string[] = [];
  let y = 0;
  let widest = 0;
  for (const { kind, runs } of paragraphs(html)) {
    const indent = kind === 'item' ? 13 : kind === 'block' ? 8 : 0;
    const size = kind === 'block' ? 13 : SIZE;
    const lines = broken(runs, width - indent - (kind === 'block' ? 8 : 0), size);
    if (kind === 'block') {
      parts.push(
        `<rect x="0" y="${y + 2}" width="${width}" height="${lines.length * LEADING + 8}" rx="6" fill="#fff" stroke="#dbe0e6"/>`,
      );
      widest = width;
      y += 6;
    }
    if (kind === 'item') parts.push(`<circle cx="4" cy="${y + 10}" r="2" fill="${COLOUR}"/>`);
    for (const line of lines) {
      parts.push(lineAt(line, indent, y + 15, size, COLOUR));
      widest = Math.max(
        widest,
        indent +
          line.reduce(
            (sum, { text, bold }) => sum + (SPECIAL.test(text) ? emsOf(text) * size : advance(text, size, bold)),
            0,
          ),
      );
      y += LEADING;
    }
    y += kind === 'block' ? 8 : 2;
  }
  return { svg: parts.join(''), width: Math.min(widest, width), height: y - 2 };
}
