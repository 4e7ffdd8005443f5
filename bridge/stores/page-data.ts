import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { EventId } from '../protocol/ids.ts';
import { swarmKey } from '../queue/redis.ts';
import { mergeValues } from './merge-values.ts';

/** Names what one page keeps: whoever knows it can do nothing with it. */
export const PageId = z
  .string()
  .regex(/^[\w-]{43}$/)
  .brand<'PageId'>();
export type PageId = z.infer<typeof PageId>;

/** The page of a task, whichever of its versions is open. */
export const pageDataId = (root: EventId): PageId =>
  PageId.parse(createHash('sha256').update(`page\0${root}`).digest('base64url'));

/** Of one page, in bytes of UTF-8, keys included: what browsers give a page of their own. */
export const MOST_PAGE_BYTES = 5 * 1024 * 1024;
/** Of all pages: it lies in Redis' memory. */
const MOST_HOUSE_BYTES = 200 * 1024 * 1024;
export const MOST_PAGE_KEYS = 1_000;
/** Renewed with each opening and each write. */
const KEEP_S = 90 * 24 * 3600;

export const PageChange = z.object({
  key: z.string().max(256),
  /** What the page last saw under it. */
  base: z.string().nullable(),
  /** null: removed. */
  value: z.string().nullable(),
});
export type PageChange = z.infer<typeof PageChange>;

export type Values = Readonly<Record<string, string>>;
/** `values`: what stands under each key that was written, null where nothing does. `full`: nothing was written. */
export type Written =
  | { readonly kind: 'stored'; readonly values: Readonly<Record<string, string | null>> }
  | { readonly kind: 'full' };

const BYTES = swarmKey('page-bytes');
const KEPT = swarmKey('pages-kept');
const dataKey = (page: PageId): string => swarmKey('page-data', page);

/** What pages that tasks have made remember: texts by key, as `localStorage` has them, the same for everybody who opens the page. */
export class PageData {
  readonly #redis: Redis;
  /** WATCH holds for a connection, so that writes have one of their own, one after another. */
  readonly #writer: Redis;
  readonly #mostOfAll: number;
  #last: Promise<unknown> = Promise.resolve();

  constructor(redis: Redis, mostOfAll = MOST_HOUSE_BYTES) {
    this.#redis = redis;
    this.#writer = redis.duplicate({ lazyConnect: true });
    // What fails is told by the write that it fails.
    this.#writer.on('error', () => undefined);
    this.#mostOfAll = mostOfAll;
  }

  async read(page: PageId): Promise<Values> {
    const values = await this.#redis.hgetall(dataKey(page));
    await this.#renew(page);
    return values;
  }

  /** All of it or nothing. Sent again after a lost answer it changes nothing more. */
  write(page: PageId, changes: readonly PageChange[]): Promise<Written> {
    const written = this.#last.then(() => this.#write(page, changes));
    this.#last = written.catch(() => undefined);
    return written;
  }

  /** Whether it stays though nobody opens it. */
  async keep(page: PageId, kept: boolean): Promise<void> {
    if (kept) await this.#redis.multi().sadd(KEPT, page).persist(dataKey(page)).exec();
    else await this.#redis.multi().srem(KEPT, page).expire(dataKey(page), KEEP_S).exec();
  }

  async forget(page: PageId): Promise<void> {
    await this.#redis.multi().del(dataKey(page)).hdel(BYTES, page).srem(KEPT, page).exec();
  }

  async close(): Promise<void> {
    await this.#last;
    this.#writer.disconnect();
  }

  async #write(page: PageId, changes: readonly PageChange[]): Promise<Written> {
    const redis = this.#writer;
    for (;;) {
      await redis.watch(dataKey(page));
      const before = await redis.hgetall(dataKey(page));
      // Maps: a page may call a value by a name that objects have by themselves.
      const after = new Map(Object.entries(before));
      const values = new Map<string, string | null>();
      for (const { key, base, value } of changes) {
        const merged = mergeValues(base, value, after.get(key) ?? null);
        values.set(key, merged);
        if (merged === null) after.delete(key);
        else after.set(key, merged);
      }
      const bytes = bytesIn(after);
      // What makes it smaller is always taken.
      if (bytes > bytesIn(Object.entries(before)) && !(await this.#fits(page, bytes, after.size))) {
        await redis.unwatch();
        return { kind: 'full' };
      }
      const write = redis.multi();
      for (const [key, value] of values)
        if (value === null) write.hdel(dataKey(page), key);
        else write.hset(dataKey(page), key, value);
      // Null where somebody else wrote meanwhile: read again, and merged with that.
      if ((await write.hset(BYTES, page, bytes).exec()) === null) continue;
      await this.#renew(page);
      return { kind: 'stored', values: Object.fromEntries(values) };
    }
  }

  async #fits(page: PageId, bytes: number, keys: number): Promise<boolean> {
    if (bytes > MOST_PAGE_BYTES || keys > MOST_PAGE_KEYS) return false;
    const others = await this.#redis.hgetall(BYTES);
    const all = () =>
      Object.entries(others).reduce((sum, [one, size]) => sum + (one === page ? 0 : Number(size)), bytes);
    if (all() <= this.#mostOfAll) return true;
    // Those that ended by time are still in the list.
    for (const one of Object.keys(others))
      if ((await this.#redis.exists(dataKey(PageId.parse(one)))) === 0) {
        await this.#redis.hdel(BYTES, one);
        delete others[one];
      }
    return all() <= this.#mostOfAll;
  }

  async #renew(page: PageId): Promise<void> {
    if ((await this.#redis.sismember(KEPT, page)) === 0) await this.#redis.expire(dataKey(page), KEEP_S);
  }
}

function bytesIn(values: Iterable<readonly [string, string]>): number {
  let bytes = 0;
  for (const [key, value] of values) bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  return bytes;
}
