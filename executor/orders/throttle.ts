/** Lets so many pass in a span of time, and the rest fall silent. */
export class Throttle {
  readonly #most: number;
  readonly #spanMs: number;
  #passed: number[] = [];

  constructor(most: number, spanMs: number) {
    this.#most = most;
    this.#spanMs = spanMs;
  }

  pass(now: number = Date.now()): boolean {
    this.#passed = this.#passed.filter((at) => now - at < this.#spanMs);
    if (this.#passed.length >= this.#most) return false;
    this.#passed.push(now);
    return true;
  }
}
