import { createHash } from 'node:crypto';
import type { EventId } from '../protocol/ids.ts';

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** People need no more of it, as long as no other begins alike; what they type is at least so long. */
export const SHORTEST_NAME = 4;

/** What a schedule is called: sixteen letters of its event's hash, so that whoever can read the event knows them. */
export function scheduleId(source: EventId): string {
  const digest = createHash('sha256').update(source).digest();
  const all = (digest.readBigUInt64BE(0) << 16n) | BigInt(digest.readUInt16BE(8));
  return Array.from({ length: 16 }, (_, i) => BASE32.charAt(Number((all >> BigInt(75 - i * 5)) & 31n))).join('');
}

/** The first letters of this one that none of the others begins with. */
export function shortName(id: string, all: readonly string[]): string {
  const others = all.filter((one) => one !== id);
  for (let length = SHORTEST_NAME; length < id.length; length += 1) {
    const name = id.slice(0, length);
    if (!others.some((other) => other.startsWith(name))) return name;
  }
  return id;
}

/** Every word by which a master may have meant this one. */
export const namesOf = (id: string): readonly string[] =>
  Array.from({ length: id.length - SHORTEST_NAME + 1 }, (_, i) => id.slice(0, SHORTEST_NAME + i));
