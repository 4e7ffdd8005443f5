import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClientEvent, createClient, type MatrixClient, MsgType, SyncState } from 'matrix-js-sdk';
import { logger as sdkLogger, type Logger } from 'matrix-js-sdk/lib/logger.js';
import { z } from 'zod';
import { ChavionContent } from '../../bridge/protocol/content.ts';
import { EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';

const quiet = (): void => undefined;
const silence: Logger = { trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet, getChild: () => silence };
Object.assign(sdkLogger, { ...silence, log: quiet });

/** The part of `ready.json` that a client needs. */
export interface HouseAddress {
  readonly homeserver: string;
  readonly master: { readonly userId: UserId; readonly password: string };
  readonly rooms: { readonly hq: RoomId; readonly ops: RoomId };
}

export interface SayOptions {
  /** The HQ room where none is named. */
  readonly room?: RoomId;
  readonly thread?: EventId;
  readonly replyTo?: EventId;
  readonly mentions?: readonly UserId[];
}

export interface Message {
  readonly eventId: EventId;
  readonly sender: UserId;
  /** With the latest edit applied. */
  readonly body: string;
  readonly formattedBody: string | undefined;
  readonly msgtype: string;
  readonly thread: EventId | undefined;
  readonly replyTo: EventId | undefined;
  readonly chavion: ChavionContent | undefined;
  /** How many edits there were. */
  readonly edits: number;
  /** origin_server_ts of the event and of its latest edit. */
  readonly at: number;
  readonly completeAt: number;
  readonly content: Readonly<Record<string, unknown>>;
}

const Raw = z.looseObject({
  event_id: EventId,
  sender: UserId,
  type: z.string(),
  origin_server_ts: z.number(),
  state_key: z.string().optional(),
  content: z.record(z.string(), z.unknown()),
});
export type Raw = z.infer<typeof Raw>;
const Relation = z.object({
  rel_type: z.string().optional(),
  event_id: EventId.optional(),
  is_falling_back: z.boolean().optional(),
  'm.in_reply_to': z.object({ event_id: EventId }).optional(),
});
const Content = z.record(z.string(), z.unknown());

const LOOK_EVERY_MS = 100;
/** A homeserver that a test has killed is asked again for so long. */
const AWAY_MS = 60_000;

/** The master at a real client (matrix-js-sdk), logged in and synced. Another account's login makes it a stranger. */
export async function connectMaster(house: HouseAddress): Promise<Master> {
  const before = createClient({ baseUrl: house.homeserver, logger: silence });
  const login = await before.loginRequest({
    type: 'm.login.password',
    identifier: { type: 'm.id.user', user: house.master.userId },
    password: house.master.password,
    initial_device_display_name: 'test',
  });
  const client = createClient({
    baseUrl: house.homeserver,
    userId: login.user_id,
    deviceId: login.device_id,
    accessToken: login.access_token,
    logger: silence,
    disableVoip: true,
  });
  const prepared = new Promise<void>((resolve) => {
    client.on(ClientEvent.Sync, (state) => {
      if (state === SyncState.Prepared) resolve();
    });
  });
  await client.startClient({ initialSyncLimit: 20, disablePresence: true });
  await prepared;
  return new Master(client, house);
}

/** Verbs for tests. What is read is read from the homeserver, page by page, so that nothing is missed. */
export class Master implements AsyncDisposable {
  readonly client: MatrixClient;
  readonly userId: UserId;
  readonly hq: RoomId;
  readonly ops: RoomId;
  readonly #homeserver: string;

  constructor(client: MatrixClient, house: HouseAddress) {
    this.client = client;
    this.userId = house.master.userId;
    this.hq = house.rooms.hq;
    this.ops = house.rooms.ops;
    this.#homeserver = house.homeserver;
  }

  /** Through the real client; repeated with the same transaction id while the homeserver is away. */
  async says(text: string, options: SayOptions = {}): Promise<EventId> {
    const room = options.room ?? this.hq;
    const content = {
      msgtype: MsgType.Text as const,
      body: text,
      ...relation(options),
      'm.mentions': options.mentions === undefined ? {} : { user_ids: [...options.mentions] },
    };
    const txnId = `test.${randomUUID()}`;
    try {
      return EventId.parse((await this.client.sendMessage(room, content, txnId)).event_id);
    } catch {
      return this.#send('m.room.message', content, room, txnId);
    }
  }

  async sendsRaw(type: string, content: Record<string, unknown>, room: RoomId = this.hq): Promise<EventId> {
    return this.#send(type, content, room, `test.${randomUUID()}`);
  }

  async #send(type: string, content: Record<string, unknown>, room: RoomId, txnId: string): Promise<EventId> {
    const path = `/rooms/${encodeURIComponent(room)}/send/${encodeURIComponent(type)}/${txnId}`;
    return z.object({ event_id: EventId }).parse(await this.call('PUT', path, content)).event_id;
  }

  async edits(target: EventId, text: string, room: RoomId = this.hq): Promise<EventId> {
    const inner = { msgtype: 'm.text', body: text };
    return this.sendsRaw(
      'm.room.message',
      {
        ...inner,
        body: `* ${text}`,
        'm.new_content': inner,
        'm.relates_to': { rel_type: 'm.replace', event_id: target },
      },
      room,
    );
  }

  async reacts(target: EventId, key: string, room: RoomId = this.hq): Promise<EventId> {
    return this.sendsRaw('m.reaction', { 'm.relates_to': { rel_type: 'm.annotation', event_id: target, key } }, room);
  }

  async redacts(target: EventId, room: RoomId = this.hq): Promise<void> {
    await this.call(
      'PUT',
      `/rooms/${encodeURIComponent(room)}/redact/${encodeURIComponent(target)}/test.${randomUUID()}`,
      {},
    );
  }

  /** As in the client-server API's createRoom; a private room of the master's without anything said. */
  async createRoom(options: Record<string, unknown> = {}): Promise<RoomId> {
    return z
      .object({ room_id: RoomId })
      .parse(await this.call('POST', '/createRoom', { preset: 'private_chat', ...options })).room_id;
  }

  async invites(user: UserId, room: RoomId): Promise<void> {
    await this.call('POST', `/rooms/${encodeURIComponent(room)}/invite`, { user_id: user });
  }

  async members(room: RoomId = this.hq): Promise<readonly UserId[]> {
    const answer = z
      .object({ joined: z.record(z.string(), z.unknown()) })
      .parse(await this.call('GET', `/rooms/${encodeURIComponent(room)}/joined_members`));
    return Object.keys(answer.joined).map((user) => UserId.parse(user));
  }

  /**
   * The complete answers to an event, as soon as there are `count`: messages whose `com.chavion.source` it is and
   * which do not grow any more. Throws with what was said instead when they do not come.
   */
  async answersTo(
    source: EventId,
    count: number,
    { timeoutMs = 60_000, room = this.hq }: { timeoutMs?: number; room?: RoomId } = {},
  ): Promise<readonly Message[]> {
    const until = Date.now() + timeoutMs;
    for (;;) {
      const answers = await this.answersNow(source, room);
      if (answers.length >= count) return answers;
      if (Date.now() > until)
        throw new Error(
          `${answers.length} of ${count} answers to ${source}:\n${(await this.#since(room, source)).map(({ sender, body }) => `${sender}: ${body}`).join('\n')}`,
        );
      await sleep(LOOK_EVERY_MS);
    }
  }

  /** All complete answers, after nothing has been said in the room for so long. */
  async answersAfterQuiet(source: EventId, quietMs: number, room: RoomId = this.hq): Promise<readonly Message[]> {
    let last = '';
    let since = Date.now();
    while (Date.now() - since < quietMs) {
      const now = JSON.stringify((await this.#since(room, source)).map(({ eventId, edits }) => [eventId, edits]));
      if (now !== last) since = Date.now();
      last = now;
      await sleep(LOOK_EVERY_MS);
    }
    return this.answersNow(source, room);
  }

  /** One answer may be several messages; its first one counts. */
  async answersNow(source: EventId, room: RoomId = this.hq): Promise<readonly Message[]> {
    const said = await this.#since(room, source);
    return said.filter(
      ({ chavion }) =>
        chavion?.source === source &&
        chavion.kind !== 'notice' &&
        (chavion.part ?? 0) === 0 &&
        chavion.streaming !== true,
    );
  }

  /** Every message in the room from the beginning, oldest first, edits applied, without the redacted ones. */
  async allMessages(room: RoomId = this.hq): Promise<readonly Message[]> {
    return this.#since(room, undefined);
  }

  /** Every event of the room as the homeserver gives it, oldest first. */
  async allEvents(room: RoomId = this.hq, after?: EventId): Promise<readonly Raw[]> {
    const found: Raw[] = [];
    let from: string | undefined;
    do {
      const query = new URLSearchParams({ dir: 'b', limit: '100', ...(from === undefined ? {} : { from }) });
      const page = z
        .object({ chunk: z.array(z.unknown()), end: z.string().optional() })
        .parse(await this.call('GET', `/rooms/${encodeURIComponent(room)}/messages?${query.toString()}`));
      const events = page.chunk.flatMap((event) => Raw.safeParse(event).data ?? []);
      const stop = events.findIndex(({ event_id }) => event_id === after);
      found.push(...(stop === -1 ? events : events.slice(0, stop)));
      from = stop === -1 ? page.end : undefined;
    } while (from !== undefined);
    return found.reverse();
  }

  /** A call of the client-server API (v3); repeated while the homeserver is away or overloaded, never after a refusal. */
  async call(method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown): Promise<unknown> {
    const until = Date.now() + AWAY_MS;
    for (;;) {
      const response = await fetch(`${this.#homeserver}/_matrix/client/v3${path}`, {
        method,
        headers: { authorization: `Bearer ${this.client.getAccessToken() ?? ''}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }).catch(() => null);
      if (response?.ok === true) return response.json();
      const passing = response === null || response.status >= 500 || response.status === 429;
      if (!passing || Date.now() > until)
        throw new Error(
          `${method} ${path}: ${response === null ? 'no answer' : `${response.status} ${await response.text()}`}`,
        );
      await sleep(200);
    }
  }

  async close(): Promise<void> {
    this.client.stopClient();
    this.client.removeAllListeners();
    await Promise.race([this.client.logout().catch(quiet), sleep(2_000, undefined, { ref: false })]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #since(room: RoomId, after: EventId | undefined): Promise<readonly Message[]> {
    return messagesOf(await this.allEvents(room, after));
  }
}

function relation({ thread, replyTo }: SayOptions): Record<string, unknown> {
  const reply = { 'm.in_reply_to': { event_id: replyTo ?? thread } };
  if (thread !== undefined)
    return {
      'm.relates_to': { rel_type: 'm.thread', event_id: thread, is_falling_back: replyTo === undefined, ...reply },
    };
  return replyTo === undefined ? {} : { 'm.relates_to': reply };
}

function messagesOf(events: readonly Raw[]): readonly Message[] {
  const found = new Map<EventId, Message>();
  for (const event of events) {
    if (event.type !== 'm.room.message' || event.state_key !== undefined || typeof event.content['body'] !== 'string')
      continue;
    const related = Relation.safeParse(event.content['m.relates_to']).data ?? {};
    if (related.rel_type === 'm.replace' && related.event_id !== undefined) {
      const edited = found.get(related.event_id);
      const content = Content.safeParse(event.content['m.new_content']).data;
      if (edited?.sender === event.sender && content !== undefined)
        found.set(edited.eventId, {
          ...edited,
          ...wordsOf(content),
          edits: edited.edits + 1,
          completeAt: event.origin_server_ts,
        });
      continue;
    }
    found.set(event.event_id, {
      eventId: event.event_id,
      sender: event.sender,
      ...wordsOf(event.content),
      thread: related.rel_type === 'm.thread' ? related.event_id : undefined,
      replyTo: related.is_falling_back === true ? undefined : related['m.in_reply_to']?.event_id,
      edits: 0,
      at: event.origin_server_ts,
      completeAt: event.origin_server_ts,
    });
  }
  return [...found.values()];
}

function wordsOf(
  content: Record<string, unknown>,
): Pick<Message, 'body' | 'formattedBody' | 'msgtype' | 'chavion' | 'content'> {
  const formatted = content['formatted_body'];
  return {
    body: String(content['body']),
    formattedBody: typeof formatted === 'string' ? formatted : undefined,
    msgtype: String(content['msgtype']),
    chavion: ChavionContent.safeParse(content['com.chavion']).data,
    content,
  };
}
