import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { machineEnvironment } from '../../config/environment.ts';
import { askProgram } from '../../processes/child.ts';
import { type DataPaths, type Instance, stateRoot } from '../instance/instance.ts';

const MiB = 1024 * 1024;
/** As much as Redis takes to write its file anew, and the homeserver for hours of talk. */
export const RESERVE_BYTES = 128 * MiB;
/** Made where it takes no more than a little of what is free. */
const PLENTY = 8;

export type DiskState = 'roomy' | 'low' | 'full';

export const reserveFile = (instance: Instance, paths: DataPaths): string =>
  join(stateRoot(instance, paths), 'reserve');

/**
 * Room on the disk of the state that nobody else gets, in files that say nothing. A full disk ends Redis, and with it
 * everything: then not even the owner could tidy up from his phone.
 */
export class Reserve {
  readonly wanted: number;
  /** The second half goes only when the first was not enough. */
  readonly #files: readonly [string, string];
  #making: Promise<void> | undefined;

  constructor(file: string, wanted = RESERVE_BYTES) {
    this.#files = [file, `${file}-last`];
    this.wanted = wanted;
  }

  /** What it holds now. */
  bytes(): number {
    return this.#files.reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.blocks ?? 0) * 512, 0);
  }

  async follow(state: DiskState, free: number): Promise<void> {
    if (state !== 'roomy')
      for (const file of state === 'full' ? this.#files : this.#files.slice(0, 1)) rmSync(file, { force: true });
    else if (free > this.wanted * PLENTY && this.bytes() < this.wanted)
      await (this.#making ??= this.#make().finally(() => (this.#making = undefined)));
  }

  /** Set aside by the file system, without being written. Where it cannot be, there is none. */
  async #make(): Promise<void> {
    for (const file of this.#files) {
      const { failed } = await askProgram('fallocate', ['--length', String(this.wanted / this.#files.length), file], {
        env: machineEnvironment(),
      });
      if (failed) rmSync(file, { force: true });
    }
  }
}
