import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { EventId } from '../../../bridge/protocol/ids.ts';
import { PlaceUnit } from '../../../bridge/protocol/orders/library-document.ts';
import { swarmKey } from '../../../bridge/queue/redis.ts';
import type { CutPassage } from './cut-passages.ts';

/** So many passages are packed together: alone each would hardly become smaller. */
const PACKED = 16;
/** Raised when documents are read or cut otherwise: they are read anew. */
const EDITION = 1;

const About = z.union([
  z.strictObject({ v: z.literal(EDITION), unit: PlaceUnit.optional(), passages: z.int().nonnegative() }),
  z.strictObject({ v: z.literal(EDITION), word: z.string() }),
]);
export type About = z.infer<typeof About>;
const Packed = z.array(z.union([z.tuple([z.string(), z.int()]), z.tuple([z.string()])]));

const deflated = promisify(deflateRaw);
const inflated = promisify(inflateRaw);
const all = swarmKey('library');
const shelfKey = (id: string): string => swarmKey('library', id);
/** What lies at an address of the homeserver's never changes. */
const idOf = (file: string): string => createHash('sha256').update(file).digest('hex').slice(0, 40);
const fieldOf = (index: number): string => `p${Math.floor(index / PACKED)}`;

/** The texts of the library, packed in Redis: so that a start reads no document again. Lost, it is read again. */
export class Shelf {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** Null where it is not there, or was read by another edition of the house. */
  async about(file: string): Promise<About | null> {
    const stored = await this.#redis.hget(shelfKey(idOf(file)), 'about');
    const about = stored === null ? null : About.safeParse(JSON.parse(stored));
    return about?.success === true ? about.data : null;
  }

  async put(file: string, passages: readonly CutPassage[], unit?: PlaceUnit): Promise<void> {
    const fields = new Map<string, string | Buffer>();
    for (let first = 0; first < passages.length; first += PACKED) {
      const some = passages.slice(first, first + PACKED);
      const packed = some.map(({ text, place }) => (place === undefined ? [text] : [text, place]));
      fields.set(fieldOf(first), await deflated(JSON.stringify(packed)));
    }
    const about = { v: EDITION, ...(unit === undefined ? {} : { unit }), passages: passages.length } as const;
    await this.#store(file, about, fields);
  }

  async putUnreadable(file: string, word: string): Promise<void> {
    await this.#store(file, { v: EDITION, word }, new Map());
  }

  /** In their order, a pack at a time. */
  async *passages(file: string, count: number): AsyncGenerator<readonly CutPassage[]> {
    for (let first = 0; first < count; first += PACKED) yield (await this.#pack(file, fieldOf(first))) ?? [];
  }

  /** Null where it has gone. */
  async passage(file: string, index: number): Promise<CutPassage | null> {
    return (await this.#pack(file, fieldOf(index)))?.[index % PACKED] ?? null;
  }

  async wasTold(file: string, event: EventId): Promise<boolean> {
    return (await this.#redis.hexists(shelfKey(idOf(file)), `told ${event}`)) === 1;
  }

  async putTold(file: string, event: EventId): Promise<void> {
    await this.#redis.hset(shelfKey(idOf(file)), `told ${event}`, '1');
  }

  async remove(file: string): Promise<void> {
    await this.#removeId(idOf(file));
  }

  /** Whatever is of no document that stands. */
  async keepOnly(files: readonly string[]): Promise<void> {
    const standing = new Set(files.map(idOf));
    for (const id of await this.#redis.hkeys(all)) if (!standing.has(id)) await this.#removeId(id);
  }

  async #store(file: string, about: About, fields: ReadonlyMap<string, string | Buffer>): Promise<void> {
    const id = idOf(file);
    await this.#redis.hset(all, id, '1');
    await this.#redis.del(shelfKey(id));
    if (fields.size > 0) await this.#redis.hset(shelfKey(id), new Map(fields));
    // Last: without it nothing is there.
    await this.#redis.hset(shelfKey(id), 'about', JSON.stringify(about));
  }

  async #removeId(id: string): Promise<void> {
    await this.#redis.del(shelfKey(id));
    await this.#redis.hdel(all, id);
  }

  async #pack(file: string, field: string): Promise<readonly CutPassage[] | null> {
    const packed = await this.#redis.hgetBuffer(shelfKey(idOf(file)), field);
    if (packed === null) return null;
    const read = Packed.parse(JSON.parse(String(await inflated(packed))));
    return read.map(([text, place]) => (place === undefined ? { text } : { text, place }));
  }
}
