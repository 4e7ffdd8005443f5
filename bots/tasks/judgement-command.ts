import { type Judgement, MAX_OWNER_SECONDS } from '../../bridge/protocol/judging/judgement.ts';
import * as say from '../../bridge/text/tasks/judgement-words.ts';
import type { SwarmCommands } from '../commands/house-commands.ts';
import type { JudgementSettings } from './judgement-settings.ts';

export type JudgementWish =
  | { readonly kind: 'show' }
  | { readonly kind: 'set'; readonly change: Partial<Judgement> }
  | { readonly kind: 'bad' };

type Switch = 'earlyStop' | 'fastPath';
const SWITCHES: ReadonlyMap<string, Switch> = new Map([
  ['일찍마감', 'earlyStop'],
  ['조기마감', 'earlyStop'],
  ['early', 'earlyStop'],
  ['둘먼저', 'fastPath'],
  ['두명먼저', 'fastPath'],
  ['pair', 'fastPath'],
]);
const ON: ReadonlySet<string> = new Set(['켜기', '켜', '켬', 'on']);
const OFF: ReadonlySet<string> = new Set(['끄기', '꺼', '끔', 'off', '없음', '없이']);
const TIME: ReadonlySet<string> = new Set(['시간', '마스터', 'time', 'owner']);
/** How many seconds each is. */
const UNITS: ReadonlyMap<string, number> = new Map([
  ['초', 1],
  ['s', 1],
  ['sec', 1],
  ['분', 60],
  ['m', 60],
  ['min', 60],
]);

/** What stands behind `!judge`: nothing, how long the poll waits for the owner (`90초`, `2m`, `off`), or a switch. Pure. */
export function judgementWish(words: string): JudgementWish {
  const parts = words
    .normalize('NFC')
    .toLowerCase()
    .trim()
    .split(/\s+/u)
    .filter((word) => word !== '');
  if (parts.length === 0) return { kind: 'show' };
  const last = parts.at(-1) ?? '';
  const named = parts.slice(0, -1).join('');
  if (named === '' || TIME.has(named)) {
    const ownerSeconds = OFF.has(last) ? 0 : seconds(last);
    return ownerSeconds === null ? { kind: 'bad' } : { kind: 'set', change: { ownerSeconds } };
  }
  const key = SWITCHES.get(named);
  if (key === undefined || !(ON.has(last) || OFF.has(last))) return { kind: 'bad' };
  return { kind: 'set', change: { [key]: ON.has(last) } };
}

function seconds(word: string): number | null {
  const amount = Number.parseInt(word, 10);
  const unit = UNITS.get(word.slice(String(amount).length));
  if (!(amount > 0) || unit === undefined) return null;
  return amount * unit <= MAX_OWNER_SECONDS ? amount * unit : null;
}

/** `!judge`: how plans are judged, shown and changed. */
export const judgementCommand = (settings: JudgementSettings): SwarmCommands<'judge'> => ({
  async judge({ words, at, lang }) {
    const wish = judgementWish(words);
    if (wish.kind === 'bad') return say.notJudgement[lang](MAX_OWNER_SECONDS / 60);
    if (wish.kind === 'set') await settings.set(wish.change, at);
    return say.judgementNow[lang](settings.now, wish.kind === 'set');
  },
});
