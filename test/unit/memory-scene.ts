import { pino } from 'pino';
import { Account } from '../../bridge/matrix/account.ts';
import { decodeEvent } from '../../bridge/matrix/decode.ts';
import { RoomLimiter } from '../../bridge/matrix/room-limiter.ts';
import { EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import type { NoticeJob, SwarmCommandJob } from '../../bridge/protocol/turn.ts';
import { lineReader } from '../../bots/memory/line-reading.ts';
import { memoryCommands } from '../../bots/memory/memory-commands.ts';
import { MemoryRoom } from '../../bots/memory/memory-room.ts';
import type { PassageSource } from '../../bots/memory/passage.ts';
import { HouseRecall } from '../../bots/memory/recall.ts';
import { PaperHomeserver } from '../house/paper-homeserver.ts';
import { PaperRedis } from '../house/paper-redis.ts';
import { agents } from './decide-facts.ts';

export const MEMORY = RoomId.parse('!memory:test');
export const HQ = RoomId.parse('!hq:test');
export const MASTER = UserId.parse('@master:test');
export const COORDINATOR = UserId.parse('@agent_coordinator:test');
const isOwn = (user: string) => user.startsWith('@agent_');

/** No two events at the same time, as with people. */
function oneByOne(): () => number {
  let now = Date.now();
  return () => (now += 1);
}

/** The house's memory over homeserver and Redis of paper. */
export class MemoryScene {
  readonly paper: PaperHomeserver;
  redis = new PaperRedis();
  /** Messages of which summaries were made anew. */
  readonly cleared: string[] = [];
  readonly notices: NoticeJob[] = [];
  library: PassageSource = { find: async () => [] };
  summary: { readonly text: string; readonly by: string } | null = null;
  /** Who is joined where; a room that is not here holds the master alone. */
  readonly members = new Map<RoomId, readonly string[]>();

  private constructor(paper: PaperHomeserver) {
    this.paper = paper;
  }

  static async begin(): Promise<MemoryScene> {
    return new MemoryScene(await PaperHomeserver.open({ [MASTER]: 100 }, oneByOne()));
  }

  end(): Promise<void> {
    return this.paper[Symbol.asyncDispose]();
  }

  #coordinator(): Account {
    return new Account({
      homeserverUrl: this.paper.url,
      accessToken: COORDINATOR,
      userId: COORDINATOR,
      ghost: false,
      limiter: new RoomLimiter(),
    });
  }

  /** The memory, as a start reads it. */
  async open(room = MEMORY): Promise<MemoryRoom> {
    const memory = new MemoryRoom({
      redis: this.redis.client(),
      room,
      coordinator: this.#coordinator(),
      rooms: { masters: async () => new Set([MASTER]) },
      isOwn,
      reader: lineReader(() => agents),
      log: pino({ level: 'silent' }),
    });
    await memory.start(async ({ event }) => void this.cleared.push(event));
    return memory;
  }

  /** What stands in the rooms reaches the memory, as through the inbox. */
  async hear(memory: MemoryRoom): Promise<void> {
    for (const raw of this.paper.events) {
      const event = decodeEvent(raw, { isOwn }, RoomId.parse(raw.room_id));
      if (event !== null) await memory.hear(event);
    }
  }

  say(room: RoomId, body: string, more = {}, sender = MASTER): EventId {
    return EventId.parse(this.paper.say(room, sender, { msgtype: 'm.text', body, ...more }));
  }

  delete(room: RoomId, event: string): void {
    this.paper.say(room, MASTER, { redacts: event }, 'm.room.redaction');
  }

  job(source: EventId, more: Partial<SwarmCommandJob> = {}): SwarmCommandJob {
    return {
      type: 'command',
      room: HQ,
      source,
      at: 1,
      by: MASTER,
      lang: 'ko',
      name: 'memory',
      words: '',
      ...more,
    };
  }

  recall(memory: MemoryRoom): HouseRecall {
    return new HouseRecall({
      memory,
      library: this.library,
      ownerTitle: '마스터',
      timeZone: 'Asia/Seoul',
      memoryRoom: MEMORY,
      masters: async () => new Set([MASTER]),
      members: async (room) => new Map((this.members.get(room) ?? [MASTER]).map((user) => [user, user])),
      isHouse: isOwn,
      livesHere: () => true,
      roomNow: (room) => room,
      names: async () => () => '마스터',
    });
  }

  commands(memory: MemoryRoom) {
    const coordinator = this.#coordinator();
    const masters = async () => new Set([MASTER]);
    return memoryCommands({
      memory,
      coordinator,
      masters,
      callables: () => agents,
      agents: agents.map(({ id }) => id),
      nameOf: (agent) => ({ claude: '클로드', jarvis: '자비스' })[String(agent)] ?? agent,
      speaker: (user) => (user === '@agent_jarvis:test' ? '자비스' : user.slice(1, user.indexOf(':'))),
      conflictsWith: (line, orders) =>
        line.text === '앞으로 길게 말해' ? orders.filter(({ text }) => text === '앞으로 짧게 말해') : [],
      reader: async () => coordinator,
      timeZone: 'Asia/Seoul',
      recall: this.recall(memory),
      summaryOf: async () => this.summary,
      say: async (line) => void this.notices.push(line),
    });
  }
}
