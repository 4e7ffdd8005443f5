import type { CommandResult } from './act.ts';
import type { ChavionContent } from './content.ts';
import type { OffState } from './standing.ts';
import type { EventId, RoomId, UserId } from './ids.ts';

/** What a Matrix event means to Chavion, after `bridge/matrix/decode.ts` looked at it once. */
export type RoomEvent =
  | MessageEvent
  | EditEvent
  | ReactionEvent
  | RedactionEvent
  | PollResponseEvent
  | MembershipEvent
  | PowerLevelsEvent
  | EncryptedEvent
  | UpgradeEvent
  | StandingEvent
  | CommandResultEvent
  | PlanResultEvent
  | OtherEvent
  | UnreadableEvent;

interface Origin {
  readonly eventId: EventId;
  readonly roomId: RoomId;
  readonly sender: UserId;
  /** origin_server_ts, milliseconds. */
  readonly at: number;
  /** True where a secret stood: the event itself must be redacted. */
  readonly masked?: boolean;
}

export interface MessageEvent extends Origin {
  readonly kind: 'message';
  readonly msgtype: 'm.text' | 'm.notice' | 'm.emote' | 'm.image' | 'm.file' | 'm.audio' | 'm.video' | 'other';
  /** Plain text, without the quoted fallback of a reply; secrets already masked. */
  readonly body: string;
  /** From `m.mentions`, or from pills where a client sends no `m.mentions`. */
  readonly mentions: readonly UserId[];
  readonly mentionsRoom: boolean;
  /** A reply the sender chose, not the fallback that threads carry. */
  readonly replyTo?: EventId;
  readonly thread?: EventId;
  /** What the client hung the message on by itself, as it does in a thread. */
  readonly hungOn?: EventId;
  /** Of a message that hangs on another: whom the writer himself put a pill up for. Clients mention others unasked. */
  readonly pills?: readonly UserId[];
  readonly attachment?: Attachment;
  /** Only on events from Chavion's own accounts; whoever else writes the key is not believed. */
  readonly chavion?: ChavionContent;
  /** True where a secret stood: the event itself must be redacted. */
  readonly masked: boolean;
}

export interface Attachment {
  /** mxc:// */
  readonly url: string;
  readonly name: string;
  readonly mediaType: string;
  /** Bytes as the sender says; checked again when fetched. */
  readonly size?: number;
}

export interface EditEvent extends Origin {
  readonly kind: 'edit';
  readonly target: EventId;
  readonly body: string;
  readonly mentions?: readonly UserId[];
  readonly mentionsRoom?: boolean;
  readonly pills?: readonly UserId[];
  readonly chavion?: ChavionContent;
  readonly masked: boolean;
}

export interface ReactionEvent extends Origin {
  readonly kind: 'reaction';
  readonly target: EventId;
  readonly key: string;
}

export interface RedactionEvent extends Origin {
  readonly kind: 'redaction';
  readonly target: EventId;
}

/** A tap in a poll (MSC3381); of several by one person the last counts. */
export interface PollResponseEvent extends Origin {
  readonly kind: 'poll-response';
  readonly target: EventId;
  /** The ids of the answers; none takes an earlier tap back. */
  readonly answers: readonly string[];
  /** Of an agent's: its whole ballot goes with it. */
  readonly chavion?: ChavionContent;
}

export interface MembershipEvent extends Origin {
  readonly kind: 'membership';
  readonly user: UserId;
  readonly membership: 'invite' | 'join' | 'leave' | 'ban' | 'knock';
  readonly displayName?: string;
}

export interface PowerLevelsEvent extends Origin {
  readonly kind: 'power';
  readonly users: ReadonlyMap<UserId, number>;
}

/** A tombstone: the room goes on in another one, if that one says so too. */
export interface UpgradeEvent extends Origin {
  readonly kind: 'upgrade';
  readonly to: RoomId;
}

/** What the admin says of agents' accounts: who is off. */
export interface StandingEvent extends Origin {
  readonly kind: 'standing';
  readonly off: ReadonlyMap<UserId, OffState>;
}

/** The executor's word on a command of a task; `root` is the task. */
export interface PlanResultEvent extends Origin {
  readonly kind: 'plan-result';
  readonly root: EventId;
  readonly result: CommandResult;
}

/** How a command stands that an agent has asked for. Only from Chavion's own accounts; whoever else writes one is not read. */
export interface CommandResultEvent extends Origin {
  readonly kind: 'command-result';
  /** The agent's request. */
  readonly request: EventId;
  readonly result: CommandResult;
}

/** Polls and stickers, which no agent reads; whatever else means nothing here only where it holds a secret. */
export interface OtherEvent extends Origin {
  readonly kind: 'other';
  readonly what: 'poll' | 'sticker' | 'state' | 'event';
  readonly thread?: EventId;
}

/** An `m.room.encrypted` message, which nobody here can open. */
export interface EncryptedEvent extends Origin {
  readonly kind: 'encrypted';
}

/** A message by somebody that does not have the shape of one; kept so that a master can be told. */
export interface UnreadableEvent extends Origin {
  readonly kind: 'unreadable';
  readonly why: string;
}
