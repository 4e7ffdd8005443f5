import type { SaidTime } from './moment.ts';

/** Which hour is meant by a number and a part of the day. Pure. */

export const exactly = (hour: number, minute: number): SaidTime => ({ today: [hour], otherwise: hour, minute });

/** Without a part of the day hours count to 24, as on a timetable; today the one that is still to come is meant. */
export function bareHour(hour: number, minute: number, exact: boolean): SaidTime {
  return exact || hour === 0 || hour > 12
    ? exactly(hour, minute)
    : { today: [hour, hour + 12], otherwise: hour, minute };
}

/** One o'clock at night is in the night that follows the day, unless that night has begun already. */
export function nightHour(hour: number, minute: number): SaidTime {
  if (hour === 12) return { today: [0, 24], otherwise: 24, minute };
  return hour < 6 ? { today: [hour, hour + 24], otherwise: hour + 24, minute } : exactly(hour + 12, minute);
}

/** Of an hour up to twelve. Eleven o'clock at noon is before it. */
export function koreanHour(part: string, hour: number): number {
  const noon = part.endsWith('낮') || part === '점심';
  if (noon && (hour === 10 || hour === 11)) return hour;
  const early = part === '오전' || part === '아침' || part === '새벽' || (part === '밤' && hour < 6);
  if (early || (part === '밤' && hour === 12)) return hour === 12 ? 0 : hour;
  return hour === 12 ? 12 : hour + 12;
}
