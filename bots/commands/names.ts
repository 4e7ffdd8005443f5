import leven from 'leven';
import { Floor, HOUSE_COMMANDS, type SwarmCommandName } from '../../bridge/protocol/turn.ts';
import { keysOf } from './keyboard.ts';

export type CommandName = 'help' | 'agents' | 'stop' | 'floor' | 'discuss' | 'vote' | 'run' | 'undo' | SwarmCommandName;

const NAMES: readonly (readonly [word: string, name: CommandName])[] = [
  ['도움', 'help'],
  ['도움말', 'help'],
  ['에이전트', 'agents'],
  ['발언', 'floor'],
  ['토론', 'discuss'],
  ['투표', 'vote'],
  ['그만', 'stop'],
  ['실행', 'run'],
  ['되돌리기', 'undo'],
  ['모델', 'model'],
  ['도구', 'tools'],
  ['표결', 'judge'],
  ['기억', 'memory'],
  ['기억해', 'memory'],
  ['잊어', 'forget'],
  ['임무', 'task'],
  ['상태', 'status'],
  ['임무목록', 'tasks'],
  ['취소', 'cancel'],
  ['재시도', 'retry'],
  ['선택', 'choose'],
  ['공개', 'publish'],
  ['예약', 'schedule'],
  ['예약목록', 'schedules'],
  ['예약취소', 'unschedule'],
  ['지금실행', 'run-now'],
  ['순환', 'cycle'],
  ['예산', 'budget'],
  ['동결', 'freeze'],
  ['해동', 'thaw'],
  ['초대', 'agent'],
  ['관리', 'admin'],
  ['보류', 'aside'],
  ...HOUSE_COMMANDS.map((name) => [name, name] as const),
  ['help', 'help'],
  ['agents', 'agents'],
  ['floor', 'floor'],
  ['discuss', 'discuss'],
  ['vote', 'vote'],
  ['stop', 'stop'],
  ['run', 'run'],
  ['undo', 'undo'],
  ['model', 'model'],
  ['remember', 'memory'],
];
export const COMMAND_NAMES: ReadonlySet<CommandName> = new Set(NAMES.map(([, name]) => name));
const BY_WORD: ReadonlyMap<string, CommandName> = new Map(NAMES);

const FLOORS: ReadonlyMap<string, Floor> = new Map<string, Floor>([
  ...Floor.options.map((floor) => [floor, floor] as const),
  ['모두', 'open'],
  ['호출', 'called'],
  ['금지', 'closed'],
]);

export const commandNamed = (word: string): CommandName | null => BY_WORD.get(word) ?? null;
const HOUSE: ReadonlySet<string> = new Set(HOUSE_COMMANDS);
export const isHouseCommand = (name: CommandName): name is SwarmCommandName => HOUSE.has(name);
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
    const away =
      typed.startsWith(letters) || (typed.length > 1 && letters.startsWith(typed)) ? 0.5 : leven(typed, letters);
    if (away < least && away <= Math.max(1, Math.round(letters.length * 0.4))) [nearest, least] = [candidate, away];
  }
  return inOtherLayout(word) ?? nearest;
}

/** `!tlfgod` is `!실행`, and `!ㅗ디ㅔ` is `!help`: the keyboard was in the other language. */
function inOtherLayout(word: string): string | null {
  const typed = keysOf(word);
  const exact = NAMES.find(([candidate]) => candidate !== word && keysOf(candidate) === typed);
  const slip =
    exact ??
    NAMES.find(
      ([candidate]) =>
        /[가-힣]/u.test(candidate) !== /[가-힣ㄱ-ㅣ]/u.test(word) &&
        typed.length > 4 &&
        leven(typed, keysOf(candidate)) === 1,
    );
  return slip?.[0] ?? null;
}
