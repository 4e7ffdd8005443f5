export interface Hearing {
  /** All times in milliseconds of one clock. */
  readonly now: number;
  readonly sentAt: number;
  /** When anything last happened: words, an edit, somebody beginning or ceasing to write. */
  readonly lastAt: number;
  readonly answers: number;
  /** Somebody is typing, or an answer is growing. */
  readonly writing: boolean;
}

export type QuietVerdict = 'wait' | 'quiet' | 'nobody' | 'late';

const QUIET_MS = 3_000;
/** An agent shows that it is writing within a second; a swarm that is being restarted takes a few. */
const NOBODY_MS = 20_000;
const LATE_MS = 120_000;

/** Whether all have answered, as far as one can hear. */
export function hear({ now, sentAt, lastAt, answers, writing }: Hearing): QuietVerdict {
  const still = now - lastAt;
  if (!writing && answers > 0 && still >= QUIET_MS) return 'quiet';
  if (!writing && answers === 0 && still >= NOBODY_MS) return 'nobody';
  return now - sentAt >= LATE_MS ? 'late' : 'wait';
}
