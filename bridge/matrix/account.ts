import { MatrixClient, MatrixError } from 'matrix-bot-sdk';
import { z } from 'zod';
import { EventId, GHOST_DEVICE, type RoomId, type UserId } from '../protocol/ids.ts';
import { cleanName } from '../text/clean-text.ts';
import { installHttp } from './http.ts';
import { patiently, type CallTrouble } from './patience.ts';
import type { RoomLimiter } from './room-limiter.ts';
import { maskSecrets } from './secrets/secrets.ts';

export interface AccountOptions {
  readonly homeserverUrl: string;
  readonly accessToken: string;
  readonly userId: UserId;
  /** The token is an appservice's and the account one of its ghosts. */
  readonly ghost: boolean;
  /** Shared by all accounts of the process. */
  readonly limiter: RoomLimiter;
  /** Told of a homeserver that does not answer for longer than a moment. */
  readonly onTrouble?: (trouble: CallTrouble) => void;
}

interface Call {
  readonly query?: Record<string, string | number | boolean | undefined>;
  readonly body?: unknown;
  readonly timeoutMs?: number;
  /** Ends the waiting between tries. */
  readonly signal?: AbortSignal | undefined;
  /** How often it is made at most; by default as `patiently` has it. */
  readonly tries?: number;
}

/** A file is worth less waiting than words: who asks again asks for it again. */
const FILE_TRIES = 5;

const Page = z.object({ chunk: z.array(z.unknown()), end: z.string().optional() });
export type EventPage = z.infer<typeof Page>;

/**
 * One Matrix account, with the calls Chavion makes. Everything sent carries the caller's transaction id and is
 * repeated with that same id until the homeserver has answered, so it happens exactly once.
 * Throws `MatrixError` when the homeserver refuses.
 */
export class Account {
  readonly userId: UserId;
  readonly #client: MatrixClient;
  readonly #device: { readonly device_id?: string };
  readonly #limiter: RoomLimiter;
  readonly #options: Pick<AccountOptions, 'homeserverUrl' | 'onTrouble' | 'accessToken' | 'ghost'>;

  constructor(options: AccountOptions) {
    installHttp();
    this.userId = options.userId;
    this.#limiter = options.limiter;
    this.#options = options;
    this.#client = new MatrixClient(options.homeserverUrl, options.accessToken);
    if (options.ghost) this.#client.impersonateUserId(options.userId);
    // The library knows only the parameter's unstable name, which Synapse no longer reads (spec: stable since 1.17).
    this.#device = options.ghost ? { device_id: GHOST_DEVICE } : {};
  }

  async call(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, call: Call = {}): Promise<unknown> {
    const ask = (): Promise<unknown> =>
      this.#client.doRequest(method, path, { ...call.query, ...this.#device }, call.body, call.timeoutMs ?? 60_000);
    return this.#patiently(`${method} ${path}`, ask, call.tries, call.signal);
  }

  #patiently<T>(what: string, ask: () => Promise<T>, tries?: number, signal?: AbortSignal): Promise<T> {
    const { homeserverUrl: server, onTrouble } = this.#options;
    return patiently({ server, what, tries, signal, onTrouble }, ask);
  }

  async send(
    room: RoomId,
    type: string,
    content: Record<string, unknown>,
    txnId: string,
    signal?: AbortSignal,
  ): Promise<EventId> {
    const path = `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/send/${encodeURIComponent(type)}/${encodeURIComponent(txnId)}`;
    return sent(await this.#limiter.run(room, () => this.call('PUT', path, { body: content, signal })));
  }

  async redact(room: RoomId, event: EventId, txnId: string, reason: string): Promise<EventId> {
    const path = `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/redact/${encodeURIComponent(event)}/${encodeURIComponent(txnId)}`;
    return sent(await this.#limiter.run(room, () => this.call('PUT', path, { body: { reason } })));
  }

  /** A hint for people; never repeated, and nobody misses it when it fails. */
  async typing(room: RoomId, typing: boolean, timeoutMs = 30_000): Promise<void> {
    const path = `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/typing/${encodeURIComponent(this.userId)}`;
    await this.call('PUT', path, { body: typing ? { typing, timeout: timeoutMs } : { typing }, tries: 1 }).catch(
      () => undefined,
    );
  }

  async join(room: RoomId): Promise<void> {
    await this.#limiter.run(room, () =>
      this.call('POST', `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/join`, { body: {} }),
    );
  }

  async leave(room: RoomId): Promise<void> {
    await this.#limiter.run(room, () =>
      this.call('POST', `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/leave`, { body: {} }),
    );
  }

  async joinedRooms(): Promise<readonly string[]> {
    const Joined = z.object({ joined_rooms: z.array(z.string()) });
    return Joined.parse(await this.call('GET', '/_matrix/client/v3/joined_rooms')).joined_rooms;
  }

  async isIn(room: RoomId): Promise<boolean> {
    return (await this.joinedRooms()).includes(room);
  }

  /** Content of a state event, or null where there is none (or none that this account may see). */
  async state(room: RoomId, type: string, stateKey = ''): Promise<unknown> {
    const path = `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/state/${encodeURIComponent(type)}/${encodeURIComponent(stateKey)}`;
    return this.#orNull(path);
  }

  /** User id to display name, of those joined. */
  async joinedMembers(room: RoomId): Promise<ReadonlyMap<string, string>> {
    const Members = z.object({ joined: z.record(z.string(), z.object({ display_name: z.string().nullish() })) });
    const { joined } = Members.parse(
      await this.call('GET', `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/joined_members`),
    );
    return new Map(
      Object.entries(joined).map(([user, member]) => [
        user,
        maskSecrets(cleanName(member.display_name ?? '')).text || user,
      ]),
    );
  }

  /** Newest first; `types`: only such events. */
  async messages(
    room: RoomId,
    options: { from?: string; to?: string; limit: number; tries?: number; types?: readonly string[] },
  ): Promise<EventPage> {
    const path = `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/messages`;
    return Page.parse(
      await this.call('GET', path, {
        query: {
          dir: 'b',
          from: options.from,
          to: options.to,
          limit: options.limit,
          ...(options.types === undefined ? {} : { filter: JSON.stringify({ types: options.types }) }),
        },
        ...(options.tries === undefined ? {} : { tries: options.tries }),
      }),
    );
  }

  /** What a thread holds beside its root, newest first. */
  async thread(room: RoomId, root: EventId, limit: number): Promise<readonly unknown[]> {
    const path = `/_matrix/client/v1/rooms/${encodeURIComponent(room)}/relations/${encodeURIComponent(root)}/m.thread`;
    return Page.parse(await this.call('GET', path, { query: { limit, dir: 'b' } })).chunk;
  }

  async event(room: RoomId, event: EventId): Promise<unknown> {
    return this.#orNull(`/_matrix/client/v3/rooms/${encodeURIComponent(room)}/event/${encodeURIComponent(event)}`);
  }

  /** mxc:// of the uploaded bytes. */
  async upload(bytes: Buffer, mediaType: string, name: string): Promise<string> {
    const uploaded = await this.#patiently(
      'POST /_matrix/media/v3/upload',
      () => this.#client.uploadContent(bytes, mediaType, name),
      FILE_TRIES,
    );
    return z.string().startsWith('mxc://').parse(uploaded);
  }

  /** Throws when there is nothing, or more than `maxBytes`. */
  async download(mxc: string, maxBytes: number): Promise<Uint8Array> {
    const where = /^mxc:\/\/([^/?#]+)\/([\w-]+)$/.exec(mxc);
    if (where === null) throw new Error('not an mxc address');
    const path = `/_matrix/client/v1/media/download/${encodeURIComponent(where[1] ?? '')}/${where[2] ?? ''}`;
    const ask = (): Promise<unknown> =>
      this.#client.doRequest('GET', path, null, null, 60_000, false, 'application/octet-stream', true);
    const body = await this.#patiently(`GET ${path}`, ask, FILE_TRIES);
    if (!Buffer.isBuffer(body) || body.length > maxBytes) throw new Error('no readable content');
    return body;
  }

  /** So much of a file, and whether that is all of it; what comes after is not fetched. Asked once. */
  async beginning(mxc: string, maxBytes: number): Promise<{ readonly bytes: Uint8Array; readonly whole: boolean }> {
    const where = /^mxc:\/\/([^/?#]+)\/([\w-]+)$/.exec(mxc);
    if (where === null) throw new Error('not an mxc address');
    const { homeserverUrl, accessToken, ghost } = this.#options;
    const path = `/_matrix/client/v1/media/download/${encodeURIComponent(where[1] ?? '')}/${where[2] ?? ''}`;
    const url = new URL(path, homeserverUrl);
    if (ghost) url.searchParams.set('user_id', this.userId);
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, AbortSignal.timeout(60_000)]);
    const response = await fetch(url, { headers: { authorization: `Bearer ${accessToken}` }, signal });
    if (!response.ok || response.body === null) throw new Error('no readable content');
    const parts: Uint8Array[] = [];
    let length = 0;
    for await (const part of response.body) {
      parts.push(part);
      length += part.length;
      if (length > maxBytes) break;
    }
    over.abort();
    return { bytes: Buffer.concat(parts).subarray(0, maxBytes), whole: length <= maxBytes };
  }

  async #orNull(path: string): Promise<unknown> {
    try {
      return await this.call('GET', path);
    } catch (error) {
      if (error instanceof MatrixError && (error.statusCode === 404 || error.statusCode === 403)) return null;
      throw error;
    }
  }
}

const sent = (answer: unknown): EventId => z.object({ event_id: EventId }).parse(answer).event_id;

/** Whether a send can never succeed: the room is closed to this account, or the event is not acceptable. */
export const refused = (error: unknown): boolean =>
  error instanceof MatrixError && error.statusCode >= 400 && error.statusCode < 500;

/** Whether this account has set the same annotation before, from whatever device. */
export const isAnnotatedAlready = (error: unknown): boolean =>
  error instanceof MatrixError && error.errcode === 'M_DUPLICATE_ANNOTATION';
