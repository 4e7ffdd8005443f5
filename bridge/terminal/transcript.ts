import type { EventId, UserId } from '../protocol/ids.ts';
import type { EditEvent, MessageEvent, RoomEvent } from '../protocol/room-event.ts';

export interface SaidLine {
  readonly event: MessageEvent;
  /** With edits applied. */
  readonly body: string;
  /** Still being written. */
  readonly growing: boolean;
  /** When it last changed, milliseconds. */
  readonly touched: number;
}

/** What a reader is told, in order. */
export type News =
  | { readonly kind: 'said'; readonly said: SaidLine; readonly unfinished: boolean }
  | { readonly kind: 'changed'; readonly said: SaidLine }
  | { readonly kind: 'removed'; readonly said: SaidLine }
  | { readonly kind: 'reacted'; readonly by: UserId; readonly key: string; readonly to: SaidLine };

/** An answer that has not grown for so long was cut off, and is shown as far as it came. */
const ABANDONED_AFTER_MS = 90_000;

/** The room as a reader sees it: events go in, news come out. Does no I/O. */
export class Transcript {
  readonly #all = new Map<EventId, { said: SaidLine; told: boolean }>();

  take(event: RoomEvent): readonly News[] {
    switch (event.kind) {
      case 'message':
        return this.#message(event);
      case 'edit':
        return this.#edit(event);
      case 'redaction': {
        const known = this.#all.get(event.target);
        if (known === undefined) return [];
        this.#all.delete(event.target);
        return known.told ? [{ kind: 'removed', said: known.said }] : [];
      }
      case 'reaction': {
        const to = this.#all.get(event.target)?.said;
        return to === undefined ? [] : [{ kind: 'reacted', by: event.sender, key: event.key, to }];
      }
      case 'poll-response':
      case 'membership':
      case 'power':
      case 'encrypted':
      case 'upgrade':
      case 'standing':
      case 'command-result':
      case 'plan-result':
      case 'other':
      case 'unreadable':
        return [];
    }
  }

  find(event: EventId): SaidLine | undefined {
    return this.#all.get(event)?.said;
  }

  /** Answers that are being written, the one that began first in front. */
  growing(): readonly SaidLine[] {
    return [...this.#all.values()].filter(({ said, told }) => said.growing && !told).map(({ said }) => said);
  }

  /** Tells of answers that nobody goes on writing. */
  settle(now: number): readonly News[] {
    return [...this.#all.values()].flatMap((entry) => {
      if (entry.told || now - entry.said.touched < ABANDONED_AFTER_MS) return [];
      entry.told = true;
      return [{ kind: 'said', said: entry.said, unfinished: true } as const];
    });
  }

  #message(event: MessageEvent): readonly News[] {
    if (this.#all.has(event.eventId)) return [];
    const growing = event.chavion?.streaming === true;
    const said = { event, body: event.body, growing, touched: event.at };
    this.#all.set(event.eventId, { said, told: !growing });
    return growing ? [] : [{ kind: 'said', said, unfinished: false }];
  }

  #edit(event: EditEvent): readonly News[] {
    const known = this.#all.get(event.target);
    // Anybody can claim to edit anything (Matrix 1.4, "Validity of replacement events").
    if (known === undefined || known.said.event.sender !== event.sender) return [];
    const growing = event.chavion?.streaming === true;
    const before = known.said;
    known.said = { event: before.event, body: event.body, growing, touched: event.at };
    if (growing) return [];
    if (known.told) return before.body === event.body ? [] : [{ kind: 'changed', said: known.said }];
    known.told = true;
    return [{ kind: 'said', said: known.said, unfinished: false }];
  }
}
