import { fileURLToPath } from 'node:url';
import { renderAsync, Resvg } from '@resvg/resvg-js';
import { type Risk, riskOf } from '../../../bridge/protocol/command.ts';
import type { Lang } from '../../../bridge/protocol/ids.ts';
import type { Plan, Step } from '../../../bridge/protocol/plan.ts';
import { stepAfterWord } from '../../../bridge/text/tasks/task-thread.ts';
import { agentWork, riskWord, type StepWord, stepWord, workWord } from '../../../bridge/text/tasks/task-words.ts';
import { emsOf, escapeXml, wrap } from './picture-text.ts';
import { layoutOf, type Placed } from './plan-layout.ts';
import { type NameOf, placesBefore } from '../plan/plan-labels.ts';

export interface PictureFacts {
  readonly lang: Lang;
  readonly nameOf?: NameOf;
  /** By step; where there is none the step has not begun. */
  readonly states?: Readonly<Record<string, StepWord>>;
}

const FONTS = ['400Regular/NanumGothic_400Regular', '700Bold/NanumGothic_700Bold'].map((face) =>
  fileURLToPath(import.meta.resolve(`@expo-google-fonts/nanum-gothic/${face}.ttf`)),
);

/** Pixels; a phone shows the width of it at about a third. */
const WIDTH = 1_080;
const MARGIN = 76;
const GAP = 28;
const ROW_GAP = 58;
const PAD = 22;
const HALF = (WIDTH - 2 * MARGIN - GAP) / 2;
const WHOLE = 720;
const TITLE = 33;
const SMALL = 25;
const LEADING = 1.3;

const RISK_COLOUR: Readonly<Record<Risk | 'work', string>> = {
  read: '#3b76d6',
  write: '#23854b',
  page: '#1f7f86',
  mailbox: '#1f7f86',
  host: '#c8631a',
  network: '#7b47c4',
  tool: '#a23b72',
  mail: '#a23b72',
  work: '#5f6b7a',
};
const STATE_FILL: Readonly<Record<StepWord, string>> = {
  waiting: '#ffffff',
  sent: '#fff8dc',
  asked: '#ffe9cf',
  running: '#fff3b8',
  done: '#dff5e5',
  failed: '#fcdcdc',
  refused: '#e7e9ec',
  stopped: '#e7e9ec',
  unknown: '#efe3fb',
};

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const RENDERING = {
  font: { fontFiles: FONTS, loadSystemFonts: false, defaultFontFamily: 'NanumGothic' },
  logLevel: 'off' as const,
};

/** A plan as a graph, in a PNG that a phone can read: colour of the edge by risk, of the face by state. Needs no browser. */
export function planPicture(plan: Plan, facts: PictureFacts): Uint8Array {
  return new Resvg(planSvg(plan, facts), RENDERING).render().asPng();
}

/** The same, drawn beside the event loop: forty steps take a good part of a second. */
export async function drawPlan(plan: Plan, facts: PictureFacts): Promise<Uint8Array> {
  return (await renderAsync(planSvg(plan, facts), RENDERING)).asPng();
}

export function planSvg(plan: Plan, facts: PictureFacts): string {
  const { lang, states = {} } = facts;
  const layout = layoutOf(plan);
  const goal = wrap(plan.goal, (WIDTH - 2 * MARGIN) / 38, 3);
  const top = 40 + goal.length * 38 * LEADING + 30;
  const cards = layout.steps.map((placed) => ({ placed, card: cardOf(plan, placed, facts) }));
  const heights = Array.from({ length: layout.rows }, (_, row) =>
    Math.max(...cards.filter(({ placed }) => placed.row === row).map(({ card }) => card.height)),
  );
  const yOf = (row: number): number => top + heights.slice(0, row).reduce((sum, height) => sum + height + ROW_GAP, 0);
  const boxes = new Map(
    cards.map(({ placed }) => [
      placed.index,
      { ...across(placed), y: yOf(placed.row), height: heights[placed.row] ?? 0 } satisfies Box,
    ]),
  );
  const bottom = yOf(layout.rows) - ROW_GAP;
  const legend = legendOf(plan, lang, bottom + 60);
  const height = Math.ceil(legend.bottom + 24);
  const places = new Map(layout.steps.map((placed) => [placed.index, placed]));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="NanumGothic">`,
    `<rect width="${WIDTH}" height="${height}" fill="#f3f5f8"/>`,
    '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 10 5 0 10z" fill="#8793a3"/></marker></defs>',
    ...goal.map((line, i) => words(line, MARGIN, 40 + 30 + i * 38 * LEADING, 38, '#1c2430', true)),
    ...layout.edges.map(({ from, to, direct }) =>
      edgePath(boxes.get(from), boxes.get(to), places.get(to), direct, from),
    ),
    ...cards.map(({ placed, card }) => drawn(card, boxes.get(placed.index), states[placed.id] ?? 'waiting')),
    ...legend.parts,
    '</svg>',
  ].join('\n');
}

const across = ({ column }: Placed): Pick<Box, 'x' | 'width'> =>
  column === 'only'
    ? { x: (WIDTH - WHOLE) / 2, width: WHOLE }
    : { x: column === 'left' ? MARGIN : MARGIN + HALF + GAP, width: HALF };

interface Card {
  readonly number: number;
  readonly colour: string;
  readonly title: readonly string[];
  readonly lines: readonly string[];
  readonly height: number;
}

const inner = (placed: Placed): number => across(placed).width - 2 * PAD - 14;

function cardOf(plan: Plan, placed: Placed, { lang, nameOf = (agent) => agent, states = {} }: PictureFacts): Card {
  const step: Step | undefined = plan.steps[placed.index];
  if (step === undefined) throw new Error('a step beyond the plan');
  const title = wrap(step.title, (inner(placed) - 62) / TITLE, 3);
  const what =
    step.kind === 'work'
      ? `${nameOf(step.agent)} · ${workWord[step.work][lang]()}`
      : riskWord[riskOf(step.command)][lang]();
  const after = placesBefore(plan, step);
  const state = states[placed.id] ?? 'waiting';
  const lines = [
    ...wrap(state === 'waiting' ? what : `${what} · ${stepWord[state][lang]()}`, inner(placed) / SMALL, 1),
    ...(after.length === 0 ? [] : wrap(stepAfterWord[lang](after), inner(placed) / SMALL, 2)),
  ];
  return {
    number: placed.index + 1,
    colour: RISK_COLOUR[step.kind === 'work' ? 'work' : riskOf(step.command)],
    title,
    lines,
    height: 2 * PAD + Math.max(1, title.length) * TITLE * LEADING + lines.length * SMALL * LEADING + 4,
  };
}

function drawn(card: Card, box: Box | undefined, state: StepWord): string {
  if (box === undefined) return '';
  const { x, y, width, height } = box;
  const left = x + PAD + 14;
  const first = y + PAD + TITLE * 0.92;
  const under = y + PAD + Math.max(1, card.title.length) * TITLE * LEADING + SMALL;
  return [
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="16" fill="${STATE_FILL[state]}" stroke="#cfd6df" stroke-width="2"/>`,
    `<path d="M${x + 16} ${y}a16 16 0 0 0-16 16v${height - 32}a16 16 0 0 0 16 16z" fill="${card.colour}"/>`,
    `<circle cx="${left + 22}" cy="${first - TITLE * 0.34}" r="23" fill="${card.colour}"/>`,
    words(String(card.number), left + 22, first - TITLE * 0.34 + 9, 26, '#ffffff', true, 'middle'),
    ...card.title.map((line, i) => words(line, left + 58, first + i * TITLE * LEADING, TITLE, '#1c2430', true)),
    ...card.lines.map((line, i) => words(line, left, under + i * SMALL * LEADING, SMALL, '#4a5666')),
  ].join('');
}

function words(
  text: string,
  x: number,
  y: number,
  size: number,
  colour: string,
  bold = false,
  anchor = 'start',
): string {
  return `<text x="${x}" y="${y}" font-size="${size}" fill="${colour}"${bold ? ' font-weight="700"' : ''} text-anchor="${anchor}">${escapeXml(text)}</text>`;
}

/** Straight down between neighbours, around by the nearer margin otherwise; each step that sends around has a lane of its own. */
function edgePath(
  from: Box | undefined,
  to: Box | undefined,
  placed: Placed | undefined,
  direct: boolean,
  lane: number,
): string {
  if (from === undefined || to === undefined || placed === undefined) return '';
  const start = { x: from.x + from.width / 2, y: from.y + from.height };
  const line = (d: string): string =>
    `<path d="${d}" fill="none" stroke="#8793a3" stroke-width="3" marker-end="url(#tip)"/>`;
  if (direct) {
    const end = { x: to.x + to.width / 2, y: to.y - 3 };
    const middle = (start.y + end.y) / 2;
    return line(`M${start.x} ${start.y}C${start.x} ${middle} ${end.x} ${middle} ${end.x} ${end.y}`);
  }
  const toLeft = placed.column === 'left' || (placed.column === 'only' && from.x < WIDTH / 2 - 1 && from.width < WHOLE);
  const offset = 14 + (lane % 5) * 10;
  const x = toLeft ? offset : WIDTH - offset;
  const side = toLeft ? to.x - 3 : to.x + to.width + 3;
  const exit = toLeft ? from.x : from.x + from.width;
  const r = toLeft ? 12 : -12;
  const leave = from.y + from.height / 2 + 8;
  const enter = to.y + to.height / 2 - 8;
  return line(
    `M${exit} ${leave}H${x + r}Q${x} ${leave} ${x} ${leave + 12}V${enter - 12}Q${x} ${enter} ${x + r} ${enter}H${side}`,
  );
}

function legendOf(plan: Plan, lang: Lang, y: number): { readonly parts: readonly string[]; readonly bottom: number } {
  const kinds = [...new Set(plan.steps.map((step) => (step.kind === 'work' ? 'work' : riskOf(step.command))))];
  const parts: string[] = [];
  let x = MARGIN;
  let line = y;
  for (const kind of kinds) {
    const text = kind === 'work' ? agentWork[lang]() : riskWord[kind][lang]();
    const width = 44 + emsOf(text) * SMALL;
    if (x + width > WIDTH - MARGIN) [x, line] = [MARGIN, line + 40];
    parts.push(
      `<rect x="${x}" y="${line - 20}" width="22" height="22" rx="5" fill="${RISK_COLOUR[kind]}"/>`,
      words(text, x + 32, line, SMALL, '#4a5666'),
    );
    x += width + 20;
  }
  return { parts, bottom: line };
}
