import { setImmediate } from 'node:timers/promises';
import { Library } from '../../bots/memory/library/library.ts';
import { Shelf } from '../../bots/memory/library/shelf.ts';
import type { RoomDocument } from '../../bots/memory/passage.ts';
import { EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import type { LibraryDocument } from '../../bridge/protocol/orders/library-document.ts';
import { BareRedis } from '../house/bare-redis.ts';
import { median, ms, p95, table } from './figures.ts';

const PAGES = 50;
const LETTERS_OF_A_PAGE = 1_500;
const MOST_MS = 50;
const MOST_MB = 150;

/** A library in memory: how long a question takes, how much it all needs, and how long a start without conversion. */
export async function libraryBench(quick = false): Promise<{ table: string; failures: string[] }> {
  const files = quick ? 20 : 200;
  await using bare = await BareRedis.start();
  const words = vocabulary();
  const documents = Array.from({ length: files }, (_, at) => documentOf(at));
  const room = { documents: documents.toReversed(), isWhole: true, onChange: () => undefined };
  const open = () =>
    new Library({
      room,
      shelf: new Shelf(bare.client()),
      read: (file) => Promise.resolve(textOf(words, Number(file.split('/').at(-1)))),
      tell: () => Promise.resolve(),
      log: { warn: (...said: unknown[]) => process.stderr.write(`${JSON.stringify(said)}\n`) } as never,
    });
  const first = open();
  await first.settled();
  await first.stop();

  const before = await used();
  const began = performance.now();
  const blocked: number[] = [];
  let last = began;
  const watch = setInterval(() => {
    blocked.push(performance.now() - last - 10);
    last = performance.now();
  }, 10);
  const library = open();
  await library.settled();
  clearInterval(watch);
  const started = performance.now() - began;
  const after = await used();
  const megabytes = (after - before) / 1024 / 1024;

  const took: number[] = [];
  let found = 0;
  for (let round = 0; round < 300; round += 1) {
    const at = (round * 7919) % files;
    const pages = textOf(words, at).pages;
    const page = pages[(round * 31) % PAGES] ?? '';
    const from = (round * 101) % 1_000;
    const question = `${page.slice(from, from + 30).trim()} 뭐라고 되어 있지?`;
    const asked = performance.now();
    const passages = await library.find(question, 8);
    took.push(performance.now() - asked);
    if (passages[0]?.document.event === documents[at]?.event) found += 1;
  }
  await library.stop();
  const isSlow = p95(took) > MOST_MS;
  const isLarge = megabytes > MOST_MB;
  return {
    table: table(
      [
        'files of 50 pages',
        'question, median',
        'p95',
        'memory',
        'start',
        'others wait at most',
        'right document first',
      ],
      [
        [
          String(files),
          ms(median(took)),
          ms(p95(took)),
          `${megabytes.toFixed(0)} MB`,
          `${(started / 1000).toFixed(1)} s`,
          ms(Math.max(0, ...blocked)),
          `${found} of ${took.length}`,
        ],
      ],
    ),
    failures: [
      ...(isSlow ? [`library: a question took ${ms(p95(took))} at p95, more than ${MOST_MS} ms`] : []),
      ...(isLarge ? [`library: ${megabytes.toFixed(0)} MB, more than ${MOST_MB} MB`] : []),
    ],
  };
}

async function used(): Promise<number> {
  for (let round = 0; round < 5; round += 1) {
    globalThis.gc?.();
    await setImmediate();
  }
  const { heapUsed, arrayBuffers, external } = process.memoryUsage();
  return heapUsed + Math.max(arrayBuffers, external);
}

const documentOf = (at: number): RoomDocument => ({
  event: EventId.parse(`$document-${at}`),
  room: RoomId.parse('!memory:bench'),
  at,
  by: UserId.parse('@owner:bench'),
  file: `mxc://bench/${at}`,
  name: `문서 ${at}.pdf`,
});

/** The same figures in every run. */
function random(seed: number): () => number {
  let state = seed * 2_654_435_761 + 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Korean words as they are spread in texts: a few in every sentence, most in a few documents. */
function vocabulary(): readonly string[] {
  const next = random(1);
  const syllable = () => String.fromCodePoint(0xac00 + Math.floor(next() ** 2 * 1_800) * 6);
  return Array.from({ length: 40_000 }, () => Array.from({ length: 2 + Math.floor(next() * 2) }, syllable).join(''));
}
const ENDINGS = ['은', '는', '이', '가', '을', '를', '에서', '으로', '한다', '했다', '하고', '의', ''];

function textOf(words: readonly string[], at: number): Extract<LibraryDocument, { pages: string[] }> {
  const next = random(at + 2);
  const page = () => {
    let text = '';
    while (text.length < LETTERS_OF_A_PAGE) {
      const word = words[Math.floor(next() ** 3 * words.length)] ?? '';
      text += `${word}${ENDINGS[Math.floor(next() * ENDINGS.length)] ?? ''}${next() < 0.1 ? '. ' : ' '}${next() < 0.02 ? '\n\n' : ''}`;
    }
    return text;
  };
  return { v: 1, unit: 'page', pages: Array.from({ length: PAGES }, page) };
}
