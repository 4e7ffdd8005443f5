import { describe, expect, it } from 'vitest';
import { Attachments } from '../../bots/turns/attachments.ts';
import { decideForOthers } from '../../bots/intake/decide.ts';
import { exposedNotice, secretNotice, unreadLine, withSecretTold } from '../../bots/intake/exposed-secrets.ts';
import { decodeEvent } from '../../bridge/matrix/decode.ts';
import { EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import type { MessageEvent, RoomEvent } from '../../bridge/protocol/room-event.ts';

const origin = { eventId: EventId.parse('$e'), roomId: RoomId.parse('!r:x'), sender: UserId.parse('@a:x'), at: 1 };
const message: MessageEvent = {
  ...origin,
  kind: 'message',
  msgtype: 'm.text',
  body: '키는 …(가림)',
  mentions: [],
  mentionsRoom: false,
  masked: true,
};
const file: MessageEvent = {
  ...message,
  msgtype: 'm.file',
  body: 'a.env',
  attachment: { url: 'mxc://a/b', name: 'a.env', mediaType: 'text/plain' },
};

describe('a secret', () => {
  it('is taken out whatever else the message sets off, and one line says both', () => {
    const plan = withSecretTold(
      { ...message, body: '!run ls' },
      decideForOthers({ ...message, body: '!run ls' }, { fallbackLang: 'ko', ownerTitle: '마스터' }, false),
      'ko',
    );
    expect(plan.told).toBe('@a:x');
    expect(plan.jobs).toEqual([
      expect.objectContaining({
        type: 'notice',
        text: expect.stringMatching(/마스터[^]*npm start -- keys/),
        redact: { event: '$e', otherwise: expect.stringMatching(/마스터[^]*직접 지우고/) },
      }),
    ]);
    expect(withSecretTold({ ...message, masked: false }, { jobs: [] }, 'ko').jobs).toEqual([]);
  });

  it('in a file is told with what the redaction leaves', () => {
    expect(secretNotice(file, 'ko')).toMatchObject({
      text: expect.stringMatching(/서버에 남아[^]*npm start -- keys/),
      redact: { event: '$e', otherwise: expect.stringMatching(/직접 지워[^]*서버에 남아/) },
    });
    expect(secretNotice(file, 'en').text).toMatch(/may still lie on the server[^]*npm start -- keys/);
    expect(secretNotice(message, 'ko').text).not.toContain('서버');
  });

  it.each<[Exclude<RoomEvent, { kind: 'message' | 'edit' }>, RegExp, boolean]>([
    [{ ...origin, kind: 'other', what: 'poll', masked: true }, /투표/, true],
    [{ ...origin, kind: 'other', what: 'sticker', masked: true }, /스티커/, true],
    [{ ...origin, kind: 'other', what: 'state', masked: true }, /방 설정/, true],
    [{ ...origin, kind: 'other', what: 'event', masked: true }, /올라온 내용/, true],
    [{ ...origin, kind: 'reaction', target: origin.eventId, key: 'x', masked: true }, /반응/, true],
    [
      { ...origin, kind: 'membership', user: origin.sender, membership: 'join', masked: true },
      /표시 이름[^]*프로필/,
      true,
    ],
    [{ ...origin, kind: 'membership', user: origin.sender, membership: 'ban', masked: true }, /올라온 내용/, true],
    [{ ...origin, kind: 'unreadable', why: 'x', masked: true }, /올라온 내용/, true],
    [{ ...origin, kind: 'redaction', target: origin.eventId, masked: true }, /삭제 사유[^]*지우지 못했/, false],
    [{ ...origin, kind: 'upgrade', to: origin.roomId, masked: true }, /방 설정[^]*지우지 못했/, false],
  ])('elsewhere (%j) is told, and taken out where nothing is lost by it', (event, words, taken) => {
    const notice = exposedNotice(event, 'ko');
    expect(notice.text).toMatch(words);
    expect(notice.text).toContain('npm start -- keys');
    expect(notice.redact?.event).toBe(taken ? '$e' : undefined);
  });
});

describe('what no agent reads', () => {
  it('gets one line, in its thread, in the language of the room', () => {
    expect(unreadLine({ ...origin, kind: 'other', what: 'poll', thread: EventId.parse('$t') }, 'ko')).toMatchObject({
      thread: '$t',
      source: '$e',
      text: expect.stringContaining('글로 적어'),
    });
    expect(unreadLine({ ...origin, kind: 'other', what: 'sticker' }, 'en')?.text).toContain('in words');
    expect(unreadLine({ ...origin, kind: 'other', what: 'event' }, 'ko')).toBeNull();
    expect(
      decodeEvent(
        { ...origin, event_id: '$e', room_id: '!r:x', type: 'm.poll.end', content: {} },
        { isOwn: () => false },
      ),
    ).toBeNull();
  });
});

describe('a file', () => {
  const account = (bytes: Buffer | null) => async () =>
    ({ download: () => (bytes === null ? Promise.reject(new Error('gone')) : Promise.resolve(bytes)) }) as never;
  const attachment = { url: 'mxc://a/b', name: 'a.env', mediaType: 'text/plain' };
  it.each([
    ['holds a key', 'A=1\nOPENAI_API_KEY=sk-proj-Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4z', 'held'],
    ['holds a key in UTF-16', Buffer.from('\uFEFF비밀번호: Xk39!plm22', 'utf16le'), 'held'],
    ['holds none', '안녕하세요', 'none'],
    ['cannot be fetched', null, 'not-looked'],
  ])('%s', async (_, content, holds) => {
    expect(
      await new Attachments().secretsIn(attachment, account(content === null ? null : Buffer.from(content as string))),
    ).toBe(holds);
  });
  it('that is neither words nor an archive is not fetched', async () => {
    expect(
      await new Attachments().secretsIn({ ...attachment, name: 'a.png', mediaType: 'image/png' }, () =>
        Promise.resolve({ download: () => Promise.reject(new Error('asked')) } as never),
      ),
    ).toBe('none');
  });
});
