import type { Lang } from '../../bridge/protocol/ids.ts';
import { commandHead, halfWidth } from '../../bridge/protocol/orders/order-words.ts';
import type { Floor, SwarmCommandName } from '../../bridge/protocol/turn.ts';
import { usage } from '../../bridge/text/room/help.ts';
import { commandNamed, floorNamed, isHouseCommand, nearestCommand, type CommandName } from './names.ts';

export type RoomCommand =
  | { readonly name: 'help' }
  | { readonly name: 'agents' }
  | { readonly name: 'stop' }
  /** What it says is the executor's to read. */
  | { readonly name: 'run' }
  /** The executor reads it itself in the room, and answers. */
  | { readonly name: 'undo' }
  /** Its words are read by the part that carries it out. */
  | { readonly name: SwarmCommandName; readonly words: string }
  | { readonly name: 'vote'; readonly words: string }
  /** null: show the present floor. */
  | { readonly name: 'floor'; readonly floor: Floor | null }
  | { readonly name: 'discuss'; readonly topic: string; readonly rounds: number };

export type ParsedCommand =
  | { readonly kind: 'command'; readonly command: RoomCommand }
  | {
      readonly kind: 'bad-arguments';
      readonly name: string;
      /** `agent`: one of the house, for an example. */ readonly usage: (lang: Lang, agent: string) => string;
    }
  /** `nearest` is a name as the master would type it, in the script of `word`. */
  | { readonly kind: 'unknown'; readonly word: string; readonly nearest: string | null };

export const isForHouse = (command: RoomCommand): command is Extract<RoomCommand, { name: SwarmCommandName }> =>
  isHouseCommand(command.name);

export const DEFAULT_ROUNDS = 2;
export const MAX_ROUNDS = 5;

export function parseRoomCommand(body: string): ParsedCommand | null {
  const head = commandHead(body);
  if (head === null) return null;
  const { word: key, typed: word } = head;
  const rest = halfWidth(head.rest);

  const name = commandNamed(key);
  if (name !== null) return withArguments(name, rest);
  const glued = /^발언(.+)$/u.exec(key)?.[1];
  if (glued !== undefined && floorNamed(glued) !== null) return withArguments('floor', `${glued} ${rest}`.trim());
  return { kind: 'unknown', word: word.slice(0, 40), nearest: nearestCommand(key) };
}

function withArguments(name: CommandName, rest: string): ParsedCommand {
  if (name === 'floor') {
    const floor = floorNamed(rest.toLowerCase());
    return floor === null && rest !== '' ? badArguments(name) : { kind: 'command', command: { name, floor } };
  }
  if (name === 'discuss') {
    const discussion = discussionOf(rest);
    return discussion === null ? badArguments(name) : { kind: 'command', command: { name, ...discussion } };
  }
  // What is between is read where it is known whose opinions stand in the room.
  if (name === 'vote') return { kind: 'command', command: { name, words: rest } };
  // Whom, and perhaps which model.
  if (name === 'model' && rest === '') return badArguments(name);
  if (isHouseCommand(name)) return { kind: 'command', command: { name, words: rest } };
  // Whoever shouts stop means it, whatever else is shouted.
  if (name === 'stop' || name === 'run' || name === 'undo') return { kind: 'command', command: { name } };
  return rest === '' ? { kind: 'command', command: { name } } : badArguments(name);
}

function badArguments(
  name: Exclude<CommandName, 'stop' | 'run' | 'undo' | 'vote' | SwarmCommandName> | 'model',
): ParsedCommand {
  return {
    kind: 'bad-arguments',
    name,
    usage: (lang, agent) =>
      name === 'discuss'
        ? usage.discuss[lang](MAX_ROUNDS)
        : name === 'model'
          ? usage.model[lang](agent)
          : usage[name][lang](),
  };
}

/** The last word is the number of rounds when it is a number; a topic that ends in one stands in quotes. */
function discussionOf(rest: string): { topic: string; rounds: number } | null {
  const words = rest.split(/\s+/u);
  if (words.length > 2 && /^(?:라운드|바퀴|회|번|rounds?)$/iu.test(words.at(-1) ?? '')) words.pop();
  const number = /^([-+]?\d+(?:[.,]\d+)?)(?:라운드|바퀴|회|번|rounds?)?$/iu.exec(words.at(-1) ?? '')?.[1];
  if (words.length < 2 || number === undefined) return topicOnly(rest);
  const rounds = Number(number);
  const topic = unquoted(rest.slice(0, rest.lastIndexOf(number)));
  return topic !== '' && Number.isInteger(rounds) && rounds >= 1 && rounds <= MAX_ROUNDS ? { topic, rounds } : null;
}

function topicOnly(rest: string): { topic: string; rounds: number } | null {
  const topic = unquoted(rest);
  return topic === '' ? null : { topic, rounds: DEFAULT_ROUNDS };
}

const QUOTES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["'", "'"],
  ['“', '”'],
  ['‘', '’'],
  ['「', '」'],
  ['『', '』'],
  ['«', '»'],
]);

/** Takes off one pair of quotes that holds the whole of the text. */
function unquoted(text: string): string {
  const trimmed = text.trim();
  const inner = trimmed.slice(1, -1);
  const close = QUOTES.get(trimmed.charAt(0));
  const holdsAll = trimmed.length > 1 && close !== undefined && trimmed.endsWith(close) && !inner.includes(close);
  return holdsAll ? inner.trim() : trimmed;
}
