import type { Journal, TurnStep } from '../../bots/hands/journal.ts';
import { CLEAN, type Taint, withTaint } from '../../bots/hands/rule-of-two.ts';
import type { TaintStore } from '../../bots/hands/taint-store.ts';
import type { ToolOutcome } from '../../bots/hands/tool.ts';

/** A journal in memory; what was kept outlives a turn that is thrown away. */
export function unkeptJournal(): Journal & { readonly kept: Map<string, unknown> } {
  const kept = new Map<string, unknown>();
  const keep = <T>(key: string, made: T): Promise<T> => {
    if (!kept.has(key)) kept.set(key, made);
    return Promise.resolve(kept.get(key) as T);
  };
  return {
    kept,
    step: (turn, step) => Promise.resolve((kept.get(`${turn} ${step}`) as TurnStep | undefined) ?? null),
    keepStep: (turn, step, made) => keep(`${turn} ${step}`, made),
    outcome: (turn, step, place) =>
      Promise.resolve((kept.get(`${turn} ${step} ${place}`) as ToolOutcome | undefined) ?? null),
    keepOutcome: (turn, step, place, made) => keep(`${turn} ${step} ${place}`, made),
  };
}

/** As Redis keeps it, one place for all. */
export function unkeptTaints(): TaintStore & { readonly noted: Taint[] } {
  const noted: Taint[] = [];
  return {
    noted,
    of: () => Promise.resolve(noted.reduce(withTaint, CLEAN)),
    note: (_, taint) => Promise.resolve(void noted.push(taint)),
  };
}
