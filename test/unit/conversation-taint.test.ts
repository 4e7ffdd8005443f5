import { describe, expect, it } from 'vitest';
import { taintStore } from '../../bots/hands/taint-store.ts';
import { taintIn } from '../../bots/turns/conversation-taint.ts';
import type { Entry } from '../../bridge/appservice/timeline.ts';
import { EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import { PaperRedis } from '../house/paper-redis.ts';

const MASTER = UserId.parse('@master:test');
const own = new Set([MASTER, UserId.parse('@agent_claude:test')]);
const entry = (sender: string, more: object = {}): Entry =>
  ({ event: { sender, kind: 'message', ...more }, body: '' }) as unknown as Entry;

describe('what a message brings into a conversation', () => {
  it.each([
    ['a master’s words', entry('@master:test'), { untrusted: false, private: false }],
    ['an agent’s words', entry('@agent_claude:test'), { untrusted: false, private: false }],
    ['a guest’s words', entry('@guest:elsewhere'), { untrusted: true, private: false }],
    ['an outside agent’s words', entry('@agent_bot:test'), { untrusted: true, private: false }],
    ['a master’s file', entry('@master:test', { attachment: { name: 'a.pdf' } }), { untrusted: true, private: true }],
    [
      'what a command of a task printed',
      entry('@executor:test', { chavion: { kind: 'result' } }),
      { untrusted: true, private: true },
    ],
    [
      'what the message of a run shows of it',
      entry('@agent_coordinator:test', { chavion: { kind: 'act', run: true } }),
      { untrusted: true, private: true },
    ],
  ])('%s', (_, one, taint) => expect(taintIn(one, own)).toEqual(taint));
});

describe('what turns have brought in', () => {
  const HOUR = 3_600_000;
  const room = RoomId.parse('!hq:test');
  const thread = EventId.parse('$thread');
  const both = { untrusted: true, private: true };
  const clean = { untrusted: false, private: false };

  it('counts as long as it may stand in what the next one reads', async () => {
    const store = taintStore(new PaperRedis().client());
    const now = Date.now();
    expect(await store.of({ room }, now)).toEqual(clean);
    await store.note({ room }, { untrusted: true, private: false });
    await store.note({ room }, { untrusted: false, private: true });
    expect(await store.of({ room }, now - HOUR)).toEqual(both);
    // The same day: what it left in the workspace is there, whatever the history says.
    expect(await store.of({ room }, now + 12 * HOUR)).toEqual(both);
    expect(await store.of({ room: RoomId.parse('!other:test') }, 0)).toEqual(clean);
  });

  it('goes with a thread from its room, and not back', async () => {
    const store = taintStore(new PaperRedis().client());
    await store.note({ room, thread }, both);
    expect(await store.of({ room }, 0)).toEqual(clean);
    expect(await store.of({ room, thread }, Date.now())).toEqual(both);
    await store.note({ room }, both);
    expect(await store.of({ room, thread: EventId.parse('$other') }, Date.now())).toEqual(both);
  });
});
