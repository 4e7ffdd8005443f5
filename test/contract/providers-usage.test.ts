import { afterEach, describe, expect, it } from 'vitest';
import type { TokenUsage } from '../../bots/models/providers/provider.ts';
import { ask } from './provider-run.ts';
import { fixture, STREAMING } from './provider-wires.ts';

let stack = new AsyncDisposableStack();
afterEach(async () => {
  await stack.disposeAsync();
  stack = new AsyncDisposableStack();
});

/** What each provider's own usage says beside tokens, each in the words of its wire. */
const TOLD: Readonly<Record<string, readonly [from: string, to: string, usage: TokenUsage]>> = {
  openai: [
    '"input_tokens_details":{"cached_tokens":0}',
    '"input_tokens_details":{"cached_tokens":30,"cache_write_tokens":5}',
    { inputTokens: 41, outputTokens: 12, cachedTokens: 30, writtenTokens: 5 },
  ],
  anthropic: [
    '"cache_creation_input_tokens":0,"cache_read_input_tokens":0',
    '"cache_creation_input_tokens":7,"cache_read_input_tokens":30,"server_tool_use":{"web_search_requests":2}',
    { inputTokens: 78, outputTokens: 12, cachedTokens: 30, writtenTokens: 7, searches: 2 },
  ],
  google: [
    '"totalTokenCount": 53, "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 41}]',
    '"totalTokenCount": 53, "cachedContentTokenCount": 30, "promptTokensDetails": [{"modality": "AUDIO", "tokenCount": 9}, {"modality": "TEXT", "tokenCount": 32}]',
    { inputTokens: 41, outputTokens: 12, cachedTokens: 30, audioTokens: 9 },
  ],
  perplexity: [
    '"cache_read_input_tokens":0},"output_tokens_details":{"reasoning_tokens":0},"tool_calls_details":{"web_search":{"invocation":1}},"cost":{"currency":"USD","input_cost":0.0001,"output_cost":0.0002,"tool_calls_cost":0.006,"total_cost":0.0063}',
    '"cache_read_input_tokens":30},"tool_calls_details":{"web_search":{"invocation":3},"fetch_url":{"invocation":2},"people_search":{"invocation":1}}',
    { inputTokens: 41, outputTokens: 12, cachedTokens: 30, searches: 4 },
  ],
  compatible: [
    '"total_tokens":53}',
    '"total_tokens":53,"cost":0.00042,"prompt_tokens_details":{"cached_tokens":30}}',
    { inputTokens: 41, outputTokens: 12, cachedTokens: 30, billed: 420 },
  ],
};

describe.each(STREAMING)('$name', (wire) => {
  it('tells what was cached, searched and billed', async () => {
    const [from, to, usage] = TOLD[wire.name] ?? [];
    const answer = fixture(wire, 'answer.sse');
    expect(answer).toContain(from);
    const { parts, error } = await ask(stack, wire, { body: answer.replaceAll(from ?? '', to ?? '') });
    expect(error).toBeUndefined();
    expect(parts.at(-1)).toEqual({ type: 'finish', reason: 'stop', usage });
  });
});
