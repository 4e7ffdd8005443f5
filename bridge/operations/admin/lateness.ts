import type { PartTrouble } from '../../launcher/supervision/troubles.ts';

/** An answer that is late by more than this is told of. */
export const LATE_MS = 10_000;
/** One that comes and goes is back once it has stayed for so long. */
export const SETTLED_MS = 60_000;

/** What a master notices: nobody answers, or nobody carries out. */
export type Loss = 'answers' | 'commands';

export interface Told {
  readonly loss: Loss;
  readonly cause: string;
  readonly since: number;
  /** Of all that were away meanwhile, each as it last was. */
  readonly troubles: readonly PartTrouble[];
  /** Everything answers since then; null: something is away. */
  readonly clear: number | null;
}

export interface Lateness {
  readonly told: Told | null;
  /** When the last absence that was told of ended. */
  readonly ended: number | null;
}

export const PUNCTUAL: Lateness = { told: null, ended: null };

export type SaidLateness =
  | { readonly kind: 'late'; readonly told: Told }
  | { readonly kind: 'back'; readonly told: Told; readonly lastedMs: number };

/** Looks at who is away now: what is to be said, and what is to be remembered of it. */
export function look(
  { told, ended }: Lateness,
  troubles: readonly PartTrouble[],
  now: number,
): { readonly next: Lateness; readonly say: SaidLateness | null } {
  const away = troubles.filter(({ since }) => since !== null);
  const due = away.filter((one) => isLate(one, now));
  const loss = lossOf(due);
  if (told === null) {
    const [first] = due.toSorted((a, b) => (a.since ?? now) - (b.since ?? now));
    if (first === undefined || loss === null) return { next: { told, ended }, say: null };
    const began: Told = { loss, cause: first.cause, since: first.since ?? now, troubles: away, clear: null };
    return { next: { told: began, ended }, say: { kind: 'late', told: began } };
  }
  const known: Told = {
    ...told,
    troubles: [...told.troubles.filter(({ part }) => away.every((one) => one.part !== part)), ...away],
  };
  if (loss === 'answers' && told.loss === 'commands') {
    const worse: Told = {
      ...known,
      loss,
      cause: due.find(({ part }) => part !== 'executor')?.cause ?? told.cause,
      clear: null,
    };
    return { next: { told: worse, ended }, say: { kind: 'late', told: worse } };
  }
  if (away.length > 0) return { next: { told: { ...known, clear: null }, ended }, say: null };
  const clear = told.clear ?? now;
  const relapsed = ended !== null && told.since - ended < SETTLED_MS;
  if (relapsed && now - clear < SETTLED_MS) return { next: { told: { ...known, clear }, ended }, say: null };
  return { next: { told: null, ended: clear }, say: { kind: 'back', told: known, lastedMs: clear - told.since } };
}

const isLate = ({ since, again }: PartTrouble, now: number): boolean =>
  since !== null && Math.max(now, again ?? now) - since >= LATE_MS;

function lossOf(due: readonly PartTrouble[]): Loss | null {
  if (due.length === 0) return null;
  return due.some(({ part }) => part !== 'executor') ? 'answers' : 'commands';
}
