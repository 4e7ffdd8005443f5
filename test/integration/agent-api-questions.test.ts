import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AgentInbox } from '../../bridge/stores/agent-inbox.ts';
import { Questions } from '../../bridge/stores/open-questions.ts';
import { ProviderFault } from '../../bridge/protocol/fault.ts';
import { AgentId, EventId, UserId } from '../../bridge/protocol/ids.ts';
import { outside } from '../../bots/models/providers/outside.ts';
import type { ProviderRequest } from '../../bots/models/providers/provider.ts';
import { BareRedis } from '../house/bare-redis.ts';

const scout = AgentId.parse('scout');
const other = AgentId.parse('other');

let server: BareRedis;
beforeAll(async () => {
  server = await BareRedis.start();
});
afterAll(() => server[Symbol.asyncDispose]());

/** One swarm process, with its own eyes on the same Redis. */
function process(): { inbox: AgentInbox; questions: Questions } {
  const redis = server.client();
  const inbox = new AgentInbox(redis);
  return { inbox, questions: new Questions(redis, inbox) };
}

const question = (id: string, ms = 30_000) => ({
  id,
  agent: scout,
  from: 'master',
  content: '어떻게 생각해?',
  prompt: '모두',
  until: Date.now() + ms,
});
const forever = () => new AbortController().signal;
const there = () => true;

describe('a question to an agent that lives elsewhere', () => {
  it('lies in its inbox and has the first answer that comes in time', async () => {
    const { inbox, questions } = process();
    const asked = questions.ask(
      { ...question('$a.scout'), chain: { root: EventId.parse('$a'), depth: 1, event: EventId.parse('$a') } },
      there,
      forever(),
    );
    const [letter] = await inbox.next(scout, undefined, 5_000, forever());
    expect(letter).toMatchObject({ type: 'ask', ask: '$a.scout', content: '어떻게 생각해?', root: '$a', depth: 1 });
    expect(await questions.open(scout, Date.now())).toEqual(['$a.scout']);
    expect(await questions.answer(other, '$a.scout', '남의 답', Date.now())).toBe('unknown');
    expect(await questions.answer(scout, '$a.scout', '제 답', Date.now())).toBe('taken');
    expect(await questions.answer(scout, '$a.scout', '또', Date.now())).toBe('late');
    expect(await asked).toBe('제 답');
    expect(await questions.open(scout, Date.now())).toEqual([]);
    expect(await questions.answer(scout, '$nothing', 'x', Date.now())).toBe('unknown');
  });

  it('is not answered by what is said while it lies unread, and a guess gives way to the true answer', async () => {
    const { inbox, questions } = process();
    const chain = { root: EventId.parse('$g'), depth: 0, event: EventId.parse('$g') };
    const asked = questions.ask({ ...question('$g.scout'), chain }, there, forever());
    let letter: Awaited<ReturnType<typeof inbox.read>>[number] | undefined;
    for (let since: string | undefined; letter?.ask !== '$g.scout'; since = letter?.id ?? since)
      letter = (await inbox.next(scout, since, 5_000, forever())).at(-1);
    expect(await questions.isUnread(scout, '$g.scout')).toBe(true);
    await inbox.handed(scout, letter.id);
    expect(await questions.isUnread(scout, '$g.scout')).toBe(false);
    expect(await questions.answer(scout, '$g.scout', '잠깐만요', Date.now(), true)).toBe('taken');
    expect(await asked).toBe('잠깐만요');
    expect(await questions.answer(scout, '$g.scout', '진짜 답', Date.now())).toBe('better');
    expect(await questions.answer(scout, '$g.scout', '진짜 답', Date.now())).toBe('again');
    expect(await questions.answer(scout, '$g.scout', '더 늦은 답', Date.now())).toBe('late');
    expect(await questions.eventOf('$g.scout')).toBe('$g');
  });

  it('is asked once, and found again by the process that comes after', async () => {
    const [before, after] = [process(), process()];
    const id = '$b.scout';
    void before.questions.ask(question(id), there, forever());
    await before.inbox.next(scout, (await before.inbox.latest(scout))?.id, 1_500, forever());
    const again = after.questions.ask(question(id), there, forever());
    await after.questions.answer(scout, id, '한 번 답했습니다', Date.now());
    expect(await again).toBe('한 번 답했습니다');
    expect((await after.inbox.read(scout, '0-0')).filter((letter) => letter.ask === id)).toHaveLength(1);
  });

  it('counts as unanswered when its time is up, when the agent has gone, and when it was put out', async () => {
    const { questions } = process();
    expect(await questions.ask(question('$c.scout', 300), there, forever())).toBeNull();
    expect(await questions.answer(scout, '$c.scout', '늦은 답', Date.now())).toBe('late');
    let online = true;
    const left = questions.ask(question('$d.scout'), () => online, forever());
    online = false;
    expect(await left).toBeNull();
    const dropped = questions.ask(question('$e.scout'), there, forever());
    // Only what is open can be dropped.
    while (!(await questions.open(scout, Date.now())).includes('$e.scout'));
    await questions.drop(scout);
    expect(await dropped).toBeNull();
  });

  it('ends when the master stops it, and no answer reaches it then', async () => {
    const { questions } = process();
    const stop = new AbortController();
    const asked = questions.ask(question('$f.scout'), there, stop.signal);
    stop.abort(new Error('stopped'));
    await expect(asked).rejects.toThrow('stopped');
    expect(await questions.answer(scout, '$f.scout', 'x', Date.now())).toBe('late');
  });
});

describe('the model of such an agent', () => {
  const request: ProviderRequest = {
    turn: '$t.scout',
    agent: {
      id: scout,
      name: '스카우트',
      role: 'r',
      maxOutputTokens: 100,
      temperature: undefined,
      reasoningEffort: undefined,
    },
    ownerTitle: '마스터',
    lang: 'ko',
    system: '너는 스카우트다',
    messages: [{ role: 'user', content: [{ type: 'text', text: '[마스터] 들려?' }] }],
    question: '들려?',
    chain: { root: EventId.parse('$t'), depth: 0, event: EventId.parse('$t'), from: UserId.parse('@master:x') },
  };
  const said = async (answer: string | null) => {
    const parts: unknown[] = [];
    let asked: unknown;
    const model = outside(scout, { online: () => true, ask: async (what) => ((asked = what), answer) });
    for await (const part of model.stream(request, forever())) parts.push(part);
    return { parts, asked };
  };

  it('passes on question, context and chain, and says what came back', async () => {
    const { parts, asked } = await said('들립니다 ');
    expect(parts).toEqual([
      { type: 'text', text: '들립니다' },
      { type: 'finish', reason: 'stop' },
    ]);
    expect(asked).toMatchObject({
      question: '들려?',
      chain: { depth: 0 },
      prompt: expect.stringContaining('너는 스카우트다') as string,
    });
  });

  it('is absent where nothing came in time', async () => {
    await expect(said(null)).rejects.toThrow(new ProviderFault('provider.absent'));
    await expect(said('  ')).rejects.toThrow(new ProviderFault('provider.empty'));
  });
});
