import { randomBytes } from 'node:crypto';
import type { ChavionContent } from '../protocol/content.ts';
import { EventId, type RoomId, type UserId } from '../protocol/ids.ts';
import type { Account } from './account.ts';
import { editContent, fits, messageContent, type OutgoingText } from './content.ts';
import type { EditBudget } from './edit-budget.ts';
import { closeOpenMarkdown, splitForContinuation } from './markdown-display.ts';
import { maskSecrets } from './secrets.ts';

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
  /** Called with every event that the answer becomes. */
  readonly shows: (event: EventId) => void;
}

export interface Ending {
  readonly kind: ChavionContent['kind'];
  readonly mentions?: readonly { userId: UserId; name: string }[];
  /** A line of Chavion's own under what the agent said. */
  readonly last?: string;
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
/** A growing message is cut here, so that the end still fits beside its formatted body. */
const PART_BYTES = 16_000;

/**
 * An answer that grows in the room by edits. `push` never waits; `finish` resolves when the whole is in the room.
 */
export class AnswerStream {
  readonly #target: AnswerTarget;
  readonly #budget: EditBudget;
  readonly #run = randomBytes(4).toString('hex');
  #whole = '';
  /** Where the current part begins in the whole, and what stands before that: a code fence opened anew. */
  #begin = 0;
  #opening = '';
  #progress = '';
  #part = 0;
  #edits = 0;
  #shown: EventId | null = null;
  #timer: NodeJS.Timeout | null = null;
  #flushing: Promise<void> = Promise.resolve();
  #leave: (() => void) | null = null;
  #over = false;

  constructor(target: AnswerTarget, budget: EditBudget) {
    this.#target = target;
    this.#budget = budget;
  }

  get text(): string {
    return this.#whole;
  }

  /** Whether there is anything to end. */
  get begun(): boolean {
    return this.#shown !== null || this.#whole !== '';
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
    this.#begin = 0;
    this.#opening = '';
  }

  /** Puts all that was pushed into the room, and more than a message holds as a file. Returns the first event. */
  async finish(ending: Ending): Promise<EventId> {
    this.#over = true;
    if (ending.last !== undefined) this.#whole += this.#whole.trim() === '' ? ending.last : `\n\n${ending.last}`;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#flushing;
    try {
      const masked = maskSecrets(this.#current()).text;
      const whole = this.#outgoing(masked, ending);
      if (fits(messageContent(whole)) && fits(editContent(SOME_EVENT, whole))) return await this.#last(whole);
      const { head } = splitForContinuation(masked, PART_BYTES);
      const event = await this.#last(this.#outgoing(`${head}\n\n${ending.attachedNote}`, ending));
      await this.#attach(maskSecrets(this.#whole).text, ending.fileName);
      return event;
    } finally {
      this.#leave?.();
    }
  }

  #schedule(): void {
    if (this.#over || this.#timer !== null) return;
    const slower = Math.min(SLOWEST, 1 + this.#edits / 8);
    const delay = this.#shown === null ? FIRST_AFTER_MS : this.#budget.interval() * slower;
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
    if (this.#shown !== null) await this.#budget.take('growing');
    if (this.#over) return;
    if (this.#edits >= MAX_EDITS || Buffer.byteLength(this.#current()) > PART_BYTES) await this.#closePart();
    const text = this.#current();
    const display = text.trim() === '' ? this.#progress : withDots(closeOpenMarkdown(maskSecrets(text).text));
    if (display.trim() === '') return;
    await this.#put(this.#outgoing(display, { kind: 'answer' }, true), `${this.#txn()}.${this.#run}.${this.#edits}`);
  }

  /** Ends the current message at a good border and lets a new one continue. */
  async #closePart(): Promise<void> {
    const current = this.#current();
    const { head, rest } = splitForContinuation(current, Math.min(PART_BYTES, Buffer.byteLength(current) - 1));
    if (head.trim() === '') return;
    await this.#put(this.#outgoing(maskSecrets(head).text, { kind: 'answer' }), `${this.#txn()}.last`);
    this.#opening = current.endsWith(rest) ? '' : rest.slice(0, rest.indexOf('\n') + 1);
    this.#begin = this.#whole.length - (rest.length - this.#opening.length);
    this.#part += 1;
    this.#edits = 0;
    this.#shown = null;
  }

  async #last(message: OutgoingText): Promise<EventId> {
    if (this.#shown !== null) await this.#budget.take('last');
    const first = this.#shown;
    const event = await this.#put(message, `${this.#txn()}.last`);
    if (first === null && this.#target.again) await this.#put(message, `${this.#txn()}.last`);
    return event;
  }

  /** Sends the part's message, or edits it where it stands already. */
  async #put(message: OutgoingText, editTxn: string): Promise<EventId> {
    const { account, room } = this.#target;
    if (this.#shown === null) {
      this.#shown = await account.send(room, 'm.room.message', messageContent(message), this.#txn());
      this.#target.shows(this.#shown);
      return this.#shown;
    }
    this.#edits += 1;
    await account.send(room, 'm.room.message', editContent(this.#shown, message), editTxn);
    return this.#shown;
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
      'com.chavion': { ...chavion, kind: 'answer', part: this.#part + 1 },
      ...relation,
    };
    await account.send(room, 'm.room.message', content, `${this.#target.txn}.file`);
  }

  #current(): string {
    return this.#opening + this.#whole.slice(this.#begin);
  }

  #txn(): string {
    return `${this.#target.txn}.p${this.#part}`;
  }

  #outgoing(text: string, ending: Pick<Ending, 'kind' | 'mentions'>, streaming = false): OutgoingText {
    const { replyTo, thread, chavion } = this.#target;
    return {
      text,
      ...(replyTo === undefined || this.#part > 0 ? {} : { replyTo }),
      ...(thread === undefined ? {} : { thread }),
      ...(ending.mentions === undefined ? {} : { mentions: ending.mentions }),
      chavion: { ...chavion, kind: ending.kind, part: this.#part, ...(streaming ? { streaming: true } : {}) },
    };
  }
}

/** Says that more is coming; behind a fence it would keep the fence from closing. */
const withDots = (text: string): string => (/^\s*(?:`{3,}|~{3,})\s*$/.test(text.slice(text.lastIndexOf('\n') + 1)) ? `${text}\n…` : `${text} …`);
