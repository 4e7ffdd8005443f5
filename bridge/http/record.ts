import type { Redis } from 'ioredis';
import { swarmKey } from '../queue/redis.ts';

/** One call at the door. No words of anybody, no keys: the route as it is declared, not as it was asked for. */
export interface Call {
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

/** Append-only but for its age. */
export async function recordCall(redis: Redis, call: Call): Promise<void> {
  await redis.xadd(RECORD, 'MAXLEN', '~', KEEP, '*', ...Object.entries(call).flatMap(([name, value]) => (value === null ? [] : [name, String(value)])));
}
