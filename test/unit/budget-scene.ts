import { AgentId } from '../../bridge/protocol/ids.ts';
import type { ProviderRequest } from '../../bots/models/providers/provider.ts';

export const claude = AgentId.parse('claude');
export const SEOUL = 'Asia/Seoul';
export const price = { input: 3_000_000, output: 15_000_000 };
export const utc = (text: string) => Date.parse(`${text}Z`);

/** A question of about 1,100 tokens that may be answered with a thousand. */
export const request = (more: Partial<ProviderRequest> = {}): ProviderRequest => ({
  turn: 't',
  agent: { id: claude, name: '클로드', role: 'r', maxOutputTokens: 1_000 },
  ownerTitle: '마스터',
  lang: 'ko',
  system: 's'.repeat(400),
  messages: [{ role: 'user', content: [{ type: 'text', text: 'q'.repeat(4_000) }] }],
  question: 'q',
  ...more,
});
