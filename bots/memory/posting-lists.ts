const BLOCK_BITS = 16;
const BLOCK = 1 << BLOCK_BITS;
/** A slice ends with the place of the term's next one. */
const LINK = 4;
const FIRST_SLICE = 8;
const LARGEST_SLICE = 1_024;

/**
 * For each term the numbers of the documents that hold it, ascending. Most terms stand in few documents and some in
 * all, so that an array for each would be mostly headers: distances are written, seven bits a byte, into slices of
 * shared blocks, each slice of a term twice as long as its last. A document takes a byte or two for each of its terms.
 */
export class PostingLists {
  private readonly blocks: DataView[] = [];
  private free = 0;
  private readonly starts: number[] = [];
  private readonly tails: number[] = [];
  /** Where the link of the slice stands that is written to. */
  private readonly ends: number[] = [];
  private readonly sliceSizes: number[] = [];
  private readonly lasts: number[] = [];
  private readonly counts: number[] = [];

  /**
   * @param term numbered from zero, without gaps.
   * @param doc greater than the term's last.
   */
  add(term: number, doc: number): void {
    if (this.counts[term] === undefined) this.open(term);
    let distance = doc - (this.lasts[term] ?? -1);
    for (; distance > 127; distance >>>= 7) this.write(term, (distance & 127) | 128);
    this.write(term, distance);
    this.lasts[term] = doc;
    this.counts[term] = this.count(term) + 1;
  }

  count(term: number): number {
    return this.counts[term] ?? 0;
  }

  each(term: number, visit: (doc: number) => void): void {
    let at = this.starts[term] ?? 0;
    let size = FIRST_SLICE;
    let end = at + size - LINK;
    let doc = -1;
    for (let left = this.count(term); left > 0; left -= 1) {
      let distance = 0;
      let byte = 128;
      for (let shift = 0; byte > 127; shift += 7) {
        if (at === end) {
          at = this.block(end).getUint32(end % BLOCK);
          size = Math.min(size * 2, LARGEST_SLICE);
          end = at + size - LINK;
        }
        byte = this.block(at).getUint8(at % BLOCK);
        at += 1;
        distance |= (byte & 127) << shift;
      }
      doc += distance;
      visit(doc);
    }
  }

  private open(term: number): void {
    const start = this.slice(FIRST_SLICE);
    this.starts[term] = start;
    this.tails[term] = start;
    this.ends[term] = start + FIRST_SLICE - LINK;
    this.sliceSizes[term] = FIRST_SLICE;
    this.counts[term] = 0;
    this.lasts[term] = -1;
  }

  private write(term: number, byte: number): void {
    let at = this.tails[term] ?? 0;
    const end = this.ends[term] ?? 0;
    if (at === end) {
      const size = Math.min((this.sliceSizes[term] ?? FIRST_SLICE) * 2, LARGEST_SLICE);
      at = this.slice(size);
      this.block(end).setUint32(end % BLOCK, at);
      this.ends[term] = at + size - LINK;
      this.sliceSizes[term] = size;
    }
    this.block(at).setUint8(at % BLOCK, byte);
    this.tails[term] = at + 1;
  }

  /** No slice lies across two blocks. */
  private slice(size: number): number {
    const room = BLOCK - (this.free % BLOCK);
    const start = room < size ? this.free + room : this.free;
    this.free = start + size;
    return start;
  }

  private block(at: number): DataView {
    const number = at >>> BLOCK_BITS;
    return (this.blocks[number] ??= new DataView(new ArrayBuffer(BLOCK)));
  }
}
