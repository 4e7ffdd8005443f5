import { describe, expect, it } from 'vitest';
import { openOrders } from '../../bots/intake/open-orders.ts';
import { UserId } from '../../bridge/protocol/ids.ts';
import type { MessageEvent } from '../../bridge/protocol/room-event.ts';
import { withoutKeys } from '../../executor/reports/file-keys.ts';
import { eventId, MASTER, message } from './events.ts';

const KEY = `sk-proj-${'a1B2c3D4e5'.repeat(5)}`;

describe('a file on its way into a room', () => {
  it('has its keys masked where it is text, and the rest as it was', () => {
    const { bytes, keys } = withoutKeys(Buffer.from(`\uFEFF이름,키\r\n나,${KEY}\r\nmine my-own-password\n`), [
      'my-own-password',
    ]);
    const text = Buffer.from(bytes).toString();
    expect(keys).toBe('masked');
    expect(text).toMatch(/^\uFEFF이름,키\r\n나,sk-/);
    expect(text).not.toContain('a1B2c3D4e5');
    expect(text).not.toContain('my-own-password');
  });

  it('is the same bytes where there are none', () => {
    for (const bytes of [Buffer.from('이름,점수\n'), Buffer.from([0, 1, 2, 255]), Buffer.alloc(0)])
      expect(withoutKeys(bytes, [])).toEqual({ bytes, keys: 'none' });
  });

  it('stays whole where it is no text, and that is said', () => {
    const bytes = Buffer.concat([Buffer.from([0, 255, 1]), Buffer.from(KEY), Buffer.from([0])]);
    expect(withoutKeys(bytes, [])).toEqual({ bytes, keys: 'left' });
  });
});

describe('commands that !stop ends', () => {
  const EXECUTOR = UserId.parse('@executor:test');
  const masters = new Set([MASTER]);
  const entry = (event: MessageEvent, growing = false) => ({ event, body: event.body, growing });
  const order = (id: string, at: number, body = '!실행 sleep 60') => entry(message(id, body, { at }));
  const told = (of: string, at: number, body: string, growing = false) =>
    entry(
      message(`${of}.${at}`, body, { at, sender: EXECUTOR, chavion: { v: 1, kind: 'notice', source: eventId(of) } }),
      growing,
    );
  const count = (...entries: ReturnType<typeof entry>[]) =>
    openOrders(entries, { masters, executor: EXECUTOR, at: 1_000 });

  it('are those that have not ended', () => {
    expect(count(order('a', 1), order('b', 2), told('b', 3, '✓ 끝 (0)'))).toBe(1);
    expect(count(order('a', 1), told('a', 2, '⏳ 실행 중', true))).toBe(1);
    expect(count(order('a', 1), told('a', 2, '✋ **실행해도 될까요?**'))).toBe(1);
    expect(count(order('a', 1), told('a', 2, '⊘ 거절하셔서'))).toBe(0);
    expect(count(order('a', 1, '안녕'), order('b', 2, '!실행'))).toBe(0);
    expect(count(order('a', 1_001))).toBe(0);
  });

  it('are also those whose end by it stands there already', () => {
    expect(count(order('a', 1), told('a', 1_050, '■ 멈췄습니다'))).toBe(1);
    expect(count(order('a', 1), told('a', 500, '■ 멈췄습니다'))).toBe(0);
  });
});
