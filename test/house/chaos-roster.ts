import type { z } from 'zod';
import { defaultRoster } from '../../bridge/protocol/default-roster.ts';
import type { Roster } from '../../bridge/protocol/roster.ts';
import type { Providers, Question } from './providers.ts';

/** Two on the wire of a provider, two that grow for seconds, two that answer at once. */
const MODELS: Readonly<Record<string, string>> = {
  jarvis: 'echo',
  manus: 'echo/400@40',
  perplexity: 'echo/90@30',
  michael: 'echo',
};

export const chaosRoster: z.input<typeof Roster> = {
  ...defaultRoster,
  agents: defaultRoster.agents.map((agent) => ({ ...agent, model: MODELS[agent.id] ?? agent.model })),
};

export const AGENTS: readonly string[] = chaosRoster.agents.map(({ id }) => id);

export const question = (n: number): string => `얘들아 ${n}번째 질문이야, 생각을 말해줘`;

/** Of what the master asked: answers, and summaries of them, speak of questions too. */
const numberOf = (text: string): number => Number([...text.matchAll(/(\d+)번째 질문이야/g)].at(-1)?.[1] ?? 0);

/** What the played providers say to question n: long enough to grow for seconds. */
const sentences = (who: string, n: number): string[] =>
  Array.from(
    { length: who === 'gabriel' ? 40 : 25 },
    (_, i) => `${n}번째 질문에 대한 ${i + 1}번째 문장입니다.${(i + 1) % 8 === 0 ? '\n\n' : ' '}`,
  );

export function playChaos(providers: Providers): void {
  providers.play(
    (asked: Question) => ({ pieces: sentences(asked.agent, numberOf(asked.said.at(-1)?.text ?? '')), everyMs: 100 }),
    'gabriel',
    'claude',
  );
}

export function chaosEnvironment(providers: Providers): Record<string, string> {
  return Object.fromEntries(Object.entries(providers.env).filter(([name]) => /^(?:OPENAI|ANTHROPIC)_/.test(name)));
}

/** The whole answer of an agent to question n. */
export function wholeAnswer(agent: string, n: number): string {
  const model = MODELS[agent];
  if (model === undefined) return sentences(agent, n).join('').trim();
  const words = /^echo\/(\d+)/.exec(model)?.[1];
  return words === undefined ? question(n) : Array.from({ length: Number(words) }, (_, i) => `w${i + 1}`).join(' ');
}
