import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProviderFault } from '../../bridge/protocol/fault.ts';
import { AgentId, EventId, UserId } from '../../bridge/protocol/ids.ts';
import { jobId, type SwarmJob, type TurnJob } from '../../bridge/protocol/turn.ts';
import { ModelBindings } from '../../bots/models/model-bindings.ts';
import type { Provider } from '../../bots/models/providers/provider.ts';
import type { TurnDeps } from '../../bots/turns/turn.ts';
import { giveUpTurn, takeTurn } from '../../bots/turns/take-turn.ts';
import type { PaperHomeserver } from '../house/paper-homeserver.ts';
import type { Json } from '../house/provider-formats.ts';
import { paperRoom, paperTurns, roster } from '../house/paper-turns.ts';
import { MASTER, ROOM } from './events.ts';

const CLAUDE = UserId.parse('@agent_claude:test');

/** A turn from its job to the room, on a homeserver of paper and a model that the test plays. */
let paper: PaperHomeserver;
let play: Provider['stream'];
let asked: number;
let abandoned: string[];
let handedOn: SwarmJob[];
let deps: TurnDeps;

beforeEach(async () => {
  paper = await paperRoom(ROOM, MASTER);
  asked = 0;
  abandoned = [];
  handedOn = [];
  deps = swarm();
});
afterEach(() => paper[Symbol.asyncDispose]());

/** As after a start: it remembers nothing. */
function swarm(): TurnDeps {
  const provider = {
    label: 'paper',
    billing: 'tokens',
    pace: 'seconds',
    sees: false,
    searches: false,
    rehearsal: false,
    stream: (request, signal) => ((asked += 1), play(request, signal)),
    abandon: ({ turn }) => Promise.resolve(void abandoned.push(turn)),
  } as Provider;
  return paperTurns(paper, ROOM, new ModelBindings(roster, () => provider, 'auto'), {
    enqueue: async (jobs) => void handedOn.push(...jobs),
  });
}

function ask(body: string): TurnJob {
  const source = EventId.parse(paper.say(ROOM, MASTER, { msgtype: 'm.text', body, 'm.mentions': {} }));
  return {
    type: 'turn',
    room: ROOM,
    source,
    root: source,
    at: Date.now(),
    agent: AgentId.parse('claude'),
    depth: 0,
    lang: 'ko',
  };
}

/** Claude's messages in the room as clients show them; edits are no messages. */
const answers = (): readonly Json[] =>
  paper.events
    .filter(
      ({ sender, type, content }) =>
        sender === CLAUDE &&
        type === 'm.room.message' &&
        content['m.relates_to']?.rel_type !== 'm.replace' &&
        content.body !== undefined,
    )
    .map(({ event_id }) => paper.shown(event_id));
const bodies = () => answers().map(({ body }) => body);
async function until(look: () => boolean): Promise<void> {
  for (const end = Date.now() + 20_000; !look(); await new Promise((resolve) => setTimeout(resolve, 10)))
    if (Date.now() > end) throw new Error('waited in vain');
}
const words = (...texts: readonly string[]): Provider['stream'] =>
  async function* () {
    for (const text of texts) yield { type: 'text', text };
    yield { type: 'finish', reason: 'stop' };
  };

const fails =
  (error: Error): Provider['stream'] =>
  () => ({
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        throw error;
      },
    }),
  });

describe('a turn', () => {
  it('ends in one message with all of the answer, which a second delivery leaves as it is', async () => {
    play = words('안녕', '하세요');
    const job = ask('클로드 안녕');
    await takeTurn(job, false, deps);
    expect(bodies()).toEqual(['안녕하세요']);
    await takeTurn(job, true, swarm());
    expect([bodies(), asked]).toEqual([['안녕하세요'], 1]);
  });

  it('grows in the room while it is given, and is one message in the end', async () => {
    const rest = Promise.withResolvers<void>();
    play = async function* () {
      yield { type: 'text', text: '하나.' };
      await rest.promise;
      yield { type: 'text', text: ' 둘.' };
      yield { type: 'finish', reason: 'stop' };
    };
    const turn = takeTurn(ask('세어 줘'), false, deps);
    await until(() => bodies().length === 1);
    expect(bodies()[0]).toMatch(/^하나\./);
    expect(answers()[0]['com.chavion'].streaming).toBe(true);
    rest.resolve();
    await turn;
    expect(bodies()).toEqual(['하나. 둘.']);
    expect(answers()[0]['com.chavion'].streaming).toBeUndefined();
  });

  it('goes on in the same message after a crash in the middle', async () => {
    const never = new Promise<never>(() => undefined);
    play = async function* () {
      yield { type: 'text', text: '처음 들은 말' };
      await never;
    };
    const job = ask('길게 말해 줘');
    void takeTurn(job, false, deps).catch(() => undefined);
    await until(() => bodies().length === 1);
    play = words('새로 한 대답입니다.');
    await takeTurn(job, true, swarm());
    expect(bodies()).toEqual(['새로 한 대답입니다.']);
    // No second message was put and the first taken out.
    expect(
      paper.events.filter(
        ({ sender, type, content }) =>
          sender === CLAUDE && type !== 'm.room.member' && content['m.relates_to']?.rel_type !== 'm.replace',
      ),
    ).toHaveLength(1);
    expect(answers()[0]['com.chavion'].streaming).toBeUndefined();
  });

  it('says in one line why there is no answer', async () => {
    play = fails(new ProviderFault('provider.key'));
    await takeTurn(ask('클로드 안녕'), false, deps);
    expect(bodies()).toHaveLength(1);
    expect(answers()[0]['com.chavion'].kind).toBe('fault');
    expect(bodies()[0]).not.toMatch(/\n|undefined|Error/);
    expect(handedOn).toEqual([]);
  });

  it('names the way back where a master has chosen the model', async () => {
    play = fails(new ProviderFault('provider.model'));
    await takeTurn(ask('클로드 안녕'), false, deps);
    deps.bindings.use(new Map([[AgentId.parse('claude'), 'openai/gpt-9']]));
    await takeTurn(ask('클로드 안녕'), false, deps);
    expect(bodies().map((body) => String(body).endsWith('되돌리려면 `!모델 클로드 기본`'))).toEqual([false, true]);
  });

  it('keeps what was said where the provider broke off, and says so under it', async () => {
    play = async function* () {
      yield { type: 'text', text: '절반만' };
      throw new Error('secret words of the provider');
    };
    await takeTurn(ask('클로드 안녕'), false, deps);
    expect(bodies()).toHaveLength(1);
    expect(bodies()[0]).toMatch(/^절반만\n/);
    expect(JSON.stringify(paper.events)).not.toContain('secret words');
  });

  it('frozen: one line, the provider’s words not one', async () => {
    play = fails(new ProviderFault('purse.frozen', { rest: { why: 'frozen', until: null, key: 'frozen.1' } }));
    await takeTurn(ask('클로드 안녕'), false, deps);
    expect(bodies()).toHaveLength(1);
    expect(deps.status.fault(AgentId.parse('claude'))).toBeUndefined();
    // It is told once; whoever asks again meanwhile hears nothing.
    await takeTurn(ask('클로드 또 안녕'), false, { ...deps, spending: { tellsFirst: async () => false } });
    expect(bodies()).toHaveLength(1);
  });

  it('stopped after a crash ends what it had begun elsewhere', async () => {
    play = words('나');
    const job = ask('클로드 안녕');
    deps.running.cancel({ room: ROOM, until: job.at });
    await takeTurn(job, true, deps);
    expect([bodies(), asked]).toEqual([[], 0]);
    expect(abandoned).toEqual([jobId(job)]);
  });

  it('stopped before it began says nothing, and asks nobody', async () => {
    play = words('나');
    const job = ask('클로드 안녕');
    deps.running.cancel({ room: ROOM, until: job.at });
    await takeTurn(job, false, deps);
    expect([bodies(), asked]).toEqual([[], 0]);
  });

  it('hands the word on to whom the answer calls, once for each', async () => {
    play = words('@자비스 어떻게 생각해요?');
    const job = ask('클로드 안녕');
    await takeTurn(job, false, deps);
    expect(handedOn.flatMap((next) => (next.type === 'turn' ? [[next.agent, next.depth, next.root]] : []))).toEqual([
      ['jarvis', 1, job.root],
    ]);
  });

  it('given up says so, in place of an answer', async () => {
    await giveUpTurn(ask('클로드 안녕'), deps);
    expect(bodies()).toHaveLength(1);
    expect(answers()[0]['com.chavion'].kind).toBe('fault');
  });
});
