import { describe, expect, it } from 'vitest';
import { RoomDocuments } from '../../bots/memory/room-documents.ts';
import { decodeEvent } from '../../bridge/matrix/decode.ts';
import { RoomId, UserId } from '../../bridge/protocol/ids.ts';
import type { RoomEvent } from '../../bridge/protocol/room-event.ts';

const ROOM = RoomId.parse('!memory:test');
const OWNER = UserId.parse('@owner:test');
const MASTERS = new Set([OWNER]);
const FILE = {
  msgtype: 'm.file',
  body: '계약서.pdf',
  url: 'mxc://test/file',
  info: { mimetype: 'application/pdf', size: 900 },
};

function event(id: string, content: object, more: object = {}): RoomEvent {
  const raw = {
    type: 'm.room.message',
    event_id: id,
    room_id: ROOM,
    sender: OWNER,
    origin_server_ts: 1,
    content,
    ...more,
  };
  const decoded = decodeEvent(raw, { isOwn: (user) => user.startsWith('@agent_') }, ROOM);
  if (decoded === null) throw new Error('not decoded');
  return decoded;
}
const deleted = (target: string) => event('$gone', {}, { type: 'm.room.redaction', redacts: target });
function standing(...events: readonly RoomEvent[]) {
  const documents = new RoomDocuments();
  for (const one of events) documents.put(one);
  return documents.standing(MASTERS);
}

describe('documents of the memory room', () => {
  it('are what masters have posted there, newest first, with what they wrote beneath', () => {
    const captioned = { ...FILE, body: '새 가게 계약서', filename: '계약서.pdf' };
    expect(standing(event('$a', FILE), event('$b', captioned, { origin_server_ts: 2 }))).toEqual([
      { event: '$b', room: ROOM, at: 2, by: OWNER, file: FILE.url, name: '계약서.pdf', caption: '새 가게 계약서' },
      { event: '$a', room: ROOM, at: 1, by: OWNER, file: FILE.url, name: '계약서.pdf' },
    ]);
  });

  it.each([
    ['a stranger’s', event('$a', FILE, { sender: '@guest:test' })],
    ['an agent’s', event('$a', FILE, { sender: '@agent_claude:test' })],
    ['a picture', event('$a', { ...FILE, msgtype: 'm.image', body: 'a.png', info: { mimetype: 'image/png' } })],
    ['in a thread', event('$a', { ...FILE, 'm.relates_to': { rel_type: 'm.thread', event_id: '$root' } })],
    ['only words', event('$a', { msgtype: 'm.text', body: '계약서.pdf' })],
  ])('are not what is %s', (_, one) => {
    expect(standing(one)).toEqual([]);
  });

  it('are gone when they are deleted, in whatever order it is heard, and when their master is none any more', () => {
    expect(standing(event('$a', FILE), deleted('$a'))).toEqual([]);
    expect(standing(deleted('$a'), event('$a', FILE))).toEqual([]);
    const documents = new RoomDocuments();
    documents.put(event('$a', FILE));
    expect(documents.standing(new Set())).toEqual([]);
  });
});
