import { AgentId, EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import type { HouseMemory, MemoryLine } from '../../bots/memory/memory-line.ts';
import { HouseRecall, type HouseRecallDeps, NOTHING_RECALLED, type Recall } from '../../bots/memory/recall.ts';

export const OWNER = UserId.parse('@master:test');
export const MEMORY_ROOM = RoomId.parse('!memory:test');
export const HQ_ROOM = RoomId.parse('!hq:test');

/** A house that remembers nothing. */
export const noRecall: Recall = { ordersFor: () => '', factsFor: () => Promise.resolve(NOTHING_RECALLED) };

/** The memory as a list that a test writes. */
export class PaperMemory implements HouseMemory {
  lines: readonly MemoryLine[];
  readonly #listeners: (() => void)[] = [];

  constructor(...lines: readonly MemoryLine[]) {
    this.lines = lines;
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  become(...lines: readonly MemoryLine[]): void {
    this.lines = lines;
    for (const listener of this.#listeners) listener();
  }
}

const DAY_MS = 24 * 3_600_000;
/** 2026-11-01, noon in Seoul. */
const FIRST_DAY = Date.UTC(2026, 10, 1, 3);

/** A line with its number; later numbers are newer, a day each. */
export const remembered = (
  kind: MemoryLine['kind'],
  number: number,
  text: string,
  { agent, saidIn, ...more }: Partial<Omit<MemoryLine, 'agent'>> & { agent?: string; saidIn?: RoomId } = {},
): MemoryLine => ({
  number,
  event: EventId.parse(`$line${number}`),
  room: MEMORY_ROOM,
  at: FIRST_DAY + number * DAY_MS,
  kind,
  text,
  ...(kind === 'record' ? {} : { by: OWNER }),
  ...(agent === undefined ? {} : { agent: AgentId.parse(agent) }),
  ...(saidIn === undefined ? {} : { origin: { room: saidIn, event: EventId.parse(`$said${number}`) } }),
  ...more,
});

/** Who is where; whoever is nowhere else is nobody. */
export const recallOver = (
  memory: HouseMemory,
  joined: Readonly<Record<string, readonly string[]>> = { [HQ_ROOM]: [OWNER], [MEMORY_ROOM]: [OWNER] },
  more: Partial<HouseRecallDeps> = {},
): HouseRecall =>
  new HouseRecall({
    memory,
    ownerTitle: '마스터',
    timeZone: 'Asia/Seoul',
    memoryRoom: MEMORY_ROOM,
    masters: () => Promise.resolve(new Set([OWNER])),
    members: (room) => {
      const there = joined[room];
      return there === undefined
        ? Promise.reject(new Error('nobody of the house is there'))
        : Promise.resolve(new Map(there.map((user) => [user, user])));
    },
    isHouse: (user) => user.startsWith('@agent_') || user.startsWith('@executor:') || user.startsWith('@admin:'),
    roomNow: (room) => room,
    livesHere: (agent) => agent !== 'outsider',
    names: () => Promise.resolve((user) => (user === OWNER ? '마스터' : user)),
    ...more,
  });
