import { describe, expect, it } from 'vitest';
import { tapOn } from '../../bots/intake/proposals.ts';
import { proposeTool } from '../../bots/hands/propose-tool.ts';
import { PROPOSAL_KEY, PROPOSAL_LASTS_MS, proposalBody, proposedLine } from '../../bridge/protocol/orders/proposal.ts';
import { EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import type { Account } from '../../bridge/matrix/account.ts';
import { PROPOSABLE } from '../../bridge/text/hands/proposals.ts';
import { commandNamed, COMMAND_NAMES } from '../../bots/commands/names.ts';
import { toolTurn } from './hands-scene.ts';

const COORDINATOR = UserId.parse('@agent_coordinator:test');
const MASTER = UserId.parse('@master:test');
const LINE = '!예약 매일 아침 7시에 뉴스 요약해줘';

const shown = (content: object = {}, more: object = {}) => ({
  type: 'm.room.message',
  sender: COORDINATOR,
  origin_server_ts: 1_000,
  content: { msgtype: 'm.text', body: proposalBody('클로드: 예약합니다', LINE), [PROPOSAL_KEY]: 'claude', ...content },
  ...more,
});
const tap = (raw: unknown, key = '✅', at = 2_000) =>
  tapOn(
    {
      kind: 'reaction',
      eventId: EventId.parse('$tap'),
      roomId: RoomId.parse('!hq:test'),
      sender: MASTER,
      at,
      target: EventId.parse('$shown'),
      key,
    },
    { userId: COORDINATOR, event: () => Promise.resolve(raw) },
  );

describe('a sign under a proposal', () => {
  it('is the master’s order of exactly that line', async () => {
    for (const key of ['✅', '✅\uFE0F'])
      expect(await tap(shown(), key)).toMatchObject({
        kind: 'order',
        message: { body: LINE, sender: MASTER, eventId: '$shown', at: 1_000 },
      });
  });

  it('is the order there where it was proposed: in the thread of a task, of that task', async () => {
    const inThread = { 'm.relates_to': { rel_type: 'm.thread', event_id: '$task', is_falling_back: true } };
    expect(await tap(shown(inThread))).toMatchObject({ kind: 'order', message: { thread: '$task' } });
    const reply = { 'm.relates_to': { 'm.in_reply_to': { event_id: '$question' } } };
    expect(await tap(shown(reply))).not.toHaveProperty('message.thread');
    expect(await tap(shown(reply))).toHaveProperty('message.body', LINE);
  });

  it('is none where it says no, or comes a day late', async () => {
    expect(await tap(shown(), '❌')).toEqual({ kind: 'no' });
    expect(await tap(shown(), '✅', 1_001 + PROPOSAL_LASTS_MS)).toEqual({ kind: 'too-old' });
    expect(await tap(shown({}, { unsigned: { redacted_because: {} } }))).toEqual({ kind: 'no' });
    expect(await tap(shown({}, { unsigned: { 'm.relations': { 'm.replace': {} } } }))).toEqual({ kind: 'no' });
  });

  it.each<[string, unknown]>([
    ['it stands under something else', shown({ body: '안녕하세요' })],
    ['an agent wrote the like', shown({}, { sender: '@agent_claude:test' })],
    ['a person wrote the like', shown({}, { sender: MASTER })],
    ['it shows something else', shown({ formatted_body: '<b>안녕</b>' })],
    ['there is no such event', null],
    ['another sign', null],
  ])('means nothing where %s', async (_, raw) => {
    expect(await tap(raw)).toBeNull();
    expect(await tap(shown(), '👍')).toBeNull();
  });
});

describe('what an agent can propose', () => {
  const sent: { type: string; content: Record<string, unknown>; txn: string }[] = [];
  const coordinator = {
    userId: COORDINATOR,
    send: (_room: string, type: string, content: Record<string, unknown>, txn: string) => {
      sent.push({ type, content, txn });
      return Promise.resolve(EventId.parse(`$${sent.length}`));
    },
  } as unknown as Account;
  const proposing = proposeTool({ coordinator, masters: () => Promise.resolve(new Set([MASTER])) });
  const use = (line: unknown) => proposing.use({ line }, toolTurn().job);

  it('is shown letter for letter, rings the master, and has both signs beneath', async () => {
    sent.length = 0;
    const wanted = use(`  ${LINE}\n`);
    if ('bad' in wanted) throw new Error(wanted.bad);
    const outcome = await wanted.carryOut(toolTurn(), 'turn.0.0', false);
    expect(outcome.waits).toBe(true);
    const [message, yes, no] = sent;
    expect(proposedLine({ type: 'm.room.message', content: message?.content })).toBe(LINE);
    expect(message?.content).toMatchObject({ 'm.mentions': { user_ids: [MASTER] } });
    expect(String(message?.content['body'])).toMatch(/^💡 가브리엘: 정해진 때에 하도록 예약합니다.*✅.*❌/);
    expect([yes, no].map((one) => JSON.stringify(one?.content))).toEqual([
      expect.stringContaining('✅'),
      expect.stringContaining('❌'),
    ]);
    // Named by the call: a second run is the same message.
    expect(message?.txn).toBe('turn.0.0.proposal');
  });

  it.each([
    '!관리 비밀번호 @master',
    '!초대 손님',
    '!실행 rm -rf /',
    '!그만',
    '!선택 A',
    '예약해줘',
    '! 예약 매일',
    '!없는것 하나',
    '!예산 클로드 하루 sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJ',
    '',
    `!임무 ${'가'.repeat(2_000)}`,
  ])('is not %s', (line) => {
    expect(use(line)).toHaveProperty('bad');
  });

  it('hides nothing: what cannot be seen is not proposed', async () => {
    const wanted = use('!예약 매일 7시에\u202E 요약\u200B\n!관리 초기화');
    if ('bad' in wanted) return;
    sent.length = 0;
    await wanted.carryOut(toolTurn(), 'turn.0.1', false);
    const line = proposedLine({ type: 'm.room.message', content: sent[0]?.content });
    expect(line).not.toMatch(/[\u202E\u200B\n]/);
    expect(String(sent[0]?.content['body'])).toContain(line);
  });

  it('names commands that there are, and none that gives rights', () => {
    expect(Object.keys(PROPOSABLE).filter((name) => commandNamed(name) === null)).toEqual([]);
    for (const name of ['admin', 'agent', 'run', 'aside', 'stop', 'choose']) {
      expect(COMMAND_NAMES.has(name as never)).toBe(true);
      expect(PROPOSABLE).not.toHaveProperty(name);
    }
  });
});
