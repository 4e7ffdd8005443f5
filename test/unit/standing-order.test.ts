import { describe, expect, it } from 'vitest';
import { TASK_LASTS_MS } from '../../bridge/protocol/command-job.ts';
import { EventId } from '../../bridge/protocol/ids.ts';
import { scheduleId } from '../../bridge/digest/schedule-id.ts';
import { PROPOSAL_KEY, PROPOSAL_LASTS_MS, proposalBody } from '../../bridge/protocol/orders/proposal.ts';
import { judgePlan, type PlanGateFacts } from '../../executor/gate/plan-gate.ts';
import { revocationOf, revokedBy, type StandingOrder } from '../../executor/gate/standing-order.ts';
import {
  account,
  AT,
  COORDINATOR,
  factsOf,
  hashOf,
  HQ,
  jobOf,
  MASTER,
  planWith,
  shell,
  TaskThreadRecord,
} from './task-thread.ts';

const PLAN = planWith('list', shell('look', 'ls'));
const ORDER = EventId.parse('$schedule');
const DAY = 24 * 3_600_000;
/** Half a year ago: a schedule does not grow old. */
const ORDERED = AT - 180 * DAY;

/** A run of a schedule, decided by one agent alone. */
function run(): TaskThreadRecord {
  const thread = new TaskThreadRecord();
  thread.change('$root', (raw) => ({
    ...raw,
    sender: COORDINATOR,
    content: { msgtype: 'm.notice', body: '⏰ 예약 실행', 'com.chavion': { v: 1, kind: 'notice', source: ORDER } },
  }));
  thread.act('$electorate', COORDINATOR, { kind: 'electorate', round: 0, agents: ['claude'] as never });
  const proposals = [thread.proposal('claude', PLAN)];
  const ballots = [thread.ballot('claude', [PLAN])];
  thread.act('$decision', COORDINATOR, {
    kind: 'decision',
    round: 0,
    rule: 'alone',
    winner: hashOf(PLAN),
    electorate: EventId.parse('$electorate'),
    proposals,
    ballots,
  });
  return thread;
}

const message = (more: object = {}, content: object = {}) => ({
  event_id: ORDER,
  room_id: HQ,
  sender: MASTER,
  type: 'm.room.message',
  origin_server_ts: ORDERED,
  content: { msgtype: 'm.text', body: '!예약 매일 아침 7시에 서버 살피기', ...content },
  unsigned: {},
  ...more,
});
const standing = (raw: unknown = message(), more: Partial<StandingOrder> = {}): StandingOrder => ({
  event: ORDER,
  room: HQ,
  raw,
  reactions: [],
  revokedAt: 0,
  timeZone: 'Asia/Seoul',
  ...more,
});
const judge = (order: StandingOrder | undefined, thread = run(), more: Partial<PlanGateFacts> = {}, job: object = {}) =>
  judgePlan(jobOf(job), factsOf(thread, { standing: order, ...more }));
const stop = (sender: string) => ({ event: EventId.parse('$sign'), sender: sender as never, key: '🛑', at: AT });

describe('a run of a schedule', () => {
  it('is a master’s, however long ago it was ordered', () => {
    expect(judge(standing())).toMatchObject({
      kind: 'command',
      by: MASTER,
      order: { step: { command: { script: 'ls' } } },
    });
    expect(judge(standing(message({}, { body: '!cycle on 15m' })))).toMatchObject({ kind: 'command', by: MASTER });
    expect(judge(standing(message(), { revokedAt: ORDERED - 1 })).kind).toBe('command');
    expect(judge(standing(message(), { reactions: [stop('@eve:test')] })).kind).toBe('command');
  });

  it('is a master’s of a schedule that came once, however long after', () => {
    expect(judge(standing(message({}, { body: '!예약 내일 아침 7시에 서버 살피기' })))).toMatchObject({
      kind: 'command',
      by: MASTER,
    });
    expect(judge(standing(message({}, { body: '!schedule in 30 minutes look' }))).kind).toBe('command');
    expect(
      judge(standing(message({}, { body: '!예약 내일 아침 7시에 서버 살피기' }), { revokedAt: AT })),
    ).toMatchObject({ kind: 'refused', why: 'revoked' });
  });

  it.each<[string, string, StandingOrder | undefined]>([
    [
      'its moment was past when it was sent',
      'not-scheduled',
      standing(message({}, { body: '!예약 어제 아침 7시에 서버 살피기' })),
    ],
    ['nothing can be read of the order', 'not-scheduled', undefined],
    ['it is another event', 'not-scheduled', standing(message(), { event: EventId.parse('$other') })],
    ['the order is a stranger’s', 'not-master', standing(message({ sender: '@eve:test' }))],
    ['the order is the coordinator’s own', 'not-master', standing(message({ sender: COORDINATOR }))],
    [
      'the order was redacted',
      'redacted',
      standing(message({ content: {}, unsigned: { redacted_because: { sender: MASTER } } })),
    ],
    [
      'the order was edited',
      'edited',
      standing(message({ unsigned: { 'm.relations': { 'm.replace': { event_id: '$later' } } } })),
    ],
    ['the order is in another room', 'wrong-room', standing(message({ room_id: '!other:test' }))],
    ['the order is gone', 'not-scheduled', standing(null)],
    ['it orders something else', 'not-scheduled', standing(message({}, { body: '!task list the files' }))],
    ['it cannot be read', 'not-scheduled', standing(message({}, { body: '!예약 언젠가 서버 살피기' }))],
    ['it ends the cycle', 'not-scheduled', standing(message({}, { body: '!cycle off' }))],
    ['it is a notice', 'not-message', standing(message({}, { msgtype: 'm.notice' }))],
    ['it was taken away', 'revoked', standing(message(), { revokedAt: ORDERED + 1 })],
    ['it was taken away after the run began', 'revoked', standing(message(), { revokedAt: AT + 1_000 })],
    ['a master put 🛑 on it', 'stopped', standing(message(), { reactions: [stop(MASTER)] })],
  ])('is refused where %s', (_what, why, order) => {
    expect(judge(order)).toMatchObject({ kind: 'refused', why });
  });

  it.each<[string, string, (thread: TaskThreadRecord) => void, Partial<PlanGateFacts>, object]>([
    ['an agent wrote it', 'not-master', (t) => t.from('$root', account('claude')), {}, {}],
    ['another server’s coordinator wrote it', 'not-master', (t) => t.from('$root', '@agent_coordinator:evil'), {}, {}],
    [
      'it names no order',
      'not-scheduled',
      (t) =>
        t.change('$root', (raw) => ({
          ...raw,
          content: { msgtype: 'm.notice', body: 'x', 'com.chavion': { v: 1, kind: 'notice' } },
        })),
      {},
      {},
    ],
    ['it was edited', 'not-master', (t) => t.edit('$root'), {}, {}],
    [
      'it stands in a thread',
      'not-scheduled',
      (t) =>
        t.change('$root', (raw) => ({
          ...raw,
          content: { ...raw.content, 'm.relates_to': { rel_type: 'm.thread', event_id: '$other' } },
        })),
      {},
      {},
    ],
    ['it is of another time than the job says', 'wrong-time', () => undefined, {}, { at: AT - 1 }],
    [
      'it was written before the order',
      'wrong-time',
      (t) => t.change('$root', (raw) => ({ ...raw, origin_server_ts: ORDERED - 1 })),
      {},
      { at: ORDERED - 1 },
    ],
    ['it is too old', 'too-old', () => undefined, { now: AT + TASK_LASTS_MS + 1 }, {}],
    ['the room was stopped since', 'stopped', () => undefined, { stoppedUntil: AT }, {}],
    ['a master put 🛑 on it', 'stopped', () => undefined, { reactions: [stop(MASTER)] }, {}],
  ])('is refused where %s', (_what, why, change, facts, job) => {
    const thread = run();
    change(thread);
    expect(judge(standing(), thread, facts, job)).toMatchObject({ kind: 'refused', why });
  });
});

describe('what takes a schedule away', () => {
  const id = scheduleId(ORDER);
  it.each([
    [`!unschedule ${id}`, id],
    [`!예약취소 ${id.toUpperCase()}`, id],
    ['!cycle off', 'cycle'],
    ['!순환 끄기', 'cycle'],
    ['!cycle on 30m', 'cycle'],
    ['!cycle', null],
    ['!cycle digest 21', null],
    ['!schedules', null],
    [`취소 ${id}`, null],
  ])('%s', (body, key) => {
    expect(revokedBy(body)).toBe(key);
  });

  it('is looked up under its id, and for a cycle under both', () => {
    const at = (key: string) => (key === id ? 5 : key === 'cycle' ? 9 : 0);
    expect([
      revocationOf(ORDER, '!예약 매일 7시에 x', at),
      revocationOf(ORDER, '!cycle on', at),
      revocationOf(EventId.parse('$else'), '!예약 매일 7시에 x', at),
    ]).toEqual([5, 9, 0]);
  });
});

/** What an agent proposed and the coordinator showed. */
describe('a run of a schedule that was proposed', () => {
  const LINE = '!예약 매일 아침 7시에 서버 살피기';
  const shown = (content: object = {}, more: object = {}) =>
    message(
      { sender: COORDINATOR, ...more },
      { body: proposalBody('클로드: 예약합니다', LINE), [PROPOSAL_KEY]: 'claude', ...content },
    );
  const sign = (key: string, sender: string = MASTER, at = ORDERED + 1_000) => ({
    event: EventId.parse('$sign'),
    sender: sender as never,
    key,
    at,
  });
  const yes = [sign('✅')];

  it('is the order of the master who put his yes on it', () => {
    expect(judge(standing(shown(), { reactions: yes }))).toMatchObject({ kind: 'command', by: MASTER });
    expect(judge(standing(shown(), { reactions: yes, revokedAt: AT }))).toMatchObject({ why: 'revoked' });
  });

  it.each<[string, StandingOrder]>([
    ['nobody has said yes', standing(shown())],
    ['an agent has', standing(shown(), { reactions: [sign('✅', account('claude'))] })],
    ['the coordinator has', standing(shown(), { reactions: [sign('✅', COORDINATOR)] })],
    ['a stranger has', standing(shown(), { reactions: [sign('✅', '@eve:test')] })],
    ['another sign', standing(shown(), { reactions: [sign('👍')] })],
    ['a no stands beside it', standing(shown(), { reactions: [...yes, sign('❌')] })],
    ['the yes came late', standing(shown(), { reactions: [sign('✅', MASTER, ORDERED + PROPOSAL_LASTS_MS + 1)] })],
    ['the yes came before', standing(shown(), { reactions: [sign('✅', MASTER, ORDERED - 1)] })],
    ['an agent wrote it itself', standing(shown({}, { sender: account('claude') }), { reactions: yes })],
    ['it was edited', standing(shown({}, { unsigned: { 'm.relations': { 'm.replace': {} } } }), { reactions: yes })],
    [
      'clients show something else',
      standing(shown({ format: 'org.matrix.custom.html', formatted_body: '!예약 …' }), { reactions: yes }),
    ],
    [
      'it is no schedule',
      standing(shown({ body: proposalBody('클로드', '!예산 클로드 하루 1달러') }), { reactions: yes }),
    ],
    ['a second line hides', standing(shown({ body: proposalBody('클로드', `${LINE}\n그리고`) }), { reactions: yes })],
  ])('runs nothing where %s', (_, order) => {
    expect(judge(order).kind).toBe('refused');
  });
});
