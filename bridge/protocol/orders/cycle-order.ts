import { behind, halfWidth } from './order-words.ts';
import { timesOf } from '../moments/schedule-times.ts';

/** `!cycle` as a master writes it, read the same way by whoever reads it. Pure. */
export type CycleOrder =
  | { readonly kind: 'show' }
  | { readonly kind: 'on'; /** Five fields. */ readonly cron: string }
  | { readonly kind: 'off' }
  /** The hour of the day's digest; null: none. */
  | { readonly kind: 'digest'; readonly hour: number | null }
  | { readonly kind: 'bad'; readonly why: 'interval' | 'shape' };

const ON = /^(?:on|start|켜기|켜|시작)(?=\s|$)\s*/iu;
const OFF = /^(?:off|stop|끄기|꺼|끔|멈춤|중지)$/iu;
const DIGEST = /^(?:digest|요약)(?=\s|$)\s*/iu;
const DEFAULT_CRON = '*/15 * * * *';

/** Null where the text is no `!cycle` at all. */
export function parseCycle(body: string): CycleOrder | null {
  const words = behind(body, 'cycle', '순환');
  return words === null ? null : parseCycleWords(words);
}

/** What stands behind the command. */
export function parseCycleWords(words: string): CycleOrder {
  const text = halfWidth(words.normalize('NFC')).trim();
  if (text === '') return { kind: 'show' };
  if (OFF.test(text)) return { kind: 'off' };
  const on = ON.exec(text);
  if (on !== null) return interval(text.slice(on[0].length));
  const digest = DIGEST.exec(text);
  return digest === null ? { kind: 'bad', why: 'shape' } : hour(text.slice(digest[0].length).trim());
}

function interval(text: string): CycleOrder {
  if (text === '') return { kind: 'on', cron: DEFAULT_CRON };
  const short = /^(\d{1,4})\s*(m|min|mins|minutes?|분|h|hours?|시간)?(?:마다|\s?간격)?$/iu.exec(text);
  if (short === null) return { kind: 'bad', why: 'shape' };
  const hours = /^(?:h|hours?|시간)$/iu.test(short[2] ?? '');
  const times = timesOf(`${short[1]}${hours ? '시간' : '분'}마다`);
  return times === null || times === 'interval' ? { kind: 'bad', why: 'interval' } : { kind: 'on', cron: times.cron };
}

function hour(text: string): CycleOrder {
  if (OFF.test(text)) return { kind: 'digest', hour: null };
  const at = timesOf(`매일 ${/^\d{1,2}$/u.test(text) ? `${text}시` : text}`);
  const found = at === null || at === 'interval' ? null : /^0 (\d{1,2}) /u.exec(at.cron);
  return found === null ? { kind: 'bad', why: 'shape' } : { kind: 'digest', hour: Number(found[1]) };
}
