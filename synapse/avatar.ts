import { createHash } from 'node:crypto';
import { Resvg } from '@resvg/resvg-js';
import type { Emblem, Ghost } from './residents.ts';

/** White shapes on a field of 96 by 96. */
const EMBLEMS: Readonly<Record<Emblem, string>> = {
  leader: '<path d="M20 62 L48 22 L76 62 L62 62 L48 42 L34 62 Z"/><rect x="34" y="68" width="28" height="7" rx="3"/>',
  integrator:
    '<circle cx="38" cy="42" r="17" fill-opacity=".85"/><circle cx="58" cy="42" r="17" fill-opacity=".85"/><circle cx="48" cy="59" r="17" fill-opacity=".85"/>',
  analyst: spokes(12, 12, 34, 6),
  planner:
    '<rect x="24" y="26" width="48" height="10" rx="5"/><rect x="24" y="43" width="36" height="10" rx="5"/><rect x="24" y="60" width="24" height="10" rx="5"/>',
  researcher:
    '<path fill-rule="evenodd" d="M43 22 a21 21 0 1 1 -.1 0 Z M43 31 a12 12 0 1 0 .1 0 Z"/><rect x="55" y="60" width="24" height="9" rx="4" transform="rotate(45 58 60)"/>',
  writer: '<path d="M70 20 C46 24 30 40 24 72 L31 72 C33 64 36 59 40 55 C58 54 68 40 70 20 Z"/>',
  executor: '<path fill-rule="evenodd" d="M48 28 a20 20 0 1 1 -.1 0 Z M48 39 a9 9 0 1 0 .1 0 Z"/>' + teeth(8),
  coordinator: '<circle cx="48" cy="48" r="9"/>' + around(6, 27, 7),
};

function teeth(count: number): string {
  return spokes(count, 17, 28, 9);
}

function spokes(count: number, from: number, to: number, width: number): string {
  const spoke = (i: number) =>
    `<rect x="${48 - width / 2}" y="${48 - to}" width="${width}" height="${to - from}" rx="${width / 2}" transform="rotate(${(360 / count) * i} 48 48)"/>`;
  return Array.from({ length: count }, (_, i) => spoke(i)).join('');
}

function around(count: number, radius: number, size: number): string {
  const dot = (i: number) =>
    `<circle cx="48" cy="${48 - radius}" r="${size}" transform="rotate(${(360 / count) * i} 48 48)"/>`;
  return Array.from({ length: count }, (_, i) => dot(i)).join('');
}

/** For residents of the owner's own making: a figure that follows from the name. */
function emblemOf(id: string): string {
  const [a = 0, b = 0, c = 0] = createHash('sha256').update(id).digest();
  return spokes(3 + (a % 6), 8 + (b % 8), 26 + (b % 10), 7 + (c % 6)) + around(3 + (c % 5), 20 + (a % 14), 4 + (b % 3));
}

export function avatarSvg({ emblem, colour }: Pick<Ghost, 'emblem' | 'colour'>): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96"><rect width="96" height="96" fill="${colour}"/><g fill="#fff">${typeof emblem === 'string' ? EMBLEMS[emblem] : emblemOf(emblem.id)}</g></svg>`;
}

export interface Avatar {
  /** Changes when the drawing does. */
  readonly key: string;
  readonly png: () => Buffer;
}

export function avatar(ghost: Pick<Ghost, 'emblem' | 'colour'>): Avatar {
  const svg = avatarSvg(ghost);
  return {
    key: createHash('sha256').update(svg).digest('hex').slice(0, 16),
    png: () =>
      new Resvg(svg, { fitTo: { mode: 'width', value: 256 }, font: { loadSystemFonts: false } }).render().asPng(),
  };
}
