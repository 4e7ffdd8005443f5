import { cleanText } from '../../bridge/text/clean-text.ts';
import { maskSecrets } from '../../bridge/matrix/secrets/secrets.ts';
import { MASK } from '../../bridge/text/mask.ts';

/** A key that stands further back than this cannot reach into what is shown. */
const WINDOW = 65_536;

/**
 * What a command has said, as it may be shown: both streams in the order in which they came, decoded across chunks,
 * without anything that steers a terminal, secrets masked over the borders of the writes.
 */
export class OutputText {
  readonly #decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  readonly #own: readonly string[];
  #raw = '';

  /** `own`: the executor's own secrets, whatever form they have. */
  constructor(own: readonly string[]) {
    this.#own = own;
  }

  push(stream: 'stdout' | 'stderr', chunk: Uint8Array): void {
    this.#raw += this.#decoders[stream].decode(chunk, { stream: true });
  }

  end(): void {
    this.#raw += this.#decoders.stdout.decode() + this.#decoders.stderr.decode();
  }

  /** Everything, ready to be shown. */
  whole(): string {
    return shown(this.#raw, this.#own).trimEnd();
  }

  /** The last whole lines so far: an unfinished one could be the beginning of a key. */
  tail(lines: number, characters: number): string {
    const end = this.#raw.lastIndexOf('\n') + 1;
    const from = Math.max(0, end - WINDOW);
    const window = this.#raw.slice(from === 0 ? 0 : this.#raw.indexOf('\n', from) + 1, end);
    return lastLines(shown(window, this.#own).trimEnd(), lines, characters);
  }

  /** Many bytes that are no text. */
  get binary(): boolean {
    const head = this.#raw.slice(0, 4_096);
    // eslint-disable-next-line no-control-regex -- controls are what tells binary from text
    const odd = head.match(/[\u0000-\u0006\u000E-\u001A\uFFFD]/g)?.length ?? 0;
    return odd > 0 && odd * 10 > head.length;
  }
}

/**
 * Control sequences of terminals (ECMA-48): CSI, strings up to their terminator, plain escapes. Each letter is looked
 * at a bounded number of times, whatever stands there: megabytes of unfinished sequences may not hold up the executor.
 */
const SEQUENCES =
  // eslint-disable-next-line no-control-regex -- these are what is removed
  /(?:\u001B\[|\u009B)[0-?]*[ -/]*[@-~]|(?:\u001B[\]PX^_]|[\u0090\u0098\u009D-\u009F])(?:[^\u0007\u001B\u009C\n]*(?:\u0007|\u001B\\|\u009C))?|\u001B[ -/]*[0-~]/g;

function shown(raw: string, own: readonly string[]): string {
  const masked = maskSecrets(cleanText(raw.replace(SEQUENCES, '').split('\n').map(settled).join('\n'))).text;
  return own.reduce((text, secret) => (secret.length < 8 ? text : text.replaceAll(secret, MASK)), masked);
}

/** A progress bar writes over itself: what stands last is what one sees. In one pass: a line may be megabytes long. */
function settled(line: string): string {
  return line.includes('\r') ? (line.split('\r').findLast((part) => part !== '') ?? '') : line;
}

export function lastLines(text: string, lines: number, characters: number): string {
  const last = text.split('\n').slice(-lines).join('\n');
  return last.length <= characters ? last : `…${last.slice(-characters).toWellFormed()}`;
}

export function firstLines(text: string, lines: number, characters: number): string {
  const first = text.split('\n').slice(0, lines).join('\n');
  return first.length <= characters ? first : `${first.slice(0, characters).toWellFormed()}…`;
}

/** The end of it, for what would not fit whole. */
export const shareOf = (text: string, share: number): string =>
  share === 1 ? text : lastLines(text, Number.POSITIVE_INFINITY, Math.max(1, Math.floor(text.length * share)));

/** What of it stands on one line. */
export function inlineText(text: string, characters = 80): string {
  const [line = ''] = text.trim().split('\n');
  const more = line.length > characters || text.trim().includes('\n');
  return `${line.slice(0, characters).toWellFormed()}${more ? ' …' : ''}`;
}
