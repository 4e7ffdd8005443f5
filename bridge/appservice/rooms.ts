import { z } from 'zod';
import type { Account } from '../matrix/account.ts';
import { RoomId, UserId } from '../protocol/ids.ts';
import type { RoomEvent } from '../protocol/room-event.ts';

const PowerLevels = z.object({ users: z.record(z.string(), z.coerce.number()).default({}) });

export interface RoomsOptions {
  /** Reads the house's own rooms. */
  readonly coordinator: Account;
  readonly ghost: (user: UserId) => Account;
  readonly hq: RoomId;
  /** Leaves out the accounts that can never be masters: Chavion's own, and the admin. */
  readonly isMasterLike: (user: UserId) => boolean;
  /** Which ghost can read a room that the coordinator is not in; kept over restarts. */
  readonly readers: { load(): Promise<Readonly<Record<string, string>>>; save(room: RoomId, user: UserId): Promise<void> };
}

/** What is known of rooms: who is in them, whether they are encrypted, and who the masters are. */
export class Rooms {
  readonly #account: Account;
  readonly #options: RoomsOptions;
  readonly #readers = new Map<RoomId, UserId>();
  readonly #hq: RoomId;
  readonly #isMasterLike: (user: UserId) => boolean;
  readonly #members = new Map<RoomId, Promise<Map<string, string>>>();
  readonly #encrypted = new Map<RoomId, boolean>();
  #masters: Promise<ReadonlySet<UserId>> | null = null;

  constructor(options: RoomsOptions) {
    this.#options = options;
    this.#account = options.coordinator;
    this.#hq = options.hq;
    this.#isMasterLike = options.isMasterLike;
  }

  async load(): Promise<void> {
    for (const [room, user] of Object.entries(await this.#options.readers.load())) {
      this.#readers.set(RoomId.parse(room), UserId.parse(user));
    }
  }

  /** An account that is in the room: the coordinator's, or the ghost's that was invited there. */
  reader(room: RoomId): Account {
    const user = this.#readers.get(room);
    return user === undefined ? this.#account : this.#options.ghost(user);
  }

  async joined(room: RoomId, user: UserId): Promise<void> {
    this.#members.delete(room);
    if (this.#readers.has(room) || user === this.#account.userId) return;
    this.#readers.set(room, user);
    await this.#options.readers.save(room, user);
  }

  /** Masters are the users of power level 100 in the HQ room. */
  masters(): Promise<ReadonlySet<UserId>> {
    this.#masters ??= this.#account
      .state(this.#hq, 'm.room.power_levels')
      .then((content) => this.#mastersIn(Object.entries(PowerLevels.parse(content ?? {}).users)))
      .catch((error: unknown) => {
        this.#masters = null;
        throw error;
      });
    return this.#masters;
  }

  /** User id to display name. */
  members(room: RoomId): Promise<ReadonlyMap<string, string>> {
    let known = this.#members.get(room);
    if (known === undefined) {
      known = this.reader(room).joinedMembers(room).then((members) => new Map(members));
      known.catch(() => this.#members.delete(room));
      this.#members.set(room, known);
    }
    return known;
  }

  async isEncrypted(room: RoomId, as: Account = this.#account): Promise<boolean> {
    const known = this.#encrypted.get(room);
    if (known !== undefined) return known;
    const encrypted = (await as.state(room, 'm.room.encryption')) !== null;
    this.#encrypted.set(room, encrypted);
    return encrypted;
  }

  async note(event: RoomEvent): Promise<void> {
    if (event.kind === 'power' && event.roomId === this.#hq) this.#masters = Promise.resolve(this.#mastersIn([...event.users]));
    if (event.kind === 'encrypted') this.#encrypted.set(event.roomId, true);
    if (event.kind !== 'membership') return;
    const members = await this.#members.get(event.roomId)?.catch(() => undefined);
    if (event.membership === 'join') members?.set(event.user, event.displayName ?? event.user);
    else members?.delete(event.user);
  }

  /** The homeserver was away: ask again. */
  invalidate(): void {
    this.#members.clear();
    this.#encrypted.clear();
    this.#masters = null;
  }

  #mastersIn(users: readonly (readonly [string, number])[]): ReadonlySet<UserId> {
    const masters = new Set<UserId>();
    for (const [user, level] of users) {
      const id = UserId.safeParse(user);
      if (id.success && level === 100 && this.#isMasterLike(id.data)) masters.add(id.data);
    }
    return masters;
  }
}
