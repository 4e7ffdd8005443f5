import type { AgentId, EventId, RoomId } from '../bridge/protocol/ids.ts';

export interface Running {
  readonly room: RoomId;
  readonly source: EventId;
  readonly root: EventId;
  readonly agent: AgentId;
  /** origin_server_ts of the root. */
  readonly at: number;
}

export type Cancel = { readonly room: RoomId } & (
  | { readonly until: number }
  | { readonly source: EventId }
  /** An event of the answer itself. */
  | { readonly answer: EventId }
);

/** Why a turn was aborted; tells a wish of the master from a shutdown. */
export class Stopped extends Error {
  constructor() {
    super('stopped by the master');
    this.name = 'Stopped';
  }
}

interface Slot extends Running {
  readonly controller: AbortController;
  answers: Set<EventId>;
}

/** The answers being given at this moment, and how to end them. */
export class RunningTurns {
  readonly #slots = new Set<Slot>();
  /** Up to when a room's answers have been stopped, and which questions were taken back. */
  readonly #until = new Map<RoomId, number>();
  readonly #sources = new Set<EventId>();

  /** The signal is aborted already when the turn was stopped before it began. */
  enter(turn: Running): { readonly signal: AbortSignal; readonly shows: (event: EventId) => void; readonly leave: () => void } {
    const slot: Slot = { ...turn, controller: new AbortController(), answers: new Set() };
    this.#slots.add(slot);
    if (this.#isStopped(turn)) slot.controller.abort(new Stopped());
    return {
      signal: slot.controller.signal,
      shows: (event) => slot.answers.add(event),
      leave: () => this.#slots.delete(slot),
    };
  }

  cancel(what: Cancel): void {
    if ('until' in what) this.#until.set(what.room, Math.max(what.until, this.#until.get(what.room) ?? 0));
    if ('source' in what) this.#remember(what.source);
    for (const slot of this.#slots) {
      if (slot.room !== what.room) continue;
      const hit = 'answer' in what ? slot.answers.has(what.answer) : this.#isStopped(slot);
      if (hit) slot.controller.abort(new Stopped());
    }
  }

  count(room?: RoomId): number {
    return [...this.#slots].filter((slot) => room === undefined || slot.room === room).length;
  }

  isAnswering(agent: AgentId): boolean {
    return [...this.#slots].some((slot) => slot.agent === agent);
  }

  #isStopped(turn: Running): boolean {
    return turn.at <= (this.#until.get(turn.room) ?? -1) || this.#sources.has(turn.source) || this.#sources.has(turn.root);
  }

  #remember(source: EventId): void {
    this.#sources.add(source);
    const [oldest] = this.#sources;
    if (this.#sources.size > 5_000 && oldest !== undefined) this.#sources.delete(oldest);
  }
}
