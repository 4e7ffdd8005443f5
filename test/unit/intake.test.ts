import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { Inbox } from '../../bridge/appservice/inbox.ts';
import type { Rooms } from '../../bridge/appservice/rooms.ts';
import { Timeline } from '../../bridge/appservice/timeline.ts';
import type { SecretsFound } from '../../bridge/matrix/file-secrets.ts';
import { decodeEvent } from '../../bridge/matrix/decode.ts';
import { defaultRoster } from '../../bridge/protocol/default-roster.ts';
import { RoomId, UserId } from '../../bridge/protocol/ids.ts';
import type { RoomEvent } from '../../bridge/protocol/room-event.ts';
import { Roster } from '../../bridge/protocol/roster.ts';
import type { SwarmJob } from '../../bridge/protocol/turn.ts';
import { decisionKey } from '../../bots/intake/decisions.ts';
import { createIntake, type IntakeDeps } from '../../bots/intake/intake.ts';
import { BallotStore } from '../../bots/ballots/ballot-store.ts';
import { MastersVotes } from '../../bots/ballots/masters-votes.ts';
import { ModelBindings } from '../../bots/models/model-bindings.ts';
import { createResidents } from '../../bots/residents/residents.ts';
import { NO_MEMORY } from '../../bots/turns/memory-plan.ts';
import { RunningTurns } from '../../bots/turns/running-turns.ts';
import { PaperRedis } from '../house/paper-redis.ts';
import { eventId, MASTER, ROOM } from './events.ts';

const roster = Roster.parse(defaultRoster);
const residents = createResidents(roster, 'test');
const isOwn = (user: UserId) => residents.isOwn(user);
const everyone = new Map<string, string>(
  [MASTER, ...residents.agents.map(({ userId }) => userId)].map((user) => [user, user]),
);

/** The swarm's hearing from the homeserver's push to the box, on a Redis of paper. */
let redis: PaperRedis;
let running: RunningTurns;
/** Jobs in the box, by id. */
let box: Map<string, SwarmJob>;
let inbox: Inbox;
/** What the homeserver has. */
let said: RoomEvent[];
let clock = 0;
let found: SecretsFound;

beforeEach(() => {
  redis = new PaperRedis();
  box = new Map();
  said = [];
  found = 'none';
  startSwarm();
});

/** As after a crash: nothing but Redis and the homeserver remember. */
function startSwarm(): void {
  const client = redis.client();
  const timeline = new Timeline({ latest: async () => said, thread: async () => [], event: async () => null });
  const rooms = {
    note: async () => undefined,
    masters: async () => new Set([MASTER]),
    members: async () => everyone,
    off: async () => new Map(),
    reader: () => Promise.reject(new Error('nobody reads')),
  } as unknown as Rooms;
  running = new RunningTurns();
  const bindings = new ModelBindings(
    roster,
    () => ({
      label: 'paper',
      billing: 'tokens',
      pace: 'seconds',
      sees: false,
      searches: false,
      rehearsal: false,
      stream: () => {
        throw new Error('asked');
      },
    }),
    'auto',
  );
  const deps: IntakeDeps = {
    redis: client,
    commandResults: { hear: async () => null },
    votes: new MastersVotes(new BallotStore(client)),
    coordinator: { userId: residents.coordinator, event: async () => null },
    queue: {
      async add(jobs) {
        await client.ping();
        for (const { id, data } of jobs) if (!box.has(id)) box.set(id, data);
      },
      depth: async () => box.size,
      close: async () => undefined,
    },
    timeline,
    rooms,
    residents,
    roster,
    running,
    attachments: { secretsIn: async () => found },
    bindings,
    reloadModels: async () => undefined,
    memory: {
      of: async () => NO_MEMORY,
      consider: () => undefined,
      forget: async () => undefined,
      redacted: async () => undefined,
    },
    relay: { waits: async () => false, bring: async () => undefined },
    spending: { quiet: () => new Map(), frozen: false },
    timeZone: 'Asia/Seoul',
    tasks: {
      hear: async () => undefined,
      edited: async () => false,
      revisionEdited: async () => null,
      above: async () => null,
      stopSign: async () => undefined,
      again: async () => 'none' as const,
      going: async () => 0,
      waitingThreads: async () => [],
      stop: async () => undefined,
    },
    hq: ROOM,
    memoryRoom: RoomId.parse('!memory:test'),
    houseMemory: { isRoom: (room) => room === '!memory:test' },
    ops: RoomId.parse('!ops:test'),
    admin: UserId.parse('@admin:test'),
    serverName: 'test',
    former: new Map(),
    houseUpgraded: () => undefined,
    hqName: '본부',
    lang: 'ko',
    roomLang: async () => 'ko',
    mayUseTools: () => true,
    agentsTable: () => '',
    log: pino({ level: 'silent' }),
  };
  inbox = new Inbox({ isOwn }, timeline, createIntake(deps), {
    healthy: async () => false,
    begun: async () => 0,
    ended: async () => undefined,
    put: async () => undefined,
  });
  inbox.open();
}

const raw = (name: string, content: object, type = 'm.room.message', more: object = {}) => ({
  event_id: eventId(name),
  room_id: ROOM,
  sender: MASTER,
  type,
  origin_server_ts: Date.now() + (clock += 10),
  content,
  ...more,
});
const text = (name: string, body: string) => raw(name, { msgtype: 'm.text', body, 'm.mentions': {} });
const edit = (name: string, target: string, body: string) =>
  raw(name, {
    msgtype: 'm.text',
    body: `* ${body}`,
    'm.new_content': { msgtype: 'm.text', body },
    'm.relates_to': { rel_type: 'm.replace', event_id: eventId(target) },
  });
const gone = (name: string, target: string) =>
  raw(name, { redacts: eventId(target) }, 'm.room.redaction', { redacts: eventId(target) });

/** Resolves when the homeserver may forget it. */
async function push(event: ReturnType<typeof raw>): Promise<void> {
  const decoded = decodeEvent(event, { isOwn }, ROOM);
  if (decoded !== null) said.push(decoded);
  await inbox.accept([event]);
}
const called = () => [...box.values()].flatMap((job) => (job.type === 'turn' ? [job] : []));
const stored = (name: string) => redis.run('get', [decisionKey(eventId(name))]);

describe('what a master says', () => {
  it('calls the one he names, and is a stored decision when it is acknowledged', async () => {
    await push(text('one', '클로드 안녕'));
    expect(called().map(({ agent, source }) => [agent, source])).toEqual([['claude', '$one']]);
    expect(stored('one')).toContain('"agent":"claude"');
  });

  it('is told once a day of a file that nobody could look into, and is answered all the same', async () => {
    found = 'not-looked';
    const file = (name: string) =>
      raw(name, {
        msgtype: 'm.file',
        body: '클로드야 봐줘',
        filename: '계약서.pdf',
        url: `mxc://test/${name}`,
        info: {},
      });
    await push(file('pdf'));
    startSwarm();
    await push(file('pdf'));
    await push(file('more'));
    const told = [...box.values()].flatMap((job) => (job.type === 'notice' ? [job] : []));
    expect(told.map(({ source, text: words }) => [source, words])).toEqual([
      ['$pdf', expect.stringContaining('계약서.pdf')],
    ]);
    expect(told[0]).not.toHaveProperty('redact');
    expect(called().map(({ source }) => source)).toEqual(['$pdf', '$more']);
    found = 'held';
    await push(file('keys'));
    expect([...box.values()].find((job) => job.type === 'notice' && job.source === '$keys')).toHaveProperty('redact');
  });

  it('calls everybody once, however often it comes and whoever died meanwhile', async () => {
    const all = text('all', '얘들아 안녕');
    await push(all);
    const first = [...box.keys()];
    expect(first).toHaveLength(roster.agents.length);
    startSwarm();
    await push(all);
    expect([...box.keys()]).toEqual(first);
  });

  it('is decided as it was the first time, though the floor has been closed since', async () => {
    const question = text('asked', '얘들아 안녕');
    await push(question);
    await push(text('quiet', '!floor closed'));
    await push(text('after', '얘들아 안녕'));
    expect(called().filter(({ source }) => source === '$after')).toEqual([]);
    box.clear();
    startSwarm();
    await push(question);
    expect(called()).toHaveLength(roster.agents.length);
  });

  it('is not acknowledged before it is stored and its jobs are made, whenever Redis goes; and is when it is back', async () => {
    await push(text('first', '클로드 안녕'));
    const commands = redis.asked.length;
    for (let answers = 0; answers < commands; answers += 1) {
      const name = `late${answers}`;
      box.clear();
      redis.stop(answers);
      let acknowledged = false;
      const hearing = push(text(name, '클로드 안녕')).then(() => (acknowledged = true));
      await expect.poll(() => redis.isAway).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect([answers, acknowledged, box.size]).toEqual([answers, false, 0]);
      redis.start();
      await hearing;
      expect(called().map(({ agent, source }) => [agent, source])).toEqual([['claude', `$${name}`]]);
      expect(stored(name)).not.toBeNull();
    }
    expect(commands).toBeGreaterThan(2);
  });

  it('by a stranger calls nobody', async () => {
    await push({ ...text('strange', '얘들아 안녕'), sender: UserId.parse('@stranger:test') });
    expect(called()).toEqual([]);
  });
});

describe('a second thought', () => {
  it('by edit is answered in place of what stood there', async () => {
    await push(text('first', '클로드 오늘 뭐 했어'));
    await push(edit('better', 'first', '자비스 오늘 뭐 했어'));
    const now = called().filter(({ cause }) => cause === '$better');
    expect(now.map(({ agent, source }) => [agent, source])).toEqual([['jarvis', '$first']]);
    expect(redis.run('get', ['chavion:swarm:instead:$first'])).toBe('$better');
  });

  it('by deletion ends what was to be said to it', async () => {
    await push(text('oops', '클로드 안녕'));
    const slot = running.enter({
      room: ROOM,
      source: eventId('oops'),
      root: eventId('oops'),
      agent: residents.agents[0]!.id,
      at: 1,
    });
    await push(gone('undo', 'oops'));
    expect(slot.signal.aborted).toBe(true);
  });
});

describe('a vote in a chat', () => {
  const recounts = () => [...box.values()].flatMap((job) => (job.type === 'recount' ? [[job.source, job.choice]] : []));
  const tap = (name: string, key: string) =>
    raw(name, { 'm.relates_to': { rel_type: 'm.annotation', event_id: eventId('result'), key } }, 'm.reaction');
  const reply = (name: string, body: string) =>
    raw(name, {
      msgtype: 'm.text',
      body,
      'm.mentions': {},
      'm.relates_to': { 'm.in_reply_to': { event_id: eventId('result') } },
    });
  async function counted(): Promise<void> {
    await push(text('put', '다수결로 정하자: 짜장 vs 짬뽕'));
    const job = [...box.values()].find((one) => one.type === 'ballot');
    if (job === undefined) throw new Error('no ballot');
    const store = new BallotStore(redis.client());
    await store.begin(job);
    await store.shownAt(job, eventId('result'));
  }

  it('is one job for everybody, and no turns, however often it comes', async () => {
    const all = text('put', '다수결로 정하자: 짜장 vs 짬뽕');
    await push(all);
    startSwarm();
    await push(all);
    expect([...box.keys()]).toEqual(['$put.ballot']);
    expect(called()).toEqual([]);
  });

  it('a master’s tap, his word, and his taking it back count; nobody else’s do', async () => {
    await counted();
    await push({ ...tap('strange', '1️⃣'), sender: UserId.parse('@stranger:test') });
    expect(recounts()).toEqual([]);
    await push(tap('tap', '2️⃣'));
    startSwarm();
    await push(reply('word', '난 짜장'));
    expect(recounts()).toEqual([
      ['$tap', '짬뽕'],
      ['$word', '짜장'],
    ]);
    expect(called()).toEqual([]);
    await new BallotStore(redis.client()).sign(eventId('put'), eventId('tap'), { by: MASTER, choice: '짬뽕', at: 1 });
    await push(gone('undo', 'tap'));
    expect(recounts().at(-1)).toEqual(['$tap', null]);
  });

  it('what is said beneath it and is no vote is heard as anything else', async () => {
    await counted();
    await push(reply('why', '클로드야 왜 짬뽕이야?'));
    expect(recounts()).toEqual([]);
    expect(called().map(({ agent }) => agent)).toEqual(['claude']);
  });

  it('edited after it was begun: he is told, and nothing is voted on twice', async () => {
    await counted();
    await push(edit('late', 'put', '다수결로 정하자: 짜장 vs 우동'));
    expect([...box.keys()].filter((id) => id.endsWith('.ballot'))).toEqual(['$put.ballot']);
    expect([...box.values()].filter((job) => job.type === 'notice' && job.source === '$late')).toHaveLength(1);
  });

  it('a message that becomes a vote by its edit is one', async () => {
    await push(text('first', '클로드 뭐 해'));
    await push(edit('vote', 'first', '다수결로 정하자: 짜장 vs 짬뽕'));
    expect([...box.values()].filter((job) => job.type === 'ballot')).toMatchObject([{ source: '$first' }]);
  });
});
