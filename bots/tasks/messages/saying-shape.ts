import type { Mentioned } from '../../../bridge/matrix/pills.ts';
import type { Act, ActContent, Performative } from '../../../bridge/protocol/act.ts';
import type { AgentId, EventId, RoomId } from '../../../bridge/protocol/ids.ts';
import type { NameOf } from '../plan/plan-labels.ts';
import type { PollEvent } from './poll-content.ts';
import type { Say, TaskState } from '../state/task-state.ts';

/** What a saying needs to know beside the task. */
export interface SayingFacts {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly nameOf: NameOf;
  /** A master has given it another model. */
  readonly isChosen?: (agent: AgentId) => boolean;
  /** How the owner is addressed. */
  readonly ownerTitle: string;
  /** For whom the phone rings. */
  readonly master: Mentioned;
  /** The server through which links to events lead. */
  readonly serverName: string;
  /** Where the executor reports in full. */
  readonly ops: RoomId;
}

/** A file that goes with a saying; drawn or written only when it is sent. */
export interface SayingFile {
  readonly name: string;
  readonly mediaType: string;
  readonly read: () => Uint8Array | Promise<Uint8Array>;
}

/** A message of a task, before it has become an event. */
export interface Saying {
  /** null: the coordinator. */
  readonly as: AgentId | null;
  /** Markdown; fits into one event beside the act. */
  readonly text: string;
  readonly act: Act;
  readonly msgtype: 'm.text' | 'm.notice';
  readonly mentions: readonly Mentioned[];
  readonly attachments: readonly SayingFile[];
  /** An event of a poll takes the place of the message; the act belongs into it. */
  readonly poll: PollEvent | null;
}

/** What one kind of saying consists of: words, and what they say in FIPA's terms. */
export interface Words {
  readonly text: string;
  readonly performative: Performative;
  readonly content?: ActContent;
  readonly inReplyTo?: EventId | undefined;
  readonly replyBy?: number | undefined;
  readonly attachments?: readonly SayingFile[];
  readonly poll?: PollEvent | null;
  /** Taken where the text does not fit into the event; the whole goes along as this file. */
  readonly fileName?: string;
}

/** Makes the words of one kind of saying; null where what it was about is over by the time that it is said. */
export type Speaker = (state: TaskState, say: Say, facts: SayingFacts) => Words | null;

export const markdownFile = (name: string, markdown: string): SayingFile => ({
  name,
  mediaType: 'text/markdown',
  read: () => new TextEncoder().encode(`${markdown}\n`),
});
