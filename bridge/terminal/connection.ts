import { setTimeout as sleep } from 'node:timers/promises';
import {
  ClientEvent,
  Direction,
  Filter,
  HttpApiEvent,
  type MatrixClient,
  type MatrixEvent,
  Method,
  type Room,
  RoomEvent as SdkRoomEvent,
  RoomMemberEvent,
  SyncState,
} from 'matrix-js-sdk';
import { z } from 'zod';
import { ConfigRefusal } from '../config/refusal.ts';
import { cleanName } from '../text/clean-text.ts';
import { decodeEvent } from '../matrix/decode.ts';
import { EventId, type RoomId, UserId } from '../protocol/ids.ts';
import type { RoomEvent } from '../protocol/room-event.ts';
import { terminalText } from '../text/terminal/terminal.ts';
import type { InstanceFile } from './house-file.ts';
import { logIn, logOut } from './login.ts';
import type { People } from './page.ts';

export interface ConnectionWatcher {
  /** Every event of the room once, in its order. */
  readonly happened: (event: RoomEvent) => void;
  readonly typing: (users: readonly UserId[]) => void;
  readonly reachable: (here: boolean) => void;
  /** The login is no longer good. */
  readonly loggedOut: () => void;
}

const FIRST_EVENTS = 60;
/** Events of one sync; beyond them the gap is filled from the room's history. */
const EVENTS_PER_SYNC = 200;
const PAGE = 100;
/** A terminal that was away for very long shows the latest part of what it missed. */
const MAX_MISSED = 3_000;
const RETRY_MS = 1_500;
const OPEN_WITHIN_MS = 30_000;

const typingContent = z.object({ user_ids: z.array(UserId) });
const raw = z.looseObject({ event_id: z.string() });

type Arrival = { readonly event: unknown } | { readonly gap: true };

/** One room through matrix-js-sdk, without encryption. Reads and writes only what a client may. */
export class Connection implements AsyncDisposable {
  readonly people: People;
  readonly #client: MatrixClient;
  readonly #room: RoomId;
  readonly #watcher: ConnectionWatcher;
  readonly #seen = new Set<string>();
  readonly #arrivals: Arrival[] = [];
  readonly #isOwn: (user: UserId) => boolean;
  #draining: Promise<void> | undefined;
  #retrying: NodeJS.Timeout | undefined;
  #here = true;

  /** Resolves when what the room holds lately has been handed to the watcher. Throws a `Refusal`. */
  static async open(house: InstanceFile, room: RoomId, watcher: ConnectionWatcher): Promise<Connection> {
    const connection = new Connection(await logIn(house), house.master.userId, room, watcher);
    try {
      await connection.#start();
      return connection;
    } catch (error) {
      await connection[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(client: MatrixClient, me: UserId, room: RoomId, watcher: ConnectionWatcher) {
    this.#client = client;
    this.#room = room;
    this.#watcher = watcher;
    const server = me.slice(me.indexOf(':'));
    this.#isOwn = (user) => user.endsWith(server) && (user.startsWith('@agent_') || user === `@executor${server}`);
    this.people = {
      me,
      nameOf: (user) => cleanName(client.getRoom(room)?.getMember(user)?.name ?? user, 64) || user,
      orderOf: (user) =>
        (client.getRoom(room)?.getMembers() ?? [])
          .map(({ userId }) => userId)
          .sort()
          .indexOf(user),
    };
  }

  /** Repeating it with the same id sends nothing twice: the homeserver remembers the id for this login. */
  async send(content: Record<string, unknown>, txnId: string): Promise<EventId> {
    const path = `/rooms/${encodeURIComponent(this.#room)}/send/m.room.message/${encodeURIComponent(txnId)}`;
    const answer = await this.#client.http.authedRequest(Method.Put, path, undefined, content);
    return z.object({ event_id: EventId }).parse(answer).event_id;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#retrying);
    this.#client.removeAllListeners();
    await logOut(this.#client);
  }

  async #start(): Promise<void> {
    const client = this.#client;
    client.on(SdkRoomEvent.Timeline, (event, room, toStart) => {
      if (room?.roomId === this.#room && toStart !== true) this.#arrive({ event: original(event) });
    });
    client.on(SdkRoomEvent.TimelineReset, (room) => {
      if (room?.roomId === this.#room && this.#seen.size > 0) this.#arrive({ gap: true });
    });
    client.on(RoomMemberEvent.Typing, (event) => {
      const content = event.getRoomId() === this.#room ? typingContent.safeParse(event.getContent()) : undefined;
      if (content?.success === true) this.#watcher.typing(content.data.user_ids);
    });
    client.on(HttpApiEvent.SessionLoggedOut, () => this.#watcher.loggedOut());
    const filter = new Filter(client.getUserId() ?? undefined);
    filter.setDefinition({
      presence: { types: [] },
      room: { rooms: [this.#room], timeline: { limit: EVENTS_PER_SYNC } },
    });

    const prepared = new Promise<void>((resolve) => {
      client.on(ClientEvent.Sync, (state) => {
        if (state === SyncState.Prepared) resolve();
        this.#synced(state);
      });
    });
    await client.startClient({ initialSyncLimit: FIRST_EVENTS, filter, disablePresence: true });
    const late = new AbortController();
    const opened = await Promise.race([
      prepared.then(() => true),
      sleep(OPEN_WITHIN_MS, false, { signal: late.signal }),
    ]);
    late.abort();
    if (!opened) throw new ConfigRefusal(terminalText.noAnswerFrom(client.baseUrl));
    if (client.getRoom(this.#room)?.getMyMembership() !== 'join') throw new ConfigRefusal(terminalText.notInRoom);
    await this.#draining;
  }

  #synced(state: SyncState): void {
    const here = state === SyncState.Syncing || state === SyncState.Prepared;
    if (here === this.#here || state === SyncState.Catchup || state === SyncState.Stopped) return;
    this.#here = here;
    clearInterval(this.#retrying);
    // The SDK would wait up to ten seconds; a homeserver next door is back sooner.
    if (!here) this.#retrying = setInterval(() => this.#client.retryImmediately(), RETRY_MS);
    this.#watcher.reachable(here);
  }

  #arrive(arrival: Arrival): void {
    this.#arrivals.push(arrival);
    this.#draining ??= this.#drain().finally(() => (this.#draining = undefined));
  }

  async #drain(): Promise<void> {
    // Everything of one sync has arrived by then, the token of a gap included.
    await Promise.resolve();
    for (let arrival = this.#arrivals.shift(); arrival !== undefined; arrival = this.#arrivals.shift()) {
      if ('gap' in arrival) await this.#fillGap(this.#client.getRoom(this.#room));
      else this.#tell(arrival.event);
    }
  }

  /** What happened between the last event known and those that the sync brought. */
  async #fillGap(room: Room | null): Promise<void> {
    let token = room?.getLiveTimeline().getPaginationToken(Direction.Backward) ?? null;
    const missed: unknown[] = [];
    while (token !== null && missed.length < MAX_MISSED) {
      const page = await this.#history(token);
      const known = page.chunk.findIndex((event) => this.#seen.has(raw.safeParse(event).data?.event_id ?? ''));
      missed.push(...(known === -1 ? page.chunk : page.chunk.slice(0, known)));
      token = known === -1 ? (page.end ?? null) : null;
    }
    for (const event of missed.reverse()) this.#tell(event);
  }

  /** Newest first. Goes on asking while the homeserver is away. */
  async #history(from: string): Promise<{ readonly chunk: readonly unknown[]; readonly end?: string | undefined }> {
    for (let tries = 0; ; tries += 1) {
      try {
        return await this.#client.createMessagesRequest(this.#room, from, PAGE, Direction.Backward);
      } catch {
        if (tries === 20) return { chunk: [] };
        await sleep(RETRY_MS);
      }
    }
  }

  #tell(event: unknown): void {
    const id = raw.safeParse(event).data?.event_id;
    if (id === undefined || this.#seen.has(id)) return;
    this.#seen.add(id);
    const decoded = decodeEvent(event, { isOwn: this.#isOwn }, this.#room);
    if (decoded !== null) this.#watcher.happened(decoded);
  }
}

/** As the homeserver sent it, before the SDK put edits in the place of what they edit. */
const original = (event: MatrixEvent): unknown => structuredClone(event.event);
