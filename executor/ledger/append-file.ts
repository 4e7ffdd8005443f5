import { constants, existsSync, readFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

interface Waiting {
  readonly line: string;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/** Lines that are on the disk once `append` has resolved; those of one moment share one sync. */
export class AppendFile {
  readonly #file: FileHandle;
  /** Up to here all is well; a write that failed half-way is written over. */
  #length: number;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | null = null;

  private constructor(file: FileHandle, length: number) {
    this.#file = file;
    this.#length = length;
  }

  /** `length`: how much of the file is whole; what stands behind it was cut off by a crash and goes. */
  static async open(path: string, length: number): Promise<AppendFile> {
    // Without O_APPEND, by which the kernel would ignore positions: a torn line is written over, not written behind.
    // With O_DSYNC a write is on the disk when it returns: one call instead of two.
    const file = await open(
      path,
      constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_DSYNC,
      0o600,
    );
    await file.truncate(length);
    await file.sync();
    return new AppendFile(file, length);
  }

  /** In bytes. */
  get length(): number {
    return this.#length;
  }

  /** Throws when it could not be written; then nothing of it counts. */
  append(line: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ line, done: resolve, failed: reject });
      this.#writing ??= this.#write();
    });
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#file.close();
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      const bytes = Buffer.from(batch.map(({ line }) => `${line}\n`).join(''));
      try {
        const { bytesWritten } = await this.#file.write(bytes, 0, bytes.length, this.#length);
        if (bytesWritten < bytes.length) throw new Error('written only in part: the disk is full');
        this.#length += bytes.length;
        for (const { done } of batch) done();
      } catch (error) {
        await this.#file.truncate(this.#length).catch(() => undefined);
        // What came meanwhile counts on what stands before it.
        const behind = this.#waiting;
        this.#waiting = [];
        for (const { failed } of [...batch, ...behind]) failed(error);
      }
    }
    this.#writing = null;
  }
}

/** The whole lines of a file, and how many bytes they take; a last line without its end was never promised to anyone. */
export function readLines(path: string): { readonly lines: readonly string[]; readonly bytes: number } {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return { lines: whole.split('\n').filter((line) => line !== ''), bytes: Buffer.byteLength(whole) };
}
