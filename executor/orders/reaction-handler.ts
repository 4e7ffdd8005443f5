import type { EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import type { MessageEvent, RoomEvent } from '../../bridge/protocol/room-event.ts';
import { decodeEvent } from '../../bridge/matrix/decode.ts';
import { behind, orderWords } from '../../bridge/protocol/orders/order-words.ts';
import { parseAdmin } from '../../bridge/protocol/orders/admin-order.ts';
import { parseUndo } from '../../bridge/protocol/orders/undo-order.ts';
import { parseTask } from '../../bridge/protocol/orders/task-order.ts';
import { AGAIN, isSign, NO, YES } from '../../bridge/protocol/orders/consent-signs.ts';
import { mayGoAgain, type OrderHandler } from './order-handler.ts';
import { STOP_SIGN } from '../gate/gate.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { LedgerRecord } from '../ledger/ledger-entry.ts';
import type { OrderReader } from '../gate/order-reader.ts';
import { readReactions } from '../gate/relations.ts';
import type { Account } from '../../bridge/matrix/account.ts';
import type { RunningCommands } from '../work/running.ts';
import { coordinatorOf } from '../gate/task-acts.ts';
import { revokedBy } from '../gate/standing-order.ts';
import type { WatchState } from './watch-state.ts';
import type { OwnRooms } from '../gate/own-rooms.ts';
import type { UndoOrders } from './undo-orders.ts';
import type { WorkspaceOrders } from './workspace-orders.ts';

export interface SignsDeps {
  readonly account: Account;
  readonly rooms: Pick<OwnRooms, 'ops'>;
  readonly reader: OrderReader;
  readonly ledger: Ledger;
  readonly running: RunningCommands;
  readonly orderHandler: OrderHandler;
  readonly state: WatchState;
  readonly workspaces: Pick<WorkspaceOrders, 'said'>;
  readonly undos: Pick<UndoOrders, 'said'>;
  readonly onError: (error: unknown) => void;
}

/** What masters do in the rooms about commands: ✅ ❌ on requests, 🛑 and `!stop`, 🔁, and taking an order back. */
export class ReactionHandler {
  readonly #deps: SignsDeps;

  constructor(deps: SignsDeps) {
    this.#deps = deps;
  }

  /** Never rejects: one event that cannot be followed must not hold up the next. What it sets off goes on by itself. */
  async handle(event: RoomEvent): Promise<void> {
    try {
      await this.#handle(event);
    } catch (error) {
      this.#deps.onError(error);
    }
  }

  async #handle(event: RoomEvent): Promise<void> {
    switch (event.kind) {
      case 'message':
        return this.#said(event, orderWords(event) ?? '');
      case 'reaction':
        return this.#reaction(event.target, event.key, event.sender, event.roomId);
      case 'redaction':
        // The homeserver lets nobody redact what is not his to redact.
        this.#deps.running.stopEvent(event.target, event.sender);
        return this.#withdrawWhere(event.target, event.sender);
      case 'edit':
        return this.#decideWhere(event.target);
      case 'membership':
      case 'power':
      case 'encrypted':
      case 'upgrade':
      case 'standing':
      case 'command-result':
      case 'plan-result':
      case 'other':
      case 'poll-response':
      case 'unreadable':
        return;
    }
  }

  async #said(event: MessageEvent, words: string): Promise<void> {
    if (behind(words, 'stop', '그만') !== null) await this.#stop(event);
    if (parseAdmin(words)?.kind === 'workspaces') this.#go(this.#deps.workspaces.said(event));
    if (parseUndo(words) !== null) this.#go(this.#deps.undos.said(event));
    await this.#revoke(words, event.at, event.sender);
  }

  /** In the ops room, where everything is seen, it means everything; in a task's thread, that task. */
  async #stop({ roomId: room, at, sender: by, thread }: MessageEvent): Promise<void> {
    if (!(await this.#isMaster(by))) return;
    if (thread !== undefined && (await this.#isTask(room, thread)))
      return this.#go(this.#deps.orderHandler.endTask(thread, at, by));
    const scope = room === this.#deps.rooms.ops ? null : room;
    this.#deps.state.stop(scope, at);
    this.#deps.running.stopRoom(scope, at, by);
    for (const record of this.#waiting()) {
      if ((scope === null || record.job.room === scope) && record.job.at <= at)
        this.#go(this.#deps.orderHandler.withdraw(record, { kind: 'stopped', by, ms: 0 }));
    }
  }

  async #revoke(body: string, at: number, by: UserId): Promise<void> {
    const key = revokedBy(body);
    if (key !== null && (await this.#isMaster(by))) this.#deps.state.revoke(key, at);
  }

  /** A master's, or the coordinator's run of a schedule. */
  async #isTask(room: RoomId, root: EventId): Promise<boolean> {
    const message = decodeEvent(await this.#deps.account.event(room, root), { isOwn: () => false }, room);
    return (
      message?.kind === 'message' &&
      (message.sender === coordinatorOf(this.#deps.account.userId) ||
        parseTask(orderWords(message) ?? '')?.kind === 'task')
    );
  }

  async #reaction(target: EventId, key: string, sender: UserId, room: RoomId): Promise<void> {
    if (isSign(key, YES) || isSign(key, NO)) return this.#decideWhere(target);
    if (key.startsWith(STOP_SIGN)) {
      if (!this.#deps.running.concerns(target) && !this.#waiting().some((record) => concerns(record, target))) return;
      if (!(await this.#isMaster(sender))) return;
      this.#deps.running.stopEvent(target, sender);
      return this.#withdrawWhere(target, sender);
    }
    if (isSign(key, AGAIN)) return this.#again(target, room);
  }

  /** Believed from the homeserver's list of reactions, not from what was pushed. */
  async #again(target: EventId, room: RoomId): Promise<void> {
    const record = this.#deps.ledger
      .all()
      .find(
        (one) =>
          one.outcome !== undefined &&
          mayGoAgain(one.outcome) &&
          (one.job.root === target || one.reports?.includes(target) === true),
      );
    if (record === undefined) return;
    const masters = await this.#deps.reader.masters();
    const reactions = await readReactions(this.#deps.account, room, target, masters);
    if (reactions.some(({ key, sender }) => isSign(key, AGAIN) && masters.has(sender)))
      this.#go(this.#deps.orderHandler.again(record));
  }

  #decideWhere(target: EventId): void {
    for (const record of this.#asked())
      if (record.request?.event === target) this.#go(this.#deps.orderHandler.decide(record));
  }

  #withdrawWhere(target: EventId, by: UserId): void {
    for (const record of this.#waiting())
      if (concerns(record, target)) this.#go(this.#deps.orderHandler.withdraw(record, { kind: 'stopped', by, ms: 0 }));
  }

  #asked(): readonly LedgerRecord[] {
    return this.#deps.ledger.unfinished().filter(({ state }) => state === 'asked');
  }

  /** Also what is about to ask. */
  #waiting(): readonly LedgerRecord[] {
    return this.#deps.ledger.unfinished().filter(({ state }) => ['asked', 'claimed', 'tried'].includes(state));
  }

  async #isMaster(user: UserId): Promise<boolean> {
    return (await this.#deps.reader.masters()).has(user);
  }

  /** A command may run for hours; the next sign is not kept waiting by it. */
  #go(work: Promise<void>): void {
    work.catch((error: unknown) => this.#deps.onError(error));
  }
}

const concerns = (record: LedgerRecord, event: EventId): boolean =>
  [
    record.job.root,
    record.job.type === 'chat' ? record.job.request : undefined,
    record.request?.event,
    record.message,
  ].includes(event);
