interface Waiting {
  readonly locks: readonly string[];
  readonly go: () => void;
}

/**
 * So many at once, and of those that write one folder, or a folder within it, one after another. Who waits for a
 * folder holds up nobody who does not.
 */
export class Semaphore {
  readonly #limit: () => number;
  readonly #held = new Set<readonly string[]>();
  readonly #waiting: Waiting[] = [];

  constructor(limit: () => number) {
    this.#limit = limit;
  }

  get running(): number {
    return this.#held.size;
  }

  /** `locks`: absolute paths that the work writes. Throws the signal's reason when it is aborted while waiting. */
  async run<T>(locks: readonly string[], signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    // A set of its own for each, so that two without locks are two.
    const own = [...locks];
    await this.#enter(own, signal);
    try {
      return await work();
    } finally {
      this.#held.delete(own);
      this.#serve();
    }
  }

  #enter(locks: readonly string[], signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const waiting: Waiting = {
        locks,
        go: () => {
          signal.removeEventListener('abort', leave);
          resolve();
        },
      };
      const leave = () => {
        const place = this.#waiting.indexOf(waiting);
        if (place === -1) return;
        this.#waiting.splice(place, 1);
        reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.push(waiting);
      this.#serve();
    });
  }

  #serve(): void {
    for (const waiting of this.#waiting.slice()) {
      if (this.#held.size >= this.#limit()) return;
      if (waiting.locks.some((lock) => this.#isHeld(lock))) continue;
      this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
      this.#held.add(waiting.locks);
      waiting.go();
    }
  }

  #isHeld(lock: string): boolean {
    for (const held of this.#held) if (held.some((other) => overlap(lock, other))) return true;
    return false;
  }
}

const overlap = (a: string, b: string): boolean => a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
