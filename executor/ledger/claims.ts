import { z } from 'zod';
import type { JobKey } from './ledger-entry.ts';

/** What the claims need of Redis. */
export interface ClaimStore {
  setIfAbsent(key: string, value: string, seconds: number): Promise<boolean>;
  get(key: string): Promise<string | null>;
}

const Claim = z.object({ executor: z.string(), hash: z.string() });
const KEEP_S = 40 * 24 * 3_600;

/** Between executors: the first to write its name here has the command. */
export class Claims {
  readonly #store: ClaimStore;
  readonly #executor: string;
  readonly #keyOf: (key: JobKey) => string;

  constructor(store: ClaimStore, executor: string, keyOf: (key: JobKey) => string) {
    this.#store = store;
    this.#executor = executor;
    this.#keyOf = keyOf;
  }

  /** Durable when it resolves; the same executor may take the same command again, as after a crash. */
  async take(key: JobKey, hash: string): Promise<boolean> {
    const value = JSON.stringify({ executor: this.#executor, hash });
    if (await this.#store.setIfAbsent(this.#keyOf(key), value, KEEP_S)) return true;
    const held = Claim.safeParse(parsed(await this.#store.get(this.#keyOf(key))));
    return held.success && held.data.executor === this.#executor && held.data.hash === hash;
  }
}

function parsed(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}
