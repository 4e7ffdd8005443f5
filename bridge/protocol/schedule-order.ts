import { behind, halfWidth } from './order-words.ts';
import { timesOf } from './schedule-times.ts';

/** `!schedule` as a master writes it, read the same way by whoever reads it. Pure. */

/** What becomes of a run whose time passed while the house was down: once afterwards, or not at all. */
export type Missed = 'once' | 'skip';

export interface ScheduleOrder {
  /** Five fields, in the owner's time zone. What is right in shape may still be no date; the clock says so. */
  readonly cron: string;
  readonly mission: string;
  readonly missed: Missed;
}

export type ScheduleFault = 'empty' | 'when' | 'interval' | 'no-mission' | 'too-long' | 'unknown-option';
export type ParsedSchedule = { readonly kind: 'schedule'; readonly order: ScheduleOrder } | { readonly kind: 'bad'; readonly why: ScheduleFault };

/** Longer ones are a document to be posted as a file. */
const MAX_MISSION = 4_000;

const OPTION = /^(?:--|[—–])([\p{L}-]+)(?=\s|$)\s*/u;
const OPTIONS: ReadonlyMap<string, Missed> = new Map<string, Missed>([
  ['skip', 'skip'],
  ['건너뛰기', 'skip'],
  ['once', 'once'],
  ['한번', 'once'],
]);
const QUOTED = /^(?:"([^"]+)"|“([^”]+)”|'([^']+)'|‘([^’]+)’|`([^`]+)`)\s*/u;
/** One of the five. `[a-z]{3}` beside `L` would read `lll` in many ways: exponential. */
const FIELD = /^(?:[\d*,/?#L-]|sun|mon|tue|wed|thu|fri|sat|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec){1,100}$/iu;

/** Null where the text is no `!schedule` at all. */
export function parseSchedule(body: string): ParsedSchedule | null {
  const words = behind(body, 'schedule', '예약');
  return words === null ? null : parseScheduleWords(words);
}

/** What stands behind the command. */
export function parseScheduleWords(words: string): ParsedSchedule {
  let rest = halfWidth(words.normalize('NFC')).trim();
  if (rest === '') return { kind: 'bad', why: 'empty' };
  let missed: Missed = 'once';
  for (let match = OPTION.exec(rest); match !== null; match = OPTION.exec(rest)) {
    const option = OPTIONS.get((match[1] ?? '').toLowerCase());
    if (option === undefined) return { kind: 'bad', why: 'unknown-option' };
    missed = option;
    rest = rest.slice(match[0].length);
  }
  const when = quotedCron(rest) ?? timesOf(rest);
  if (when === null) return { kind: 'bad', why: 'when' };
  if (when === 'interval') return { kind: 'bad', why: 'interval' };
  const mission = when.rest.replace(/^[\s,:—–-]+/u, '').trim();
  if (mission === '') return { kind: 'bad', why: 'no-mission' };
  return mission.length > MAX_MISSION ? { kind: 'bad', why: 'too-long' } : { kind: 'schedule', order: { cron: when.cron, mission, missed } };
}

function quotedCron(text: string): { readonly cron: string; readonly rest: string } | null {
  const quoted = QUOTED.exec(text);
  if (quoted === null) return null;
  const cron = (quoted.slice(1).find((one) => one !== undefined) ?? '').trim().replace(/\s+/gu, ' ');
  const fields = cron.split(' ');
  return fields.length === 5 && fields.every((field) => FIELD.test(field)) ? { cron, rest: text.slice(quoted[0].length) } : null;
}

/** Of `!unschedule`, which schedule; null for other texts. Names are four letters or more of base32 (RFC 4648), in any case. */
export function parseUnschedule(body: string): string | null {
  return idIn(halfWidth(behind(body, 'unschedule', '예약취소') ?? ''));
}

export const idIn = (words: string): string | null => /^[`'"#]?([a-z2-7]{4,16})[`'"]?$/iu.exec(words.trim())?.[1]?.toLowerCase() ?? null;
