import { describe, expect, it } from 'vitest';
import { decodeEvent } from '../../bridge/matrix/decode.ts';
import type { UserId } from '../../bridge/protocol/ids.ts';
import { HARMLESS, random, SECRETS } from './secret-table.ts';

const own = { isOwn: (user: UserId) => user.startsWith('@agent_') };
const key = 'sk-proj-Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4z';
const event = (type: string, content: unknown, more: Record<string, unknown> = {}) => ({
  type,
  event_id: '$e',
  sender: '@master:x',
  room_id: '!hq:x',
  origin_server_ts: 1,
  content,
  ...more,
});
const state = { state_key: '' };
const text = { msgtype: 'm.text', body: '안녕' };
const annotation = (sign: string) => ({ 'm.relates_to': { rel_type: 'm.annotation', event_id: '$o', key: sign } });
const poll = (question: string, answer: string) => ({
  'org.matrix.msc3381.poll.start': {
    question: { 'org.matrix.msc1767.text': question, body: question },
    kind: 'org.matrix.msc3381.poll.disclosed',
    max_selections: 1,
    answers: [{ id: 'a', 'org.matrix.msc1767.text': answer }],
  },
});
const deep = (levels: number): unknown => (levels === 0 ? key : { x: [deep(levels - 1)] });

describe('a secret', () => {
  it.each<[string, string, unknown, Record<string, unknown>, string]>([
    ['the question of a poll', 'org.matrix.msc3381.poll.start', poll(`키는 ${key}?`, '응'), {}, 'other'],
    ['an answer of a poll', 'org.matrix.msc3381.poll.start', poll('어느 키?', key), {}, 'other'],
    [
      'a stable poll',
      'm.poll.start',
      { 'm.poll': { question: { 'm.text': [{ body: key }] }, answers: [] } },
      {},
      'other',
    ],
    [
      'a vote',
      'org.matrix.msc3381.poll.response',
      {
        'm.relates_to': { rel_type: 'm.reference', event_id: '$o' },
        'org.matrix.msc3381.poll.response': { answers: [key] },
      },
      {},
      'poll-response',
    ],
    ['the end of a poll', 'org.matrix.msc3381.poll.end', { 'org.matrix.msc1767.text': `끝: ${key}` }, {}, 'other'],
    ['a topic', 'm.room.topic', { topic: `비밀번호: Xk39!plm22` }, state, 'other'],
    [
      'an extensible topic',
      'm.room.topic',
      { topic: '방', 'm.topic': { 'm.text': [{ body: key, mimetype: 'text/html' }] } },
      state,
      'other',
    ],
    ["a room's name", 'm.room.name', { name: key }, state, 'other'],
    ['a display name', 'm.room.member', { membership: 'join', displayname: key }, { state_key: '@a:b' }, 'membership'],
    ['a sticker', 'm.sticker', { body: key, url: 'mxc://a/b', info: {} }, {}, 'other'],
    ['a reaction', 'm.reaction', annotation(key), {}, 'reaction'],
    ['the reason of a removal', 'm.room.redaction', { reason: key, redacts: '$o' }, {}, 'redaction'],
    [
      'a caption',
      'm.room.message',
      { msgtype: 'm.image', body: `키 ${key}`, filename: 'a.png', url: 'mxc://a/b' },
      {},
      'message',
    ],
    ['extensible text', 'm.room.message', { ...text, 'org.matrix.msc1767.text': key }, {}, 'message'],
    [
      'text in parts',
      'm.room.message',
      { ...text, 'm.text': [{ body: `<b>${key.slice(0, 14)}</b>${key.slice(14)}` }] },
      {},
      'message',
    ],
    [
      'an unknown field',
      'm.room.message',
      { ...text, 'com.example.note': { list: ['x', { deep: key }] } },
      {},
      'message',
    ],
    ["a field's name", 'm.room.message', { ...text, [key]: 1 }, {}, 'message'],
    [
      'a field whose name says what it is',
      'm.room.message',
      { ...text, 'com.example.api_key': 'Zx81mQ04LwTn93vBcR77yKd2' },
      {},
      'message',
    ],
    [
      "a file's description",
      'm.room.message',
      { msgtype: 'm.file', body: 'a.txt', url: 'mxc://a/b', info: { 'com.example.note': key } },
      {},
      'message',
    ],
    [
      'a field of an edit',
      'm.room.message',
      {
        ...text,
        'm.new_content': { ...text, 'm.text': key },
        'm.relates_to': { rel_type: 'm.replace', event_id: '$o' },
      },
      {},
      'edit',
    ],
    ['what is no message', 'm.room.message', { body: { x: key } }, {}, 'unreadable'],
    ['the hash of a file', 'm.room.message', { ...text, file: { hashes: { sha256: key } } }, {}, 'message'],
    ['an unknown kind of event', 'com.example.thing', { a: { b: [key] } }, {}, 'other'],
    ['an unknown state', 'com.example.state', { value: key }, { state_key: 'x' }, 'other'],
    [
      'a place',
      'm.room.message',
      { msgtype: 'm.location', body: '여기', geo_uri: 'geo:1,2', 'org.matrix.msc3488.location': { description: key } },
      {},
      'message',
    ],
    ['the deep', 'com.example.thing', deep(200), {}, 'other'],
  ])('in %s is seen, and does not leave', (_, type, content, more, kind) => {
    const found = decodeEvent(event(type, content, more), own);
    expect(found).toMatchObject({ kind, masked: true });
    // Of a vote the ids stay what they are: whoever hears it drops it whole.
    const leaves = kind === 'poll-response' ? '' : JSON.stringify(found);
    expect(leaves).not.toContain(key.slice(8, 24));
  });

  it('of every known form is seen in a topic and in a question', () => {
    const missed = SECRETS.filter(
      ([, words]) =>
        decodeEvent(event('m.room.topic', { topic: words }, state), own) === null ||
        decodeEvent(event('m.poll.start', { 'm.poll': { question: { body: words } } }), own)?.masked !== true,
    );
    expect(missed.map(([name]) => name)).toEqual([]);
  });
});

describe('no secret', () => {
  const id = (i: number) => `$${random(43 - (i % 2))}${i % 2 === 0 ? '' : 'k'}`;
  const b64 = (length: number) => `${random(length)}=`;
  const encryptedFile = {
    url: 'mxc://chavion.local/abcDEFghiJKLmnoPQRstuVWX',
    v: 'v2',
    key: { kty: 'oct', alg: 'A256CTR', k: `-sk-${random(39)}`, key_ops: ['encrypt', 'decrypt'], ext: true },
    iv: `${random(11)}AAAAAAAAAAA`,
    hashes: { sha256: b64(43) },
  };
  it.each<[string, string, unknown, Record<string, unknown>]>([
    [
      'an encrypted file',
      'm.room.message',
      {
        msgtype: 'm.image',
        body: 'a.png',
        file: encryptedFile,
        info: { thumbnail_file: encryptedFile, 'xyz.amorgan.blurhash': 'LEHV6nWB2yk8pyo0adR*.7kCMdnj', w: 1 },
      },
      {},
    ],
    [
      'a voice message',
      'm.room.message',
      {
        msgtype: 'm.audio',
        body: '음성.ogg',
        url: 'mxc://chavion.local/sk-abcDEFghiJKLmnoPQRstuVWX0123',
        'org.matrix.msc1767.audio': { duration: 100, waveform: [0, 512, 1024] },
        'org.matrix.msc3245.voice': {},
      },
      {},
    ],
    [
      'a reply',
      'm.room.message',
      {
        ...text,
        'm.relates_to': { 'm.in_reply_to': { event_id: `$${random(20)}-sk-${random(19)}` } },
        'm.mentions': { user_ids: ['@a:b'] },
      },
      {},
    ],
    ['a sign', 'm.reaction', annotation('✅'), {}],
    [
      'a member',
      'm.room.member',
      { membership: 'join', displayname: '마스터', avatar_url: 'mxc://chavion.local/abcDEFghiJKLmnoPQRstuVWX' },
      { state_key: '@a:b' },
    ],
    [
      'an invitation by mail',
      'm.room.member',
      {
        membership: 'invite',
        third_party_invite: {
          signed: { mxid: '@a:b', token: random(43), signatures: { x: { 'ed25519:0': random(86) } } },
        },
      },
      { state_key: '@a:b' },
    ],
    ['our own state', 'com.chavion.standing', { token: random(40) }, state],
    ['an agent', 'm.room.topic', { topic: key }, { ...state, sender: '@agent_coordinator:x' }],
    [
      'what is encrypted',
      'm.room.encrypted',
      {
        algorithm: 'm.megolm.v1.aes-sha2',
        ciphertext: `AwgAE${random(400)}`,
        device_id: 'ABCDEFGHIJ',
        sender_key: random(43),
        session_id: random(43),
      },
      {},
    ],
    [
      'a call',
      'm.call.invite',
      {
        call_id: 'x',
        offer: {
          type: 'offer',
          sdp: `v=0\r\na=ice-ufrag:8hhY\r\na=ice-pwd:asd88fgpdd777uzjYhagZg\r\na=fingerprint:sha-256 ${'AB:'.repeat(31)}AB`,
        },
        lifetime: 60_000,
        version: '1',
      },
      {},
    ],
    ['a verification', 'm.key.verification.mac', { keys: random(43), mac: { 'ed25519:ABCDEFGHIJ': random(43) } }, {}],
    ['a room', 'm.room.create', { room_version: '12', predecessor: { room_id: `!${random(43)}` } }, state],
    ['what was taken out', 'm.room.message', {}, { unsigned: { redacted_because: { content: { reason: key } } } }],
  ])('is in %s', (_, type, content, more) => {
    expect(decodeEvent(event(type, content, more), own)?.masked ?? false).toBe(false);
  });

  it('is in harmless words, wherever they stand, nor in any id', () => {
    const alarms = HARMLESS.filter((words) =>
      [
        event('m.room.topic', { topic: words }, state),
        event('m.room.message', { ...text, body: words, 'org.matrix.msc1767.text': words }),
        event('m.poll.start', poll(words, words)),
      ].some((one) => decodeEvent(one, own)?.masked === true),
    );
    expect(alarms).toEqual([]);
    for (let i = 0; i < 500; i += 1)
      expect(
        decodeEvent(
          event('m.reaction', { 'm.relates_to': { rel_type: 'm.annotation', event_id: id(i), key: '👍' } }),
          own,
        ),
      ).not.toMatchObject({ masked: true });
  });

  it('a whole event full of strings is read in one go', () => {
    expect(
      decodeEvent(event('com.example.thing', { list: Array.from({ length: 8_000 }, (_, i) => `값 ${i}`) }), own),
    ).toBeNull();
  });
});
