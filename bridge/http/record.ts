import type { Redis } from 'ioredis';
import { swarmKey } from '../queue/redis.ts';

/** One call at the agents' API. No words of anybody, no keys: the route as it is declared, not as it was asked for. */
export interface RecordedCall {
  readonly agent: string | null;
  readonly keyId: string | null;
  readonly method: string;
  readonly route: string;
  readonly status: number;
  /** Of what was refused. */
  readonly code: string | null;
  readonly ms: number;
  readonly id: string;
}

const RECORD = swarmKey('door', 'record');
/** About a month of a busy house. */
const KEEP = 200_000;
/** Calls without a key in force have a record of their own: whoever knocks a million times pushes nobody's out. */
const STRANGERS = swarmKey('door', 'strangers');
const KEEP_STRANGERS = 20_000;
const STRANGERS_A_SECOND = 50;

/** Of strangers' calls so many are written down, the others only counted: who has no key does not set the pace of the disk. */
export class Strangers {
  #second = 0;
  #noted = 0;

  note(now = Date.now()): boolean {
    const second = Math.floor(now / 1000);
    if (second !== this.#second) [this.#second, this.#noted] = [second, 0];
    this.#noted += 1;
    return this.#noted <= STRANGERS_A_SECOND;
  }
}

/** Append-only but for its age. */
export async function recordCall(redis: Redis, call: RecordedCall): Promise<void> {
  const [record, keep] = call.agent === null ? [STRANGERS, KEEP_STRANGERS] : [RECORD, KEEP];
  await redis.xadd(
    record,
    'MAXLEN',
    '~',
    keep,
    '*',
    ...Object.entries(call).flatMap(([name, value]) => (value === null ? [] : [name, String(value)])),
  );
}
