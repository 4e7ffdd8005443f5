import { describe, expect, it } from 'vitest';
import { answerFormat } from '../../bots/tasks/answers/answer-schemas.ts';
import { estimateTokens } from '../../bots/models/token-estimate.ts';
import { toSdkMessages } from '../../bots/models/providers/sdk-messages.ts';
import type { ProviderRequest } from '../../bots/models/providers/provider.ts';
import { askedInPhases } from './task-prefix-scene.ts';

/** As it goes over the wire: the schema that leads, the system prompt, the messages. */
const inputOf = ({ system, messages, format }: ProviderRequest): string =>
  [
    JSON.stringify(format?.steady),
    system,
    ...messages.map(({ content }) => content.map((part) => (part.type === 'text' ? part.text : '')).join('\n\n')),
  ].join('\n\n');

function shared(before: string, after: string): string {
  let at = 0;
  while (at < after.length && before[at] === after[at]) at += 1;
  return after.slice(0, at);
}

describe('the phases of one agent in one task', () => {
  it('begin alike: four fifths of what they send has just been sent', async () => {
    const inputs = (await askedInPhases()).map(inputOf);
    const counted = inputs.slice(1).map((input, i) => ({
      all: estimateTokens(input),
      known: estimateTokens(shared(inputs[i] ?? '', input)),
    }));
    const sum = (of: 'all' | 'known') => counted.reduce((total, one) => total + one[of], 0);
    expect(sum('known') / sum('all')).toBeGreaterThanOrEqual(0.8);
    // Proposals are new to everybody, once.
    for (const { known, all } of [counted[0], counted[2]].flatMap((one) => one ?? []))
      expect(known / all).toBeGreaterThan(0.9);
  });

  it('under one system prompt and one schema, with the time at the end', async () => {
    const requests = await askedInPhases();
    expect(new Set(requests.map(({ system }) => system)).size).toBe(1);
    expect(new Set(requests.map(({ format }) => format?.steady)).size).toBe(1);
    for (const { system, messages } of requests) {
      expect(system).not.toMatch(/\d\d:\d\d/);
      const last = messages.at(-1)?.content.at(-1);
      expect(last?.type === 'text' ? last.text : '').toMatch(/It is 2026-\d\d-\d\d \d\d:\d\d/);
    }
  });

  it('where a provider keeps only what is marked, the mark stands before what is asked', async () => {
    const requests = await askedInPhases();
    const mark = { vendor: { keep: true } };
    const kept = requests.map(({ messages }) => {
      const parts = toSdkMessages(messages, { label: 'vendor', sees: true, mark, tools: false }).flatMap(
        ({ content }) =>
          typeof content === 'string' ? [] : content.map((part) => ({ part, marked: 'providerOptions' in part })),
      );
      return JSON.stringify(
        parts.slice(0, parts.findLastIndex(({ marked }) => marked) + 1).map(({ part }) => 'text' in part && part.text),
      );
    });
    const [triage, propose, critique, vote] = kept;
    expect(triage?.length).toBeGreaterThan(1_000);
    expect(propose).toBe(triage);
    expect(critique?.startsWith(propose?.slice(0, -1) ?? '?')).toBe(true);
    expect(vote).toBe(critique);
    expect(new Set(requests.map(({ cacheKey }) => cacheKey)).size).toBe(1);
    expect(requests[0]?.cacheKey).toBeDefined();
  });

  it('each agent has its own order of the proposals, and keeps it', async () => {
    const orders = await Promise.all(
      ['gabriel', 'claude', 'jarvis', 'perplexity'].map(async (who) => {
        const [, , critique, vote] = (await askedInPhases(who)).map((request) =>
          [...inputOf(request).matchAll(/^Proposal (\w):$/gm)].map(([, label]) => label).join(''),
        );
        expect(vote).toBe(critique);
        return vote;
      }),
    );
    expect(new Set(orders).size).toBeGreaterThan(1);
  });

  it('work and reports are words and carry no schema', () => {
    expect([answerFormat('work'), answerFormat('report')]).toEqual([{}, {}]);
  });
});
