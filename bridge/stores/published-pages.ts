import type { Redis } from 'ioredis';
import { z } from 'zod';
import { EventId, Lang, RoomId } from '../protocol/ids.ts';
import { swarmKey } from '../queue/redis.ts';
import { isToken, Preview, tokenFor } from './preview-links.ts';

const PageVersion = z.object({
  /** Of the task: which of its runs and changes has made it. */
  site: z.string(),
  at: z.int(),
  preview: Preview,
});

/** What stands under a name of its own, with what stood there before. */
export const PublishedPage = z.object({
  v: z.literal(1),
  name: z.string(),
  /** The task. */
  root: EventId,
  room: RoomId,
  lang: Lang,
  /** Oldest first. */
  versions: z.array(PageVersion).min(1),
  /** Which of them is shown, from 0. */
  current: z.int().nonnegative(),
  /** How many were left out at the beginning, so that a version keeps its number. */
  dropped: z.int().nonnegative(),
  /** The newest events that changed what is shown, and to which: heard again they change nothing. */
  causes: z.array(z.object({ event: EventId, current: z.int().nonnegative() })),
});
export type PublishedPage = z.infer<typeof PublishedPage>;

const MOST_VERSIONS = 10;
const MOST_CAUSES = 50;
const PAGES = swarmKey('published-pages');

/** Letters, digits and hyphens, as people read them in an address. Pure; null where nothing is left or too much. */
export function pageName(words: string): string | null {
  const name = words
    .normalize('NFC')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((part) => part !== '')
    .join('-');
  return name === '' || name.length > 40 ? null : name;
}

/** Pure. With one more version, which is shown from now on; the same one again is only shown. */
export function withVersion(page: PublishedPage, version: z.infer<typeof PageVersion>, cause: EventId): PublishedPage {
  const known = page.versions.findIndex(({ site }) => site === version.site);
  if (known !== -1) return turnedTo(page, known, cause);
  const versions = [...page.versions, version].slice(-MOST_VERSIONS);
  const dropped = page.dropped + page.versions.length + 1 - versions.length;
  // Places before it are others now.
  return turnedTo({ ...page, versions, dropped, causes: [] }, versions.length - 1, cause);
}

/** Pure. With another of its versions shown. */
export const turnedTo = (page: PublishedPage, current: number, event: EventId): PublishedPage => ({
  ...page,
  current,
  causes: [...page.causes, { event, current }].slice(-MOST_CAUSES),
});

/** Pages that a master has published, by name. They stay until he takes them back or their task goes. */
export class PublishedPages {
  readonly #redis: Redis;
  readonly #secret: string;

  constructor(redis: Redis, secret: string) {
    this.#redis = redis;
    this.#secret = secret;
  }

  /**
   * What its files and its data lie under. A name can be guessed, and then any page that its visitor has open could ask
   * for them: only the frame stands under the name, and nobody but the person who opens it reads where it leads.
   */
  tokenOf(name: string): string {
    return tokenFor(this.#secret, `published\0${name}`);
  }

  async get(name: string): Promise<PublishedPage | null> {
    const text = await this.#redis.hget(PAGES, pageName(name) ?? '');
    return text === null ? null : PublishedPage.parse(JSON.parse(text));
  }

  /** What a browser is shown under the name. */
  async shown(name: string): Promise<Preview | null> {
    const page = name.length > 200 ? null : await this.get(name);
    return page?.versions[page.current]?.preview ?? null;
  }

  /** The same by its token; null for anything else. */
  async opened(token: string): Promise<Preview | null> {
    if (!isToken(token)) return null;
    const name = (await this.#redis.hkeys(PAGES)).find((one) => this.tokenOf(one) === token);
    return name === undefined ? null : this.shown(name);
  }

  async put(page: PublishedPage): Promise<void> {
    await this.#redis.hset(PAGES, page.name, JSON.stringify(page));
  }

  async remove(name: string): Promise<void> {
    await this.#redis.hdel(PAGES, name);
  }

  async all(): Promise<readonly PublishedPage[]> {
    const texts = await this.#redis.hvals(PAGES);
    return texts.map((text) => PublishedPage.parse(JSON.parse(text))).toSorted((a, b) => a.name.localeCompare(b.name));
  }
}
