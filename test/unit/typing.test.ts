import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { RoomId } from '../../bridge/protocol/ids.ts';
import { showTyping } from '../../bots/turns/typing.ts';

const ROOM = RoomId.parse('!room');
let signs: boolean[];
const account = {
  typing: async (_room: RoomId, typing: boolean) => {
    signs.push(typing);
  },
};
beforeEach(() => {
  signs = [];
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('is not shown for an answer that comes at once', async () => {
  const typing = showTyping(account, ROOM);
  await vi.advanceTimersByTimeAsync(600);
  typing.end();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(signs).toEqual([]);
});

it('is renewed before the homeserver forgets it, and taken back at the end', async () => {
  const typing = showTyping(account, ROOM);
  await vi.advanceTimersByTimeAsync(65_000);
  expect(signs).toEqual([true, true, true, true]);
  typing.end();
  await vi.advanceTimersByTimeAsync(65_000);
  expect(signs).toEqual([true, true, true, true, false]);
});
