import type { LanguageModelUsage } from 'ai';
import type { TokenUsage } from './provider.ts';

interface Paid {
  /** What it costs beyond tokens, from the usage as it stands on the wire. */
  readonly spentIn?: ((usage: unknown) => Pick<TokenUsage, 'searches' | 'audioTokens' | 'billed'>) | undefined;
}

export function usageFromSdk(usage: LanguageModelUsage, searches: number, { spentIn }: Paid): { usage?: TokenUsage } {
  const { inputTokens, outputTokens, inputTokenDetails, raw } = usage;
  if (inputTokens === undefined || outputTokens === undefined) return {};
  const { cacheReadTokens, cacheWriteTokens } = inputTokenDetails;
  return {
    usage: {
      inputTokens,
      outputTokens,
      ...(cacheReadTokens === undefined || cacheReadTokens === 0 ? {} : { cachedTokens: cacheReadTokens }),
      ...(cacheWriteTokens === undefined || cacheWriteTokens === 0 ? {} : { writtenTokens: cacheWriteTokens }),
      ...(searches === 0 ? {} : { searches }),
      ...spentIn?.(raw),
    },
  };
}

/** Of two calls that are one answer. */
export function plusUsage(a: TokenUsage, b: TokenUsage): TokenUsage {
  const both = (field: keyof TokenUsage) => {
    const sum = (a[field] ?? 0) + (b[field] ?? 0);
    return sum === 0 ? {} : { [field]: sum };
  };
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    ...both('cachedTokens'),
    ...both('writtenTokens'),
    ...both('audioTokens'),
    ...both('searches'),
    ...both('billed'),
  };
}
