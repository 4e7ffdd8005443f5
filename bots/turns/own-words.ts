/**
 * What an agent says in its own name, as it streams: the name in brackets that models put in front of an answer because
 * they read names so, and the lines that they invent for others, do not reach the room. Code keeps what it holds.
 */
export class OwnWords {
  readonly #self: ReadonlySet<string>;
  readonly #others: ReadonlySet<string>;
  /** The line that has begun, where it is not known yet whose it is. */
  #held = '';
  #inLine = false;
  #code = false;
  /** Whose words these are: another's are dropped until the agent's own name comes again. */
  #invented = false;

  constructor(self: readonly string[], others: readonly string[]) {
    this.#self = new Set(self.map(plain));
    this.#others = new Set(others.map(plain));
  }

  /** What of it may be shown. */
  push(text: string): string {
    let shown = '';
    for (const piece of text.split(/(?<=\n)/)) {
      this.#held += piece;
      const ended = piece.endsWith('\n');
      if (!this.#inLine && !ended && this.#maybeName(this.#held)) continue;
      shown += this.#pass();
      this.#inLine = !ended;
    }
    return shown;
  }

  /** The answer is over. */
  end(): string {
    return this.#pass();
  }

  #pass(): string {
    const line = this.#held;
    this.#held = '';
    if (this.#inLine) return this.#invented ? '' : line;
    if (FENCE.test(line) && !this.#invented) this.#code = !this.#code;
    if (this.#code) return line;
    const { name, rest } = speakerIn(line);
    if (name !== undefined && this.#self.has(name)) {
      this.#invented = false;
      return rest;
    }
    this.#invented ||= name !== undefined && this.#isSpeaker(name);
    return this.#invented ? '' : line.replace(DONE_MARK, '$1');
  }

  /** Every form that a speaker has in prompts: a name, a master among several, a guest, an agent of a taken name. */
  #isSpeaker(name: string): boolean {
    const [title = ''] = name.split(',');
    return this.#others.has(name) || this.#others.has(title) || name.includes('↪') || STRANGER.test(name);
  }

  #maybeName(line: string): boolean {
    const start = line.trimStart();
    if (start === '' || '**'.startsWith(start)) return line.length < LONGEST;
    if ('🔧\uFE0F'.startsWith(start)) return true;
    if ('```'.startsWith(start) || '~~~'.startsWith(start)) return true;
    const bracket = start.startsWith('**') ? start.slice(2) : start;
    if (!bracket.startsWith('[') || line.length > LONGEST) return false;
    const end = bracket.indexOf(']');
    // A link goes on with ( right behind the bracket.
    return end === -1 || MARKS.has(bracket.slice(end + 1));
  }
}

/** Under it the house says what was done, beneath an answer: a model that read such lines earlier would write them itself. */
const DONE_MARK = /^([ \t]{0,8})🔧\uFE0F? ?/u;
/** Characters. No name is as long. */
const LONGEST = 200;
/** What may stand between a name and the words. */
const MARKS: ReadonlySet<string> = new Set(['', '*', '**', ':', '**:']);
/** `[손님 1]` is a part in a play that somebody asked for. */
const STRANGER = /^(?:(?:guest|agent) \S|손님 [^\d\s])/;
const FENCE = /^ {0,3}(?:```|~~~)/;
const plain = (name: string): string => name.normalize('NFC').trim().toLowerCase();

function speakerIn(line: string): { readonly name?: string; readonly rest: string } {
  const start = line.trimStart();
  const bold = start.startsWith('**[');
  const bracket = bold ? start.slice(2) : start;
  const end = bracket.startsWith('[') ? bracket.indexOf(']') : -1;
  if (end === -1 || end > LONGEST) return { rest: line };
  const behind = bracket.slice(end + 1);
  if (behind.startsWith('(')) return { rest: line };
  const words = bold && behind.startsWith('**') ? behind.slice(2) : behind;
  const said = words.startsWith(':') ? words.slice(1) : words;
  return { name: plain(bracket.slice(1, end)), rest: said.replace(/^[ \t]+/, '') };
}
