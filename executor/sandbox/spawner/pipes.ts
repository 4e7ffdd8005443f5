import { constants, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Spawner } from './spawner.ts';

const { O_RDONLY, O_NONBLOCK } = constants;
const BATCH = 64;

/** The end we read, which does not block; the job's end is opened by name, once, and the name goes with it. */
export interface Pipe {
  readonly read: number;
  readonly name: string;
}

/**
 * Real pipes. Node's own stdio pipes are sockets, which a job cannot open by name: `> /dev/stderr` fails
 * with ENXIO. So named pipes are made in batches, opened, and unlinked at once.
 */
export class PipeStock {
  readonly #folder: string;
  readonly #spawner: Spawner;
  #made = 0;
  #names: string[] = [];
  #making: Promise<void> | undefined;

  constructor(folder: string, spawner: Spawner) {
    this.#folder = folder;
    this.#spawner = spawner;
  }

  async take(): Promise<Pipe> {
    const name = await this.#next();
    return { read: openSync(name, O_RDONLY | O_NONBLOCK), name };
  }

  async #next(): Promise<string> {
    for (;;) {
      const name = this.#names.pop();
      if (name !== undefined) return name;
      this.#making ??= this.#make().finally(() => {
        this.#making = undefined;
      });
      await this.#making;
    }
  }

  async #make(): Promise<void> {
    const names = Array.from({ length: BATCH }, () => join(this.#folder, `pipe-${this.#made++}`));
    await this.#spawner.makePipes(names);
    this.#names.push(...names);
  }
}
