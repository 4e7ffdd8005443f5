import type { AgentConfig } from '../../../bridge/protocol/roster.ts';

/** What a mind is told of the house. */
export interface AskFacts {
  readonly agent: AgentConfig;
  readonly ownerTitle: string;
  /** Who can be given work: the electorate without those who left. */
  readonly workers: readonly Pick<AgentConfig, 'id' | 'name' | 'role'>[];
  readonly lent: readonly { readonly name: string; readonly mode: 'ro' | 'rw' }[];
  /** `host:port` that the owner's policy allows; null leaves it to each approval. */
  readonly hosts: readonly string[] | null;
  readonly timeZone: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}
