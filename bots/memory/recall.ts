import type { AgentId, UserId } from '../../bridge/protocol/ids.ts';
import { factsBlock } from './facts-block.ts';
import { GramIndex } from './gram-index.ts';
import { type LineReadersDeps, type Listeners, type MayStand, mayStand } from './line-readers.ts';
import type { HouseMemory, MemoryLine } from './memory-line.ts';
import type { Passage, PassageSource } from './passage.ts';
import { passagesBlock } from './passages-block.ts';
import { ordersBlock, ordersThatFit } from './standing-orders.ts';

/** What agents are told of what the house remembers. */
export interface Recall {
  /** For the system prompt, in chat and in tasks alike; '' where there are none. */
  ordersFor(agent: AgentId): string;
  /** What fits the question and may be told where it is asked. */
  factsFor(asked: AskedByTurn): Promise<Recalled>;
}

export interface AskedOfMemory extends Listeners {
  readonly question: string;
}

export interface AskedByTurn extends AskedOfMemory {
  /** Who is to answer. */
  readonly agent: AgentId;
}

export interface Recalled {
  /** '' where nothing is to be told. */
  readonly text: string;
  /** For the rule of two. */
  readonly taint: { readonly untrusted: boolean; readonly private: boolean };
}

export const NOTHING_RECALLED: Recalled = { text: '', taint: { untrusted: false, private: false } };

export interface HouseRecallDeps extends LineReadersDeps {
  readonly memory: HouseMemory;
  /** Documents of the memory room; a house may have none. */
  readonly library?: PassageSource;
  readonly ownerTitle: string;
  readonly timeZone: string;
  /** Whoever lives elsewhere is told nothing of the memory. */
  readonly livesHere: (agent: AgentId) => boolean;
  /** Masters, as models read their names. */
  readonly names: () => Promise<(user: UserId) => string>;
}

const MOST_FACTS = 8;
/** Of these: a passage is as long as ten facts. */
const MOST_PASSAGES = 4;
/** How much of the question has to stand in a line, by weight; and against the best that was found. */
const LEAST_SCORE = 0.2;
const LEAST_OF_BEST = 0.35;
/** Some of what is found may not be told. */
const LOOKED_AT = 64;

/** A model or a stranger has written it. */
const isOthersWords = ({ kind, quotes }: MemoryLine): boolean => kind === 'record' || quotes !== undefined;

interface FoundLine {
  readonly line: MemoryLine;
  readonly score: number;
}

/** Recall over the lines of the memory room, searched in this process. */
export class HouseRecall implements Recall {
  readonly #deps: HouseRecallDeps;
  readonly #index = new GramIndex();
  /** What is indexed, by number. */
  readonly #known = new Map<number, MemoryLine>();
  #orders = new Map<AgentId, string>();

  constructor(deps: HouseRecallDeps) {
    this.#deps = deps;
    deps.memory.onChange(() => this.#follow());
    this.#follow();
  }

  ordersFor(agent: AgentId): string {
    const { memory, ownerTitle, timeZone } = this.#deps;
    if (!this.#deps.livesHere(agent)) return '';
    const block =
      this.#orders.get(agent) ?? ordersBlock(ordersThatFit(memory.lines, agent, timeZone).held, ownerTitle, timeZone);
    this.#orders.set(agent, block);
    return block;
  }

  async factsFor({ agent, ...asked }: AskedByTurn): Promise<Recalled> {
    const { library, timeZone, names, livesHere } = this.#deps;
    if (!livesHere(agent)) return NOTHING_RECALLED;
    const hits = this.#search(asked.question);
    const passages = (await library?.find(asked.question, MOST_PASSAGES)) ?? [];
    if (hits.length + passages.length === 0) return NOTHING_RECALLED;
    const allowed = await mayStand(asked, this.#deps);
    const lines = await this.#told(hits, allowed, MOST_FACTS);
    // Whoever may read the memory room may read its documents.
    const read = (await allowed({})) ? passages : [];
    if (lines.length + read.length === 0) return NOTHING_RECALLED;
    const best = [...lines, ...read].toSorted((a, b) => b.score - a.score).slice(0, MOST_FACTS);
    const found = best.flatMap((one) => ('line' in one ? [one.line] : []));
    const pieces = best.flatMap((one) => ('document' in one ? [one] : []));
    const facts = factsBlock(found, { nameOf: await names(), timeZone });
    return {
      text: [facts, passagesBlock(pieces, timeZone)].filter((block) => block !== '').join('\n\n'),
      taint: { private: true, untrusted: pieces.length > 0 || found.some(isOthersWords) },
    };
  }

  /** Which lines may be shown where. */
  mayStand(listeners: Listeners): Promise<MayStand> {
    return mayStand(listeners, this.#deps);
  }

  /** For whoever searches the memory himself: the best first, and only what may be shown there. */
  async find({ question, ...listeners }: AskedOfMemory, most: number): Promise<readonly MemoryLine[]> {
    const found = await this.#told(this.#search(question), await mayStand(listeners, this.#deps), most);
    return found.map(({ line }) => line);
  }

  /** The same in the documents of the memory room. */
  async findPassages({ question, ...listeners }: AskedOfMemory, most: number): Promise<readonly Passage[]> {
    const found = (await this.#deps.library?.find(question, most)) ?? [];
    return found.length > 0 && (await (await mayStand(listeners, this.#deps))({})) ? found : [];
  }

  #search(question: string): readonly FoundLine[] {
    const hits = this.#index.search(question, LOOKED_AT);
    const best = hits[0]?.score ?? 0;
    return hits.flatMap(({ id, score }) => {
      const line = this.#known.get(id);
      return line === undefined || score < LEAST_SCORE || score < best * LEAST_OF_BEST ? [] : [{ line, score }];
    });
  }

  async #told(found: readonly FoundLine[], allowed: MayStand, most: number): Promise<readonly FoundLine[]> {
    const told: FoundLine[] = [];
    for (const one of found) {
      if (told.length === most) break;
      if (await allowed(one.line)) told.push(one);
    }
    return told;
  }

  /** Only what has changed is indexed anew. */
  #follow(): void {
    this.#orders = new Map();
    const now = new Map(
      this.#deps.memory.lines.filter(({ kind }) => kind !== 'order').map((line) => [line.number, line]),
    );
    for (const [number] of this.#known) {
      if (now.has(number)) continue;
      this.#index.delete(number);
      this.#known.delete(number);
    }
    for (const [number, line] of now) {
      if (this.#known.get(number)?.text !== line.text) this.#index.put(number, line.text);
      this.#known.set(number, line);
    }
  }
}
