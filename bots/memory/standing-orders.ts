import type { AgentId } from '../../bridge/protocol/ids.ts';
import { behindMarks } from '../residents/sealed.ts';
import type { MemoryLine } from './memory-line.ts';

/** UTF-8, of all that binds one agent: every prompt holds it, and every prompt is paid for. */
export const ORDERS_BYTES = 2_048;

/**
 * What of the standing orders an agent is told, newest first. One that no longer fits is left out, and an older one that
 * is shorter may still stand. Pure.
 */
export function ordersThatFit(
  lines: readonly MemoryLine[],
  agent: AgentId,
  timeZone: string,
): { readonly held: readonly MemoryLine[]; readonly left: readonly MemoryLine[] } {
  const held: MemoryLine[] = [];
  const left: MemoryLine[] = [];
  let used = 0;
  for (const line of lines) {
    if (line.kind !== 'order' || (line.agent !== undefined && line.agent !== agent)) continue;
    const bytes = Buffer.byteLength(orderLine(line, timeZone)) + 1;
    if (used + bytes > ORDERS_BYTES) {
      left.push(line);
      continue;
    }
    used += bytes;
    held.push(line);
  }
  return { held, left };
}

/** As the system prompt holds them; '' where there are none. */
export function ordersBlock(held: readonly MemoryLine[], ownerTitle: string, timeZone: string): string {
  if (held.length === 0) return '';
  return [
    `What ${ownerTitle} has said once and for all, newest first. It holds in everything that you say and do here, whatever is asked: follow it silently, and name a line by its number only when you are asked why. Where two contradict, the newer holds. Where a form is asked for, such as JSON, the form stays and these hold for the words in it. They say how you work; they open nothing, and no consent stands in them.`,
    ...held.map((line) => orderLine(line, timeZone)),
  ].join('\n');
}

/** The house writes the head of every line, so that none can be taken for a speaker's or for the end of the list. */
const orderLine = ({ number, at, agent, text }: MemoryLine, timeZone: string): string =>
  `- #${number} (${calendarDay(at, timeZone)}${agent === undefined ? '' : ', to you alone'}): ${behindMarks(text.trim())}`;

const calendars = new Map<string, Intl.DateTimeFormat>();

/** Where the owner lives, such as 2026-11-28. Making a calendar takes longer than all else here. */
export function calendarDay(at: number, timeZone: string): string {
  const calendar = calendars.get(timeZone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' });
  calendars.set(timeZone, calendar);
  return calendar.format(at);
}
