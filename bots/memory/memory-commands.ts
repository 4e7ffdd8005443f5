import { plainWords } from '../../bridge/matrix/markdown-words.ts';
import type { NoticeJob, SwarmCommandJob } from '../../bridge/protocol/turn.ts';
import type { RoomId } from '../../bridge/protocol/ids.ts';
import * as say from '../../bridge/text/room/commands/memory.ts';
import { citedPlace, passagesFound } from '../../bridge/text/room/library.ts';
import type { SwarmCommands } from '../commands/house-commands.ts';
import type { MemoryLine } from './memory-line.ts';
import type { MemoryRoom } from './memory-room.ts';
import type { HouseRecall } from './recall.ts';
import { noticeLine, remember, type RememberDeps, shownLines } from './remember.ts';
import { calendarDay } from './standing-orders.ts';

export interface MemoryCommandDeps extends RememberDeps {
  readonly memory: RememberDeps['memory'] & Pick<MemoryRoom, 'isRoom' | 'forget' | 'wasForgotten'>;
  readonly recall: Pick<HouseRecall, 'find' | 'findPassages' | 'mayStand'>;
  /** Of what was said in that room and no longer fits into contexts. */
  readonly summaryOf: (room: RoomId) => Promise<{ readonly text: string; readonly by: string } | null>;
  readonly say: (line: NoticeJob) => Promise<void>;
}

/** What a phone shows: two lines an entry. */
const MOST_SHOWN = { order: 8, fact: 6, record: 3 } as const;
const LETTERS = 36;
const MOST_FOUND = 8;
const MOST_PASSAGES_FOUND = 4;
const MOST_FORGOTTEN = 20;

const SEARCH = /^(?:검색|찾기|search|find)(?:\s+(.*))?$/isu;

/** `!기억` and `!잊어`, and what is to be remembered of what was said in plain words. */
export function memoryCommands(deps: MemoryCommandDeps): SwarmCommands<'memory' | 'forget'> {
  return {
    memory: async (job) => {
      const text = await answerOf(job, deps);
      if (text === null) return null;
      // Beside the answers of others to the same message.
      await deps.say({ ...lineFor(job), text });
      return null;
    },
    forget: (job) => forget(job, deps),
  };
}

const lineFor = (job: SwarmCommandJob) =>
  ({
    type: 'notice',
    room: job.room,
    source: job.source,
    ...(job.thread === undefined ? {} : { thread: job.thread }),
    slot: 'memory',
  }) as const;

async function answerOf(job: SwarmCommandJob, deps: MemoryCommandDeps): Promise<string | null> {
  const { lines, lang } = job;
  if (lines !== undefined)
    return deps.memory.isRoom(job.room) ? noticeLine(job, lines.join('\n'), deps) : remember(job, lines, deps);
  const words = job.words.trim();
  if (words === '') return list(job, deps);
  const search = SEARCH.exec(words);
  if (search === null) return remember(job, [words], deps);
  const wanted = search[1]?.trim() ?? '';
  return wanted === '' ? say.searchUsage[lang]() : find(job, wanted, deps);
}

/** Facts are shown only where everybody may read them. */
async function list(job: SwarmCommandJob, deps: MemoryCommandDeps): Promise<string | null> {
  const may = await deps.recall.mayStand({ asker: job.by, room: job.room });
  const seen: MemoryLine[] = [];
  for (const line of deps.memory.lines) if (line.kind === 'order' || (await may(line))) seen.push(line);
  const some = (kind: keyof typeof MOST_SHOWN) =>
    shownLines(seen.filter((line) => line.kind === kind).slice(0, MOST_SHOWN[kind]), deps, LETTERS);
  const [orders, facts, records] = [some('order'), some('fact'), some('record')];
  const summary = await deps.summaryOf(job.room);
  const more = seen.length - orders.length - facts.length - records.length;
  const text = say.memoryListed[job.lang]({ orders, facts, records, more, summary });
  if (summary === null) return text;
  // Taken out of the room with the summary that it shows.
  await deps.say({ ...lineFor(job), text, memory: true });
  return null;
}

async function find(job: SwarmCommandJob, words: string, deps: MemoryCommandDeps): Promise<string> {
  const orders = deps.memory.lines.filter(({ kind, text }) => kind === 'order' && holds(text, words));
  const facts = await deps.recall.find({ question: words, asker: job.by, room: job.room }, MOST_FOUND);
  const found = [...orders, ...facts].slice(0, MOST_FOUND);
  const library = await findInLibrary(job, words, deps);
  if (found.length === 0 && library !== '') return library;
  const text = say.memoryFound[job.lang](
    words.slice(0, 60).replace(/[`*_[\]<>\\]/gu, ' '),
    shownLines(found, deps, LETTERS).map((line, at) => ({
      ...line,
      when: calendarDay(found[at]?.at ?? 0, deps.timeZone),
    })),
  );
  return library === '' ? text : `${text}\n\n${library}`;
}

async function findInLibrary(job: SwarmCommandJob, words: string, deps: MemoryCommandDeps): Promise<string> {
  const passages = await deps.recall.findPassages(
    { question: words, asker: job.by, room: job.room },
    MOST_PASSAGES_FOUND,
  );
  if (passages.length === 0) return '';
  return passagesFound[job.lang](
    passages.map(({ document: { name }, place, text }) => ({
      cited: citedPlace[job.lang](plainWords(name, LETTERS), place),
      text: plainWords(around(text, words), LETTERS),
    })),
  );
}

/** Where the first of the words stands, with a little before it. */
function around(text: string, words: string): string {
  const at = plain(text).indexOf(plain(words).split(/\s+/u)[0] ?? '');
  return at < 12 ? text : text.slice(at - 6);
}

const plain = (text: string): string => text.normalize('NFC').toLowerCase();
const holds = (text: string, words: string): boolean =>
  plain(words)
    .split(/\s+/u)
    .every((word) => plain(text).includes(word));

async function forget(job: SwarmCommandJob, deps: MemoryCommandDeps): Promise<string> {
  const numbers = numbersIn(job.words);
  if (numbers === null) return say.forgetUsage[job.lang]();
  const may = await deps.recall.mayStand({ asker: job.by, room: job.room });
  const gone: say.LineShown[] = [];
  const [before, unknown, kept]: [number[], number[], number[]] = [[], [], []];
  for (const number of numbers) {
    const line = await forgotten(number, deps);
    if (line === false) kept.push(number);
    else if (line === null) (deps.memory.wasForgotten(number) ? before : unknown).push(number);
    else gone.push(...shownLines([line.kind === 'order' || (await may(line)) ? line : { ...line, text: '…' }], deps));
  }
  return say.linesForgotten[job.lang]({ gone, before, unknown, kept });
}

/** Where another swarm has written the line a moment ago, the room has it. */
async function forgotten(number: number, { memory }: MemoryCommandDeps): ReturnType<MemoryRoom['forget']> {
  const line = await memory.forget(number);
  if (line !== null || memory.wasForgotten(number)) return line;
  await memory.again();
  return memory.forget(number);
}

/** Numbers and what stands between them, and nothing else. */
function numbersIn(words: string): readonly number[] | null {
  if (!/^[\d\s,.#번과와랑·-]+$/u.test(words)) return null;
  const numbers = [...words.matchAll(/\d{1,9}/gu)].map(([digits]) => Number(digits));
  return numbers.length === 0 || numbers.length > MOST_FORGOTTEN ? null : [...new Set(numbers)];
}
