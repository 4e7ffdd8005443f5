import { describe, expect, it } from 'vitest';
import { TASK_LASTS_MS } from '../../bridge/protocol/command-job.ts';
import { EventId } from '../../bridge/protocol/ids.ts';
import { judgePlan, type PlanGateFacts } from '../../executor/gate/plan-gate.ts';
import {
  account,
  AT,
  COORDINATOR,
  factsOf,
  hashOf,
  jobOf,
  MASTER,
  planWith,
  shell,
  TaskThreadRecord,
} from './task-thread.ts';

const BLUE = planWith('blue', shell('paint', 'sed -i s/red/blue/ page.html'));
const brand = (id: string) => EventId.parse(id);
const inThread = { rel_type: 'm.thread', event_id: '$root', is_falling_back: true };

/** A finished task, what a master says under it, and one agent's plan for that. */
function revised(words = '색을 파랗게 바꿔줘', relation: Record<string, unknown> = inThread): TaskThreadRecord {
  const thread = new TaskThreadRecord();
  thread.act('$report', COORDINATOR, { kind: 'words' });
  thread.put('$wish', MASTER, { msgtype: 'm.text', body: words, 'm.relates_to': relation });
  thread.act('$electorate', COORDINATOR, { kind: 'electorate', round: 1, agents: ['claude'] as never });
  const proposals = [thread.proposal('claude', BLUE, 1)];
  thread.act('$decision', COORDINATOR, {
    kind: 'decision',
    round: 1,
    rule: 'alone',
    winner: hashOf(BLUE),
    electorate: brand('$electorate'),
    proposals,
    ballots: [],
  });
  return thread;
}
const job = () => jobOf({ step: 'paint', revision: '$wish' });
const judge = (thread: TaskThreadRecord, more: Partial<PlanGateFacts> = {}) => judgePlan(job(), factsOf(thread, more));

describe('a command that changes what a finished task has made', () => {
  it('rests on the master’s message under it', () => {
    expect(judge(revised())).toMatchObject({ kind: 'command', by: MASTER, order: { rule: 'alone', round: 1 } });
  });

  it('rests on his reply to what stands in its thread, written into the room', () => {
    expect(judge(revised('표로 다시', { 'm.in_reply_to': { event_id: '$report' } }))).toMatchObject({
      kind: 'command',
    });
  });

  it('is believed as long as the message is, however old the task may be', () => {
    const thread = revised();
    const old = AT - 30 * 24 * 3_600_000;
    thread.change('$root', (raw) => ({ ...raw, origin_server_ts: old }));
    expect(judgePlan({ ...job(), at: old }, factsOf(thread))).toMatchObject({ kind: 'command' });
    const late = judge(revised(), { now: AT + TASK_LASTS_MS + 60_000 });
    expect(late).toMatchObject({ kind: 'refused', why: 'too-old' });
  });

  it('goes on after a stop that came before it, and not after one that came later', () => {
    expect(judge(revised(), { stoppedUntil: AT })).toMatchObject({ kind: 'command' });
    expect(judge(revised(), { stoppedUntil: AT + 500_000 })).toMatchObject({ kind: 'refused' });
  });

  it.each<[string, (thread: TaskThreadRecord) => void]>([
    ['deleted', (t) => t.redact('$wish')],
    ['edited', (t) => t.edit('$wish')],
    ['a stranger’s', (t) => t.from('$wish', '@eve:test')],
    ['an agent’s', (t) => t.from('$wish', account('claude'))],
    ['the coordinator’s', (t) => t.from('$wish', COORDINATOR)],
    [
      'in another thread',
      (t) =>
        t.change('$wish', (raw) => ({
          ...raw,
          content: { ...raw.content, 'm.relates_to': { ...inThread, event_id: '$other' } },
        })),
    ],
    [
      'said to the room',
      (t) => t.change('$wish', (raw) => ({ ...raw, content: { msgtype: 'm.text', body: '색을 파랗게' } })),
    ],
    [
      'a reply to something else',
      (t) =>
        t.change('$wish', (raw) => ({
          ...raw,
          content: { ...raw.content, 'm.relates_to': { 'm.in_reply_to': { event_id: '$elsewhere' } } },
        })),
    ],
    ['in another room', (t) => t.change('$wish', (raw) => ({ ...raw, room_id: '!other:test' }))],
    ['a notice', (t) => t.change('$wish', (raw) => ({ ...raw, content: { ...raw.content, msgtype: 'm.notice' } }))],
  ])('is refused where the message is %s', (_name, tamper) => {
    const thread = revised();
    tamper(thread);
    expect(judge(thread)).toMatchObject({ kind: 'refused', why: 'revision', by: MASTER });
  });

  it.each(['고마워', '왜 B가 이겼어?', '얘들아 색을 바꿔줘', '!retry'])('is refused where he only says %s', (words) => {
    expect(judge(revised(words))).toMatchObject({ kind: 'refused', why: 'revision' });
  });

  it('is refused where it was decided before he said so', () => {
    const thread = revised();
    thread.change('$wish', (raw) => ({ ...raw, origin_server_ts: AT + 300_000 }));
    expect(judge(thread)).toMatchObject({ kind: 'refused', why: 'revision' });
  });

  it('is refused where a master has put 🛑 under the message', () => {
    const revisionReactions = [{ key: '🛑', sender: MASTER, event: brand('$stop'), at: AT + 9_000 }];
    expect(judge(revised(), { revisionReactions })).toMatchObject({ kind: 'refused', why: 'revision' });
  });

  it('is refused where the task itself was edited or deleted', () => {
    const edited = revised();
    edited.edit('$root');
    expect(judge(edited)).toMatchObject({ kind: 'refused', why: 'edited' });
    const gone = revised();
    gone.redact('$root');
    expect(judge(gone)).toMatchObject({ kind: 'refused', why: 'redacted' });
  });
});
