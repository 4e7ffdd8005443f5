import { setTimeout as sleep } from 'node:timers/promises';
import type { Account } from '../../bridge/matrix/account.ts';
import { formerOf, isLeft, latestOf } from '../../bridge/matrix/lineage.ts';
import type { ExecutorSettings } from '../../bridge/protocol/executor-settings.ts';
import type { RoomId } from '../../bridge/protocol/ids.ts';

/** Until whoever looks after the rooms has brought this account into the new one: soon, and then with more patience. */
const AGAIN_MS = 1_000;
const SOON = 120;
const LATER_MS = 15_000;

/** The rooms that this executor belongs to, where they go on after an upgrade, and those before: orders stand in them all. */
export class OwnRooms {
  readonly #account: Account;
  readonly #admin: Parameters<typeof latestOf>[2]['admin'];
  #hq: RoomId;
  #ops: RoomId;
  #former: readonly RoomId[] = [];
  #following = false;

  constructor(
    account: Account,
    settings: Pick<ExecutorSettings, 'CHAVION_HQ_ROOM' | 'CHAVION_OPS_ROOM' | 'CHAVION_ADMIN_USER'>,
  ) {
    this.#account = account;
    this.#admin = settings.CHAVION_ADMIN_USER;
    this.#hq = settings.CHAVION_HQ_ROOM;
    this.#ops = settings.CHAVION_OPS_ROOM;
  }

  get hq(): RoomId {
    return this.#hq;
  }

  get ops(): RoomId {
    return this.#ops;
  }

  get all(): readonly RoomId[] {
    return [this.#hq, this.#ops, ...this.#former];
  }

  /** Looks with this account's own eyes. Returns whether there is nothing further to follow. */
  async look(): Promise<boolean> {
    const never = { admin: this.#admin, executor: this.#account.userId };
    const [hq, ops] = await Promise.all([
      latestOf(this.#account, this.#hq, never),
      latestOf(this.#account, this.#ops, never),
    ]);
    const former = await Promise.all([formerOf(this.#account, hq), formerOf(this.#account, ops)]);
    this.#hq = hq;
    this.#ops = ops;
    this.#former = former.flat();
    return !(await Promise.all([hq, ops].map((room) => isLeft(this.#account, room)))).includes(true);
  }

  /** One of them was upgraded, perhaps once more meanwhile: looks until it goes on nowhere else. Returns whether any of them is another one now. */
  async follow(signal: AbortSignal | undefined): Promise<boolean> {
    if (this.#following) return false;
    this.#following = true;
    const before = [this.#hq, this.#ops].join();
    try {
      for (let looks = 1; !(await this.look().catch(() => false)); looks += 1) {
        await sleep(looks < SOON ? AGAIN_MS : LATER_MS, undefined, { ref: false });
        if (signal?.aborted === true) return false;
      }
    } finally {
      this.#following = false;
    }
    return [this.#hq, this.#ops].join() !== before;
  }
}
