import { createHash } from 'node:crypto';
import ical, { ICalAlarmType } from 'ical-generator';
import { CalendarSpec, isWholeDay, type CalendarEntry } from '../../../bridge/protocol/documents/calendar-spec.ts';
import { wordText } from './office-text.ts';
import { firstFault, Unmakeable } from './unmakeable.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** JSON as `CalendarSpec` says, or the events alone. Throws `Unmakeable`. */
export function readCalendar(content: string): CalendarSpec {
  let said: unknown;
  try {
    said = JSON.parse(content);
  } catch (error) {
    throw new Unmakeable(`the content is not JSON: ${error instanceof Error ? error.message : 'unreadable'}`);
  }
  const parsed = CalendarSpec.safeParse(Array.isArray(said) ? { events: said } : said);
  if (!parsed.success) throw new Unmakeable(firstFault(parsed.error, 'content'));
  return parsed.data;
}

/**
 * For the calendar of a phone. Moments are written in UTC, which every calendar reads alike; one without a zone is by
 * the clock of this process, which the sandbox sets to the owner's. The same event has the same id whenever it is made,
 * so that opening it twice does not enter it twice.
 */
export function icsOf({ events }: CalendarSpec, now: Date): Uint8Array {
  const calendar = ical({ prodId: { company: 'Chavion', product: 'Chavion' } });
  for (const event of events) {
    const { title, start, place, note, remind } = event;
    const whole = isWholeDay(start);
    const entry = calendar.createEvent({
      id: `${createHash('sha256')
        .update(JSON.stringify([title, start, place ?? '']))
        .digest('hex')
        .slice(0, 32)}@chavion`,
      stamp: now,
      start: new Date(start),
      end: endOf(event),
      allDay: whole,
      summary: wordText(title),
      ...(place === undefined ? {} : { location: wordText(place) }),
      ...(note === undefined ? {} : { description: wordText(note) }),
    });
    if (remind !== undefined)
      entry.createAlarm({ type: ICalAlarmType.display, trigger: remind * 60, description: wordText(title) });
  }
  return Buffer.from(calendar.toString());
}

/** The end of a day in a calendar is the day after it. */
function endOf({ start, end }: CalendarEntry): Date {
  if (isWholeDay(start)) return new Date(Date.parse(end ?? start) + DAY_MS);
  return end === undefined ? new Date(Date.parse(start) + HOUR_MS) : new Date(end);
}
