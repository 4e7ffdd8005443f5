import { beforeEach, describe, expect, it } from 'vitest';
import { CommandResults } from '../../bots/hands/command-results.ts';
import { redisJournal } from '../../bots/hands/journal.ts';
import type { CommandResult } from '../../bridge/protocol/act.ts';
import { EventId, UserId } from '../../bridge/protocol/ids.ts';
import { PlanHash, StepId } from '../../bridge/protocol/plan.ts';
import { jobId } from '../../bridge/protocol/turn.ts';
import { PaperRedis } from '../house/paper-redis.ts';
import { room, toolTurn } from './hands-scene.ts';

const request = EventId.parse('$request');
const { job } = toolTurn();
let redis: PaperRedis;
let results: CommandResults;
beforeEach(() => {
  redis = new PaperRedis();
  results = new CommandResults(redis.client());
});

let events = 0;
const heard = (state: CommandResult['state'], more: Partial<CommandResult> = {}, id = `$end${(events += 1)}`) =>
  ({
    kind: 'command-result',
    eventId: EventId.parse(id),
    roomId: room,
    sender: UserId.parse('@executor:test'),
    at: 0,
    request,
    result: { plan: PlanHash.parse('0'.repeat(64)), step: StepId.parse('order'), attempt: 1, state, ...more },
  }) as const;
const soon = () => Date.now() + 5_000;
const never = new AbortController().signal;

describe('what became of a command that an agent asked for', () => {
  it('reaches the turn that waits for it, at once', async () => {
    const began = performance.now();
    const waiting = results.wait(request, soon(), never);
    await results.hear(heard('done', { output: 'x' }));
    expect(await waiting).toMatchObject({ state: 'done', output: 'x' });
    expect(performance.now() - began).toBeLessThan(400);
  });

  it('is there for whoever asks later, and for another swarm', async () => {
    await results.hear(heard('failed', { exitCode: 2 }));
    expect(await results.wait(request, Date.now(), never)).toMatchObject({ state: 'failed' });
    const other = new CommandResults(redis.client());
    const waiting = other.wait(EventId.parse('$other'), soon(), never);
    await results.hear({ ...heard('done'), request: EventId.parse('$other') });
    expect(await waiting).toMatchObject({ state: 'done' });
  });

  it('ends the waiting where a master is asked; an end stands whatever comes late', async () => {
    await results.hear(heard('asked'));
    expect(await results.wait(request, soon(), never)).toMatchObject({ state: 'asked' });
    await results.hear(heard('done'));
    await results.hear(heard('asked'));
    expect(await results.now(request)).toMatchObject({ state: 'done' });
  });

  it('is waited for so long, and no longer than the turn lives', async () => {
    expect(await results.wait(request, Date.now() + 20, never)).toBeNull();
    const stop = new AbortController();
    const waiting = results.wait(request, soon(), stop.signal);
    stop.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
  });
});

describe('the turn that goes on after a master’s yes', () => {
  it('is the agent’s own, once for each end', async () => {
    await results.begun(request, { ...job, burst: [EventId.parse('$before')] });
    expect(await results.hear(heard('asked'))).toBeNull();
    const end = heard('done', { output: '열림' });
    const [first, again] = [await results.hear(end), await results.hear(end)];
    expect(first).toMatchObject({ agent: job.agent, source: job.source, news: expect.stringContaining('열림') });
    expect(first?.hands).toBeUndefined();
    expect(first?.burst).toBeUndefined();
    expect(again).not.toBeNull();
    expect(jobId(again!)).toBe(jobId(first!));
    // Not the answer that it goes on from.
    expect(jobId(first!)).not.toBe(jobId(job));
  });

  it('is none where nobody was asked, where he said no, or where nothing is known of it', async () => {
    await results.begun(request, job);
    expect(await results.hear(heard('done'))).toBeNull();
    await results.hear(heard('asked'));
    expect(await results.hear(heard('refused', { why: 'no' }))).toBeNull();
    expect(await results.hear(heard('stopped'))).toBeNull();
    const stranger = EventId.parse('$unknown');
    await results.hear({ ...heard('asked'), request: stranger });
    expect(await results.hear({ ...heard('done'), request: stranger })).toBeNull();
  });

  it('is given no more than a job holds', async () => {
    await results.begun(request, job);
    await results.hear(heard('asked'));
    const next = await results.hear(heard('done', { output: '가'.repeat(12_000) }));
    expect(next?.news?.length).toBeLessThanOrEqual(16_000);
  });
});

describe('the journal', () => {
  it('keeps the first word, for both who write it', async () => {
    const journal = redisJournal(redis.client());
    const step = (text: string) => ({ text, calls: [{ id: '1', name: 'look', input: '{}' }] });
    expect(await journal.step('turn', 0)).toBeNull();
    expect(await journal.keepStep('turn', 0, step('a'))).toEqual(step('a'));
    expect(await journal.keepStep('turn', 0, step('b'))).toEqual(step('a'));
    expect(await redisJournal(redis.client()).step('turn', 0)).toEqual(step('a'));
    expect(await journal.step('turn', 1)).toBeNull();
    expect(await journal.keepOutcome('turn', 0, 0, { text: 'x', record: EventId.parse('$r') })).toMatchObject({
      record: '$r',
    });
    expect(await journal.keepOutcome('turn', 0, 0, { text: 'y' })).toMatchObject({ text: 'x' });
    expect(await journal.outcome('turn', 0, 1)).toBeNull();
    expect(await journal.outcome('other', 0, 0)).toBeNull();
  });
});
