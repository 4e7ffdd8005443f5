import { afterAll, beforeAll, expect, it } from 'vitest';
import { MEMORY_TRIPLES, type MemoryTriple } from '../house/memory-triples.ts';
import { rosterOf, Scene } from '../house/scene.ts';

/** Said once in HQ, asked after a restart in another room: thirty lines beside one another, on a real house. */

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open({ env: { CHAVION_REHEARSAL: 'auto' }, roster: rosterOf('jarvis', 'claude', 'perplexity') });
});
afterAll(() => scene[Symbol.asyncDispose]());

const agentOf = ({ agent }: MemoryTriple) => (agent === 'perplexity' ? 'perplexity' : 'claude');

/** Who knows nothing but his prompt answers right where the line stands in it. */
async function asked(triple: MemoryTriple, room: string): Promise<string> {
  const { line, question, right, wrong = '모릅니다' } = triple;
  const agent = agentOf(triple);
  scene.providers.play(({ body }) => (body.includes(JSON.stringify(line).slice(1, -1)) ? right : wrong), agent);
  const [answer] = await scene.master.answered(room, await scene.master.say(room, question));
  return String(answer?.body);
}

it(`${MEMORY_TRIPLES.length} lines hold after the house was stopped and started again`, async () => {
  for (const { said } of MEMORY_TRIPLES) await scene.master.noticed(scene.hq, await scene.master.say(scene.hq, said));
  await scene.settled();
  expect(scene.providers.questions).toEqual([]);
  await scene.house.stop();
  await scene.house.start();
  const rooms = { claude: await scene.roomWith('claude'), perplexity: await scene.roomWith('perplexity') };
  const answers: string[] = [];
  for (const triple of MEMORY_TRIPLES) answers.push(await asked(triple, rooms[agentOf(triple)]));
  expect(answers).toEqual(MEMORY_TRIPLES.map(({ right }) => right));
});
