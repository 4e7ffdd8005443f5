import { describe, expect, it } from 'vitest';
import { CHAT_LASTS_MS, ChatJob } from '../../bridge/protocol/command-job.ts';
import { AgentId, EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import { type ChatFacts, judgeChat } from '../../executor/gate/chat-gate.ts';
import type { Reaction } from '../../executor/gate/relations.ts';
import { rosterOf } from '../../executor/gate/task-acts.ts';

const MASTER = UserId.parse('@master:test');
const CLAUDE = UserId.parse('@agent_claude:test');
const HQ = RoomId.parse('!hq:test');
const ROOT = EventId.parse('$root');
const REQUEST = EventId.parse('$request');
const AT = 1_000_000_000;
const job = ChatJob.parse({ v: 1, type: 'chat', root: ROOT, room: HQ, at: AT, lang: 'ko', request: REQUEST });
const roster = rosterOf(
  ['claude', 'coordinator'].map((id) => AgentId.parse(id)),
  UserId.parse('@executor:test'),
);

const reply = { 'm.in_reply_to': { event_id: ROOT } };
const inThread = (thread: string) => ({ rel_type: 'm.thread', event_id: thread, is_falling_back: true, ...reply });
const root = (more: object = {}, content: object = {}) => ({
  event_id: ROOT,
  room_id: HQ,
  sender: MASTER,
  type: 'm.room.message',
  origin_server_ts: AT,
  content: { msgtype: 'm.text', body: '클로드야 디스크 봐줘', ...content },
  unsigned: { age: 1 },
  ...more,
});
const command = { type: 'shell', id: 'c1', reason: 'disk', script: 'df -h' };
const named = { v: 1, kind: 'request', source: ROOT, root: ROOT };
const request = (more: object = {}, content: object = {}) => ({
  event_id: REQUEST,
  room_id: HQ,
  sender: CLAUDE,
  type: 'com.chavion.request',
  origin_server_ts: AT + 500,
  content: {
    body: 'df -h',
    'com.chavion': named,
    'com.chavion.command': command,
    'm.relates_to': reply,
    ...content,
  },
  unsigned: { age: 1 },
  ...more,
});
const facts = (more: Partial<ChatFacts> = {}): ChatFacts => ({
  raw: root(),
  request: request(),
  masters: new Set([MASTER]),
  roster,
  reactions: [],
  stoppedUntil: 0,
  rooms: [HQ],
  now: AT + 1_000,
  ...more,
});
const sign = (key: string, sender: UserId): Reaction => ({ event: EventId.parse('$sign'), sender, key, at: AT + 10 });
const edited = { unsigned: { 'm.relations': { 'm.replace': { event_id: '$edit' } } } };
const redacted = { content: {}, unsigned: { redacted_because: {} } };
const asks = (change: object) => ({ request: request({}, { 'com.chavion.command': { ...command, ...change } }) });

describe('a command that an agent asks for in conversation', () => {
  it('is the agent’s, by the word of the master whom it answers', () => {
    expect(judgeChat(job, facts())).toMatchObject({
      kind: 'chat',
      by: MASTER,
      agent: CLAUDE,
      command: { type: 'shell', script: 'df -h' },
      files: false,
    });
  });

  it.each<[string, Partial<ChatFacts>, object]>([
    ['a reply', { raw: root({}, { 'm.relates_to': { 'm.in_reply_to': { event_id: '$x' } } }) }, { files: true }],
    [
      'a picture with a caption',
      { raw: root({}, { msgtype: 'm.image', body: '이거 봐줘', filename: 'a.png', url: 'mxc://test/a' }) },
      { files: true },
    ],
    [
      'a voice message',
      { raw: root({}, { msgtype: 'm.audio', body: 'voice.ogg', url: 'mxc://test/v' }) },
      { files: true },
    ],
    [
      'a message of a thread, asked for in it',
      {
        raw: root({}, { 'm.relates_to': { rel_type: 'm.thread', event_id: '$t', is_falling_back: true } }),
        request: request({}, { 'm.relates_to': inThread('$t') }),
      },
      { thread: '$t', files: false },
    ],
    [
      'a message that begins the thread',
      { request: request({}, { 'm.relates_to': inThread(ROOT) }) },
      { thread: ROOT },
    ],
    ['a 🛑 of somebody else', { reactions: [sign('🛑', UserId.parse('@eve:test'))] }, {}],
  ])('may be asked for under %s', (_, more, seen) => {
    expect(judgeChat(job, facts(more))).toMatchObject({ kind: 'chat', by: MASTER, ...seen });
  });

  it.each<[string, string, Partial<ChatFacts>]>([
    ['the room is not the executor’s', 'wrong-room', { rooms: [] }],
    ['there is no such request', 'no-request', { request: null }],
    ['another event came for it', 'no-request', { request: request({ event_id: '$other' }) }],
    ['the request lies in another room', 'wrong-room', { request: request({ room_id: '!other:test' }) }],
    ['a stranger asks', 'not-agent', { request: request({ sender: '@eve:test' }) }],
    ['a master asks, who has !run', 'not-agent', { request: request({ sender: MASTER }) }],
    ['an agent asks who came from elsewhere', 'not-agent', { request: request({ sender: '@agent_scout:test' }) }],
    ['an agent of another server asks', 'not-agent', { request: request({ sender: '@agent_claude:evil.test' }) }],
    ['a name only looks like an agent’s', 'not-agent', { request: request({ sender: '@agent_claude:test:evil' }) }],
    ['the coordinator asks', 'not-agent', { request: request({ sender: '@agent_coordinator:test' }) }],
    ['no roster is known', 'not-agent', { roster: new Set() }],
    ['the request was redacted', 'request-redacted', { request: request(redacted) }],
    ['the request was edited', 'request-edited', { request: request(edited) }],
    ['the request is an ordinary message', 'not-request', { request: request({ type: 'm.room.message' }) }],
    ['the request is a state of the room', 'no-request', { request: request({ state_key: '' }) }],
    ['it is no request of ours', 'not-request', { request: request({}, { 'com.chavion': { ...named, kind: 'act' } }) }],
    ['it answers nothing', 'not-request', { request: request({}, { 'm.relates_to': {} }) }],
    [
      'it is an edit of another',
      'not-request',
      { request: request({}, { 'm.relates_to': { rel_type: 'm.replace', event_id: '$request0', ...reply } }) },
    ],
    [
      'it replies to another message',
      'wrong-root',
      { request: request({}, { 'm.relates_to': { 'm.in_reply_to': { event_id: '$other' } } }) },
    ],
    [
      'it names another source',
      'wrong-root',
      { request: request({}, { 'com.chavion': { ...named, source: '$other' } }) },
    ],
    ['it names another root', 'wrong-root', { request: request({}, { 'com.chavion': { ...named, root: '$other' } }) }],
    ['it stands in a thread of others', 'wrong-thread', { request: request({}, { 'm.relates_to': inThread('$t') }) }],
    [
      'the message stands in a thread and the request outside',
      'wrong-thread',
      { raw: root({}, { 'm.relates_to': { rel_type: 'm.thread', event_id: '$t' } }) },
    ],
    [
      'the message stands in another thread',
      'wrong-thread',
      {
        raw: root({}, { 'm.relates_to': { rel_type: 'm.thread', event_id: '$t' } }),
        request: request({}, { 'm.relates_to': inThread('$u') }),
      },
    ],
    ['it holds no command', 'bad-command', { request: request({}, { 'com.chavion.command': undefined }) }],
    ['its command is none', 'bad-command', asks({ sudo: true })],
    ['its command waits for another', 'bad-command', asks({ after: ['x'] })],
    ['its command holds a key', 'secret', asks({ script: `echo sk-proj-${'a1B2c3D4e5'.repeat(5)}` })],
    ['it was asked for before the message', 'wrong-time', { request: request({ origin_server_ts: AT - 400_000 }) }],
    ['it was asked for in the future', 'wrong-time', { request: request({ origin_server_ts: AT + 400_000 }) }],
    ['there is no message', 'no-event', { raw: null }],
    ['the message lies in another room', 'wrong-room', { raw: root({ room_id: '!other:test' }) }],
    ['a stranger wrote the message', 'not-master', { raw: root({ sender: '@eve:test' }) }],
    ['an agent wrote the message', 'not-master', { raw: root({ sender: CLAUDE }) }],
    ['the message was redacted', 'redacted', { raw: root(redacted) }],
    ['the message was edited', 'edited', { raw: root(edited) }],
    ['the message is a notice', 'not-message', { raw: root({}, { msgtype: 'm.notice' }) }],
    ['the message is a reaction', 'not-message', { raw: root({ type: 'm.reaction' }) }],
    ['the time is not the message’s', 'wrong-time', { raw: root({ origin_server_ts: AT - 1 }) }],
    ['the message is more than ten minutes old', 'too-old', { now: AT + CHAT_LASTS_MS + 1 }],
    ['a master has put a 🛑 on it', 'stopped', { reactions: [sign('🛑', MASTER)] }],
    ['the room was stopped since', 'stopped', { stoppedUntil: AT }],
  ])('is refused where %s', (_, why, more) => {
    expect(judgeChat(job, facts(more))).toMatchObject({ kind: 'refused', why });
  });
});
