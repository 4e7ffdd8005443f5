/** How the votes of a chat are counted. Pure; nobody's vote weighs more than another's. */
export interface Cast {
  /** One of the options, letter for letter; null for an abstention. */
  readonly choice: string | null;
}

export interface Tally {
  /** Most votes first, then as they were put. */
  readonly options: readonly { readonly text: string; readonly votes: number }[];
  /** Those that named something. */
  readonly counted: number;
  readonly outcome:
    | {
        readonly kind: 'won';
        readonly text: string;
        readonly votes: number;
        /** More than half. */ readonly majority: boolean;
      }
    | { readonly kind: 'tied'; readonly texts: readonly string[]; readonly votes: number }
    /** Nobody has named anything. */
    | { readonly kind: 'none' };
}

/** Whoever has most votes; what is level stays level, for a master to decide. */
export function tally(options: readonly string[], casts: readonly Cast[]): Tally {
  const votes = new Map(options.map((text) => [text, 0]));
  for (const { choice } of casts) {
    const before = choice === null ? undefined : votes.get(choice);
    if (choice !== null && before !== undefined) votes.set(choice, before + 1);
  }
  const counts = [...votes].map(([text, count]) => ({ text, votes: count })).toSorted((a, b) => b.votes - a.votes);
  const counted = counts.reduce((sum, one) => sum + one.votes, 0);
  const most = counts[0]?.votes ?? 0;
  const first = counts.filter((one) => one.votes === most);
  if (most === 0) return { options: counts, counted, outcome: { kind: 'none' } };
  const [winner] = first;
  if (first.length > 1 || winner === undefined)
    return { options: counts, counted, outcome: { kind: 'tied', texts: first.map(({ text }) => text), votes: most } };
  return {
    options: counts,
    counted,
    outcome: { kind: 'won', text: winner.text, votes: most, majority: most * 2 > counted },
  };
}
