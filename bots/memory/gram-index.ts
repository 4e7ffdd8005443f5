import { gramsOf, gramWeight } from './grams.ts';
import { PostingLists } from './posting-lists.ts';

export interface Hit {
  readonly id: number;
  /** Above 0, at most 1: how much of what is asked about stands there, by weight. */
  readonly score: number;
}

const LONGEST_QUERY = 400;
/** How much a longer text than the others has to say more, to be found before them. */
const LENGTH_MATTERS = 0.3;
/** What no text holds is mostly an ending, a typing error or talk around the question. */
const UNHEARD = 0.25;
/** However long somebody talks, he asks about a few words. */
const TOPIC_WORDS = 4;
/** So many are dead before the lists are written anew. */
const MANY_DEAD = 256;

/** Texts by number, found by the grams that they share with a question: the rarer a gram, the more it weighs. */
export class GramIndex {
  private lists = new PostingLists();
  private readonly terms = new Map<string, number>();
  /** Texts are numbered as they come, so that lists ascend; one that is deleted leaves its number empty. */
  private ids: (number | undefined)[] = [];
  private sizes: number[] = [];
  private readonly docs = new Map<number, number>();
  private gramsInAll = 0;

  get size(): number {
    return this.docs.size;
  }

  /** One that has the number already is replaced. */
  put(id: number, text: string): void {
    this.delete(id);
    const doc = this.ids.length;
    const grams = gramsOf(text);
    for (const gram of grams) this.lists.add(this.term(gram), doc);
    this.ids.push(id);
    this.sizes.push(grams.size);
    this.docs.set(id, doc);
    this.gramsInAll += grams.size;
  }

  delete(id: number): void {
    const doc = this.docs.get(id);
    if (doc === undefined) return;
    this.docs.delete(id);
    this.ids[doc] = undefined;
    this.gramsInAll -= this.sizes[doc] ?? 0;
    if (this.ids.length - this.docs.size > Math.max(MANY_DEAD, this.docs.size)) this.compact();
  }

  /** The best first; of equal ones the one that was put last. From a score of 0.25 on it is no chance. */
  search(query: string, limit: number): readonly Hit[] {
    const found = new Float64Array(this.ids.length);
    const ofWord = new Float64Array(this.ids.length);
    const asked = new Set<string>();
    const words = query.slice(0, LONGEST_QUERY).split(/[^\p{L}\p{N}]+/u);
    const weights = words.map((word) => {
      const grams = [...gramsOf(word)].filter((gram) => !asked.has(gram));
      for (const gram of grams) asked.add(gram);
      return this.searchWord(grams, found, ofWord);
    });
    const topic = weights.toSorted((a, b) => b - a).slice(0, TOPIC_WORDS);
    return this.best(
      found,
      topic.reduce((sum, weight) => sum + weight, 0),
      limit,
    );
  }

  /**
   * Adds to `found` what the texts hold of one word; half of a word counts for less than half, as endings do.
   * @param ofWord all zero, and left so.
   * @returns what the word weighs.
   */
  private searchWord(grams: readonly string[], found: Float64Array, ofWord: Float64Array): number {
    let whole = 0;
    const holders: number[] = [];
    for (const gram of grams) {
      const term = this.terms.get(gram);
      const known = term === undefined ? 0 : this.lists.count(term);
      const weight = Math.log(1 + this.docs.size / (known + 0.5)) * gramWeight(gram);
      whole += term === undefined ? weight * UNHEARD : weight;
      if (term === undefined) continue;
      this.lists.each(term, (doc) => {
        const before = ofWord[doc] ?? 0;
        if (before === 0) holders.push(doc);
        ofWord[doc] = before + weight;
      });
    }
    for (const doc of holders) {
      found[doc] = (found[doc] ?? 0) + (ofWord[doc] ?? 0) ** 2 / whole;
      ofWord[doc] = 0;
    }
    return whole;
  }

  private best(found: Float64Array, topic: number, limit: number): readonly Hit[] {
    const usual = this.gramsInAll / Math.max(1, this.docs.size);
    const best: Hit[] = [];
    for (let doc = found.length - 1; doc >= 0; doc -= 1) {
      const id = this.ids[doc];
      const weight = found[doc] ?? 0;
      if (id === undefined || weight === 0) continue;
      const length = 1 - LENGTH_MATTERS + LENGTH_MATTERS * Math.max(1, (this.sizes[doc] ?? 0) / usual);
      const score = Math.min(1, weight / topic) / length;
      if (best.length === limit && score <= (best.at(-1)?.score ?? 0)) continue;
      const place = best.findIndex((other) => other.score < score);
      best.splice(place === -1 ? best.length : place, 0, { id, score });
      if (best.length > limit) best.pop();
    }
    return best;
  }

  private term(gram: string): number {
    const known = this.terms.get(gram);
    if (known !== undefined) return known;
    const term = this.terms.size;
    this.terms.set(gram, term);
    return term;
  }

  /** Without the deleted ones, and without the grams that only they held. */
  private compact(): void {
    const numbers = new Map<number, number>();
    this.ids.forEach((id, doc) => {
      if (id !== undefined) numbers.set(doc, numbers.size);
    });
    const old = this.lists;
    const oldTerms = [...this.terms];
    this.lists = new PostingLists();
    this.terms.clear();
    for (const [gram, term] of oldTerms)
      old.each(term, (doc) => {
        const number = numbers.get(doc);
        if (number !== undefined) this.lists.add(this.term(gram), number);
      });
    this.sizes = this.sizes.filter((_, doc) => numbers.has(doc));
    this.ids = this.ids.filter((id) => id !== undefined);
    this.docs.clear();
    this.ids.forEach((id, doc) => {
      if (id !== undefined) this.docs.set(id, doc);
    });
  }
}
