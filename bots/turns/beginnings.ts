import type { Beginning } from './context.ts';

const REMEMBERED = 5_000;

/** Where each agent's history began the last time, in each room and thread. Lost with the process, which costs one call. */
export class Beginnings {
  readonly #all = new Map<string, Beginning>();

  get(key: string): Beginning | undefined {
    return this.#all.get(key);
  }

  set(key: string, began: Beginning): void {
    this.#all.delete(key);
    this.#all.set(key, began);
    const [oldest] = this.#all.keys();
    if (this.#all.size > REMEMBERED && oldest !== undefined) this.#all.delete(oldest);
  }
}
