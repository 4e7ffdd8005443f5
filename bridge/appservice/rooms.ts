import { z } from 'zod';
import type { Account } from '../matrix/account.ts';
import { creationIn } from '../matrix/lineage.ts';
import { type RoomId, UserId } from '../protocol/ids.ts';
import { offIn, type OffState, STANDING_TYPE } from '../protocol/standing.ts';
import type { RoomEvent } from '../protocol/room-event.ts';

const PowerLevels = z.object({ users: z.record(z.string(), z.coerce.number()).default({}) });

export interface RoomsOptions {
  /** Reads the house's own rooms. */
  readonly coordinator: Account;
  readonly ghost: (user: UserId) => Account;
  readonly hq: RoomId;
  readonly admin?: UserId;
  /** Leaves out the accounts that can never be masters: Chavion's own, and the admin. */
  readonly isMasterLike: (user: UserId) => boolean;
  /** Everybody who may be in a room, to find one who can read it. */
  readonly residents: readonly UserId[];
}

/** What is known of rooms: who is in them, whether they are encrypted, and who the masters are. */
export class Rooms {
  readonly #account: Account;
  readonly #options: RoomsOptions;
  readonly #readers = new Map<RoomId, Promise<Account>>();
  readonly #hq: RoomId;
  readonly #isMasterLike: (user: UserId) => boolean;
  readonly #members = new Map<RoomId, Promise<Map<string, string>>>();
  readonly #encrypted = new Map<RoomId, boolean>();
  #off: Promise<ReadonlyMap<UserId, OffState>> | null = null;
  #masters: Promise<ReadonlySet<UserId>> | null = null;

  constructor(options: RoomsOptions) {
    this.#options = options;
    this.#account = options.coordinator;
    this.#hq = options.hq;
    this.#isMasterLike = options.isMasterLike;
  }

  /** An account that is in the room: the coordinator's, or that of the first resident who is. */
  reader(room: RoomId): Promise<Account> {
    let known = this.#readers.get(room);
    if (known === undefined) {
      known = this.#findReader(room);
      known.catch(() => this.#readers.delete(room));
      this.#readers.set(room, known);
    }
    return known;
  }

  joined(room: RoomId): void {
    this.#members.delete(room);
    this.#readers.delete(room);
  }

  async #findReader(room: RoomId): Promise<Account> {
    if (room === this.#hq) return this.#account;
    for (const user of this.#options.residents) {
      const account = this.#options.ghost(user);
      if (await account.isIn(room)) return account;
    }
    return this.#account;
  }

  /** Masters are the users of power level 100 in the HQ room, and those who rule it by having made it. */
  masters(): Promise<ReadonlySet<UserId>> {
    this.#masters ??= Promise.all([
      this.#account.state(this.#hq, 'm.room.power_levels'),
      creationIn(this.#account, this.#hq),
    ])
      .then(([content, made]) => this.#mastersIn(Object.entries(PowerLevels.parse(content ?? {}).users), made?.rulers))
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
      known = this.reader(room).then(async (account) => new Map(await account.joinedMembers(room)));
      known.catch(() => this.#members.delete(room));
      this.#members.set(room, known);
    }
    return known;
  }

  async isEncrypted(room: RoomId, as: Account): Promise<boolean> {
    const known = this.#encrypted.get(room);
    if (known !== undefined) return known;
    const encrypted = (await as.state(room, 'm.room.encryption')) !== null;
    this.#encrypted.set(room, encrypted);
    return encrypted;
  }

  /** Whose accounts the admin has found closed, locked or suspended. */
  off(): Promise<ReadonlyMap<UserId, OffState>> {
    this.#off ??= this.#account.state(this.#hq, STANDING_TYPE).then(offIn);
    return this.#off;
  }

  async note(event: RoomEvent): Promise<void> {
    if (event.kind === 'standing' && event.roomId === this.#hq && event.sender === this.#options.admin)
      this.#off = Promise.resolve(event.off);
    if (event.kind === 'power' && event.roomId === this.#hq) this.#masters = this.#mastersWith([...event.users]);
    if (event.kind === 'encrypted') this.#encrypted.set(event.roomId, true);
    if (event.kind !== 'membership') return;
    // The reader may have left, or the first one may have come.
    if (this.#options.residents.includes(event.user)) this.#readers.delete(event.roomId);
    const members = await this.#members.get(event.roomId)?.catch(() => undefined);
    if (event.membership === 'join') members?.set(event.user, event.displayName ?? event.user);
    else members?.delete(event.user);
  }

  /** The homeserver was away: ask again. */
  invalidate(): void {
    this.#members.clear();
    this.#readers.clear();
    this.#encrypted.clear();
    this.#masters = null;
    this.#off = null;
  }

  async #mastersWith(users: readonly (readonly [string, number])[]): Promise<ReadonlySet<UserId>> {
    return this.#mastersIn(users, (await creationIn(this.#account, this.#hq))?.rulers);
  }

  #mastersIn(users: readonly (readonly [string, number])[], rulers: readonly UserId[] = []): ReadonlySet<UserId> {
    const masters = new Set(rulers.filter((user) => this.#isMasterLike(user)));
    for (const [user, level] of users) {
      const id = UserId.safeParse(user);
      if (id.success && level === 100 && this.#isMasterLike(id.data)) masters.add(id.data);
    }
    return masters;
  }
}
