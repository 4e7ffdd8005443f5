import { Console } from 'node:console';
import { readSync } from 'node:fs';
import { Writable } from 'node:stream';
import { argv, exit, stderr, stdout } from 'node:process';

/**
 * What every program of the house's is made of. They run inside the box (`sandbox/house/house.ts`), each a file of this folder
 * that ends with `programMain(…)`; they see their workspace, the packages and one another, and nothing else of the house.
 */

/** What a program could not do, in a word that the outside knows and one sentence for whoever asked. */
export class ProgramFault extends Error {
  readonly word: string;
  readonly exitCode: number;

  constructor(word: string, sentence: string, exitCode: number = EXIT.data) {
    super(sentence);
    this.name = 'ProgramFault';
    this.word = word;
    this.exitCode = exitCode;
  }
}

/** Of sysexits.h. */
export const EXIT = { usage: 64, data: 65, noInput: 66, unavailable: 69, software: 70, cannotCreate: 73 } as const;

/**
 * What `work` gives goes to stdout as UTF-8, and the program ends, whatever still waits in it. A fault is one line on
 * stderr, `word: sentence`, and its exit code; anything else that is thrown is `broken`, with no word of where.
 */
export async function programMain(work: (args: readonly string[]) => Promise<string | Uint8Array>): Promise<void> {
  // Libraries talk to themselves; what a program says is its result.
  globalThis.console = new Console(new Writable({ write: (_chunk, _encoding, done) => done() }));
  try {
    const said = await work(argv.slice(2));
    await written(stdout, said);
    exit(0);
  } catch (error) {
    const fault =
      error instanceof ProgramFault ? error : new ProgramFault('broken', oneLine(error) || 'it failed', EXIT.software);
    await written(stderr, `${fault.word}: ${fault.message.replace(/\s+/g, ' ')}\n`);
    exit(fault.exitCode);
  }
}

/** What was handed in, all of it; a ProgramFault where it is more than `most` bytes. */
export function readInput(most: number): Buffer {
  const chunks: Buffer[] = [];
  let read = 0;
  for (;;) {
    const chunk = Buffer.alloc(65_536);
    const bytes = readSync(0, chunk);
    if (bytes === 0) return Buffer.concat(chunks);
    read += bytes;
    if (read > most) throw new ProgramFault('too-big', `more than ${most} bytes came in`);
    chunks.push(chunk.subarray(0, bytes));
  }
}

function oneLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\s+/g, ' ').trim().slice(0, 300);
}

const written = (stream: NodeJS.WriteStream, bytes: string | Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => stream.write(bytes, (error) => (error ? reject(error) : resolve())));
