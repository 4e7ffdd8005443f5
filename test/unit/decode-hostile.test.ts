import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { decodeEvent } from '../../bridge/matrix/decode.ts';
import { ChavionContent } from '../../bridge/protocol/content.ts';
import { EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';

const own = { isOwn: (user: UserId) => user.startsWith('@agent_') };
const room = RoomId.parse('!hq:chavion.local');
const key = 'sk-proj-Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4z';

const event = (content: unknown, more: Record<string, unknown> = {}) => ({
  type: 'm.room.message',
  event_id: '$e',
  sender: '@master:chavion.local',
  room_id: '!hq:chavion.local',
  origin_server_ts: 1_700_000_000_000,
  content,
  ...more,
});
const decode = (content: unknown, more: Record<string, unknown> = {}) => decodeEvent(event(content, more), own);
const text = (body: string, more: Record<string, unknown> = {}) => ({
  msgtype: 'm.text',
  body,
  'm.mentions': {},
  ...more,
});

const origin = { eventId: EventId, roomId: RoomId, sender: UserId, at: z.int().min(0), masked: z.boolean().optional() };
/** RoomEvent, written down a second time on purpose. */
const Decoded = z.discriminatedUnion('kind', [
  z.strictObject({
    ...origin,
    kind: z.literal('message'),
    msgtype: z.enum(['m.text', 'm.notice', 'm.emote', 'm.image', 'm.file', 'm.audio', 'm.video', 'other']),
    body: z.string().max(65_536),
    mentions: z.array(UserId).max(50),
    mentionsRoom: z.boolean(),
    replyTo: EventId.optional(),
    hungOn: EventId.optional(),
    pills: z.array(UserId).max(50).optional(),
    thread: EventId.optional(),
    attachment: z
      .strictObject({
        url: z.string().startsWith('mxc://'),
        name: z.string().max(300),
        mediaType: z.string().max(200),
        size: z.int().min(0).optional(),
      })
      .optional(),
    chavion: ChavionContent.optional(),
    masked: z.boolean(),
  }),
  z.strictObject({
    ...origin,
    kind: z.literal('edit'),
    target: EventId,
    body: z.string().max(65_536),
    mentions: z.array(UserId).max(50).optional(),
    mentionsRoom: z.boolean().optional(),
    pills: z.array(UserId).max(50).optional(),
    chavion: ChavionContent.optional(),
    masked: z.boolean(),
  }),
  z.strictObject({ ...origin, kind: z.literal('reaction'), target: EventId, key: z.string().min(1).max(300) }),
  z.strictObject({ ...origin, kind: z.literal('redaction'), target: EventId }),
  z.strictObject({
    ...origin,
    kind: z.literal('membership'),
    user: UserId,
    membership: z.enum(['invite', 'join', 'leave', 'ban', 'knock']),
    displayName: z.string().min(1).max(300).optional(),
  }),
  z.strictObject({ ...origin, kind: z.literal('power'), users: z.map(UserId, z.int()) }),
  z.strictObject({ ...origin, kind: z.literal('encrypted') }),
  z.strictObject({
    ...origin,
    kind: z.literal('other'),
    what: z.enum(['poll', 'sticker', 'state', 'event']),
    thread: EventId.optional(),
  }),
  z.strictObject({ ...origin, kind: z.literal('unreadable'), why: z.string() }),
]);

describe('hostile input', () => {
  const junk = fc.oneof(
    fc.jsonValue({ maxDepth: 4 }),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('$e', '@a:b', 'm.thread', key, '> <@a:b> x\n\ny', { event_id: '$r' }, ['@a:b', 1], {
      __proto__: null,
      body: 1,
    }),
  );
  const replace = { rel_type: 'm.replace', event_id: '$o' };
  const thread = { rel_type: 'm.thread', event_id: '$t', is_falling_back: true, 'm.in_reply_to': { event_id: '$r' } };
  const file = {
    msgtype: 'm.file',
    body: 'x',
    filename: 'y.txt',
    url: 'mxc://a/b',
    info: { mimetype: 'text/plain', size: 1 },
  };
  const html = { format: 'org.matrix.custom.html', formatted_body: '<a href="https://matrix.to/#/@a:b">' };
  const seeds = [
    event({
      ...text('x'),
      ...html,
      'm.mentions': { user_ids: ['@a:b'], room: true },
      'm.relates_to': thread,
      'com.chavion': { v: 1, kind: 'answer' },
    }),
    event({ ...file, 'm.relates_to': { 'm.in_reply_to': { event_id: '$r' } } }, { sender: '@agent_claude:x' }),
    event(
      {
        ...text('* x'),
        'm.new_content': text('x', { 'com.chavion': { v: 1, kind: 'answer', depth: 1 } }),
        'm.relates_to': replace,
      },
      { sender: '@agent_claude:x' },
    ),
    event({ 'm.relates_to': { rel_type: 'm.annotation', event_id: '$o', key: '✅' } }, { type: 'm.reaction' }),
    event({ redacts: '$o' }, { type: 'm.room.redaction', redacts: '$o' }),
    event({ membership: 'join', displayname: 'x' }, { type: 'm.room.member', state_key: '@a:b' }),
    event({ users: { '@a:b': 100, '@c:d': 0 } }, { type: 'm.room.power_levels', state_key: '' }),
    event({ body: 'x', url: 'mxc://a/b', 'm.relates_to': thread }, { type: 'm.sticker' }),
    event({ ciphertext: 'x' }, { type: 'm.room.encrypted' }),
  ];
  const pathsOf = (value: unknown): string[][] =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([k, v]) => [[k], ...pathsOf(v).map((path) => [k, ...path])])
      : [];
  const put = (value: unknown, [first, ...rest]: string[], to: unknown): unknown =>
    first === undefined
      ? to
      : typeof value === 'object' && value !== null
        ? { ...value, [first]: put(Reflect.get(value, first), rest, to) }
        : value;
  /** A sound event with up to three of its values replaced by anything. */
  const broken = fc
    .constantFrom(...seeds)
    .chain((seed) =>
      fc
        .array(fc.tuple(fc.constantFrom(...pathsOf(seed)), junk), { maxLength: 3 })
        .map((changes) => changes.reduce<unknown>((raw, [path, to]) => put(raw, path, to), seed)),
    );

  it('never throws, never lies about a type', () => {
    const kinds = new Set<string>();
    fc.assert(
      fc.property(fc.oneof({ weight: 9, arbitrary: broken }, { weight: 1, arbitrary: junk }), (value) => {
        // Through text, as it comes from the network: `__proto__` is then an own key.
        const found = decodeEvent(JSON.parse(JSON.stringify(value)), own, room);
        if (found === null) return;
        kinds.add(found.kind);
        Decoded.parse(found);
      }),
      { numRuns: 4000 },
    );
    expect([...kinds].sort()).toEqual([
      'edit',
      'encrypted',
      'membership',
      'message',
      'other',
      'power',
      'reaction',
      'redaction',
      'unreadable',
    ]);
  });

  it('is not impressed by depth', () => {
    const deep = JSON.parse('{"a":'.repeat(50_000) + '1' + '}'.repeat(50_000)) as unknown;
    expect(decode(deep)).toMatchObject({ kind: 'unreadable' });
    expect(
      decode(
        text('말', {
          'm.mentions': deep,
          'm.relates_to': deep,
          'm.new_content': deep,
          info: deep,
          'com.chavion': deep,
        }),
        { unsigned: deep },
      ),
    ).toMatchObject({ body: '말' });
    expect(decodeEvent(deep, own)).toBeNull();
  });

  it('takes no orders from __proto__', () => {
    const raw = JSON.parse(
      '{"type":"m.room.message","event_id":"$e","sender":"@m:x","room_id":"!r:x","__proto__":{"polluted":1},' +
        '"content":{"__proto__":{"body":"속임","msgtype":"m.text","polluted":1},"m.relates_to":{"__proto__":{"polluted":1}}}}',
    ) as unknown;
    expect(decodeEvent(raw, own)).toMatchObject({ kind: 'unreadable' });
    expect({}).not.toHaveProperty('polluted');
    const power = JSON.parse('{"users":{"__proto__":100,"constructor":100,"@a:b":1}}') as unknown;
    expect(decode(power, { type: 'm.room.power_levels', state_key: '' })).toMatchObject({
      users: new Map([['@a:b', 1]]),
    });
  });

  it.each([
    ['<a href="'.repeat(7000)],
    ['<mx-reply>'.repeat(6500)],
    ['<'.repeat(65_000)],
    [`<a href="https://matrix.to/#/${'@'.repeat(60_000)}">`],
    ['<div>'.repeat(13_000)],
  ])('an HTML bomb %# is a message all the same', (formatted_body) => {
    expect(decode({ msgtype: 'm.text', body: '말', format: 'org.matrix.custom.html', formatted_body })).toMatchObject({
      kind: 'message',
      body: '말',
      mentions: [],
    });
  });
});
