import type { EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import type { JobKey } from '../ledger/ledger-entry.ts';

/** Why a command was ended from outside; without anybody, the house itself is closing. */
export class StoppedCommand extends Error {
  readonly by: UserId | undefined;
  constructor(by: UserId | undefined) {
    super('stopped');
    this.name = 'Stopped';
    this.by = by;
  }
}

/** It filled the copies that it was tried on. */
export class TookTooMuch extends Error {
  constructor() {
    super('disk');
    this.name = 'TookTooMuch';
  }
}

interface Entry {
  readonly root: EventId;
  readonly room: RoomId;
  readonly at: number;
  readonly controller: AbortController;
  /** Messages that stand for it: a 🛑 on one of them is meant for it. */
  readonly events: Set<EventId>;
}

/** The commands that wait for their turn or run, and how to end them. */
export class RunningCommands {
  readonly #entries = new Map<JobKey, Entry>();
  #closing = false;

  enter(
    key: JobKey,
    order: { readonly root: EventId; readonly room: RoomId; readonly at: number },
  ): { readonly signal: AbortSignal; readonly shows: (event: EventId) => void; readonly leave: () => void } {
    const entry: Entry = { ...order, controller: new AbortController(), events: new Set([order.root]) };
    this.#entries.set(key, entry);
    if (this.#closing) entry.controller.abort(new StoppedCommand(undefined));
    return {
      signal: entry.controller.signal,
      shows: (event) => void entry.events.add(event),
      leave: () => void this.#entries.delete(key),
    };
  }

  /** 🛑, or the order itself taken back. Returns how many it ended. */
  stopEvent(event: EventId, by: UserId): number {
    return this.#stop((entry) => entry.events.has(event), by);
  }

  stopKey(key: JobKey, by: UserId): void {
    this.#entries.get(key)?.controller.abort(new StoppedCommand(by));
  }

  /** `!stop`: what was ordered in this room up to then; null for every room. */
  stopRoom(room: RoomId | null, until: number, by: UserId): number {
    return this.#stop((entry) => (room === null || entry.room === room) && entry.at <= until, by);
  }

  /** The house is closing: what comes in from now on does not begin either. */
  stopAll(): void {
    this.#closing = true;
    this.#stop(() => true, undefined);
  }

  concerns(event: EventId): boolean {
    return [...this.#entries.values()].some((entry) => entry.events.has(event));
  }

  get count(): number {
    return this.#entries.size;
  }

  #stop(meant: (entry: Entry) => boolean, by: UserId | undefined): number {
    const hit = [...this.#entries.values()].filter(meant);
    for (const { controller } of hit) controller.abort(new StoppedCommand(by));
    return hit.length;
  }
}
