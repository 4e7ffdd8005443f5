import { setTimeout as sleep } from 'node:timers/promises';
import { AgentsStanding } from '../../../synapse/agents-standing.ts';
import { type Furnished, furnishRooms, type HouseRooms } from '../../../synapse/house-rooms.ts';
import type { AdminRooms } from '../../../synapse/masters.ts';
import { keepCoordinator, keepExecutor } from '../../../synapse/own-accounts.ts';
import type { Lang, RoomId, UserId } from '../../protocol/ids.ts';
import { agentsText, keptText, memoryRoomText } from '../../text/terminal/house.ts';
import { RoomGone } from '../../../synapse/provision-rooms.ts';
import { sayAsAdmin } from '../../../synapse/say.ts';

/** Between two looks; what somebody does to the house's own accounts and rooms is put right within it. */
const LOOK_MS = 15_000;
/** What somebody has begun in a room has several events. */
const SETTLE_MS = 500;

export interface KeepDeps {
  readonly house: () => AdminRooms;
  /** Undefined where whoever looks does not know it. */
  readonly executorPassword: string | undefined;
  readonly lang: Lang;
  /** Whose accounts are the owner's to close and open; told when he does. */
  readonly agents: readonly UserId[];
  /** The admin's token, looked at and made anew where it no longer does what it is for. */
  readonly signIn: () => Promise<void>;
  /** A room was upgraded, and the house's own accounts are in the new one. */
  readonly moved: (rooms: HouseRooms) => Promise<void>;
  readonly onKept: (what: 'executor' | 'coordinator' | 'moved' | 'gone') => void;
  readonly onError: (error: unknown) => void;
}

/** Looks after the house's own accounts and rooms: whatever a person does to them, the house goes on, or it is said. */
export class Keeper {
  readonly #deps: KeepDeps;
  readonly #signal: AbortSignal;
  #wake = (): void => undefined;
  readonly #standing: AgentsStanding;
  #gone = false;
  #memoryGone = false;

  constructor(deps: KeepDeps, signal: AbortSignal) {
    this.#deps = deps;
    this.#signal = signal;
    this.#standing = new AgentsStanding(deps.agents);
  }

  /** Something has changed in a room. */
  lookNow(): void {
    this.#wake();
  }

  /** Until aborted. */
  async run(): Promise<void> {
    let failing = false;
    while (!this.#signal.aborted) {
      const woken = new Promise<void>((resolve) => (this.#wake = resolve));
      try {
        await this.#look();
        failing = false;
      } catch (error) {
        // Once for each time that it begins: a homeserver that is away is nobody's news here.
        if (!failing && !this.#signal.aborted) this.#deps.onError(error);
        failing = true;
      }
      await Promise.race([woken.then(() => this.#pause(SETTLE_MS)), this.#pause(LOOK_MS)]);
    }
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#signal, ref: false }).catch(() => undefined);
  }

  async #look(): Promise<void> {
    const { house, executorPassword, signIn, onKept, lang } = this.#deps;
    await signIn();
    const { client, token, who, rooms } = house();
    if (
      executorPassword !== undefined &&
      (await keepExecutor(client, token, { userId: who.executor, password: executorPassword }))
    ) {
      onKept('executor');
      await this.#say(rooms.ops, keptText.executor[lang]());
    }
    if (await keepCoordinator(client, token, who.coordinator)) {
      onKept('coordinator');
      await this.#say(rooms.ops, keptText.coordinator[lang]());
    }
    // A room that is gone is made anew by the next start alone: a slip of the finger may still be undone by a backup.
    try {
      await this.#rooms();
      this.#gone = false;
    } catch (error) {
      if (!(error instanceof RoomGone)) throw error;
      if (!this.#gone) onKept('gone');
      this.#gone = true;
      return;
    }
    const news = await this.#standing.look(house());
    if (news !== null) await this.#say(house().rooms.hq, agentsText[lang](news.gone, news.back));
  }

  async #rooms(): Promise<void> {
    const { house, lang, moved, onKept } = this.#deps;
    const { client, token, who, rooms } = house();
    const serverName = who.admin.slice(who.admin.indexOf(':') + 1);
    const now: Furnished = await furnishRooms(
      { client, token, serverName, who },
      lang,
      { ...rooms, former: [...(rooms.former ?? [])] },
      false,
    );
    if (now.fates.memory === 'gone' && rooms.memory !== undefined && !this.#memoryGone) onKept('gone');
    this.#memoryGone = now.fates.memory === 'gone';
    const same = (['hq', 'ops', 'memory', 'space'] as const).every((room) => now.rooms[room] === rooms[room]);
    if (same) return;
    onKept('moved');
    await moved(now.rooms);
    if (now.rooms.hq !== rooms.hq) await this.#say(now.rooms.hq, keptText.moved[lang]());
    const { memory } = now.rooms;
    if (memory !== undefined && rooms.memory !== undefined && memory !== rooms.memory)
      await this.#say(memory, memoryRoomText.moved[lang]());
  }

  async #say(room: RoomId, text: string): Promise<void> {
    await sayAsAdmin(this.#deps.house(), room, text);
  }
}
