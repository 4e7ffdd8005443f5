import type { Redis } from 'ioredis';
import { z } from 'zod';
import { MailAddress } from '../protocol/command-fields.ts';
import { ServerName } from '../protocol/outside-commands.ts';
import { ServerToolName } from '../protocol/tools/tool-servers.ts';
import { executorKey } from './executor-queue.ts';

/** What executors can do beyond their box, because an owner has set it up; the swarm may read it. One field an executor. */
export const OFFERS_KEY = executorKey('offers');

export const ExecutorOffer = z.object({
  /** Letters; `own`: the owner's address, `free`: what goes to it does not ask, `reads`: the inbox, too. */
  mail: z.object({ own: MailAddress, free: z.boolean(), reads: z.boolean() }).optional(),
  /** Tools of the owner's MCP servers as he saw them; their words are the servers'. */
  tools: z
    .array(
      z.object({
        server: ServerName,
        name: ServerToolName,
        description: z.string(),
        input: z.record(z.string(), z.unknown()),
        /** It runs without asking. */
        free: z.boolean(),
        /** The server describes it otherwise now: it is not called until the owner has seen that. */
        changed: z.boolean(),
      }),
    )
    .optional(),
});
export type ExecutorOffer = z.infer<typeof ExecutorOffer>;
export type MailOffer = NonNullable<ExecutorOffer['mail']>;
export type ToolOfServer = NonNullable<ExecutorOffer['tools']>[number];

const Published = ExecutorOffer.extend({
  /** Milliseconds since 1970. */
  at: z.int(),
});

export const PUBLISH_EVERY_MS = 3_000;
/** An executor says it again so often, though nothing has changed; one that has gone offers nothing. */
const AGAIN_AFTER_MS = 30_000;
const STALE_MS = 4 * AGAIN_AFTER_MS;

/** Says what an executor offers, whenever that is something else than before, and every half minute. */
export class OfferPublisher {
  readonly #redis: Pick<Redis, 'hset'>;
  readonly #id: string;
  #said = { text: '', at: 0 };

  constructor(redis: Pick<Redis, 'hset'>, id: string) {
    this.#redis = redis;
    this.#id = id;
  }

  async publish(offer: ExecutorOffer, now: number): Promise<void> {
    const text = JSON.stringify(offer);
    if (text === this.#said.text && now - this.#said.at < AGAIN_AFTER_MS) return;
    await this.#redis.hset(OFFERS_KEY, this.#id, JSON.stringify({ ...offer, at: now }));
    this.#said = { text, at: now };
  }
}

/** What any executor of now offers; what cannot be read is left out. */
export function offersOf(published: Readonly<Record<string, string>>, now: number): ExecutorOffer {
  const offers = Object.values(published).flatMap((text) => {
    const offer = Published.safeParse(json(text));
    return offer.success && now - offer.data.at < STALE_MS ? [offer.data] : [];
  });
  const mail = offers.find((offer) => offer.mail !== undefined)?.mail;
  const tools = offers.find((offer) => offer.tools !== undefined)?.tools;
  return { ...(mail === undefined ? {} : { mail }), ...(tools === undefined ? {} : { tools }) };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** As it was a moment ago, for whoever has to answer at once. */
export class ExecutorOffers {
  readonly #redis: Pick<Redis, 'hgetall'>;
  #published: Readonly<Record<string, string>> = {};
  #timer: NodeJS.Timeout | undefined;

  constructor(redis: Pick<Redis, 'hgetall'>) {
    this.#redis = redis;
  }

  async start(): Promise<void> {
    this.#timer = setInterval(() => void this.#read(), PUBLISH_EVERY_MS).unref();
    await this.#read();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  now(): ExecutorOffer {
    return offersOf(this.#published, Date.now());
  }

  async #read(): Promise<void> {
    // An older Redis configuration does not let it: then nothing is offered.
    this.#published = await this.#redis.hgetall(OFFERS_KEY).catch(() => this.#published);
  }
}
