import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Resvg } from '@resvg/resvg-js';
import { planSvg } from '../../bots/tasks/picture/plan-picture.ts';
import { escapeXml } from '../../bots/tasks/picture/picture-text.ts';
import { avatarSvg } from '../../synapse/avatar.ts';
import { greetings, type Shown, task } from './phone-messages.ts';
import { smallPng } from './small-png.ts';
import { advance, type Drawn, drawWords, RENDERING } from './phone-text.ts';

/** The picture of the README: two screens of a phone, one below the other. */

export const PICTURE = join(import.meta.dirname, '..', '..', 'docs', 'phone.png');
/** Of the phone, in its own points. */
const WIDTH = 390;
const MARGIN = 12;
const FACE = 28;
const BUBBLE = 322;
const PAD = 11;

const words = (text: string, x: number, y: number, size: number, colour: string, bold = false): string =>
  `<text x="${x}" y="${y}" font-size="${size}" fill="${colour}"${bold ? ' font-weight="700"' : ''}>${escapeXml(text)}</text>`;

/** Puts a piece of a picture somewhere. */
const placed = (svg: string, x: number, y: number): string => `<g transform="translate(${x} ${y})">${svg}</g>`;

function bubble({ svg, width, height }: Drawn, fill: string): Drawn {
  const all = { width: width + 2 * PAD, height: height + 15 };
  return {
    ...all,
    svg: `<rect width="${all.width}" height="${all.height}" rx="13" fill="${fill}"/>${placed(svg, PAD, 7)}`,
  };
}

function mine(html: string, below?: string): Drawn {
  const { svg, width, height } = bubble(drawWords(html, BUBBLE - 2 * PAD), '#d8f3e7');
  const more =
    below === undefined
      ? ''
      : words(below, WIDTH - MARGIN - advance(below, 12.5, true), height + 17, 12.5, '#0b7a5e', true);
  return {
    svg: placed(svg, WIDTH - MARGIN - width, 0) + more,
    width: WIDTH,
    height: height + (below === undefined ? 0 : 22),
  };
}

function theirs(by: NonNullable<Shown['by']>, content: Drawn, below?: Drawn): Drawn {
  const left = MARGIN + FACE + 8;
  const face = `<clipPath id="face-${by.name}"><circle cx="14" cy="14" r="14"/></clipPath><g clip-path="url(#face-${by.name})">${avatarSvg(by).replace('<svg ', `<svg width="${FACE}" height="${FACE}" `)}</g>`;
  const svg =
    placed(face, MARGIN, 18) +
    words(by.name, left + 2, 12, 12, by.colour, true) +
    placed(content.svg, left, 17) +
    (below === undefined ? '' : placed(below.svg, left, 17 + content.height + 5));
  return { svg, width: WIDTH, height: 17 + content.height + (below === undefined ? 0 : below.height + 5) };
}

const said = ({ by, html }: Shown, below?: string): Drawn =>
  by === null ? mine(html, below) : theirs(by, bubble(drawWords(html, BUBBLE - 2 * PAD), '#f0f2f5'));

function head(sign: string, name: string, below: string): Drawn {
  const svg = `<path d="M22 20 15 27 22 34" fill="none" stroke="#1b1d22" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"/><circle cx="52" cy="27" r="17" fill="#0b7a5e"/>${words(sign, 52 - advance(sign, 15, true) / 2, 32, 15, '#fff', true)}${words(name, 80, 24, 16, '#1b1d22', true)}${words(below, 80, 42, 12, '#656d77')}<path d="M0 54H${WIDTH}" stroke="#e6e9ed"/>`;
  return { svg, width: WIDTH, height: 56 };
}

/** As the executor puts them beneath what it asks. */
function taps(): Drawn {
  const one = (x: number, sign: string): string =>
    `<rect x="${x}" width="48" height="24" rx="12" fill="#fff" stroke="#d5dae0"/>${placed(drawWords(`${sign} 1`, 40).svg, x + 9, 2)}`;
  return { svg: one(0, '✅') + one(54, '❌'), width: 102, height: 25 };
}

/** Its own picture in a bubble. */
function planShown(svg: string): Drawn {
  const [, width = '1', height = '1'] = /viewBox="0 0 (\d+) (\d+)"/u.exec(svg) ?? [];
  const shown = { width: 306, height: (306 / Number(width)) * Number(height) };
  return {
    width: 314,
    height: shown.height + 8,
    svg: `<rect width="314" height="${shown.height + 8}" rx="13" fill="#f0f2f5"/>${placed(svg.replace(/width="\d+" height="\d+"/u, `width="${shown.width}" height="${shown.height}"`), 4, 4)}`,
  };
}

export function phoneSvg(): string {
  const { root, card, plan, speaker, request, nameOf } = task();
  if (request.by === null || speaker === null) throw new Error('spoken by nobody');
  const asks = theirs(request.by, bubble(drawWords(request.html, BUBBLE - 2 * PAD), '#f0f2f5'), taps());
  const cut: Drawn = { svg: `<rect width="${WIDTH}" height="8" fill="#dfe3e8"/>`, width: WIDTH, height: 6 };
  const write: Drawn = {
    svg: `<path d="M0 0H${WIDTH}" stroke="#e6e9ed"/><rect x="12" y="9" width="${WIDTH - 24}" height="34" rx="17" fill="#fff" stroke="#d5dae0"/>${words('메시지', 28, 31, 14, '#7a828c')}`,
    width: WIDTH,
    height: 52,
  };
  const rows: readonly (readonly [gap: number, row: Drawn])[] = [
    [0, head('본', '본부', '마스터, 에이전트 여섯, 조율자, 실행자')],
    ...greetings().map((one) => [9, said(one)] as const),
    [11, said(root, '스레드 보기')],
    [14, cut],
    [0, head('12', '스레드', '본부')],
    [9, said(card)],
    [9, theirs(speaker, planShown(planSvg(plan, { lang: 'ko', nameOf, states: { 'leave-note': 'asked' } })))],
    [9, asks],
    [12, write],
  ];
  let y = 0;
  const parts = rows.map(([gap, { svg, height }]) => {
    const at = y + gap;
    y = at + height;
    return placed(svg, 0, at);
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${Math.ceil(y)}" width="${WIDTH}" height="${Math.ceil(y)}" font-family="NanumGothic"><rect width="100%" height="100%" fill="#fff"/>${parts.join('')}</svg>`;
}

const KEY = 'Source\0';
export const digestOf = (svg: string): string => createHash('sha256').update(svg).digest('hex');

/** A PNG that says of which SVG it was made: pixels may differ from machine to machine. */
export function phonePng(svg: string): Uint8Array {
  const { pixels, width, height } = new Resvg(svg, {
    ...RENDERING,
    fitTo: { mode: 'width', value: 2 * WIDTH },
  }).render();
  return smallPng(pixels, width, height, `${KEY}${digestOf(svg)}`);
}

export const sourceOf = (png: Uint8Array): string | undefined =>
  new RegExp(`${KEY}([0-9a-f]{64})`, 'u').exec(Buffer.from(png.subarray(0, 200)).toString('latin1'))?.[1];
