import { describe, expect, it } from 'vitest';
import { judgementCommand, judgementWish } from '../../bots/tasks/judgement-command.ts';
import { JudgementSettings } from '../../bots/tasks/judgement-settings.ts';
import { Judgement } from '../../bridge/protocol/judging/judgement.ts';
import type { SwarmCommandJob } from '../../bridge/protocol/turn.ts';
import { swarmKey } from '../../bridge/queue/redis.ts';
import { PaperRedis } from '../house/paper-redis.ts';

const set = (change: Partial<Judgement>) => ({ kind: 'set', change });
const ROSTER = Judgement.parse({});

describe('what stands behind !judge', () => {
  it.each([
    ['', { kind: 'show' }],
    ['90초', set({ ownerSeconds: 90 })],
    ['시간 2분', set({ ownerSeconds: 120 })],
    ['time 2m', set({ ownerSeconds: 120 })],
    ['시간 끄기', set({ ownerSeconds: 0 })],
    ['off', set({ ownerSeconds: 0 })],
    ['일찍 마감 꺼', set({ earlyStop: false })],
    ['early on', set({ earlyStop: true })],
    ['둘먼저 켜', set({ fastPath: true })],
    ['둘 먼저 끄기', set({ fastPath: false })],
    ['90', { kind: 'bad' }],
    ['16분', { kind: 'bad' }],
    ['둘먼저 2분', { kind: 'bad' }],
    ['아무거나 켜기', { kind: 'bad' }],
  ])('%s', (words, wish) => {
    expect(judgementWish(words)).toEqual(wish);
  });
});

describe('what masters have changed', () => {
  const say = (settings: JudgementSettings, words: string, at: number) =>
    judgementCommand(settings).judge({ words, at, lang: 'ko' } as SwarmCommandJob);

  it('stands beside the roster, in every swarm, and is shown', async () => {
    const redis = new PaperRedis().client();
    const settings = new JudgementSettings(redis, ROSTER);
    expect(await say(settings, '90초', 10)).toContain('90초까지 기다림');
    expect(await say(settings, '일찍마감 끄기', 11)).toContain('일찍 마감: 끔');
    const other = new JudgementSettings(redis, { ...ROSTER, fastPath: true });
    await other.start();
    other.stop();
    expect(other.now).toEqual({ ownerSeconds: 90, earlyStop: false, fastPath: true });
  });

  it('is not undone by an older order that comes again', async () => {
    const settings = new JudgementSettings(new PaperRedis().client(), ROSTER);
    await say(settings, '90초', 20);
    await say(settings, '30초', 10);
    expect(settings.now.ownerSeconds).toBe(90);
  });

  it('and what cannot be read is as the roster has it', async () => {
    const redis = new PaperRedis().client();
    const settings = new JudgementSettings(redis, ROSTER);
    await settings.set({ ownerSeconds: 30 }, 1);
    await redis.hset(swarmKey('judgement'), 'earlyStop', '1 {"half', 'later', '1 true');
    await settings.set({ fastPath: true }, 2);
    expect(settings.now).toEqual({ ownerSeconds: 30, earlyStop: true, fastPath: true });
  });
});
