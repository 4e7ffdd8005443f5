import type { MemoryKind } from '../../bridge/protocol/content.ts';
import type { AgentId, EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';

/** One thing that the house remembers: a message of the memory room, as it reads now. */
export interface MemoryLine {
  /** By which people name it; kept for as long as the line stands. */
  readonly number: number;
  readonly event: EventId;
  /** The memory room, or one that it was upgraded from. */
  readonly room: RoomId;
  /** origin_server_ts */
  readonly at: number;
  readonly kind: MemoryKind;
  readonly text: string;
  /** The master whose words these are; nobody's where a task has left it. */
  readonly by?: UserId;
  /** The only one whom an order binds; without it, all. */
  readonly agent?: AgentId;
  /** Whose words it quotes, where that is no master. */
  readonly quotes?: UserId;
  /** Where it was said, if not in the memory room itself. */
  readonly origin?: { readonly room: RoomId; readonly event: EventId };
}

/** What the house remembers at this moment. */
export interface HouseMemory {
  /** Newest first. */
  readonly lines: readonly MemoryLine[];
  /** Called after every change. */
  onChange(listener: () => void): void;
}

/** Of a house without a memory. */
export const NOTHING_REMEMBERED: HouseMemory = { lines: [], onChange: () => undefined };
