import type { AgentId, UserId } from '../../bridge/protocol/ids.ts';
import { factsBlock } from './facts-block.ts';
import { GramIndex } from './gram-index.ts';
import { type LineReadersDeps, type Listeners, type MayStand, mayStand } from './line-readers.ts';
import type { HouseMemory, MemoryLine } from './memory-line.ts';
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
  readonly ownerTitle: string;
  readonly timeZone: string;
  /** Whoever lives elsewhere is told nothing of the memory. */
  readonly livesHere: (agent: AgentId) => boolean;
  /** Masters, as models read their names. */
  readonly names: () => Promise<(user: UserId) => string>;
}

const MOST_FACTS = 8;
/** How much of the question has to stand in a line, by weight; and against the best that was found. */
const LEAST_SCORE = 0.12;
const LEAST_OF_BEST = 0.35;
/** Some of what is found may not be told. */
const LOOKED_AT = 64;

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
    const hits = this.#deps.livesHere(agent) ? this.#search(asked.question) : [];
    if (hits.length === 0) return NOTHING_RECALLED;
    const found = await this.#told(hits, await mayStand(asked, this.#deps), MOST_FACTS);
    if (found.length === 0) return NOTHING_RECALLED;
    const nameOf = await this.#deps.names();
    return {
      text: factsBlock(found, { nameOf, timeZone: this.#deps.timeZone }),
      taint: { private: true, untrusted: found.some(({ kind }) => kind === 'record') },
    };
  }

  /** For whoever searches the memory himself: the best first, and only what may be shown there. */
  async find({ question, ...listeners }: AskedOfMemory, most: number): Promise<readonly MemoryLine[]> {
    return this.#told(this.#search(question), await mayStand(listeners, this.#deps), most);
  }

  #search(question: string): readonly MemoryLine[] {
    const hits = this.#index.search(question, LOOKED_AT);
    const best = hits[0]?.score ?? 0;
    return hits.flatMap(({ id, score }) =>
      score < LEAST_SCORE || score < best * LEAST_OF_BEST ? [] : (this.#known.get(id) ?? []),
    );
  }

  async #told(lines: readonly MemoryLine[], allowed: MayStand, most: number): Promise<readonly MemoryLine[]> {
    const told: MemoryLine[] = [];
    for (const line of lines) {
      if (told.length === most) break;
      if (await allowed(line)) told.push(line);
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
