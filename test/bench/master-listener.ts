import { randomUUID } from 'node:crypto';
import { request as send } from 'undici';
import { inRoom, request } from '../house/matrix.ts';

export interface Heard {
  readonly room: string;
  readonly id: string;
  readonly sender: string;
  readonly at: number;
  readonly content: Readonly<Record<string, unknown>>;
  /** When the master's /sync showed it, of performance.timeOrigin + now, milliseconds. */
  readonly seen: number;
}

interface Sync {
  readonly next_batch: string;
  readonly rooms?: {
    readonly join?: Readonly<
      Record<
        string,
        {
          readonly timeline: {
            readonly limited?: boolean;
            readonly events: readonly {
              event_id: string;
              sender: string;
              type: string;
              origin_server_ts: number;
              content: Record<string, unknown>;
            }[];
          };
        }
      >
    >;
  };
}

export const now = (): number => performance.timeOrigin + performance.now();

/** The master's phone: one /sync, and what it shows as it comes. */
export class MasterListener {
  readonly #url: string;
  readonly #token: string;
  readonly #rooms: ReadonlySet<string>;
  readonly #stop = new AbortController();
  readonly #listeners = new Set<(heard: Heard) => void>();
  /** Ends the round that is under way. */
  #fail: (error: unknown) => void = () => undefined;
  #running: Promise<void> = Promise.resolve();
  /** A later listener at the same room must not repeat what this one has sent. */
  readonly #name = randomUUID();
  #txn = 0;

  constructor(url: string, token: string, rooms: readonly string[]) {
    this.#url = url;
    this.#token = token;
    this.#rooms = new Set(rooms);
  }

  async start(): Promise<void> {
    const filter = JSON.stringify({
      presence: { types: [] },
      account_data: { types: [] },
      room: {
        rooms: [...this.#rooms],
        timeline: { limit: 500 },
        ephemeral: { types: [] },
        account_data: { types: [] },
        state: { lazy_load_members: true },
      },
    });
    const sync = async (since?: string): Promise<Sync> => {
      const query = new URLSearchParams({
        filter,
        timeout: since === undefined ? '0' : '30000',
        ...(since === undefined ? {} : { since }),
      });
      const { body } = await send(`${this.#url}/_matrix/client/v3/sync?${query.toString()}`, {
        headers: { authorization: `Bearer ${this.#token}` },
        signal: this.#stop.signal,
      });
      return (await body.json()) as Sync;
    };
    let since = (await sync()).next_batch;
    this.#running = (async () => {
      while (!this.#stop.signal.aborted) {
        const answer = await sync(since);
        const seen = now();
        since = answer.next_batch;
        for (const [room, { timeline }] of Object.entries(answer.rooms?.join ?? {})) {
          if (!this.#rooms.has(room)) continue;
          if (timeline.limited === true)
            throw new Error('a burst was larger than the sync shows: the figures would be wrong');
          for (const event of timeline.events) {
            if (event.type === 'm.room.message')
              for (const listener of this.#listeners)
                listener({
                  room,
                  id: event.event_id,
                  sender: event.sender,
                  at: event.origin_server_ts,
                  content: event.content,
                  seen,
                });
          }
        }
      }
    })().catch((error: unknown) => {
      if (!this.#stop.signal.aborted) this.#fail(error);
    });
  }

  listen(listener: (heard: Heard) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  async says(room: string, body: string): Promise<string> {
    this.#txn += 1;
    const path = inRoom(room, `send/m.room.message/bench.${this.#name}.${this.#txn}`);
    const answer = await request(this.#url, 'PUT', path, { token: this.#token, body: { msgtype: 'm.text', body } });
    if (answer.status !== 200) throw new Error(`the master cannot speak: ${answer.status}`);
    return String(answer.body['event_id']);
  }

  /** From the master's send to the last of `count` answers on the master's phone, milliseconds. */
  async round(room: string, body: string, count: number): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    let answers = 0;
    this.#fail = reject;
    using _listening = this.listen((heard) => {
      if (
        heard.room === room &&
        !heard.sender.startsWith('@master:') &&
        heard.content['body'] === body &&
        (answers += 1) === count
      )
        resolve(heard.seen);
    });
    const timeout = setTimeout(() => reject(new Error(`only ${answers} of ${count} answers came`)), 60_000);
    try {
      const began = now();
      await this.says(room, body);
      return (await promise) - began;
    } finally {
      clearTimeout(timeout);
    }
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }
}
