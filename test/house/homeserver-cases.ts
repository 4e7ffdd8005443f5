import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { Account, refused } from '../../bridge/matrix/account.ts';
import { homeserverHistory } from '../../bridge/appservice/history.ts';
import { RoomLimiter } from '../../bridge/matrix/room-limiter.ts';
import { EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import type { Json } from './provider-formats.ts';

/** A room with one account in it, on whichever homeserver. */
export interface HomeserverCase {
  readonly url: string;
  readonly user: string;
  readonly token: string;
  readonly room: string;
}

/** What the product asks of a homeserver through `Account`: the same for Synapse and for the one of paper. */
export function homeserverCases(scene: () => HomeserverCase): void {
  const open = () => {
    const { url, user, token, room } = scene();
    return {
      account: new Account({
        homeserverUrl: url,
        accessToken: token,
        userId: UserId.parse(user),
        ghost: false,
        limiter: new RoomLimiter(),
      }),
      room: RoomId.parse(room),
    };
  };
  const text = (body: string) => ({ msgtype: 'm.text', body, 'm.mentions': {} });
  const edit = (target: EventId, body: string) => ({
    ...text(`* ${body}`),
    'm.new_content': text(body),
    'm.relates_to': { rel_type: 'm.replace', event_id: target },
  });

  it('a repeated send is the same event', async () => {
    const { account, room } = open();
    const txn = randomUUID();
    const first = await account.send(room, 'm.room.message', text('one'), txn);
    expect(await account.send(room, 'm.room.message', text('other'), txn)).toBe(first);
    expect(await account.event(room, first)).toMatchObject({
      event_id: first,
      type: 'm.room.message',
      sender: account.userId,
      content: { body: 'one' },
    });
  });

  it('one account signs once with one sign', async () => {
    const { account, room } = open();
    const target = await account.send(room, 'm.room.message', text('sign me'), randomUUID());
    const sign = () =>
      account.send(
        room,
        'm.reaction',
        { 'm.relates_to': { rel_type: 'm.annotation', event_id: target, key: '⚙️' } },
        randomUUID(),
      );
    await sign();
    expect(refused(await sign().catch((error: unknown) => error))).toBe(true);
  });

  it('an event carries its last edit, and a redacted one has no words', async () => {
    const { account, room } = open();
    const target = await account.send(room, 'm.room.message', text('first'), randomUUID());
    for (const body of ['second', 'third'])
      await account.send(room, 'm.room.message', edit(target, body), randomUUID());
    const whole = (await account.event(room, target)) as Json;
    expect(whole.unsigned['m.relations']['m.replace'].content['m.new_content'].body).toBe('third');
    const txn = randomUUID();
    const redaction = await account.redact(room, target, txn, 'gone');
    expect(await account.redact(room, target, txn, 'gone')).toBe(redaction);
    const left = (await account.event(room, target)) as Json;
    expect([left.type, left.content]).toEqual(['m.room.message', {}]);
    expect(left.unsigned.redacted_because).toBeDefined();
  });

  it('what is not there is nothing', async () => {
    const { account, room } = open();
    expect(await account.event(room, EventId.parse(`$${'x'.repeat(43)}`))).toBeNull();
    expect(await account.state(room, 'com.chavion.nothing')).toBeNull();
    expect(await account.state(room, 'm.room.power_levels')).toHaveProperty('users');
  });

  it('knows who is in a room', async () => {
    const { account, room } = open();
    expect((await account.joinedMembers(room)).has(account.userId)).toBe(true);
    expect([await account.isIn(room), await account.isIn(RoomId.parse('!nowhere:test'))]).toEqual([true, false]);
    await account.typing(room, true);
    await account.typing(room, false);
  });

  it('reads a room back to the newest, page by page, and a thread with its root', async () => {
    const { account, room } = open();
    const root = await account.send(room, 'm.room.message', text('root'), randomUUID());
    const relation = {
      'm.relates_to': {
        rel_type: 'm.thread',
        event_id: root,
        is_falling_back: true,
        'm.in_reply_to': { event_id: root },
      },
    };
    const inside = await account.send(room, 'm.room.message', { ...text('inside'), ...relation }, randomUUID());
    const last = await account.send(room, 'm.room.message', text('last'), randomUUID());
    const first = await account.messages(room, { limit: 2 });
    const second = await account.messages(room, { limit: 1, ...(first.end === undefined ? {} : { from: first.end }) });
    expect([...first.chunk, ...second.chunk].map((event) => (event as Json).event_id)).toEqual([last, inside, root]);
    const history = homeserverHistory(() => Promise.resolve(account), { isOwn: () => false });
    const thread = await history.thread(room, root, 10);
    expect(thread.map(({ eventId }) => eventId)).toEqual([root, inside]);
  });
}
