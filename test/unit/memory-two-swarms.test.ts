import { MatrixError } from 'matrix-bot-sdk';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { decodeEvent } from '../../bridge/matrix/decode.ts';
import { EventId } from '../../bridge/protocol/ids.ts';
import { LineNumbers } from '../../bots/memory/line-numbers.ts';
import type { MemoryRoom } from '../../bots/memory/memory-room.ts';
import { numbersInAccount } from '../../bots/memory/numbers-copy.ts';
import { COORDINATOR, HQ, MEMORY, MemoryScene } from './memory-scene.ts';

/** Two swarms share a house: jobs come to either, and each hears of what the other did a moment later. */

let scene: MemoryScene;
let one: MemoryRoom;
let other: MemoryRoom;
beforeEach(async () => {
  scene = await MemoryScene.begin();
  [one, other] = [await scene.open(), await scene.open()];
});
afterEach(() => scene.end());

const texts = (memory: MemoryRoom) => memory.lines.map(({ number, text }) => `${number} ${text}`);
const inRoom = () =>
  scene.paper.events.filter(
    ({ room_id, type, content }) => room_id === MEMORY && type === 'm.room.message' && 'body' in content,
  );

it('a wish that both carry out is one line with one number', async () => {
  const source = scene.say(HQ, '펫샵은 열 시에 열어 기억해');
  const job = { ...scene.job(source), lines: ['펫샵은 열 시에 열어'] };
  await Promise.all([scene.commands(one).memory(job), scene.commands(other).memory(job)]);
  await Promise.all([scene.hear(one), scene.hear(other)]);
  expect([texts(one), texts(other)]).toEqual([['1 펫샵은 열 시에 열어'], ['1 펫샵은 열 시에 열어']]);
  expect(inRoom()).toHaveLength(1);
  const said = scene.notices.map(({ text }) => text);
  expect(new Set(said)).toEqual(new Set(['기억했습니다.\n- 🗂 **1** 펫샵은 열 시에 열어\n\n지우려면 `!잊어 1`']));
});

it('what both hear at once has the same numbers with both', async () => {
  for (let n = 1; n <= 20; n += 1) scene.say(MEMORY, `사실 ${n}`);
  await Promise.all([one.again(), other.again()]);
  expect(texts(one)).toEqual(texts(other));
  expect(new Set(one.lines.map(({ number }) => number)).size).toBe(20);
});

it('what one copies late takes nothing away that the other has copied meanwhile', async () => {
  const kept = new Map<string, unknown>();
  const copied = new Set<string>();
  const held = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  const account = (isLate: boolean) => ({
    userId: COORDINATOR,
    call: async (method: string, path: string, { body }: { body?: unknown } = {}) => {
      if (method === 'GET' && kept.has(path)) return kept.get(path);
      if (method === 'GET') throw new MatrixError({ errcode: 'M_NOT_FOUND', error: '' }, 404);
      reached.resolve();
      if (isLate) await held.promise;
      kept.set(path, body);
      return {};
    },
  });
  const line = (id: string) => {
    const event = EventId.parse(id);
    copied.add(event);
    return { event, room: MEMORY, kind: 'fact' as const, text: id, at: 1 };
  };
  const late = new LineNumbers(scene.redis.client(), numbersInAccount(account(true)));
  const early = new LineNumbers(scene.redis.client(), numbersInAccount(account(false)));
  const slowly = late.number([line('$first')]);
  await reached.promise;
  await early.number([line('$second')]);
  held.resolve();
  await slowly;
  expect(new Set((await numbersInAccount(account(false)).load()).keys())).toEqual(copied);
});

it('what one has taken away the other hears, though it was our own account', async () => {
  const source = scene.say(HQ, '펫샵은 열 시에 열어 기억해');
  await scene.commands(one).memory({ ...scene.job(source), lines: ['펫샵은 열 시에 열어'] });
  await scene.hear(other);
  await scene.commands(one).forget(scene.job(scene.say(HQ, '!잊어 1'), { name: 'forget', words: '1' }));
  const raw = scene.paper.events.findLast(({ type }) => type === 'm.room.redaction');
  const event = decodeEvent(raw, { isOwn: () => true }, MEMORY);
  expect(event).toMatchObject({ kind: 'redaction', sender: COORDINATOR });
  if (event?.kind === 'redaction') await other.takenOut(event);
  expect([texts(other), other.isLeftOut(source)]).toEqual([[], true]);
});

it('a line that only the other was told of is taken from the room', async () => {
  const own = scene.say(MEMORY, '앞으로 짧게 말해');
  await scene.commands(other).memory({ ...scene.job(own, { room: MEMORY }), lines: ['앞으로 짧게 말해'] });
  expect(scene.paper.events.at(-1)).toMatchObject({ type: 'm.reaction', content: { 'm.relates_to': { key: '📌' } } });
  const forgotten = scene.say(HQ, '!잊어 1');
  await scene.commands(one).forget(scene.job(EventId.parse(forgotten), { name: 'forget', words: '1' }));
  expect(scene.notices).toEqual([]);
  expect(inRoom()).toEqual([]);
});
