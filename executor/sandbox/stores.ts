import { constants, closeSync, openSync, readdirSync, rmdirSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { folderUsage, type FolderUsage } from './folder-usage.ts';
import type { OpenFolder } from './folders.ts';
import { availableMemory } from './memory.ts';
import { type JobPlace, readingPlace, seldom, watchedPlace } from './place.ts';
import { Fullness } from './room.ts';
import type { KilledWhy, Limits } from './sandbox.ts';
import type { Home, Spawner } from './spawner/spawner.ts';

const MiB = 1024 * 1024;
/** So that jobs have groups of the same limits, which are used again. */
const STEP = 64 * MiB;
const MOST_COPIED = 0.8;
const LEAST = 8 * MiB;
const PAGE = 4096;
/** An empty one is there for the next job for as long. */
const IDLE_MS = 500;
/** For the store's own folders, and for what the kernel keeps of removed names. */
const OWN_INODES = 64;
const NOWHERE = { bytes: Number.POSITIVE_INFINITY, inodes: Number.POSITIVE_INFINITY };

interface Store {
  /** As the spawner knows it. */
  readonly name: string;
  /** As it is seen from here. */
  readonly folder: string;
  readonly merged: { readonly path: string; readonly identity: string };
  readonly spawner: number;
  readonly copies: boolean;
  readonly bytes: number;
  /** Of an empty one. */
  readonly empty: FolderUsage;
  readonly users: Set<{ readonly end: (why: KilledWhy) => void }>;
  /** Runs while nobody is in it. */
  idle: NodeJS.Timeout | undefined;
  /** Nothing of it will be kept any more. */
  spoiled: 'disk' | 'inodes' | undefined;
  readonly gone: PromiseWithResolvers<void>;
}

/**
 * Places for jobs. A job that may write has its workspace in a store (`spawner/stores.pl`): the kernel lets it take no
 * more bytes and files than it may, and what it made comes onto the disk only after its end, and only if there is room.
 * Jobs that are in one workspace at a time share its store: each sees what the others write, as soon as they do.
 */
export class Stores {
  readonly #spawner: Spawner;
  readonly #folder: string;
  readonly #fullness = new Fullness();
  readonly #stores = new Map<string, Store>();
  readonly #turns = new Map<string, Promise<unknown>>();
  #promised = 0;
  #made = 0;

  /** `folder`: where stores appear, seen by the spawner and its jobs only. */
  constructor(spawner: Spawner, folder: string) {
    this.#spawner = spawner;
    this.#folder = folder;
    for (const name of readdirSync(folder)) if (/^s-\w+$/.test(name)) tryRemoving(join(folder, name));
  }

  /** Why what is written cannot be held by the kernel here; undefined where it is. */
  async missing(): Promise<string | undefined> {
    return (await this.#spawner.home()).withoutStores;
  }

  /** `end`: how the job is ended when the store it shares with others is lost. */
  async enter(workspace: OpenFolder, limits: Limits, end: (why: KilledWhy) => void): Promise<JobPlace> {
    const { identity, writable } = workspace;
    if (!writable && !this.#used(identity)) return readingPlace(workspace);
    const home = await this.#spawner.home();
    if (home.withoutStores !== undefined)
      return writable ? watchedPlace(workspace, limits, this.#fullness) : readingPlace(workspace);
    // A workspace that would fill memory is worked in where it lies.
    if (home.copies && writable && !this.#used(identity)) {
      const { bytes } = await this.#fullness.of(workspace, limits);
      if (bytes > affordable(limits.diskBytes + bytes, this.#promised) * MOST_COPIED)
        return watchedPlace(workspace, limits, this.#fullness);
    }
    for (;;) {
      const place = await this.#inTurn(identity, async () => {
        const there = this.#there(identity, home.pid);
        if (there?.spoiled !== undefined) return there;
        if (!writable && !this.#used(identity)) return readingPlace(workspace);
        return this.#place(
          this.#taken(identity, there, limits) ?? (await this.#lay(workspace, limits, home)),
          workspace,
          limits,
          end,
        );
      });
      if (!('spoiled' in place)) return place;
      await place.gone.promise;
    }
  }

  #used(identity: string): boolean {
    return (this.#stores.get(identity)?.users.size ?? 0) > 0;
  }

  /** One that is in use, or an empty one if the machine can still promise as much. */
  #taken(identity: string, store: Store | undefined, limits: Limits): Store | undefined {
    if (store === undefined || store.users.size > 0) return store;
    clearTimeout(store.idle);
    if (affordable(limits.diskBytes, this.#promised) === store.bytes) {
      this.#promised += store.bytes;
      return store;
    }
    this.#drop(identity, store);
    return undefined;
  }

  /** One of a spawner that has died is gone with it. */
  #there(identity: string, spawner: number): Store | undefined {
    const store = this.#stores.get(identity);
    if (store === undefined || store.spawner === spawner) return store;
    this.#forget(identity, store);
    return undefined;
  }

  async #lay(workspace: OpenFolder, limits: Limits, { pid: spawner, copies }: Home): Promise<Store> {
    const before = await this.#fullness.of(workspace, limits);
    const bytes = affordable(limits.diskBytes + (copies ? before.bytes : 0), this.#promised);
    if (bytes < Math.min(limits.diskBytes, LEAST))
      throw new Error('too little memory is free for what a command writes');
    // A removed file takes an entry as well.
    const inodes = limits.inodes + before.inodes + OWN_INODES;
    const folder = join(this.#folder, `s-${++this.#made}`);
    this.#promised += bytes;
    try {
      const identity = await this.#spawner.ask(
        'store',
        folder,
        workspace.path,
        workspace.identity,
        String(bytes),
        String(inodes),
        String(Math.max(0, limits.diskBytes - before.bytes)),
        String(Math.max(0, limits.inodes - before.inodes)),
      );
      const seen = `/proc/${spawner}/root${folder}`;
      const store: Store = {
        name: folder,
        folder: seen,
        merged: { path: join(folder, 'm'), identity },
        spawner,
        copies,
        bytes,
        empty: usedIn(seen),
        users: new Set(),
        idle: undefined,
        spoiled: undefined,
        gone: Promise.withResolvers(),
      };
      this.#stores.set(workspace.identity, store);
      return store;
    } catch (error) {
      this.#promised -= bytes;
      throw error;
    }
  }

  #place(store: Store, workspace: OpenFolder, limits: Limits, end: (why: KilledWhy) => void): JobPlace {
    const user = { end };
    store.users.add(user);
    let full = 0;
    const walk = seldom(() => tooDeep(join(store.folder, 'u')));
    return {
      folder: store.merged,
      writable: workspace.writable,
      held: true,
      memoryBytes: workspace.writable ? store.bytes : 0,
      heldBytes: () => usedIn(store.folder).bytes,
      look: async () => {
        if (!workspace.writable) return undefined;
        const what = fullOf(store);
        // The kernel fills it for a moment before it says no to something large.
        full = what === undefined ? 0 : full + 1;
        return store.spoiled ?? (full > 1 ? what : walk(0));
      },
      leave: (why) =>
        this.#inTurn(workspace.identity, async () => {
          store.users.delete(user);
          try {
            return workspace.writable ? await this.#settle(store, workspace, limits, why) : undefined;
          } finally {
            if (store.users.size === 0) this.#leaveAlone(workspace.identity, store);
          }
        }),
    };
  }

  /** Keeps what is in the store, or loses it whole. */
  async #settle(
    store: Store,
    workspace: OpenFolder,
    limits: Limits,
    why: KilledWhy | undefined,
  ): Promise<'disk' | 'inodes' | undefined> {
    // With its spawner the store has gone, and the job with both.
    if (this.#there(workspace.identity, (await this.#spawner.home()).pid) !== store) return undefined;
    const much = store.spoiled ?? (why === 'disk' || why === 'inodes' ? why : fullOf(store));
    if (much !== undefined) return spoil(store, much);
    if (isEmpty(store)) return undefined;
    const used = usedIn(store.folder);
    const enough = (room: FolderUsage) => room.bytes >= used.bytes && room.inodes >= used.inodes;
    const room = await this.#fullness.room(workspace, limits, enough);
    try {
      const again = store.users.size > 0 ? '1' : '';
      const how = await this.#spawner.ask('keep', store.name, String(room.bytes), String(room.inodes), again);
      if (how === 'disk' || how === 'inodes') return spoil(store, how);
      return undefined;
    } catch (error) {
      spoil(store, 'disk');
      if (error instanceof Error && /no space left|quota/i.test(error.message)) return 'disk';
      throw error;
    } finally {
      await this.#fullness.again(workspace, limits);
    }
  }

  #leaveAlone(identity: string, store: Store): void {
    if (this.#stores.get(identity) !== store) return;
    this.#promised -= store.bytes;
    if (store.spoiled !== undefined || !isEmpty(store)) return this.#drop(identity, store);
    store.idle = setTimeout(() => this.#drop(identity, store), IDLE_MS).unref();
  }

  #drop(identity: string, store: Store): void {
    this.#spawner.drop(store.name);
    this.#forget(identity, store);
  }

  #forget(identity: string, store: Store): void {
    clearTimeout(store.idle);
    this.#stores.delete(identity);
    if (store.users.size > 0) this.#promised -= store.bytes;
    store.gone.resolve();
  }

  /** One after the other for one workspace. */
  #inTurn<T>(identity: string, does: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(identity) ?? Promise.resolve()).then(does);
    const settled = turn.then(
      () => undefined,
      () => undefined,
    );
    this.#turns.set(identity, settled);
    void settled.then(() => {
      if (this.#turns.get(identity) === settled) this.#turns.delete(identity);
    });
    return turn;
  }
}

/** What is written lies in memory until the job has ended: never more than half of what nobody else was promised. */
function affordable(wanted: number, promised: number): number {
  const half = Math.max(0, availableMemory() - promised) / 2;
  const bytes = Math.min(wanted, half > STEP ? Math.floor(half / STEP) * STEP : half);
  return Math.floor(bytes / PAGE) * PAGE;
}

function spoil(store: Store, why: 'disk' | 'inodes'): 'disk' | 'inodes' {
  store.spoiled ??= why;
  for (const { end } of store.users) end(store.spoiled);
  return store.spoiled;
}

function fullOf(store: Store): 'disk' | 'inodes' | undefined {
  const { bfree, ffree } = statfsSync(store.folder);
  if (bfree === 0) return 'disk';
  return ffree === 0 ? 'inodes' : undefined;
}

function isEmpty(store: Store): boolean {
  if (store.copies) return false;
  const used = usedIn(store.folder);
  return used.bytes <= store.empty.bytes && used.inodes <= store.empty.inodes;
}

function usedIn(folder: string): FolderUsage {
  const { bsize, blocks, bfree, files, ffree } = statfsSync(folder);
  return { bytes: (blocks - bfree) * bsize, inodes: files - ffree };
}

/** Folders that nobody could go through afterwards. */
async function tooDeep(folder: string): Promise<'inodes' | undefined> {
  const fd = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    return (await folderUsage(fd, NOWHERE)).inodes === Number.POSITIVE_INFINITY ? 'inodes' : undefined;
  } finally {
    closeSync(fd);
  }
}

function tryRemoving(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // somebody else's, or in use
  }
}
