import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { EventId } from '../../../bridge/protocol/ids.ts';
import { GramIndex } from '../gram-index.ts';
import type { Passage, PassageSource, RoomDocument } from '../passage.ts';
import { passagesOf } from './cut-passages.ts';
import type { LibraryReading } from './library-reading.ts';
import type { About, Shelf } from './shelf.ts';

export interface LibraryDeps {
  readonly room: {
    /** Newest first. */
    readonly documents: readonly RoomDocument[];
    /** Until all of the room was read, what is not there may stand all the same. */
    readonly isWhole: boolean;
    onChange(listener: () => void): void;
  };
  readonly shelf: Shelf;
  readonly read: LibraryReading;
  /** It can be found from now on; why not, where it cannot. May be told again after a crash. */
  readonly tell: (document: RoomDocument, word: string | null) => Promise<void>;
  readonly log: Pick<Logger, 'warn'>;
  /** How long a document is let lie that could not be asked for, each time. */
  readonly retryMs?: readonly number[];
}

/** What chance alone finds, of the same index as facts. */
const LEAST_SCORE = 0.25;
const LEAST_OF_BEST = 0.4;
/** Each about 600 letters: two hundred documents of fifty pages are a third of it. */
const MOST_PASSAGES = 100_000;
const RETRY_MS = [60_000, 300_000, 1_800_000, 3_600_000];
/** So many are indexed before others have their turn. */
const AT_A_TIME = 8;

interface Shelved {
  readonly document: RoomDocument;
  readonly about: Extract<About, { readonly passages: number }>;
  /** Of its first passage; the others follow. */
  readonly first: number;
}

/**
 * The documents of the memory room, found by what stands in them. The room says which there are; the executor reads each
 * once, Redis keeps the words, this process the index alone.
 */
export class Library implements PassageSource {
  readonly #deps: LibraryDeps;
  readonly #index = new GramIndex();
  readonly #shelved = new Map<EventId, Shelved>();
  /** What is known of, whether it was read or not. */
  readonly #seen = new Map<EventId, RoomDocument>();
  readonly #stop = new AbortController();
  #standing: ReadonlySet<EventId> = new Set();
  #next = 0;
  #isSwept = false;
  #working: Promise<void> = Promise.resolve();

  constructor(deps: LibraryDeps) {
    this.#deps = deps;
    deps.room.onChange(() => this.#follow());
    this.#follow();
  }

  async find(question: string, most: number): Promise<readonly Passage[]> {
    const hits = this.#index.search(question, most);
    const best = hits[0]?.score ?? 0;
    const good = hits.filter(({ score }) => score >= LEAST_SCORE && score >= best * LEAST_OF_BEST);
    try {
      const found = await Promise.all(good.map(({ id, score }) => this.#passage(id, score)));
      return found.flatMap((passage) =>
        passage !== null && this.#shelved.has(passage.document.event) ? [passage] : [],
      );
    } catch (error) {
      this.#deps.log.warn({ err: error }, 'the library cannot be looked up');
      return [];
    }
  }

  /** When all that is there now has been read, or could not be. */
  async settled(): Promise<void> {
    for (let last; last !== this.#working;) {
      last = this.#working;
      await last;
    }
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#working;
  }

  async #passage(id: number, score: number): Promise<Passage | null> {
    const shelved = [...this.#shelved.values()].find(({ first, about }) => id >= first && id < first + about.passages);
    if (shelved === undefined) return null;
    const { document, about, first } = shelved;
    const passage = await this.#deps.shelf.passage(document.file, id - first);
    if (passage === null) return null;
    const { text, place: number } = passage;
    const place = about.unit === undefined || number === undefined ? {} : { place: { unit: about.unit, number } };
    return { document, text, score, ...place };
  }

  #follow(): void {
    if (this.#stop.signal.aborted) return;
    const { documents } = this.#deps.room;
    this.#standing = new Set(documents.map(({ event }) => event));
    for (const event of this.#shelved.keys()) if (!this.#standing.has(event)) this.#unshelve(event);
    for (const document of [...this.#seen.values()].filter(({ event }) => !this.#standing.has(event))) {
      this.#seen.delete(document.event);
      this.#do(() => this.#clear(document));
    }
    // The oldest first: of two that say the same the newer is found.
    const fresh = documents.filter(({ event }) => !this.#seen.has(event)).toReversed();
    for (const document of fresh) this.#seen.set(document.event, document);
    if (fresh.length > 0) this.#queue(() => this.#takeAll(fresh));
    if (this.#deps.room.isWhole && !this.#isSwept) {
      this.#isSwept = true;
      this.#do(() => this.#deps.shelf.keepOnly(documents.map(({ file }) => file)));
    }
  }

  #do(work: () => Promise<void>): void {
    void work().catch((error: unknown) => {
      if (!this.#stop.signal.aborted) this.#deps.log.warn({ err: error }, 'the library was left in the middle');
    });
  }

  /** One after the other: the executor has other work too. */
  #queue(work: () => Promise<void>): void {
    this.#working = this.#working.then(work);
  }

  /** What was read before is there at once, however long the rest takes. */
  async #takeAll(documents: readonly RoomDocument[]): Promise<void> {
    const unread: RoomDocument[] = [];
    for (const document of documents)
      if (!(await this.#take(document, ({ file }) => this.#deps.shelf.about(file)))) unread.push(document);
    for (const document of unread) await this.#takeNew(document, 0);
  }

  async #takeNew(document: RoomDocument, tries: number): Promise<void> {
    // Another swarm of the house, or another upload of the same file, may have had it read meanwhile.
    const look = async (one: RoomDocument) => (await this.#deps.shelf.about(one.file)) ?? this.#read(one);
    if (await this.#take(document, look)) return;
    const waits = this.#deps.retryMs ?? RETRY_MS;
    const wait = waits[Math.min(tries, waits.length - 1)] ?? 0;
    void sleep(wait, undefined, { signal: this.#stop.signal, ref: false }).then(
      () => this.#queue(() => this.#takeNew(document, tries + 1)),
      () => undefined,
    );
  }

  /** False where nobody knows what stands in it so far. */
  async #take(document: RoomDocument, look: (document: RoomDocument) => Promise<About | null>): Promise<boolean> {
    const isOver = () => this.#stop.signal.aborted || !this.#standing.has(document.event);
    if (isOver()) return true;
    try {
      const about = await look(document);
      if (about === null) return isOver();
      await this.#tell(document, 'word' in about ? about.word : await this.#shelve(document, about));
      // What was written while it was deleted.
      if (!this.#standing.has(document.event)) await this.#clear(document);
      return true;
    } catch (error) {
      this.#unshelve(document.event);
      if (isOver()) return true;
      this.#deps.log.warn({ err: error, event: document.event }, 'a document of the library could not be taken in');
      return false;
    }
  }

  /** Out of the store, but for another upload of the same file. */
  async #clear({ file }: RoomDocument): Promise<void> {
    if (!this.#deps.room.documents.some((other) => other.file === file)) await this.#deps.shelf.remove(file);
  }

  #unshelve(event: EventId): void {
    const shelved = this.#shelved.get(event);
    if (shelved === undefined) return;
    this.#shelved.delete(event);
    for (let id = shelved.first; id < shelved.first + shelved.about.passages; id += 1) this.#index.delete(id);
  }

  /** Once for each upload; again, if it is not known to have been said. */
  async #tell(document: RoomDocument, word: string | null): Promise<void> {
    const { shelf, tell } = this.#deps;
    if (!this.#standing.has(document.event) || (await shelf.wasTold(document.file, document.event))) return;
    await tell(document, word);
    await shelf.putTold(document.file, document.event);
  }

  /** Why it cannot be found; null where it can. */
  async #shelve(document: RoomDocument, about: Shelved['about']): Promise<string | null> {
    if (this.#index.size + about.passages > MOST_PASSAGES) return 'full';
    const first = this.#next;
    this.#next += about.passages;
    this.#shelved.set(document.event, { document, about, first });
    let id = first;
    for await (const pack of this.#deps.shelf.passages(document.file, about.passages)) {
      for (const { text } of pack) {
        // Taken away meanwhile.
        if (!this.#shelved.has(document.event)) return null;
        this.#index.put(id, wordsOf(document, text));
        id += 1;
        if (id % AT_A_TIME === 0) await setImmediate();
      }
    }
    return null;
  }

  async #read(document: RoomDocument): Promise<About | null> {
    const { read, shelf } = this.#deps;
    const { file, name, event } = document;
    const pages = await read(file, name, this.#stop.signal);
    // Taken away while it was read: nothing of it stays.
    if (pages === null || !this.#standing.has(event)) return null;
    const passages = 'word' in pages ? [] : passagesOf(pages);
    const word = 'word' in pages ? pages.word : passages.length === 0 ? 'empty' : null;
    if (word !== null) await shelf.putUnreadable(file, word);
    else await shelf.put(file, passages, 'unit' in pages ? pages.unit : undefined);
    return shelf.about(file);
  }
}

/** A document is asked for by its name, too, and by what its owner wrote beneath it. */
const wordsOf = ({ name, caption = '' }: RoomDocument, text: string): string =>
  `${name.replace(/\.\w{1,5}$/, '')}\n${caption}\n${text}`;
