import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { homeserverHistory } from '../../bridge/appservice/history.ts';
import { Rooms } from '../../bridge/appservice/rooms.ts';
import { Timeline } from '../../bridge/appservice/timeline.ts';
import { Account } from '../../bridge/matrix/account.ts';
import { RoomLimiter } from '../../bridge/matrix/room-limiter.ts';
import { defaultRoster } from '../../bridge/protocol/default-roster.ts';
import { EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import { Roster } from '../../bridge/protocol/roster.ts';
import { ModelBindings } from '../../bots/models/model-bindings.ts';
import type { Provider, ProviderRequest } from '../../bots/models/providers/provider.ts';
import { createResidents } from '../../bots/residents/residents.ts';
import { Attachments } from '../../bots/turns/attachments.ts';
import { RoomMemory } from '../../bots/turns/room-memory.ts';
import { PaperHomeserver } from '../house/paper-homeserver.ts';
import { PaperRedis } from '../house/paper-redis.ts';
import { eventId, MASTER, message, ROOM } from './events.ts';

const roster = Roster.parse(defaultRoster);
const residents = createResidents(roster, 'test');
const CLAUDE = UserId.parse('@agent_claude:test');
const BILL = UserId.parse('@bill:test');
const ELSEWHERE = RoomId.parse('!elsewhere:test');

let paper: PaperHomeserver;
let rooms: Rooms;
const account = (userId: UserId) =>
  new Account({ homeserverUrl: paper.url, accessToken: userId, userId, ghost: false, limiter: new RoomLimiter() });
const joins = (room: string, user: string, displayname?: string) =>
  paper.state(room, user, 'm.room.member', { membership: 'join', displayname }, user);
beforeEach(async () => {
  paper = await PaperHomeserver.open({ [MASTER]: 100, '@admin:test': 100, [BILL]: 50 });
  rooms = new Rooms({
    coordinator: account(residents.coordinator),
    ghost: account,
    hq: ROOM,
    admin: UserId.parse('@admin:test'),
    isMasterLike: (user) => !residents.isOwn(user) && user !== '@admin:test',
    residents: [residents.coordinator, ...residents.agents.map(({ userId }) => userId)],
  });
  joins(ROOM, residents.coordinator);
  joins(ROOM, MASTER, '마스터');
});
afterEach(() => paper[Symbol.asyncDispose]());

describe('what is known of a room', () => {
  const origin = (name: string, sender: UserId) => ({ eventId: eventId(name), roomId: ROOM, sender, at: 1 });

  it('masters: who has 100, never the admin, and a change at once', async () => {
    expect([...(await rooms.masters())]).toEqual([MASTER]);
    await rooms.note({
      ...origin('p', MASTER),
      kind: 'power',
      users: new Map([
        [MASTER, 50],
        [BILL, 100],
      ]),
    });
    expect([...(await rooms.masters())]).toEqual([BILL]);
    await rooms.note({ ...origin('q', MASTER), roomId: ELSEWHERE, kind: 'power', users: new Map([[CLAUDE, 100]]) });
    expect([...(await rooms.masters())]).toEqual([BILL]);
  });

  it('a room is read by the first resident who is in it', async () => {
    joins(ELSEWHERE, CLAUDE);
    expect((await rooms.reader(ELSEWHERE)).userId).toBe(CLAUDE);
    expect((await rooms.reader(ROOM)).userId).toBe(residents.coordinator);
    joins(ELSEWHERE, residents.coordinator);
    await rooms.note({
      ...origin('j', residents.coordinator),
      roomId: ELSEWHERE,
      kind: 'membership',
      user: residents.coordinator,
      membership: 'join',
    });
    expect((await rooms.reader(ELSEWHERE)).userId).toBe(residents.coordinator);
  });

  it('members come and go', async () => {
    expect(await rooms.members(ROOM)).toEqual(
      new Map([
        [residents.coordinator, residents.coordinator],
        [MASTER, '마스터'],
      ]),
    );
    await rooms.note({ ...origin('b', BILL), kind: 'membership', user: BILL, membership: 'join', displayName: 'Bill' });
    expect((await rooms.members(ROOM)).get(BILL)).toBe('Bill');
    await rooms.note({ ...origin('c', BILL), kind: 'membership', user: BILL, membership: 'leave' });
    expect((await rooms.members(ROOM)).has(BILL)).toBe(false);
  });

  it('who is off: the admin’s word alone', async () => {
    expect((await rooms.off()).size).toBe(0);
    const off = new Map([[CLAUDE, 'locked' as const]]);
    await rooms.note({ ...origin('s', BILL), kind: 'standing', off });
    expect((await rooms.off()).size).toBe(0);
    await rooms.note({ ...origin('t', UserId.parse('@admin:test')), kind: 'standing', off });
    expect((await rooms.off()).get(CLAUDE)).toBe('locked');
  });
});

describe('files that were posted', () => {
  const posted = (name: string, content: string, mediaType = 'text/plain', file = `${name}.txt`) => {
    paper.media.set(name, content);
    return {
      event: message(name, name, {
        msgtype: 'm.file',
        attachment: { url: `mxc://test/${name}`, name: file, mediaType, size: content.length },
      }),
      body: name,
      growing: false,
    };
  };

  it('are read once for all, and what is no text is not taken for one', async () => {
    const attachments = new Attachments();
    const [memo, noise, program] = [
      posted('memo', '내일 9시'),
      posted('noise', 'a\0b'),
      posted('program', 'x', 'application/octet-stream', 'program.exe'),
    ];
    const read = await attachments.read([memo, noise, program], account(MASTER));
    expect(read.get(memo.event.eventId)).toMatchObject({ kind: 'text', text: '내일 9시' });
    expect(read.get(noise.event.eventId)?.kind).toBe('unreadable');
    expect(read.get(program.event.eventId)?.kind).toBe('unreadable');
    paper.media.set('memo', 'changed');
    expect((await attachments.read([memo], account(MASTER))).get(memo.event.eventId)).toMatchObject({
      text: '내일 9시',
    });
  });

  it('hide no key: it is seen before anybody is given it', async () => {
    const attachments = new Attachments();
    const { event } = posted('keys', `OPENAI_API_KEY=sk-proj-${'a1B2'.repeat(12)}`);
    if (event.attachment === undefined) throw new Error('no file');
    expect(await attachments.secretsIn(event.attachment, () => Promise.resolve(account(MASTER)))).toBe('held');
    expect(await attachments.secretsIn(event.attachment, () => Promise.reject(new Error('no reader')))).toBe(
      'not-looked',
    );
    const read = await attachments.read([{ event, body: '', growing: false }], account(MASTER));
    expect(JSON.stringify([...read])).not.toContain('a1B2a1B2');
  });
});

describe('what a room remembers', () => {
  let redis: PaperRedis;
  let asked: ProviderRequest[];
  let write: () => Promise<string>;
  let memory: RoomMemory;
  beforeEach(() => {
    redis = new PaperRedis();
    asked = [];
    write = () => Promise.resolve('요약: 회의는 9시.');
    memory = open();
    for (let i = 0; i < 60; i += 1)
      paper.say(ROOM, MASTER, { msgtype: 'm.text', body: `${i}번째 말 ${'가나다라 '.repeat(120)}`, 'm.mentions': {} });
  });

  function open(): RoomMemory {
    const provider = {
      label: 'paper',
      billing: 'tokens',
      pace: 'seconds',
      sees: false,
      searches: false,
      rehearsal: false,
      async *stream(request: ProviderRequest) {
        asked.push(request);
        yield { type: 'text', text: await write() };
        yield { type: 'finish', reason: 'stop' };
      },
    } as unknown as Provider;
    const small = Roster.parse({ ...roster, agents: roster.agents.map((one) => ({ ...one, contextTokens: 4_000 })) });
    const timeline = new Timeline(homeserverHistory((room) => rooms.reader(room), { isOwn: residents.isOwn }));
    return new RoomMemory({
      redis: redis.client(),
      timeline,
      rooms,
      residents,
      bindings: new ModelBindings(small, () => provider, 'auto'),
      roster: small,
      log: pino({ level: 'silent' }),
    });
  }
  const stored = () => String(redis.run('hget', [`chavion:swarm:memory:${ROOM}`, 'memory']));
  async function summedUp(): Promise<void> {
    memory.consider(ROOM, 'ko');
    await expect.poll(stored, { timeout: 10_000 }).toContain('회의는 9시');
  }

  it('is summed up once it falls out of the window, and known to the next swarm', async () => {
    await summedUp();
    expect(asked).toHaveLength(1);
    expect(asked[0]?.question).toContain('0번째 말');
    expect((await open().of(ROOM)).text).toBe('요약: 회의는 9시.');
  });

  it('is summed up by one of two swarms', async () => {
    const hold = Promise.withResolvers<string>();
    write = () => hold.promise;
    memory.consider(ROOM, 'ko');
    await expect.poll(() => asked.length, { timeout: 10_000 }).toBe(1);
    open().consider(ROOM, 'ko');
    await expect
      .poll(() => redis.asked.filter((one) => one === `set chavion:swarm:summing:${ROOM}`).length, { timeout: 10_000 })
      .toBe(2);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(asked).toHaveLength(1);
    hold.resolve('요약: 회의는 9시.');
    await expect.poll(stored, { timeout: 10_000 }).toContain('회의는 9시');
    expect(asked).toHaveLength(1);
  });

  it('loses what is taken back, even from a summary that is being written', async () => {
    const hold = Promise.withResolvers<string>();
    write = () => hold.promise;
    memory.consider(ROOM, 'ko');
    await expect.poll(() => asked.length, { timeout: 10_000 }).toBe(1);
    const first = EventId.parse(paper.events.find(({ type }) => type === 'm.room.message')?.event_id);
    await memory.redacted(ROOM, first);
    hold.resolve('요약: 회의는 9시.');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(stored()).not.toContain('회의는 9시');
  });

  it('is forgotten at a word, and the same word coming again undoes nothing', async () => {
    await summedUp();
    await memory.forget(ROOM, Date.now() + 1_000);
    expect((await memory.of(ROOM)).text).toBe('');
    const before = stored();
    await memory.forget(ROOM, Date.now() - 60_000);
    expect(stored()).toBe(before);
  });
});
