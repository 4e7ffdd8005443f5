import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { TASK_LASTS_MS } from '../../bridge/protocol/command-job.ts';
import { type EventId, RoomId } from '../../bridge/protocol/ids.ts';

const State = z.object({
  since: z.string().nullable(),
  /** Which HQ it was. */
  hq: RoomId.optional(),
  stopped: z.record(z.string(), z.int()),
  ended: z.record(z.string(), z.int()).default({}),
  revoked: z.record(z.string(), z.int()).default({}),
});

/** How far the executor has read, and up to when orders of each room have been stopped; over restarts. */
export class WatchState {
  readonly #path: string;
  #state: z.infer<typeof State>;

  constructor(path: string) {
    this.#path = path;
    this.#state = read(path);
  }

  get since(): string | null {
    return this.#state.since;
  }

  stoppedUntil(room: RoomId): number {
    return Math.max(this.#state.stopped[room] ?? 0, this.#state.stopped['*'] ?? 0);
  }

  /** `null`: in every room. */
  stop(room: RoomId | null, until: number): void {
    const key = room ?? '*';
    this.#save({
      ...this.#state,
      stopped: { ...this.#state.stopped, [key]: Math.max(until, this.#state.stopped[key] ?? 0) },
    });
  }

  /** Up to when what a task ordered is not needed any more; 0: it never ended. */
  endedAt(root: EventId): number {
    return this.#state.ended[root] ?? 0;
  }

  end(root: EventId, until: number, now: number): void {
    const recent = Object.entries(this.#state.ended).filter(([, at]) => now - at < TASK_LASTS_MS);
    this.#save({
      ...this.#state,
      ended: { ...Object.fromEntries(recent), [root]: Math.max(until, this.endedAt(root)) },
    });
  }

  /** When a master took away this schedule, or the cycle; 0: never. */
  revokedAt(key: string): number {
    return this.#state.revoked[key] ?? 0;
  }

  revoke(key: string, at: number): void {
    this.#save({ ...this.#state, revoked: { ...this.#state.revoked, [key]: Math.max(at, this.revokedAt(key)) } });
  }

  read(since: string): void {
    if (since !== this.#state.since) this.#save({ ...this.#state, since });
  }

  /** HQ as it was when last all was told that its move takes; null on the very first start. */
  get hq(): RoomId | null {
    return this.#state.hq ?? null;
  }

  movedTo(hq: RoomId): void {
    if (this.#state.hq !== hq) this.#save({ ...this.#state, hq });
  }

  #save(state: z.infer<typeof State>): void {
    writeFileSync(`${this.#path}.new`, JSON.stringify(state), { mode: 0o600 });
    renameSync(`${this.#path}.new`, this.#path);
    this.#state = state;
  }
}

/** Without it nothing is lost that counts: the homeserver is read anew. */
function read(path: string): z.infer<typeof State> {
  const none = { since: null, stopped: {}, ended: {}, revoked: {} };
  try {
    return existsSync(path) ? (State.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data ?? none) : none;
  } catch {
    return none;
  }
}
