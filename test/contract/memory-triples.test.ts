import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProviderSettings } from '../../bridge/protocol/settings.ts';
import { takeTurn } from '../../bots/turns/take-turn.ts';
import { createProvider } from '../../bots/models/registry.ts';
import type { MemoryLine } from '../../bots/memory/memory-line.ts';
import { MEMORY_TRIPLES, type MemoryTriple } from '../house/memory-triples.ts';
import { PaperMemory, recallOver, remembered } from '../house/paper-memory.ts';
import { Providers } from '../house/providers.ts';
import { KOREAN_FACTS } from '../unit/korean-facts.ts';
import { CLAUDE, MemoryScene } from './memory-scene.ts';
import { roster } from '../house/paper-turns.ts';

/**
 * Said once, asked later: a model that knows nothing but its prompt answers right where the line stands in it, and
 * wrong where it does not. All lines stand together, among sixty others of the owner's.
 */
let providers: Providers;
beforeAll(async () => {
  providers = await Providers.start();
});
afterAll(() => providers[Symbol.asyncDispose]());

const all: readonly MemoryLine[] = [
  ...MEMORY_TRIPLES.map(({ kind, line, agent }, i) =>
    remembered(kind, i + 1, line, agent === undefined ? {} : { agent }),
  ),
  ...KOREAN_FACTS.filter((fact) => MEMORY_TRIPLES.every(({ line }) => line !== fact)).map((fact, i) =>
    remembered('fact', 100 + i, fact),
  ),
].toReversed();

/** What Claude, or whom the order binds, says in the room. */
async function answered(
  { line, question, right, wrong = '모릅니다', agent }: MemoryTriple,
  ...lines: readonly MemoryLine[]
) {
  const config = roster.agents.find(({ id }) => id === (agent ?? CLAUDE));
  if (config === undefined) throw new Error('nobody is called so');
  // One wire for all: whose prompt it is says the house.
  const wired = { ...config, model: roster.agents.find(({ id }) => id === CLAUDE)?.model ?? config.model };
  providers.reset();
  providers.play(
    ({ body }) => (JSON.stringify(JSON.parse(body)).includes(JSON.stringify(line).slice(1, -1)) ? right : wrong),
    'claude',
  );
  const provider = createProvider(wired, ProviderSettings.parse(providers.env), {});
  await using scene = await MemoryScene.open(provider, recallOver(new PaperMemory(...lines)));
  await takeTurn(scene.turn(scene.says(question), { agent: config.id }), false, scene.deps);
  const said = scene.paper.events.findLast(
    ({ sender, type }) => type === 'm.room.message' && sender === `@agent_${config.id}:test`,
  );
  return said === undefined ? null : String(scene.paper.shown(said.event_id).body);
}

describe('what was said once', () => {
  it.each(MEMORY_TRIPLES.map((triple) => [triple.said, triple.question, triple] as const))(
    '%s → %s',
    async (_said, _question, triple) => {
      expect(await answered(triple, ...all)).toBe(triple.right);
      expect(await answered(triple)).toBe(triple.wrong ?? '모릅니다');
    },
  );
});
