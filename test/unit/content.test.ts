import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { decodeEvent } from '../../bridge/matrix/decode.ts';
import {
  editContent,
  EVENT_LIMIT_BYTES,
  fits,
  messageContent,
  type OutgoingText,
} from '../../bridge/matrix/content.ts';
import { EventId, UserId } from '../../bridge/protocol/ids.ts';

const id = (text: string) => EventId.parse(text);
const claude = { userId: UserId.parse('@agent_claude:chavion.local'), name: '클로드' };
const answer = { v: 1, kind: 'answer', depth: 1 } as const;
const say = (text: string, more: Partial<OutgoingText> = {}): OutgoingText => ({ text, chavion: answer, ...more });
const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

describe('a message', () => {
  it('carries no second body where it would say the same', () => {
    expect(messageContent(say('안녕 <마스터> "님" & \'나\''))).toEqual({
      msgtype: 'm.text',
      body: '안녕 <마스터> "님" & \'나\'',
      'm.mentions': {},
      'com.chavion': answer,
    });
    expect(messageContent(say('한 줄\n두 줄', { msgtype: 'm.notice' }))).not.toHaveProperty('formatted_body');
  });

  it('carries HTML where it says more', () => {
    expect(messageContent(say('**중요**해요', { msgtype: 'm.notice' }))).toMatchObject({
      msgtype: 'm.notice',
      body: '**중요**해요',
      format: 'org.matrix.custom.html',
      formatted_body: '<strong>중요</strong>해요',
    });
  });

  it.each<[string, Partial<OutgoingText>, unknown]>([
    ['nothing', {}, undefined],
    ['a reply', { replyTo: id('$r') }, { 'm.in_reply_to': { event_id: '$r' } }],
    [
      'a thread',
      { thread: id('$t') },
      { rel_type: 'm.thread', event_id: '$t', is_falling_back: true, 'm.in_reply_to': { event_id: '$t' } },
    ],
    [
      'a reply in a thread',
      { thread: id('$t'), replyTo: id('$r') },
      { rel_type: 'm.thread', event_id: '$t', is_falling_back: false, 'm.in_reply_to': { event_id: '$r' } },
    ],
  ])('relates to %s', (_, more, relation) => {
    expect(messageContent(say('x', more))['m.relates_to']).toEqual(relation);
  });

  it('loses what nobody sees and what Synapse cannot store', () => {
    expect(messageContent(say('a\u0000b\uD800\u202Ec'))['body']).toBe('ab\uFFFDc');
  });

  it('refuses a com.chavion that is none: floats never reach Synapse', () => {
    expect(() => messageContent(say('x', { chavion: { v: 1, kind: 'answer', depth: 1.5 } }))).toThrow(/int/);
  });
});

describe('mentions', () => {
  it('become pills where they are called, and only there', () => {
    const content = messageContent(
      say('@클로드님, `@클로드` <@클로드> @가브리엘 @room', { mentions: [claude, claude] }),
    );
    expect(content['m.mentions']).toEqual({ user_ids: ['@agent_claude:chavion.local'] });
    const pill = '<a href="https://matrix.to/#/@agent_claude:chavion.local">@클로드</a>';
    expect(content['formatted_body']).toBe(`${pill}님, <code>@클로드</code> &lt;${pill}&gt; @가브리엘 @room`);
  });

  it('take the longest name, whole Latin words, and no markup from a name', () => {
    const of = (name: string, user: string) => ({ name, userId: UserId.parse(user) });
    const mentions = [of('퍼플', '@p:x'), of('퍼플렉시티', '@pp:x'), of('GPT', '@g:x'), of('<b>"&', '@h:x')];
    expect(messageContent(say('@퍼플렉시티 @GPTs a@GPT', { mentions }))['formatted_body']).toBe(
      '<a href="https://matrix.to/#/@pp:x">@퍼플렉시티</a> @GPTs a@GPT',
    );
    expect(messageContent(say('@<b>"&', { mentions }))['formatted_body']).toBe(
      '<a href="https://matrix.to/#/@h:x">@&lt;b&gt;"&amp;</a>',
    );
  });

  it('cannot break out of the link', () => {
    const content = messageContent(say('@x', { mentions: [{ name: 'x', userId: UserId.parse('@a"><script>:b') }] }));
    expect(content['formatted_body']).toBe('<a href="https://matrix.to/#/@a%22%3E%3Cscript%3E:b">@x</a>');
  });

  it('are what a decoder reads back', () => {
    const sent = messageContent(say('@클로드 **봐**', { mentions: [claude], replyTo: id('$r') }));
    const raw = {
      type: 'm.room.message',
      event_id: '$e',
      room_id: '!r:x',
      sender: '@agent_gabriel:x',
      origin_server_ts: 1,
      content: sent,
    };
    const back = { kind: 'message', body: '@클로드 **봐**', mentions: [claude.userId], replyTo: '$r', chavion: answer };
    expect(decodeEvent(raw, { isOwn: () => true })).toMatchObject(back);
    const { 'm.mentions': _, ...old } = sent;
    expect(decodeEvent({ ...raw, content: old }, { isOwn: () => true })).toMatchObject(back);
  });
});

describe('an edit', () => {
  it('replaces, and never rings', () => {
    expect(editContent(id('$o'), say('@클로드 **새 말**', { mentions: [claude], replyTo: id('$r') }))).toEqual({
      msgtype: 'm.text',
      body: '* @클로드 **새 말**',
      'm.mentions': {},
      'com.chavion': answer,
      'm.relates_to': { rel_type: 'm.replace', event_id: '$o' },
      'm.new_content': {
        msgtype: 'm.text',
        body: '@클로드 **새 말**',
        format: 'org.matrix.custom.html',
        formatted_body: '<a href="https://matrix.to/#/@agent_claude:chavion.local">@클로드</a> <strong>새 말</strong>',
        'm.mentions': { user_ids: [claude.userId] },
        'com.chavion': answer,
      },
    });
  });

  it('carries a long text once, not twice', () => {
    const long = editContent(id('$o'), say('가'.repeat(15_000)));
    expect(bytes(long)).toBeLessThan(50_000);
    expect(fits(long)).toBe(true);
  });
});

describe('size', () => {
  it('counts UTF-8, and leaves room for the rest of the event', () => {
    expect(EVENT_LIMIT_BYTES).toBeLessThanOrEqual(60_000 - 3_000);
    expect(fits({ body: '가'.repeat(18_000) })).toBe(true);
    expect(fits({ body: '가'.repeat(19_000) })).toBe(false);
  });

  it.each([10_000, 20_000, 27_000, 40_000, 50_000])(
    'of a %d byte answer in bold stays under the limit by leaving the HTML out',
    (size) => {
      const text = '**가** `나` **다**\n\n'.repeat(Math.floor(size / 24));
      for (const content of [messageContent(say(text)), editContent(id('$o'), say(text))]) {
        expect(fits(content)).toBe(true);
        expect(JSON.stringify(content)).toContain(JSON.stringify(text.trimEnd()).slice(1, -1));
      }
    },
  );

  it('of an edit counts what stands around the words', () => {
    const formatted: boolean[] = [];
    for (let count = 400; count < 700; count += 3) {
      const content = editContent(id('$o'), say('**가** `나` **다**\n\n'.repeat(count)));
      expect(fits(content)).toBe(true);
      formatted.push('formatted_body' in z.record(z.string(), z.unknown()).parse(content['m.new_content']));
    }
    // The range crosses the limit.
    expect([formatted.at(0), formatted.at(-1)]).toEqual([true, false]);
  });

  it('of a 200 KB answer does not fit, and no word of it is lost in silence', () => {
    const text = '가'.repeat(70_000);
    for (const content of [messageContent(say(text)), editContent(id('$o'), say(text))]) {
      expect(fits(content)).toBe(false);
      expect(JSON.stringify(content)).toContain(text);
    }
  });
});
