import { englishMoment } from '../moments/moment-english.ts';
import { koreanMoment } from '../moments/moment-korean.ts';
import { momentOf, type MomentFault, type MomentOrigin } from '../moments/moment.ts';
import { behind, halfWidth } from './order-words.ts';
import { timesOf } from '../moments/schedule-times.ts';

/** `!schedule` as a master writes it, read the same way by whoever reads it. Pure. */

/** What becomes of a run whose time passed while the house was down: once afterwards, or not at all. */
export type Missed = 'once' | 'skip';

/** Again and again, or once. */
export type When =
  /** Five fields, in the owner's time zone. What is right in shape may still be no date; the clock says so. */
  | { readonly kind: 'cron'; readonly cron: string; /** As five fields. */ readonly typed: boolean }
  /** Milliseconds since 1970. */
  | { readonly kind: 'once'; readonly once: number };

export interface ScheduleOrder {
  readonly when: When;
  readonly mission: string;
  readonly missed: Missed;
}

export type ScheduleFault =
  | MomentFault
  | 'empty'
  | 'when'
  | 'hour'
  | 'interval'
  | 'no-mission'
  | 'too-long'
  | 'unknown-option';
export type ParsedSchedule =
  | { readonly kind: 'schedule'; readonly order: ScheduleOrder }
  | { readonly kind: 'bad'; readonly why: ScheduleFault };

/** Longer ones are a document to be posted as a file. */
const MAX_MISSION = 4_000;
const LONGEST_MOMENT = 120;

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
export function parseSchedule(body: string, origin: MomentOrigin): ParsedSchedule | null {
  const words = behind(body, 'schedule', '예약');
  return words === null ? null : parseScheduleWords(words, origin);
}

/** What stands behind the command. */
export function parseScheduleWords(words: string, origin: MomentOrigin): ParsedSchedule {
  let rest = halfWidth(words.normalize('NFC')).trim();
  if (rest === '') return { kind: 'bad', why: 'empty' };
  let missed: Missed = 'once';
  for (let match = OPTION.exec(rest); match !== null; match = OPTION.exec(rest)) {
    const option = OPTIONS.get((match[1] ?? '').toLowerCase());
    if (option === undefined) return { kind: 'bad', why: 'unknown-option' };
    missed = option;
    rest = rest.slice(match[0].length);
  }
  const read = quotedCron(rest) ?? whenOf(rest, origin);
  if (typeof read === 'string') return { kind: 'bad', why: read };
  const mission = read.rest.replace(/^[\s,:—–-]+/u, '').trim();
  if (mission === '') return { kind: 'bad', why: 'no-mission' };
  return mission.length > MAX_MISSION
    ? { kind: 'bad', why: 'too-long' }
    : { kind: 'schedule', order: { when: read.when, mission, missed } };
}

type Read = { readonly when: When; readonly rest: string };

function whenOf(text: string, origin: MomentOrigin): Read | ScheduleFault {
  const times = timesOf(text);
  if (times === 'interval') return 'interval';
  if (times !== null) return { when: { kind: 'cron', cron: times.cron, typed: false }, rest: times.rest };
  // Nobody says a moment in more words than that.
  const [head, tail] = [text.slice(0, LONGEST_MOMENT), text.slice(LONGEST_MOMENT)];
  const said = koreanMoment(head) ?? englishMoment(head);
  if (said === null) return 'when';
  if (said.value === null) return 'hour';
  const once = momentOf(said.value, origin);
  return typeof once === 'string' ? once : { when: { kind: 'once', once }, rest: said.rest + tail };
}

function quotedCron(text: string): Read | null {
  const quoted = QUOTED.exec(text);
  if (quoted === null) return null;
  const cron = (quoted.slice(1).find((one) => one !== undefined) ?? '').trim().replace(/\s+/gu, ' ');
  const fields = cron.split(' ');
  return fields.length === 5 && fields.every((field) => FIELD.test(field))
    ? { when: { kind: 'cron', cron, typed: true }, rest: text.slice(quoted[0].length) }
    : null;
}

/** Of `!unschedule`, which schedule; null for other texts. Names are four letters or more of base32 (RFC 4648), in any case. */
export function parseUnschedule(body: string): string | null {
  return idIn(halfWidth(behind(body, 'unschedule', '예약취소') ?? ''));
}

export const idIn = (words: string): string | null =>
  /^[`'"#]?([a-z2-7]{4,16})[`'"]?$/iu.exec(words.trim())?.[1]?.toLowerCase() ?? null;
