import { ProviderSettings } from '../../bridge/protocol/settings.ts';
import { takeTurn } from '../../bots/turns/take-turn.ts';
import type { MemoryLine } from '../../bots/memory/memory-line.ts';
import type { Recall } from '../../bots/memory/recall.ts';
import { createProvider } from '../../bots/models/registry.ts';
import { CLAUDE, MemoryScene } from '../contract/memory-scene.ts';
import { roster } from '../house/paper-turns.ts';
import { HQ_ROOM, OWNER, PaperMemory, recallOver, remembered } from '../house/paper-memory.ts';
import { Providers } from '../house/providers.ts';
import { KOREAN_FACTS } from '../unit/korean-facts.ts';
import { median, p95, table } from './figures.ts';

const FACTS = 5_000;
/** What a turn may take longer for them. */
const MOST_SHARE = 1.05;
/** As fast as a hosted model begins to speak: a fraction of what they take in truth. */
const FIRST_WORD_MS = 300;

const QUESTIONS = [
  '펫샵 이름 뭐로 하기로 했지?',
  '차 보험 언제 갱신이야?',
  '12번 창고 비밀 말고 위치가 어디더라',
  '내일 부산 날씨 알려줘',
  '사료는 누구한테 주문해?',
];

/** Years of an owner: what one writes down, with other numbers and days in it. */
const years = (): readonly MemoryLine[] =>
  Array.from({ length: FACTS }, (_, i) =>
    remembered('fact', i + 1, `${KOREAN_FACTS[i % KOREAN_FACTS.length] ?? ''}, ${i}번 ${(i * 7) % 365}일째`),
  ).toReversed();

/** A turn of a house that remembers much against one that remembers nothing, one after the other in one run. */
export async function memoryBench(quick: boolean): Promise<{ table: string; failures: string[] }> {
  const rounds = quick ? 5 : 60;
  const indexing = performance.now();
  const much = recallOver(new PaperMemory(...years()));
  const indexedMs = performance.now() - indexing;
  const searches = Array.from({ length: rounds * 10 }, (_, i) => QUESTIONS[i % QUESTIONS.length] ?? '');
  const searchMs: number[] = [];
  for (const question of searches) {
    const began = performance.now();
    await much.factsFor({ question, asker: OWNER, room: HQ_ROOM, agent: CLAUDE });
    searchMs.push(performance.now() - began);
  }
  await using providers = await Providers.start();
  providers.play(() => ({
    pieces: ['네, 그렇습니다.'],
    after: new Promise((done) => setTimeout(done, FIRST_WORD_MS)),
  }));
  const turn = await turnsOver(providers);
  const [none, some]: [number[], number[]] = [[], []];
  const nothing = recallOver(new PaperMemory());
  for (let i = 0; i < rounds; i += 1) {
    const question = QUESTIONS[i % QUESTIONS.length] ?? '';
    // Whoever comes first pays for what both share.
    const order = i % 2 === 0 ? [none, some] : [some, none];
    for (const times of order) times.push(await turn(question, times === none ? nothing : much));
  }
  const share = median(some) / median(none);
  const row = (what: string, times: readonly number[]) => [what, median(times).toFixed(1), p95(times).toFixed(1)];
  return {
    table: `${FACTS} facts, indexed in ${indexedMs.toFixed(0)} ms; ${rounds} turns each, a model that begins after ${FIRST_WORD_MS} ms; median ratio ${share.toFixed(3)}\n${table(
      ['', 'median, ms', 'p95, ms'],
      [
        row('a turn of an empty memory', none),
        row(`a turn of ${FACTS} facts`, some),
        row('the recall in it', searchMs),
      ],
    )}`,
    failures: share > MOST_SHARE ? [`memory: a turn takes ${share.toFixed(3)} times as long with ${FACTS} facts`] : [],
  };
}

/** From the message to the end of the answer, in a room of its own. */
async function turnsOver(providers: Providers): Promise<(question: string, recall: Recall) => Promise<number>> {
  const config = roster.agents.find(({ id }) => id === CLAUDE);
  if (config === undefined) throw new Error('nobody is called so');
  const provider = createProvider(config, ProviderSettings.parse(providers.env), {});
  return async (question, recall) => {
    await using scene = await MemoryScene.open(provider, recall);
    const job = scene.turn(scene.says(question));
    const began = performance.now();
    await takeTurn(job, false, scene.deps);
    return performance.now() - began;
  };
}
