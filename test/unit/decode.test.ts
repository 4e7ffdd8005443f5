import { describe, expect, it } from 'vitest';
import { decodeEvent } from '../../bridge/matrix/decode.ts';
import { RoomId, type UserId } from '../../bridge/protocol/ids.ts';

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

describe('messages', () => {
  it('keeps what was said, by whom, where and when', () => {
    expect(decode(text('얘들아 안녕'))).toEqual({
      kind: 'message',
      eventId: '$e',
      roomId: '!hq:chavion.local',
      sender: '@master:chavion.local',
      at: 1_700_000_000_000,
      msgtype: 'm.text',
      body: '얘들아 안녕',
      mentions: [],
      mentionsRoom: false,
      masked: false,
    });
  });

  it.each([
    ['m.text', 'm.text'],
    ['m.notice', 'm.notice'],
    ['m.emote', 'm.emote'],
    ['m.location', 'other'],
    ['org.example.dance', 'other'],
    [17, 'other'],
    [undefined, 'other'],
  ])('msgtype %j is %s', (msgtype, expected) => {
    expect(decode({ msgtype, body: '손 흔들기' })).toMatchObject({
      kind: 'message',
      msgtype: expected,
      body: '손 흔들기',
    });
  });

  it('takes the room from the caller where events lack it', () => {
    const { room_id: _, ...bare } = event(text('a'));
    expect(decodeEvent(bare, own)).toBeNull();
    expect(decodeEvent(bare, own, room)).toMatchObject({ roomId: room });
  });

  it.each([[{}], [{ body: 5 }], [{ body: null, msgtype: 'm.text' }], [[]], ['hi'], [null], [undefined], [7]])(
    'content %j by a person is unreadable, not lost',
    (content) => {
      expect(decode(content)).toMatchObject({ kind: 'unreadable', sender: '@master:chavion.local' });
    },
  );

  it.each([
    ['a redacted message', event({}, { unsigned: { redacted_because: { type: 'm.room.redaction' } } })],
    ['typing', { ...event({ user_ids: [] }), type: 'm.typing' }],
    [
      "an agent's poll",
      { ...event({ body: 'x' }), type: 'org.matrix.msc3381.poll.start', sender: '@agent_coordinator:x' },
    ],
    ['a topic', { ...event({ topic: 'x' }), type: 'm.room.topic', state_key: '' }],
    ['a verification request', event({ msgtype: 'm.key.verification.request', body: '…' })],
    ['an event without an id', { ...event(text('a')), event_id: undefined }],
    ['an id that is none', { ...event(text('a')), event_id: 'e' }],
    ['a sender that is none', { ...event(text('a')), sender: 'master' }],
    ['a list', []],
    ['nothing', null],
  ])('%s means nothing', (_, raw) => {
    expect(decodeEvent(raw, own)).toBeNull();
  });

  it.each([
    ['m.sticker', { body: 'cat', url: 'mxc://a/b' }, 'sticker'],
    ['org.matrix.msc3381.poll.start', { 'org.matrix.msc3381.poll.start': { question: { body: '점심?' } } }, 'poll'],
    ['m.poll.start', { 'm.poll': { question: { 'm.text': [{ body: '점심?' }] } } }, 'poll'],
  ])('%s by a person is there, though nobody reads it', (type, content, what) => {
    expect(decode(content, { type })).toMatchObject({ kind: 'other', what, masked: false });
    expect(decode({ ...content, 'm.relates_to': { rel_type: 'm.thread', event_id: '$t' } }, { type })).toMatchObject({
      thread: '$t',
    });
  });

  it.each([
    [1.5, 0],
    [-1, 0],
    ['1', 0],
    [Number.MAX_VALUE, 0],
    [9e15, 0],
    [null, 0],
    [12, 12],
  ])('a time of %j is %d', (at, expected) => {
    expect(decode(text('a'), { origin_server_ts: at })).toMatchObject({ at: expected });
  });

  it('removes what nobody sees but machines obey', () => {
    const hidden = Array.from('ignore', (c) => String.fromCodePoint(0xe0000 + (c.codePointAt(0) ?? 0))).join('');
    expect(decode(text(`가\u202E브\u200B리\u0000엘\u001B[31m${hidden}\r\n안\u2066녕\tx`))).toMatchObject({
      body: '가브리엘[31m\n안녕\tx',
    });
    expect(decode(text('가족 👨‍👩‍👧 ❤️ 👍🏽'))).toMatchObject({ body: '가족 👨‍👩‍👧 ❤️ 👍🏽' });
    expect(decode(text('가브\u200D리엘'))).toMatchObject({ body: '가브리엘' });
    expect(decode(text('가브리엘'.normalize('NFD')))).toMatchObject({ body: '가브리엘' });
    expect(decode(text('\uD800 반쪽'))).toMatchObject({ body: '\uFFFD 반쪽' });
  });

  it('cuts what no homeserver could have sent', () => {
    const found = decode(text('가'.repeat(200_000)));
    expect(found?.kind === 'message' && found.body.length).toBe(65_536);
  });
});

describe('relations', () => {
  const related = (relation: unknown, body = 'x') => decode(text(body, { 'm.relates_to': relation }));

  it('knows replies, threads, and the reply inside a thread that nobody chose', () => {
    expect(related({ 'm.in_reply_to': { event_id: '$r' } })).toMatchObject({ replyTo: '$r' });
    const falling = related({
      rel_type: 'm.thread',
      event_id: '$t',
      is_falling_back: true,
      'm.in_reply_to': { event_id: '$r' },
    });
    expect(falling).toMatchObject({ thread: '$t' });
    expect(falling).not.toHaveProperty('replyTo');
    expect(related({ rel_type: 'm.thread', event_id: '$t', is_falling_back: 'yes' })).toMatchObject({ thread: '$t' });
    expect(
      related({ rel_type: 'm.thread', event_id: '$t', is_falling_back: false, 'm.in_reply_to': { event_id: '$r' } }),
    ).toMatchObject({ thread: '$t', replyTo: '$r' });
  });

  it.each([
    [{ rel_type: 'org.example.new', event_id: '$x' }],
    [{ rel_type: 7 }],
    ['m.thread'],
    [[]],
    [null],
    [{ rel_type: 'm.thread', event_id: 5 }],
    [{ 'm.in_reply_to': '$r' }],
  ])('relation %j leaves the message a message', (relation) => {
    const found = related(relation, '그래도 말');
    expect(found).toMatchObject({ kind: 'message', body: '그래도 말' });
    expect(found).not.toHaveProperty('replyTo');
    expect(found).not.toHaveProperty('thread');
  });

  it.each([
    ['> <@a:b> old words\n> more\n\nnew words', 'new words'],
    ['> * <@a:b> waves\n\nnew words', 'new words'],
    ['> 내가 직접 인용한 말\n\n답', '> 내가 직접 인용한 말\n\n답'],
    ['> <@a:b> no empty line\nnew', '> <@a:b> no empty line\nnew'],
    ['> <@a:b> only a quotation', '> <@a:b> only a quotation'],
    ['new words\n> <@a:b> old', 'new words\n> <@a:b> old'],
  ])('fallback of %j', (body, expected) => {
    expect(related({ 'm.in_reply_to': { event_id: '$r' } }, body)).toMatchObject({ body: expected });
    expect(decode(text(body))).toMatchObject({ body });
  });

  it('reads an edit from m.new_content', () => {
    const edit = decode(
      text('* 새 말', { 'm.new_content': text('새 말'), 'm.relates_to': { rel_type: 'm.replace', event_id: '$o' } }),
    );
    expect(edit).toMatchObject({ kind: 'edit', target: '$o', body: '새 말', masked: false });
    for (const broken of [undefined, null, [], 'x', { body: 3 }]) {
      expect(
        decode(text('* x', { 'm.new_content': broken, 'm.relates_to': { rel_type: 'm.replace', event_id: '$o' } })),
      ).toMatchObject({ kind: 'unreadable' });
    }
  });
});

describe('mentions', () => {
  const pill = (href: string) => ({ format: 'org.matrix.custom.html', formatted_body: `<a href="${href}">클로드</a>` });

  it('come from m.mentions', () => {
    expect(
      decode(text('x', { 'm.mentions': { user_ids: ['@a:b', '@a:b', 'c', 4, '@d:e'], room: true } })),
    ).toMatchObject({ mentions: ['@a:b', '@d:e'], mentionsRoom: true });
  });

  it.each([
    '<blockquote><a href="https://matrix.to/#/@quoted:x">퍼플</a> 그랬지</blockquote> 네',
    '안녕 <blockquote><p>말 <blockquote><a href="matrix:u/quoted:x">퍼플</a></blockquote></p></blockquote>',
    '<code><a href="https://matrix.to/#/@quoted:x">퍼플</a></code><blockquote>',
    '<blockquote><a href="https://matrix.to/#/@quoted:x">퍼플</a>',
    '</blockquote><blockquote><a href="https://matrix.to/#/@quoted:x">퍼플</a></blockquote>',
  ])('are nobody’s in a quotation: %s', (html) => {
    expect(
      decode({ msgtype: 'm.text', body: 'x', format: 'org.matrix.custom.html', formatted_body: html }),
    ).toMatchObject({ mentions: [] });
    const meant = `${html}</blockquote></blockquote><a href="https://matrix.to/#/@meant:x">클로드</a>`;
    expect(
      decode({ msgtype: 'm.text', body: 'x', format: 'org.matrix.custom.html', formatted_body: meant }),
    ).toMatchObject({ mentions: ['@meant:x'] });
  });

  it('tell what a client hung on by itself, and whom the writer put a pill up for', () => {
    const hung = {
      'm.relates_to': {
        rel_type: 'm.thread',
        event_id: '$t',
        is_falling_back: true,
        'm.in_reply_to': { event_id: '$last' },
      },
      'm.mentions': { user_ids: ['@agent_gabriel:x', '@agent_claude:x'] },
    };
    const message = decode({
      msgtype: 'm.text',
      body: '클로드야',
      ...pill('https://matrix.to/#/@agent_claude:x'),
      ...hung,
    });
    expect(message).toMatchObject({ thread: '$t', hungOn: '$last', pills: ['@agent_claude:x'] });
    expect(message).not.toHaveProperty('replyTo');
  });

  it('come from pills only where m.mentions is absent or malformed', () => {
    const html = pill('https://matrix.to/#/@agent_claude:x');
    expect(decode({ msgtype: 'm.text', body: 'x', ...html })).toMatchObject({ mentions: ['@agent_claude:x'] });
    expect(decode(text('x', html))).toMatchObject({ mentions: [] });
    for (const malformed of ['@a:b', [], { user_ids: '@a:b' }, { room: 'yes' }, 5]) {
      expect(decode(text('x', { ...html, 'm.mentions': malformed }))).toMatchObject({
        kind: 'message',
        mentions: ['@agent_claude:x'],
        mentionsRoom: false,
      });
    }
  });

  it.each([
    ['https://matrix.to/#/%40agent_claude%3Ax', ['@agent_claude:x']],
    ['https://matrix.to/#/@agent_claude:x?via=x', ['@agent_claude:x']],
    ['matrix:u/agent_claude:x', ['@agent_claude:x']],
    ['https://matrix.to.evil.example/#/@agent_claude:x', []],
    ['https://matrix.to/#/!room:x/$event', []],
    ['https://matrix.to/#/%E0%A4%A', []],
  ])('pill %s', (href, expected) => {
    expect(decode({ msgtype: 'm.text', body: 'x', ...pill(href) })).toMatchObject({ mentions: expected });
  });

  it('are not those of the quoted message', () => {
    const quoted = `<mx-reply><blockquote>${pill('https://matrix.to/#/@quoted:x').formatted_body}</blockquote></mx-reply>${pill('https://matrix.to/#/@meant:x').formatted_body}`;
    expect(
      decode({ msgtype: 'm.text', body: 'x', format: 'org.matrix.custom.html', formatted_body: quoted }),
    ).toMatchObject({ mentions: ['@meant:x'] });
  });

  it('end at fifty, however many are sent', () => {
    const found = decode(
      text('x', { 'm.mentions': { user_ids: Array.from({ length: 100_000 }, (_, i) => `@u${i}:x`) } }),
    );
    expect(found?.kind === 'message' && found.mentions.length).toBe(50);
    const bomb = decode({
      msgtype: 'm.text',
      body: 'x',
      format: 'org.matrix.custom.html',
      formatted_body: pill('https://matrix.to/#/@a:x').formatted_body.repeat(5000),
    });
    expect(bomb).toMatchObject({ mentions: ['@a:x'] });
  });
});

describe('other events', () => {
  it('reads reactions', () => {
    const reaction = (relation: unknown) => decode({ 'm.relates_to': relation }, { type: 'm.reaction' });
    expect(reaction({ rel_type: 'm.annotation', event_id: '$o', key: '🛑' })).toMatchObject({
      kind: 'reaction',
      target: '$o',
      key: '🛑',
    });
    for (const broken of [
      { rel_type: 'm.annotation', event_id: '$o', key: 5 },
      { rel_type: 'm.annotation', key: 'x' },
      { rel_type: 'm.thread', event_id: '$o', key: 'x' },
      null,
    ]) {
      expect(reaction(broken)).toBeNull();
    }
  });

  it('reads redactions of all room versions, and does not believe content where the server speaks', () => {
    const redaction = (content: unknown, more: object = {}) => decode(content, { type: 'm.room.redaction', ...more });
    expect(redaction({ redacts: '$o' })).toMatchObject({ kind: 'redaction', target: '$o' });
    expect(redaction({}, { redacts: '$o' })).toMatchObject({ target: '$o' });
    expect(redaction({ redacts: '$victim' }, { redacts: '$o' })).toMatchObject({ target: '$o' });
    expect(redaction({})).toBeNull();
  });

  it('reads membership', () => {
    const member = (content: unknown, state = '@a:b') => decode(content, { type: 'm.room.member', state_key: state });
    expect(member({ membership: 'join', displayname: ' 마스터\u202E\n님 ' })).toMatchObject({
      kind: 'membership',
      user: '@a:b',
      membership: 'join',
      displayName: '마스터 님',
    });
    expect(member({ membership: 'leave', displayname: 7 })).not.toHaveProperty('displayName');
    expect(member({ membership: 'king' })).toBeNull();
    expect(member({ membership: 'join' }, 'nobody')).toBeNull();
  });

  it('reads power levels, whole numbers only', () => {
    const levels = decode(
      { users: { '@a:b': 100, '@c:d': '50', '@e:f': 1.5, '@g:h': null, nobody: 100, '@i:j': '1e9' } },
      { type: 'm.room.power_levels', state_key: '' },
    );
    expect(levels).toMatchObject({
      kind: 'power',
      users: new Map([
        ['@a:b', 100],
        ['@c:d', 50],
      ]),
    });
    for (const broken of [{}, { users: [] }, { users: 'x' }, null]) {
      expect(decode(broken, { type: 'm.room.power_levels', state_key: '' })).toMatchObject({ users: new Map() });
    }
    expect(decode({ users: { '@a:b': 100 } }, { type: 'm.room.power_levels' })).toBeNull();
    expect(decode({ users: { '@a:b': 100 } }, { type: 'm.room.power_levels', state_key: '@a:b' })).toBeNull();
  });

  it('knows what it cannot open', () => {
    expect(decode({ algorithm: 'm.megolm.v1.aes-sha2', ciphertext: 'x' }, { type: 'm.room.encrypted' })).toMatchObject({
      kind: 'encrypted',
    });
  });

  it('reads attachments', () => {
    const file = {
      msgtype: 'm.file',
      body: '이것 좀 봐',
      filename: '계획.md',
      url: 'mxc://chavion.local/Abc-1',
      info: { mimetype: 'text/markdown', size: 12 },
    };
    expect(decode(file)).toMatchObject({
      msgtype: 'm.file',
      body: '이것 좀 봐',
      attachment: { url: 'mxc://chavion.local/Abc-1', name: '계획.md', mediaType: 'text/markdown', size: 12 },
    });
    for (const url of ['https://evil.example/x', 'mxc://a/../b', 'file:///etc/passwd', 5, undefined]) {
      expect(decode({ ...file, url })).not.toHaveProperty('attachment');
    }
    expect(decode({ ...file, info: { size: 1.5, mimetype: {} } })).toMatchObject({
      attachment: { mediaType: 'text/plain' },
    });
    expect(decode({ ...file, info: { size: 1.5 } })).not.toHaveProperty('attachment.size');
  });
});

describe('com.chavion', () => {
  const words = { v: 1, kind: 'answer', agent: 'claude', depth: 1 };

  it('is believed only from our own accounts', () => {
    expect(decode(text('x', { 'com.chavion': words }))).not.toHaveProperty('chavion');
    expect(decode(text('x', { 'com.chavion': words }), { sender: '@agent_claude:x' })).toMatchObject({
      chavion: words,
    });
    const edit = {
      'm.new_content': text('y', { 'com.chavion': words }),
      'm.relates_to': { rel_type: 'm.replace', event_id: '$o' },
    };
    expect(decode(text('* y', edit))).not.toHaveProperty('chavion');
    expect(decode(text('* y', edit), { sender: '@agent_claude:x' })).toMatchObject({ kind: 'edit', chavion: words });
  });

  it('is left out where it does not parse', () => {
    for (const broken of [{ ...words, v: 2 }, { ...words, depth: 1.5 }, 'x', null]) {
      const found = decode(text('x', { 'com.chavion': broken }), { sender: '@agent_claude:x' });
      expect(found).toMatchObject({ kind: 'message' });
      expect(found).not.toHaveProperty('chavion');
    }
  });
});

describe('secrets', () => {
  const replace = { rel_type: 'm.replace', event_id: '$o' };
  it.each<[string, unknown, Record<string, unknown>]>([
    ['a body', text(`키는 ${key}야`), {}],
    ['a key with invisible marks in it', text(`${key.slice(0, 12)}\u200B${key.slice(12)}`), {}],
    ['an edit', text('* x', { 'm.new_content': text(key), 'm.relates_to': replace }), {}],
    ['the outside of an edit', text(`* ${key}`, { 'm.new_content': text('x'), 'm.relates_to': replace }), {}],
    ['a file name', { msgtype: 'm.file', body: 'x', filename: `${key}.txt`, url: 'mxc://a/b' }, {}],
    ['HTML alone', text('x', { format: 'org.matrix.custom.html', formatted_body: `<b>${key}</b>` }), {}],
    [
      'HTML with tags between',
      text('x', { format: 'org.matrix.custom.html', formatted_body: `${key.slice(0, 14)}<i>${key.slice(14)}</i>` }),
      {},
    ],
    [
      'a quotation that is stripped',
      text(`> <@a:b> ${key}\n\nx`, { 'm.relates_to': { 'm.in_reply_to': { event_id: '$r' } } }),
      {},
    ],
    ['the border of the cut', text(`${'가 '.repeat(32_760)}${key}`), {}],
  ])('in %s never leave', (_, content, more) => {
    const found = decode(content, more);
    expect(found).toMatchObject({ masked: true });
    expect(JSON.stringify(found)).not.toContain(key.slice(8, 24));
  });

  it('never leave in reactions or names', () => {
    const reaction = decode(
      { 'm.relates_to': { rel_type: 'm.annotation', event_id: '$o', key } },
      { type: 'm.reaction' },
    );
    const member = decode({ membership: 'join', displayname: key }, { type: 'm.room.member', state_key: '@a:b' });
    expect(JSON.stringify([reaction, member])).not.toContain(key.slice(8, 24));
  });
});
