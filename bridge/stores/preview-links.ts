import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { type EventId, Lang } from '../protocol/ids.ts';
import { swarmKey } from '../queue/redis.ts';
import { PageId } from './page-data.ts';

export const PreviewFile = z.object({
  /** As the pages name it: relative, `/` between folders, without `.` and `..`. */
  path: z.string().min(1).max(1_024),
  /** mxc:// */
  url: z.string().startsWith('mxc://').max(500),
  bytes: z.int().nonnegative(),
});
export type PreviewFile = z.infer<typeof PreviewFile>;

/** What one link opens. */
export const Preview = z.object({
  lang: Lang,
  title: z.string().max(200),
  /** The path of the page that is shown first. */
  front: z.string(),
  files: z.array(PreviewFile).min(1).max(500),
  /** What the pages remember; links of earlier versions remember nothing. */
  data: PageId.optional(),
});
export type Preview = z.infer<typeof Preview>;

export const LINK_DAYS = 30;
const LINK_S = LINK_DAYS * 24 * 3600;

const TOKEN = /^[\w-]{43}$/;
export const isToken = (text: string): boolean => TOKEN.test(text);

/** Redis holds no link that opens anything. */
const linkKey = (token: string): string => swarmKey('preview', createHash('sha256').update(token).digest('base64url'));

/** The same token for the same site, again after a crash, without its lying anywhere: only who has the secret can make it. */
export const tokenFor = (secret: string, site: string): string =>
  createHmac('sha256', secret).update(`preview\0${site}`).digest('base64url');

/** Where an earlier version kept tokens as they are. */
const PLAIN = swarmKey('website-token', '');

/** Links to what tasks have made: 256 random bits each. They end by time, and with the messages that they lean on. */
export class PreviewLinks {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /**
   * @param leansOn once one of these is redacted, the link opens nothing.
   * @param token 256 bits that nobody can guess, where it has to be the same each time (`tokenFor`).
   * @returns the token
   */
  async mint(
    preview: Preview,
    leansOn: readonly EventId[],
    token = randomBytes(32).toString('base64url'),
  ): Promise<string> {
    const key = linkKey(token);
    const multi = this.#redis.multi().set(key, JSON.stringify(Preview.parse(preview)), 'EX', LINK_S);
    for (const event of leansOn) lean(multi, event, key);
    await multi.exec();
    return token;
  }

  async leanOn(token: string, event: EventId): Promise<void> {
    await lean(this.#redis.multi(), event, linkKey(token)).exec();
  }

  /** Null for a link that never was, has ended or was taken back. */
  async find(token: string): Promise<Preview | null> {
    if (!isToken(token)) return null;
    const text = await this.#redis.get(linkKey(token));
    return text === null ? null : Preview.parse(JSON.parse(text));
  }

  /** Takes away what an earlier version has left that would open links; the links go on. */
  async tidy(): Promise<void> {
    for (let cursor = '0'; ;) {
      const [next, keys] = await this.#redis.scan(cursor, 'MATCH', `${PLAIN}*`, 'COUNT', 1_000);
      if (keys.length > 0) await this.#redis.del(...keys);
      if (next === '0') return;
      cursor = next;
    }
  }

  /** The event was redacted. */
  async forget(event: EventId): Promise<void> {
    const keys = await this.#redis.smembers(leaningKey(event));
    if (keys.length > 0) await this.#redis.del(...keys, leaningKey(event));
  }
}

const leaningKey = (event: EventId): string => swarmKey('preview-on', event);

const lean = (multi: ReturnType<Redis['multi']>, event: EventId, key: string) =>
  multi.sadd(leaningKey(event), key).expire(leaningKey(event), LINK_S);
