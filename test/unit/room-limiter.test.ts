import { expect, it } from 'vitest';
import { RoomLimiter } from '../../bridge/matrix/room-limiter.ts';
import { RoomId } from '../../bridge/protocol/ids.ts';

const [HERE, THERE] = [RoomId.parse('!here:house.test'), RoomId.parse('!there:house.test')];
const passed = () => new Promise((resolve) => setImmediate(resolve));

/** Writes that end when they are told to, in the order in which they began. */
function writes(limiter: RoomLimiter) {
  const open: (() => void)[] = [];
  const begun: number[] = [];
  return {
    begun,
    add: (room: RoomId, name: number) =>
      limiter.run(room, () => new Promise<number>((resolve) => (begun.push(name), open.push(() => resolve(name))))),
    end: async (count = 1) => {
      for (const one of open.splice(0, count)) one();
      await passed();
    },
  };
}

it('takes twenty-four at once in a quiet room, then fourteen, in the order in which they came', async () => {
  const { add, end, begun } = writes(new RoomLimiter());
  const all = Promise.all(Array.from({ length: 50 }, (_, i) => add(HERE, i)));
  expect(begun).toHaveLength(24);
  await end(10);
  expect(begun).toHaveLength(24);
  await end();
  expect(begun).toHaveLength(25);
  await end(14);
  expect(begun).toHaveLength(39);
  for (let i = 0; i < 4; i += 1) await end(14);
  expect(await all).toEqual(begun);
  expect(begun).toEqual(Array.from({ length: 50 }, (_, i) => i));
});

it('takes as many again once the room was quiet', async () => {
  const { add, end, begun } = writes(new RoomLimiter());
  for (let i = 0; i < 40; i += 1) void add(HERE, i);
  for (let i = 0; i < 4; i += 1) await end(40);
  for (let i = 40; i < 80; i += 1) void add(HERE, i);
  expect(begun).toHaveLength(64);
});

it('holds up no other room', () => {
  const { add, begun } = writes(new RoomLimiter());
  for (let i = 0; i < 30; i += 1) void add(HERE, i);
  void add(THERE, 30);
  expect(begun).toContain(30);
});

it('goes on after one that fails', async () => {
  const limiter = new RoomLimiter();
  const ends = await Promise.allSettled(
    Array.from({ length: 50 }, (_, i) =>
      limiter.run(HERE, () => (i % 2 === 0 ? Promise.reject(new Error(`${i}`)) : Promise.resolve(i))),
    ),
  );
  expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(25);
});
