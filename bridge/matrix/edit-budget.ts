/**
 * One allowance of edits for all streams of a process. Synapse slows everybody down beyond about fifty edits a
 * second in all; the swarm keeps to fifteen, the executor to five.
 */
export class EditBudget {
  readonly perSecond: number;
  /** What may go out at once after a pause; a second then never holds much more than the allowance. */
  readonly #burst: number;
  #tokens: number;
  #refilled: number;
  #timer: NodeJS.Timeout | null = null;
  #active = 0;
  #granted = 0;
  /** Last edits of finished answers go before growing ones. */
  readonly #last: (() => void)[] = [];
  readonly #growing: (() => void)[] = [];
  readonly #now: () => number;

  constructor(perSecond: number, now: () => number = () => performance.now()) {
    this.perSecond = perSecond;
    this.#burst = Math.max(1, Math.round(perSecond / 3));
    this.#tokens = this.#burst;
    this.#now = now;
    this.#refilled = now();
  }

  /** How many edits have gone out. */
  get granted(): number {
    return this.#granted;
  }

  /** How many streams share it now. */
  get active(): number {
    return this.#active;
  }

  /** A stream counts from its first visible word to its last; call the result when it ends. */
  enter(): () => void {
    this.#active += 1;
    let inside = true;
    return () => {
      if (inside) this.#active -= 1;
      inside = false;
    };
  }

  /** How long a stream waits between edits, milliseconds: the more streams, the longer. */
  interval(): number {
    return Math.max(1_000, (this.#active / this.perSecond) * 1_000);
  }

  /** Resolves when an edit may go out, or, without taking one, as soon as `signal` says that it need not. */
  take(urgency: 'growing' | 'last', signal?: AbortSignal): Promise<void> {
    const queue = urgency === 'last' ? this.#last : this.#growing;
    return new Promise((resolve) => {
      queue.push(resolve);
      signal?.addEventListener(
        'abort',
        () => {
          const at = queue.indexOf(resolve);
          if (at !== -1) queue.splice(at, 1);
          resolve();
        },
        { once: true },
      );
      this.#serve();
    });
  }

  #serve(): void {
    const now = this.#now();
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#refilled) / 1_000) * this.perSecond);
    this.#refilled = now;
    while (this.#tokens >= 1) {
      const next = this.#last.shift() ?? this.#growing.shift();
      if (next === undefined) return;
      this.#tokens -= 1;
      this.#granted += 1;
      next();
    }
    if (this.#timer !== null || this.#last.length + this.#growing.length === 0) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = null;
        this.#serve();
      },
      Math.ceil(((1 - this.#tokens) / this.perSecond) * 1_000),
    );
  }
}
