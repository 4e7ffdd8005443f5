import { describe, expect, it } from 'vitest';
import { Timeline, type History } from '../../bridge/appservice/timeline.ts';
import { RoomId, UserId } from '../../bridge/protocol/ids.ts';
import type { RoomEvent } from '../../bridge/protocol/room-event.ts';
import { eventId, MASTER, message, ROOM } from './events.ts';

const stranger = UserId.parse('@stranger:test');
const history = (events: () => readonly RoomEvent[]): History & { reads: number } => ({
  reads: 0,
  async latest() {
    this.reads += 1;
    return events();
  },
  thread: async () => [],
  event: async () => null,
});
const origin = (name: string, sender = MASTER) => ({ eventId: eventId(name), roomId: ROOM, sender, at: 5_000_000 });
const bodies = async (timeline: Timeline) => (await timeline.view(ROOM)).map((one) => one.body);

describe('the cached room', () => {
  it('reads the homeserver once and takes the rest from what comes in', async () => {
    const source = history(() => [message('old', '옛날')]);
    const timeline = new Timeline(source);
    expect(await bodies(timeline)).toEqual(['옛날']);
    timeline.note(message('new', '지금'));
    expect(await bodies(timeline)).toEqual(['옛날', '지금']);
    expect(source.reads).toBe(1);
  });

  it('tells nobody what is left out, as if it were deleted', async () => {
    const leftOut = new Set<string>();
    const timeline = new Timeline(
      history(() => [message('old', '옛날'), message('thread', '스레드', { thread: eventId('old') })]),
      (event) => leftOut.has(event),
    );
    expect(await bodies(timeline)).toEqual(['옛날']);
    leftOut.add('$old').add('$thread');
    expect(await bodies(timeline)).toEqual([]);
    expect(await timeline.view(ROOM, eventId('old'))).toEqual([]);
    expect(await timeline.find(ROOM, eventId('old'))).toBeNull();
  });

  it('loses nothing that comes in while it reads', async () => {
    const { promise, resolve } = Promise.withResolvers<readonly RoomEvent[]>();
    const timeline = new Timeline({ ...history(() => []), latest: () => promise });
    const view = bodies(timeline);
    timeline.note(message('late', '도중'));
    resolve([message('old', '옛날')]);
    expect((await view).toSorted()).toEqual(['도중', '옛날']);
  });

  it('reads again after a gap, and a failed read is tried again', async () => {
    let answer: readonly RoomEvent[] | null = [message('a', '하나')];
    const timeline = new Timeline(
      history(() => {
        if (answer === null) throw new Error('away');
        return answer;
      }),
    );
    await timeline.view(ROOM);
    answer = null;
    timeline.invalidate();
    await expect(timeline.view(ROOM)).rejects.toThrow('away');
    answer = [message('b', '둘')];
    expect((await bodies(timeline)).toSorted()).toEqual(['둘', '하나']);
  });

  it('is read again for however many turns that were cut off, one reading at a time', async () => {
    const source = history(() => [message('a', '하나')]);
    const gates: (() => void)[] = [];
    let under = 0;
    let most = 0;
    const timeline = new Timeline({
      ...source,
      async latest() {
        under += 1;
        most = Math.max(most, under);
        if (source.reads > 0) await new Promise<void>((resolve) => gates.push(resolve));
        under -= 1;
        return source.latest(ROOM, 1);
      },
    });
    await timeline.view(ROOM);
    const cutOff = () => {
      timeline.invalidate(ROOM);
      return bodies(timeline);
    };
    const looks = Array.from({ length: 100 }, cutOff);
    // The others come while that reading is under way.
    while (gates.length === 0) await new Promise(setImmediate);
    looks.push(...Array.from({ length: 100 }, cutOff));
    while (source.reads < 3) {
      gates.shift()?.();
      await new Promise(setImmediate);
    }
    expect(await Promise.all(looks)).toEqual(looks.map(() => ['하나']));
    expect({ most, reads: source.reads }).toEqual({ most: 1, reads: 3 });
  });

  it('is not read again for what was over before it was read', async () => {
    const source = history(() => [message('a', '하나')]);
    const timeline = new Timeline(source);
    const before = performance.now();
    await timeline.view(ROOM);
    timeline.invalidate(ROOM, before);
    await timeline.view(ROOM);
    expect(source.reads).toBe(1);
    timeline.invalidate(ROOM);
    await timeline.view(ROOM);
    expect(source.reads).toBe(2);
  });

  it('shows edits of the author and of nobody else, and forgets what was redacted', async () => {
    const timeline = new Timeline(history(() => [message('a', '오타'), message('b', '비밀')]));
    await timeline.view(ROOM);
    timeline.note({ kind: 'edit', ...origin('e1'), target: eventId('a'), body: '고침', masked: false });
    timeline.note({ kind: 'edit', ...origin('e2', stranger), target: eventId('a'), body: '남이 고침', masked: false });
    timeline.note({ kind: 'redaction', ...origin('r'), target: eventId('b') });
    expect(await bodies(timeline)).toEqual(['고침']);
  });

  it('knows what a reply to an answer hands back, once its last edit has come', async () => {
    const timeline = new Timeline(
      history(() => [message('a', '작업 중', { chavion: { v: 1, kind: 'answer', streaming: true } })]),
    );
    expect((await timeline.find(ROOM, eventId('a')))?.resume).toBeUndefined();
    timeline.note({
      kind: 'edit',
      ...origin('e1'),
      target: eventId('a'),
      body: '진행할까요?',
      masked: false,
      chavion: { v: 1, kind: 'answer', resume: 'task-1' },
    });
    expect(await timeline.find(ROOM, eventId('a'))).toMatchObject({ growing: false, resume: 'task-1' });
  });

  it('keeps threads out of the main line', async () => {
    const timeline = new Timeline(
      history(() => [message('root', '주제'), message('in', '속말', { thread: eventId('root') })]),
    );
    expect(await bodies(timeline)).toEqual(['주제']);
    expect((await timeline.view(ROOM, eventId('root'))).map((one) => one.body)).toEqual(['주제', '속말']);
  });

  it('does not grow without end', async () => {
    const timeline = new Timeline(history(() => []));
    await timeline.view(ROOM);
    for (let i = 0; i < 3_000; i += 1) timeline.note(message(`n${i}`, `${i}`));
    const all = await bodies(timeline);
    expect(all.length).toBeLessThanOrEqual(1_250);
    expect(all.at(-1)).toBe('2999');
  });

  it('drops the oldest many at once: what it begins with stays for many messages', async () => {
    const timeline = new Timeline(history(() => []));
    await timeline.view(ROOM);
    const begins = new Set<string | undefined>();
    for (let i = 0; i < 2_000; i += 1) {
      timeline.note(message(`s${i}`, `${i}`));
      if (i >= 1_000 && i % 10 === 0) begins.add((await bodies(timeline))[0]);
    }
    expect(begins.size).toBeLessThanOrEqual(5);
  });

  it('is whole also when more rooms are read at once than are kept', async () => {
    const rooms = Array.from({ length: 250 }, (_, i) => RoomId.parse(`!room${i}:test`));
    const source: History = {
      latest: async (room) => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        return [message(`in${room}`, `말 ${room}`, { roomId: room })];
      },
      thread: async () => [],
      event: async () => null,
    };
    const timeline = new Timeline(source);
    const views = await Promise.all(rooms.map((room) => timeline.view(room)));
    expect(views.map((view) => view.map(({ body }) => body))).toEqual(rooms.map((room) => [`말 ${room}`]));
  });

  it('reads a thread again of which something fell out, and puts an old root where it belongs', async () => {
    const root = message('root', '옛 주제');
    const inside = message('in', '속말', { thread: eventId('root') });
    let reads = 0;
    const timeline = new Timeline({
      ...history(() => [message('now', '지금')]),
      thread: async () => {
        reads += 1;
        return [root, inside];
      },
    });
    const thread = async () => (await timeline.view(ROOM, eventId('root'))).map((one) => one.body);
    expect(await thread()).toEqual(['옛 주제', '속말']);
    expect(await bodies(timeline)).toEqual(['옛 주제', '지금']);
    for (let i = 0; i < 1_400; i += 1) timeline.note(message(`n${i}`, `${i}`));
    expect(await thread()).toEqual(['옛 주제', '속말']);
    expect(reads).toBe(2);
  });

  it('keeps no endless list of what was redacted, edited or read as a thread', async () => {
    const read: string[] = [];
    const timeline = new Timeline({ ...history(() => []), thread: async (_, root) => (read.push(root), []) });
    await timeline.view(ROOM);
    const flood = (from: number) => {
      for (let i = from; i < from + 5_000; i += 1) {
        timeline.note({ kind: 'redaction', ...origin(`r${i}`), target: eventId(`gone${i}`) });
        timeline.note({ kind: 'edit', ...origin(`e${i}`), target: eventId(`old${i}`), body: '고침', masked: false });
      }
    };
    flood(0);
    timeline.note(message('kept', '비밀'));
    timeline.note({ kind: 'redaction', ...origin('last'), target: eventId('kept') });
    flood(5_000);
    // What belongs to a message that is kept holds; of the rest the newest, and the oldest is forgotten.
    expect(await bodies(timeline)).toEqual([]);
    for (const id of ['gone9999', 'old9999', 'gone0', 'old0']) timeline.note(message(id, id));
    expect(await bodies(timeline)).toEqual(['고침', 'gone0', 'old0']);
    for (let i = 0; i < 150; i += 1) await timeline.view(ROOM, eventId(`t${i}`));
    await timeline.view(ROOM, eventId('t149'));
    expect(read).toHaveLength(150);
    await timeline.view(ROOM, eventId('t0'));
    expect(read).toHaveLength(151);
  });
});
