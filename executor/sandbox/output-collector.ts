import type { Readable } from 'node:stream';
import type { OutputObserver } from './sandbox.ts';
import { within } from './within.ts';

const BEGINNING_BYTES = 2_000;

/** Hands on what a job says until it has said too much. */
export class OutputCollector {
  readonly #observer: OutputObserver;
  readonly #overflow: () => void;
  #left: number;
  #streams: readonly Readable[] = [];
  #done: Promise<unknown> = Promise.resolve();
  #beginning = '';

  constructor(limit: number, observer: OutputObserver, overflow: () => void) {
    this.#left = limit;
    this.#observer = observer;
    this.#overflow = overflow;
  }

  listen(stdout: Readable, stderr: Readable): void {
    this.#streams = [stdout, stderr];
    stdout.on('data', (chunk: Uint8Array) => this.#take(chunk, (part) => this.#observer.stdout(part)));
    stderr.on('data', (chunk: Uint8Array) => {
      if (this.#beginning.length < BEGINNING_BYTES)
        this.#beginning += Buffer.from(chunk.subarray(0, BEGINNING_BYTES)).toString();
      this.#take(chunk, (part) => this.#observer.stderr(part));
    });
    this.#done = Promise.all(
      this.#streams.map((stream) => {
        stream.on('error', () => undefined);
        return new Promise((resolve) => stream.once('close', resolve));
      }),
    );
  }

  /** When all has been handed on. A pipe that somebody else holds open, through a lent folder, is let go after `ms`. */
  async drained(ms: number): Promise<void> {
    await within(this.#done, ms);
    for (const stream of this.#streams) stream.destroy();
  }

  /** The first words on stderr: bwrap's own, when it could not build the box. */
  beginning(): string {
    return this.#beginning.trim();
  }

  #take(chunk: Uint8Array, give: (part: Uint8Array) => void): void {
    const part = chunk.subarray(0, this.#left);
    this.#left -= part.length;
    if (part.length > 0) give(part);
    if (part.length < chunk.length) this.#overflow();
  }
}
