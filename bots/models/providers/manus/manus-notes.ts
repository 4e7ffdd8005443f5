/** What is known of a turn's task at Manus. */
export interface ManusNote {
  /** When it was first asked for, milliseconds since 1970; that it exists is not certain without an id. */
  readonly at: number;
  readonly id?: string | undefined;
  /** The newest event before the master's reply; older ones belong to earlier turns. */
  readonly since?: string | undefined;
  /** Credits that the task had cost by then. */
  readonly paid?: number | undefined;
}

/** Where tasks are noted by turn, durably: a task costs, and a crash must not begin it a second time. */
export interface ManusNotes {
  of(turn: string): Promise<ManusNote | null>;
  put(turn: string, note: ManusNote): Promise<void>;
  drop(turn: string): Promise<void>;
}

/** For one process's life, where nothing durable is at hand. */
export function notesInMemory(): ManusNotes {
  const notes = new Map<string, ManusNote>();
  return {
    of: (turn) => Promise.resolve(notes.get(turn) ?? null),
    put(turn, note) {
      notes.set(turn, note);
      const [oldest] = notes.keys();
      if (notes.size > 1_000 && oldest !== undefined) notes.delete(oldest);
      return Promise.resolve();
    },
    drop(turn) {
      notes.delete(turn);
      return Promise.resolve();
    },
  };
}
