import { describe, expect, it } from 'vitest';
import { type Aside, heardByAll, Inbox, type InboxOptions, type FailedEvent } from '../../bridge/appservice/inbox.ts';
import { Timeline } from '../../bridge/appservice/timeline.ts';
import type { RoomEvent } from '../../bridge/protocol/room-event.ts';
import { MASTER, ROOM } from './events.ts';

const raw = (name: string) => ({
  type: 'm.room.message',
  event_id: `$${name}`,
  room_id: ROOM,
  sender: MASTER,
  origin_server_ts: 1_000,
  content: { msgtype: 'm.text', body: name },
});

function scene(
  handle: (event: RoomEvent) => Promise<void>,
  more: Partial<Aside> = {},
  options: InboxOptions = { isOwn: () => false },
) {
  const handled: string[] = [];
  const aside: FailedEvent[] = [];
  const timeline = new Timeline({ latest: async () => [], thread: async () => [], event: async () => null });
  const handler = async (event: RoomEvent) => {
    await handle(event);
    handled.push(event.eventId);
  };
  const inbox = new Inbox(
    options,
    timeline,
    handler,
    {
      healthy: async () => true,
      begun: async () => 0,
      ended: async () => undefined,
      put: async (failed) => void aside.push(failed),
      ...more,
    },
    50,
  );
  return { inbox, handled, aside };
}

const poison = async ({ eventId }: RoomEvent): Promise<void> => {
  if (eventId === '$poison') throw new RangeError('no such thing');
};

describe('what the house itself has taken out of a room', () => {
  it('is told to whoever keeps books of it, and is no part of the talk', async () => {
    const takenOut: string[] = [];
    const { inbox, handled } = scene(
      async () => undefined,
      {},
      {
        isOwn: (user) => user === '@agent_coordinator:test',
        takenOut: async ({ target }) => void takenOut.push(target),
      },
    );
    inbox.open();
    const redaction = (id: string, sender: string) => ({
      ...raw(id),
      type: 'm.room.redaction',
      sender,
      redacts: `$of-${id}`,
      content: {},
    });
    await inbox.accept([redaction('own', '@agent_coordinator:test'), redaction('master', MASTER)]);
    expect([takenOut, handled]).toEqual([['$of-own'], ['$master']]);
  });
});

describe('what comes in', () => {
  it('waits for the start: a decision made before all is loaded would be kept for good', async () => {
    let loaded = false;
    const seen: boolean[] = [];
    const { inbox } = scene(async () => void seen.push(loaded));
    let taken = false;
    const taking = inbox.accept([raw('early')]).then(() => (taken = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect([taken, seen]).toEqual([false, []]);
    loaded = true;
    inbox.open();
    await taking;
    expect(seen).toEqual([true]);
  });

  it('goes on behind an event that cannot be handled, which is kept once by where it stands', async () => {
    const { inbox, handled, aside } = scene(poison);
    inbox.open();
    await inbox.accept([raw('before'), raw('poison'), raw('behind')]);
    await inbox.accept([raw('poison'), raw('later')]);
    expect(handled).toEqual(['$before', '$behind', '$later']);
    expect(aside).toEqual([{ event: '$poison', room: ROOM, sender: MASTER, at: 1_000, why: 'RangeError' }]);
  });

  it('goes on behind what cannot even be decoded', async () => {
    const { inbox, handled, aside } = scene(async () => undefined);
    inbox.open();
    const hostile = Object.defineProperty(raw('hostile'), 'content', {
      enumerable: true,
      get: () => {
        throw new TypeError('never');
      },
    });
    const { event_id, ...rest } = raw('nameless');
    await inbox.accept([{ ...rest, event_id: 7 }, hostile, raw('behind')]);
    expect(handled).toEqual(['$behind']);
    expect(aside.map(({ event, why }) => [event, why])).toEqual([['$hostile', 'TypeError']]);
    expect(event_id).toBe('$nameless');
  });

  it('goes on behind an event whose handling never ends', async () => {
    const { inbox, handled, aside } = scene(({ eventId }) =>
      eventId === '$poison' ? new Promise(() => undefined) : Promise.resolve(),
    );
    inbox.open();
    await inbox.accept([raw('poison'), raw('behind')]);
    expect([handled, aside.map(({ why }) => why)]).toEqual([['$behind'], ['hangs']]);
  });

  it('puts nothing aside for a Redis or a homeserver that is away, and takes nothing either', async () => {
    let there = false;
    const { inbox, handled, aside } = scene(
      async () => {
        if (!there) throw new Error('Connection is closed');
      },
      { healthy: async () => there },
    );
    inbox.open();
    for (let time = 0; time < 10; time += 1) await expect(inbox.accept([raw('a'), raw('b')])).rejects.toThrow('closed');
    there = true;
    await inbox.accept([raw('a'), raw('b')]);
    expect([handled, aside]).toEqual([['$a', '$b'], []]);
  });

  it('waits on, once, for what hangs because something is away', async () => {
    let there = false;
    const { promise, resolve } = Promise.withResolvers<void>();
    let begun = 0;
    const { inbox, handled, aside } = scene(
      () => {
        begun += 1;
        return promise;
      },
      { healthy: async () => there },
    );
    inbox.open();
    const taking = inbox.accept([raw('a')]);
    setTimeout(() => {
      there = true;
      resolve();
    }, 200);
    await taking;
    expect([handled, aside, begun]).toEqual([['$a'], [], 1]);
  });

  it('takes no event in hand of which the process died again and again', async () => {
    const { inbox, handled, aside } = scene(async () => undefined, {
      begun: async (event) => (event === '$poison' ? 5 : 1),
    });
    inbox.open();
    await inbox.accept([raw('poison'), raw('behind')]);
    expect([handled, aside.map(({ why }) => why)]).toEqual([['$behind'], ['crash']]);
  });

  it('can be tried again', async () => {
    let mended = false;
    const { inbox, handled } = scene(async (event) => (mended ? undefined : poison(event)));
    inbox.open();
    await inbox.accept([raw('poison')]);
    expect(await inbox.again(raw('poison'), ROOM)).toBe(false);
    mended = true;
    expect(await inbox.again(raw('poison'), ROOM)).toBe(true);
    expect(handled).toEqual(['$poison']);
  });

  it('is heard by all handlers, whoever of them fails', async () => {
    const heard: string[] = [];
    const deaf = async () => Promise.reject(new Error('deaf'));
    await expect(
      heardByAll([async () => void heard.push('a'), deaf, async () => void heard.push('c')])({} as RoomEvent),
    ).rejects.toThrow('deaf');
    expect(heard).toEqual(['a', 'c']);
  });
});
