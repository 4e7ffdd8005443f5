import { execFile } from 'node:child_process';
import { constants, openSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const { O_RDONLY, O_WRONLY, O_NONBLOCK } = constants;
const run = promisify(execFile);
const BATCH = 64;

/** Both ends as open descriptors. The end for the job blocks, as programs expect; the one we read does not. */
export interface Pipe {
  readonly read: number;
  readonly write: number;
}

/**
 * Real pipes. Node's own stdio pipes are sockets, which a job cannot open by name: `> /dev/stderr` fails
 * with ENXIO. So named pipes are made in batches, opened, and unlinked at once.
 */
export class PipeStock {
  readonly #folder: string;
  #made = 0;
  #names: string[] = [];
  #making: Promise<void> | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async take(): Promise<Pipe> {
    const name = await this.#next();
    const read = openSync(name, O_RDONLY | O_NONBLOCK);
    const write = openSync(name, O_WRONLY);
    unlinkSync(name);
    return { read, write };
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
    await run('/usr/bin/mkfifo', ['-m', '600', '--', ...names], { env: {} });
    this.#names.push(...names);
  }
}
