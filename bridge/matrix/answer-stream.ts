import { randomUUID } from 'node:crypto';
import type { ChavionContent } from '../protocol/content.ts';
import { EventId, type RoomId, type UserId } from '../protocol/ids.ts';
import { type Account, refused } from './account.ts';
import { editContent, fits, messageContent, type OutgoingText } from './content.ts';
import type { EditBudget } from './edit-budget.ts';
import { closeOpenMarkdown, splitForContinuation } from './markdown-display.ts';
import { maskSecrets } from './secrets/secrets.ts';

export interface AnswerTarget {
  readonly account: Account;
  readonly room: RoomId;
  /** Stands at the head of every transaction id, so that a repeated answer is the same answer. */
  readonly txn: string;
  readonly replyTo?: EventId;
  readonly thread?: EventId;
  readonly chavion: ChavionContent;
  /** An earlier run may have sent a beginning: the end is then always put as an edit. */
  readonly again: boolean;
  /** What earlier runs left in the room; taken out at the end where this run has not made it its own. */
  readonly left?: readonly EventId[];
  /** Awaited before the very first word; where it throws there will be none. */
  readonly begins?: () => Promise<void>;
  /** Called with every event that the answer becomes. */
  readonly shows: (event: EventId) => void;
}

/** One message of the answer. */
interface Part {
  readonly index: number;
  /** Where it begins in the whole, and what stands before that: a code fence opened anew. */
  readonly begin: number;
  readonly opening: string;
  shown: EventId | null;
  edits: number;
}

export interface StreamEnding {
  readonly kind: ChavionContent['kind'];
  readonly mentions?: readonly { userId: UserId; name: string }[];
  /** A line of Chavion's own under what the agent said. */
  readonly last?: string;
  /** Goes into the last message alone. */
  readonly resume?: string | undefined;
  /** The line under the beginning of an answer whose whole is attached. */
  readonly attachedNote: string;
  readonly fileName: string;
}

/** An answer that is done sooner is one message and no edits. */
const FIRST_AFTER_MS = 1_500;
const MAX_EDITS = 60;
const SLOWEST = 5;
/** As long as the longest event ids, for measuring. */
const SOME_EVENT = EventId.parse(`$${'x'.repeat(44)}`);
/** Characters that fit however they are rendered; measuring renders twice, which most answers need not pay for. */
const SURELY_FITS = 2_000;
/** A growing message is cut here, so that the end still fits beside its formatted body. */
const PART_BYTES = 16_000;

/**
 * An answer that grows in the room by edits. `push` never waits; `finish` resolves when the whole is in the room.
 * Disposing of it ends what would go on by itself, whatever became of the answer: timers, and its share of the edits.
 */
export class AnswerStream implements AsyncDisposable {
  readonly #target: AnswerTarget;
  readonly #budget: EditBudget;
  readonly #run = randomUUID();
  readonly #left: Set<EventId>;
  /** A message may stand in the room already: sending it under the same id changes nothing, the end is put as an edit. */
  #repeats: boolean;
  #whole = '';
  #progress = '';
  #part: Part = { index: 0, begin: 0, opening: '', shown: null, edits: 0 };
  #ended: readonly Part[] = [];
  #timer: NodeJS.Timeout | null = null;
  #flushing: Promise<void> = Promise.resolve();
  #leave: (() => void) | null = null;
  /** Nothing grows any more. */
  readonly #over = new AbortController();

  constructor(target: AnswerTarget, budget: EditBudget) {
    this.#target = target;
    this.#budget = budget;
    this.#left = new Set(target.left);
    this.#repeats = target.again;
  }

  get text(): string {
    return this.#whole;
  }

  /** Lets nothing grow any more, and tells whether anything of it is in the room. */
  async halt(): Promise<boolean> {
    this.#over.abort();
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#flushing;
    return this.#part.shown !== null || this.#ended.length > 0 || this.#left.size > 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.halt();
    this.#leave?.();
  }

  push(text: string): void {
    this.#whole += text;
    this.#schedule();
  }

  /** Shown as long as there is no text. */
  progress(text: string): void {
    this.#progress = text;
    this.#schedule();
  }

  /** What came so far is void. */
  restart(): void {
    this.#whole = '';
    this.#repeats = true;
    const [first, ...others] = [...this.#ended, this.#part];
    for (const { shown } of others) if (shown !== null) this.#left.add(shown);
    this.#ended = [];
    this.#part = { index: 0, begin: 0, opening: '', shown: first.shown, edits: first.edits };
  }

  /** Puts all that was pushed into the room, and more than a message holds as a file. Returns the first event. */
  async finish(ending: StreamEnding): Promise<EventId> {
    this.#over.abort();
    if (ending.last !== undefined) this.#whole += this.#whole.trim() === '' ? ending.last : `\n\n${ending.last}`;
    await this.halt();
    try {
      const part = this.#part;
      const masked = maskSecrets(this.#current()).text;
      const whole = this.#outgoing(part, masked, ending);
      if (masked.length < SURELY_FITS) return await this.#last(part, whole);
      if (fits(messageContent(whole)) && fits(editContent(SOME_EVENT, whole))) return await this.#last(part, whole);
      const { head } = splitForContinuation(masked, PART_BYTES);
      const beginning = `${head}\n\n${ending.attachedNote}`;
      // The file comes before the last word: a crash between them leaves an answer that can be seen to be unfinished.
      if (part.shown === null) await this.#put(part, this.#outgoing(part, beginning, ending, true));
      await this.#attach(maskSecrets(this.#whole).text, ending.fileName);
      return await this.#last(part, this.#outgoing(part, beginning, ending));
    } finally {
      this.#leave?.();
    }
  }

  #schedule(): void {
    if (this.#over.signal.aborted || this.#timer !== null) return;
    const slower = Math.min(SLOWEST, 1 + this.#part.edits / 8);
    const delay = this.#part.shown === null ? FIRST_AFTER_MS : this.#budget.interval() * slower;
    this.#timer = setTimeout(() => {
      this.#flushing = this.#flush()
        .catch(() => undefined) // the end carries the whole; a lost step is caught up by the next
        .finally(() => {
          this.#timer = null;
        });
    }, delay);
  }

  async #flush(): Promise<void> {
    this.#leave ??= this.#budget.enter();
    if (this.#part.shown !== null) await this.#budget.take('growing', this.#over.signal);
    if (this.#over.signal.aborted) return;
    if (this.#part.edits >= MAX_EDITS || Buffer.byteLength(this.#current()) > PART_BYTES) await this.#closePart();
    else await this.#grow(this.#part);
  }

  async #grow(part: Part): Promise<void> {
    const text = this.#current(part);
    const display = text.trim() === '' ? this.#progress : withDots(closeOpenMarkdown(maskSecrets(text).text));
    if (display.trim() === '') return;
    await this.#put(part, this.#outgoing(part, display, { kind: 'answer' }, true));
  }

  /**
   * Ends the current message at a good border and lets a new one continue. The new one comes first: at no moment
   * does an unfinished answer look finished, whenever a crash comes.
   */
  async #closePart(): Promise<void> {
    const part = this.#part;
    const whole = this.#whole;
    const current = this.#current();
    const { head, rest } = splitForContinuation(current, Math.min(PART_BYTES, Buffer.byteLength(current) - 1));
    if (head.trim() === '' || rest.trim() === '') return this.#grow(part);
    const opening = current.endsWith(rest) ? '' : rest.slice(0, rest.indexOf('\n') + 1);
    const next: Part = {
      index: part.index + 1,
      begin: whole.length - (rest.length - opening.length),
      opening,
      shown: null,
      edits: 0,
    };
    const closed = (streaming: boolean) => this.#outgoing(part, maskSecrets(head).text, { kind: 'answer' }, streaming);
    if (part.shown === null) await this.#put(part, closed(true));
    await this.#grow(next);
    if (this.#part === part) await this.#put(part, closed(false));
    if (this.#part !== part) {
      // Begun anew meanwhile: nobody will end what was to continue.
      if (next.shown !== null) this.#left.add(next.shown);
      return;
    }
    this.#ended = [...this.#ended, part];
    this.#part = next;
  }

  async #last(part: Part, message: OutgoingText): Promise<EventId> {
    if (part.shown !== null) await this.#budget.take('last');
    const first = part.shown;
    const event = await this.#put(part, message);
    if (first === null && this.#repeats) await this.#put(part, message);
    for (const left of this.#left) await this.#takeOut(left);
    return event;
  }

  /**
   * Sends the part's message, or edits it where it stands already. Edits are each run's own: whoever comes last
   * leaves a whole answer, also when two were at it.
   */
  async #put(part: Part, message: OutgoingText): Promise<EventId> {
    const { account, room } = this.#target;
    if (part.shown === null) {
      if (part.index === 0) await this.#target.begins?.();
      part.shown = await account.send(room, 'm.room.message', messageContent(message), this.#txn(part));
      // Begun anew meanwhile, it is the same message all the same.
      if (part !== this.#part && part.index === this.#part.index) this.#part.shown ??= part.shown;
      this.#shows(part.shown);
      return part.shown;
    }
    const editTxn = `${this.#txn(part)}.${this.#run}.${part.edits}`;
    part.edits += 1;
    await account.send(room, 'm.room.message', editContent(part.shown, message), editTxn);
    return part.shown;
  }

  async #takeOut(event: EventId): Promise<void> {
    const { account, room, txn } = this.#target;
    try {
      await account.redact(room, event, `${txn}.left.${event}`, 'replaced');
    } catch (error) {
      if (!refused(error)) throw error;
    }
  }

  #shows(event: EventId): void {
    this.#left.delete(event);
    this.#target.shows(event);
  }

  async #attach(text: string, name: string): Promise<void> {
    const { account, room, thread, chavion } = this.#target;
    const bytes = Buffer.from(text, 'utf8');
    const url = await account.upload(bytes, 'text/markdown', name);
    const relation = thread === undefined ? {} : { 'm.relates_to': { rel_type: 'm.thread', event_id: thread } };
    const content = {
      msgtype: 'm.file',
      body: name,
      filename: name,
      url,
      info: { mimetype: 'text/markdown', size: bytes.length },
      'm.mentions': {},
      'com.chavion': { ...chavion, kind: 'answer', part: this.#part.index + 1 },
      ...relation,
    };
    this.#shows(await account.send(room, 'm.room.message', content, `${this.#target.txn}.${this.#run}.file`));
  }

  #current(part: Part = this.#part): string {
    return part.opening + this.#whole.slice(part.begin);
  }

  #txn(part: Part): string {
    return `${this.#target.txn}.p${part.index}`;
  }

  #outgoing(
    part: Part,
    text: string,
    ending: Pick<StreamEnding, 'kind' | 'mentions' | 'resume'>,
    streaming = false,
  ): OutgoingText {
    const { replyTo, thread, chavion } = this.#target;
    return {
      text,
      ...(replyTo === undefined || part.index > 0 ? {} : { replyTo }),
      ...(thread === undefined ? {} : { thread }),
      ...(ending.mentions === undefined ? {} : { mentions: ending.mentions }),
      chavion: {
        ...chavion,
        kind: ending.kind,
        part: part.index,
        ...(streaming ? { streaming: true } : {}),
        ...(ending.resume === undefined ? {} : { resume: ending.resume }),
      },
    };
  }
}

/** Says that more is coming; behind a fence it would keep the fence from closing. */
const withDots = (text: string): string =>
  /^\s*(?:`{3,}|~{3,})\s*$/.test(text.slice(text.lastIndexOf('\n') + 1)) ? `${text}\n…` : `${text} …`;
