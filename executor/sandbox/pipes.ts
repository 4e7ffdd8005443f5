import { execFile } from 'node:child_process';
import { closeSync, constants, openSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const { O_RDONLY, O_WRONLY, O_RDWR, O_NONBLOCK } = constants;
const run = promisify(execFile);
const BATCH = 64;

/** Both ends as open descriptors. The end for the job blocks, as programs expect; ours does not. */
export interface Pipe {
  readonly read: number;
  readonly write: number;
}

/**
 * Real pipes. Node's own stdio pipes are sockets, which a job cannot open by name: `> /dev/stderr` and
 * `cat /dev/stdin` fail with ENXIO. So named pipes are made in batches, opened, and unlinked at once.
 */
export class PipeStock {
  readonly #folder: string;
  #made = 0;
  #names: string[] = [];
  #making: Promise<void> | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** For the job's output: it writes, we read. */
  async forOutput(): Promise<Pipe> {
    const name = await this.#next();
    const read = openSync(name, O_RDONLY | O_NONBLOCK);
    const write = openSync(name, O_WRONLY);
    unlinkSync(name);
    return { read, write };
  }

  /** For the job's input: we write, it reads. */
  async forInput(): Promise<Pipe> {
    const name = await this.#next();
    const both = openSync(name, O_RDWR); // lets the next two open without waiting for one another
    const read = openSync(name, O_RDONLY);
    const write = openSync(name, O_WRONLY | O_NONBLOCK);
    closeSync(both);
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
