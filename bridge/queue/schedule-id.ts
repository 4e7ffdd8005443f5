import { createHash } from 'node:crypto';
import type { EventId } from '../protocol/ids.ts';

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** What people call a schedule: four letters of its event's hash, so that whoever can read the event knows them. */
export function scheduleId(source: EventId): string {
  const bits = createHash('sha256').update(source).digest().readUInt32BE(0) >>> 12;
  return [15, 10, 5, 0].map((shift) => BASE32.charAt((bits >>> shift) & 31)).join('');
}
