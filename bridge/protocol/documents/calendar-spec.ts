import { z } from 'zod';

const DAY = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;
const MOMENT =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?:Z|[+-]\d\d:\d\d)?$/;

/** A day, or a moment by the owner's clock; one with Z or +09:00 says itself whose. */
const When = z.string().refine((value) => (DAY.test(value) || MOMENT.test(value)) && !Number.isNaN(Date.parse(value)), {
  error: 'neither a day (2026-12-01) nor a time (2026-12-01T09:00)',
});

export const isWholeDay = (when: string): boolean => DAY.test(when);

const CalendarEntry = z
  .strictObject({
    title: z.string().min(1).max(200),
    start: When,
    /** Without it an hour; of a day, that day. The last day counts. */
    end: When.optional(),
    place: z.string().max(300).optional(),
    note: z.string().max(4_000).optional(),
    /** Minutes before the start. */
    remind: z.int().min(0).max(40_320).optional(),
  })
  .refine(({ start, end }) => end === undefined || isWholeDay(start) === isWholeDay(end), {
    path: ['end'],
    error: 'start and end are both days or both times',
  })
  .refine(({ start, end }) => end === undefined || Date.parse(end) >= Date.parse(start), {
    path: ['end'],
    error: 'before the start',
  });
export type CalendarEntry = z.infer<typeof CalendarEntry>;

export const CalendarSpec = z.strictObject({ events: z.array(CalendarEntry).min(1).max(200) });
export type CalendarSpec = z.infer<typeof CalendarSpec>;
