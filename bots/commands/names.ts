import leven from 'leven';
import { Floor } from '../../bridge/protocol/turn.ts';

export type CommandName = 'help' | 'agents' | 'stop' | 'floor' | 'discuss' | 'run' | 'model' | 'memory' | 'forget';

const NAMES: readonly (readonly [word: string, name: CommandName])[] = [
  ['도움', 'help'],
  ['도움말', 'help'],
  ['에이전트', 'agents'],
  ['발언', 'floor'],
  ['토론', 'discuss'],
  ['그만', 'stop'],
  ['실행', 'run'],
  ['모델', 'model'],
  ['기억', 'memory'],
  ['잊어', 'forget'],
  ['help', 'help'],
  ['agents', 'agents'],
  ['floor', 'floor'],
  ['discuss', 'discuss'],
  ['stop', 'stop'],
  ['run', 'run'],
  ['model', 'model'],
  ['memory', 'memory'],
  ['forget', 'forget'],
];
const BY_WORD: ReadonlyMap<string, CommandName> = new Map(NAMES);

const FLOORS: ReadonlyMap<string, Floor> = new Map<string, Floor>([
  ...Floor.options.map((floor) => [floor, floor] as const),
  ['모두', 'open'],
  ['호출', 'called'],
  ['금지', 'closed'],
]);

export const commandNamed = (word: string): CommandName | null => BY_WORD.get(word) ?? null;
export const floorNamed = (word: string): Floor | null => FLOORS.get(word) ?? null;

/** Longer than any slip of the thumb. */
const LONGEST_SLIP = 24;

/**
 * What was probably meant, or null. Korean is compared letter by letter (NFD), since a slip hits a letter,
 * not a syllable; a third of the name may be wrong, or something may hang on at its end.
 */
export function nearestCommand(word: string): string | null {
  if (word.length > LONGEST_SLIP) return null;
  const typed = word.normalize('NFD');
  let nearest: string | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const [candidate] of NAMES) {
    const letters = candidate.normalize('NFD');
    const away = typed.startsWith(letters) || (typed.length > 1 && letters.startsWith(typed)) ? 0.5 : leven(typed, letters);
    if (away < least && away <= Math.max(1, Math.round(letters.length * 0.4))) [nearest, least] = [candidate, away];
  }
  return nearest;
}
