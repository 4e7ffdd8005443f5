import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserId } from '../../bridge/protocol/ids.ts';
import { ANSWER_KINDS, taskStates } from './memory-tasks.ts';
import { takeTurn } from '../../bots/turns/take-turn.ts';
import { askOnce, bindingsOf, depsOf } from '../unit/task-models-scene.ts';
import { OWNER, PaperMemory, recallOver, remembered } from '../house/paper-memory.ts';
import { CLAUDE, MemoryScene } from './memory-scene.ts';
import { providerOn } from './provider-run.ts';
import { type ProviderServer, startProviderServer } from './provider-server.ts';
import { answering, type Wire, WIRES } from './provider-wires.ts';

/** What the owner has said once stands in what goes over the wire, whatever is asked of whom. */
const HELD = ['앞으로 항상 표로 짧게', '나를 대장이라고 불러', '클로드는 근거를 꼭 대'];
const ANOTHERS = ['자비스는 영어로 써', '퍼플렉시티는 출처 세 개'];
const FACT = '펫샵 이름은 멍멍하우스로 하기로 했다';
const MEMORY = new PaperMemory(
  remembered('fact', 6, FACT),
  remembered('order', 5, HELD[0] ?? ''),
  remembered('order', 4, HELD[2] ?? '', { agent: 'claude' }),
  remembered('order', 3, ANOTHERS[1] ?? '', { agent: 'perplexity' }),
  remembered('order', 2, ANOTHERS[0] ?? '', { agent: 'jarvis' }),
  remembered('order', 1, HELD[1] ?? ''),
);
const recall = recallOver(MEMORY);
const QUESTION = '지난주에 펫샵 이름 뭐로 하기로 했지?';
const JARVIS_USER = UserId.parse('@agent_jarvis:test');

type Asking = (scene: MemoryScene) => ReturnType<MemoryScene['turn']>;
const TURNS: Readonly<Record<string, readonly [asking: Asking, knowsFact: boolean]>> = {
  'a greeting': [(scene) => scene.turn(scene.says('클로드 안녕')), false],
  'a question': [(scene) => scene.turn(scene.says(QUESTION)), true],
  'a question in two pieces': [
    (scene) => {
      const first = scene.says('지난주에 정한');
      return scene.turn(scene.says('펫샵 이름 뭐였지?'), { root: first, burst: [first] });
    },
    true,
  ],
  'a question of something else': [(scene) => scene.turn(scene.says('내일 부산 날씨 어때?')), false],
  'a discussion': [
    (scene) =>
      scene.turn(scene.says(`!토론 ${QUESTION}`), {
        discussion: { topic: QUESTION, rounds: 1, order: [CLAUDE, CLAUDE], index: 0 },
      }),
    true,
  ],
  'called by an agent, for the owner': [
    (scene) => {
      const root = scene.says('자비스, 가게 일 좀 정리해 줘');
      const source = scene.says(`@클로드 ${QUESTION}`, JARVIS_USER, {
        'com.chavion': { v: 1, kind: 'answer', source: root, root, depth: 0, agent: 'jarvis' },
      });
      return scene.turn(source, { root, depth: 1 });
    },
    true,
  ],
  'after the yes': [
    (scene) =>
      scene.turn(scene.says('펫샵 이름으로 폴더 만들어 줘'), { hands: 'act', news: 'Ended: ran, exit code 0.' }),
    true,
  ],
};

describe.each(WIRES)('$name', (wire: Wire) => {
  let server: ProviderServer;
  beforeAll(async () => {
    server = await startProviderServer(answering(wire));
  });
  afterAll(() => server[Symbol.asyncDispose]());

  /** Of the first call since then, as it went over the wire. */
  const sentSince = (before: number) => {
    const body = server.requests.slice(before).find(({ method }) => method === 'POST')?.body ?? '{}';
    const whole = JSON.stringify(JSON.parse(body));
    return {
      orders: [...HELD, ...ANOTHERS].filter((text) => whole.includes(text)),
      fact: whole.includes(FACT),
    };
  };

  it('holds every order for the agent in the first call of every turn, and the fact where it fits', async () => {
    await using scene = await MemoryScene.open(providerOn(wire, server.url), recall);
    const told: Record<string, unknown> = {};
    for (const [name, [asking]] of Object.entries(TURNS)) {
      const [before, noted] = [server.requests.length, scene.deps.hands.taints.noted.length];
      await takeTurn(asking(scene), false, scene.deps);
      const isPrivate = scene.deps.hands.taints.noted.slice(noted).some((taint) => taint.private);
      told[name] = { ...sentSince(before), isPrivate };
    }
    expect(told).toEqual(
      Object.fromEntries(
        Object.entries(TURNS).map(([name, [, fact]]) => [name, { orders: HELD, fact, isPrivate: fact }]),
      ),
    );
  });

  it('and in every phase of a task', async () => {
    const told: Record<string, unknown> = {};
    for (const kind of ANSWER_KINDS) {
      const { state, ask } = taskStates(QUESTION, OWNER)[kind];
      const before = server.requests.length;
      const provider = providerOn(wire, server.url);
      await askOnce(state, ask, depsOf(provider, { recall, bindings: bindingsOf(provider) }));
      told[kind] = sentSince(before);
    }
    expect(told).toEqual(Object.fromEntries(ANSWER_KINDS.map((kind) => [kind, { orders: HELD, fact: true }])));
  });
});
