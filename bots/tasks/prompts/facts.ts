import type { AgentConfig } from '../../../bridge/protocol/roster.ts';

/** A file that the master has sent for the task. */
export interface TaskFile {
  /** In the workspace. */
  readonly path: string;
  readonly mediaType: string;
  readonly bytes: number | undefined;
  /** Clean, with secrets masked; null where it is no text that can be read here. */
  readonly text: string | null;
  /** Why it is not: too big, or of which type. */
  readonly why: string;
  /** Too big for the workspace as well. */
  readonly left: boolean;
}

/** What a model is told of the house. */
export interface AskFacts {
  readonly agent: AgentConfig;
  readonly ownerTitle: string;
  /** Who can be given work: the electorate without those who left. */
  readonly workers: readonly Pick<AgentConfig, 'id' | 'name' | 'role'>[];
  readonly lent: readonly { readonly name: string; readonly mode: 'ro' | 'rw' }[];
  /** `host:port` that the owner's policy allows; null leaves it to each approval. */
  readonly hosts: readonly string[] | null;
  /** The owner's own address, where letters can be sent. */
  readonly mail?: string | undefined;
  readonly files?: readonly TaskFile[];
  /** Standing orders of the owner; '' where there are none. */
  readonly orders?: string;
  /** What the house remembers about the mission; '' where nothing does. */
  readonly remembered?: string;
  readonly timeZone: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}
