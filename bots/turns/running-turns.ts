import type { AgentId, EventId, RoomId } from '../../bridge/protocol/ids.ts';

export interface RunningTurn {
  readonly room: RoomId;
  /** What asks for it in place of its own source: an edit or a deletion. */
  readonly cause?: EventId | undefined;
  readonly source: EventId;
  readonly root: EventId;
  readonly agent: AgentId;
  /** origin_server_ts of the root. */
  readonly at: number;
}

export type Cancel = { readonly room: RoomId } & (
  | { readonly until: number }
  | { readonly source: EventId }
  /** Deleted: what nobody has seen of an answer is not shown. */
  | { readonly gone: EventId }
  /** Another turn answers this too: those that have not said a word are not needed. */
  | { readonly replaced: EventId; readonly by: EventId }
  /** An event of the answer itself. */
  | { readonly answer: EventId }
);

/** Why a turn was aborted; tells a wish of the master from a shutdown. */
export class StoppedTurn extends Error {
  constructor() {
    super('stopped by the master');
    this.name = 'Stopped';
  }
}

/** The turn is not needed any more, and nothing of it was seen: it leaves no trace. */
export class Dropped extends Error {
  constructor() {
    super('not needed any more');
    this.name = 'Dropped';
  }
}

interface Slot extends RunningTurn {
  readonly controller: AbortController;
  /** Its first word is on its way into the room, or there. */
  speaking: boolean;
  answers: Set<EventId>;
}

/** The answers being given at this moment, and how to end them. */
export class RunningTurns {
  readonly #slots = new Set<Slot>();
  /** Up to when a room's answers have been stopped, and which questions were taken back. */
  readonly #until = new Map<RoomId, number>();
  readonly #sources = new Map<EventId, 'stopped' | 'gone'>();
  readonly #replaced = new Map<EventId, EventId>();

  /** The signal is aborted already when the turn was stopped before it began. */
  enter(turn: RunningTurn): {
    readonly signal: AbortSignal;
    readonly speaks: () => void;
    readonly shows: (event: EventId) => void;
    readonly leave: () => void;
  } {
    const slot: Slot = { ...turn, controller: new AbortController(), speaking: false, answers: new Set() };
    this.#slots.add(slot);
    this.#look(slot);
    return {
      signal: slot.controller.signal,
      speaks: () => {
        slot.speaking = true;
      },
      shows: (event) => slot.answers.add(event),
      leave: () => this.#slots.delete(slot),
    };
  }

  cancel(what: Cancel): void {
    if ('until' in what) this.#until.set(what.room, Math.max(what.until, this.#until.get(what.room) ?? 0));
    if ('source' in what) remember(this.#sources, what.source, 'stopped');
    if ('gone' in what) remember(this.#sources, what.gone, 'gone');
    if ('replaced' in what) remember(this.#replaced, what.replaced, what.by);
    for (const slot of this.#slots) {
      if (slot.room !== what.room) continue;
      if (!('answer' in what)) this.#look(slot);
      else if (slot.answers.has(what.answer)) slot.controller.abort(new StoppedTurn());
    }
  }

  /** Whether a word of an answer to this is in the room, or on its way. */
  isSpeaking(source: EventId): boolean {
    return [...this.#slots].some((slot) => slot.source === source && slot.speaking);
  }

  count(room?: RoomId): number {
    return [...this.#slots].filter((slot) => room === undefined || slot.room === room).length;
  }

  isAnswering(agent: AgentId): boolean {
    return [...this.#slots].some((slot) => slot.agent === agent);
  }

  #look(slot: Slot): void {
    const { at, room, source, root, cause, speaking, controller } = slot;
    const why = this.#sources.get(source) ?? this.#sources.get(root);
    const by = this.#replaced.get(source);
    const replaced = by !== undefined && by !== cause;
    if (!speaking && (why === 'gone' || replaced)) controller.abort(new Dropped());
    else if (why !== undefined || at <= (this.#until.get(room) ?? -1)) controller.abort(new StoppedTurn());
  }
}

const REMEMBERED = 5_000;

function remember<K, V>(map: Map<K, V>, key: K, value: V): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > REMEMBERED && oldest !== undefined) map.delete(oldest);
}
