import { readdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Account } from '../../bridge/matrix/account.ts';
import { decodeEvent } from '../../bridge/matrix/decode.ts';
import { type Weave, woven } from '../../bridge/matrix/woven.ts';
import { TASK_LASTS_MS } from '../../bridge/protocol/command-job.ts';
import type { Lang } from '../../bridge/protocol/ids.ts';
import { type AdminOrder, parseAdmin } from '../../bridge/protocol/orders/admin-order.ts';
import { languageOfCommand, languageOfRoom } from '../../bridge/protocol/orders/language.ts';
import { parseTask } from '../../bridge/protocol/orders/task-order.ts';
import type { MessageEvent } from '../../bridge/protocol/room-event.ts';
import { type WorkspaceLine, workspaceCleared, workspaceList } from '../../bridge/text/room/disk.ts';
import { masterMessage } from '../gate/gate.ts';
import type { OrderReader } from '../gate/order-reader.ts';
import type { OwnRooms } from '../gate/own-rooms.ts';
import type { Audit } from '../ledger/audit.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { LedgerRecord } from '../ledger/ledger-entry.ts';
import { DIRECT_WORKSPACE } from '../policy/prepare.ts';
import type { Reports } from '../reports/reports.ts';
import { folderUsage } from '../sandbox/folder-usage.ts';
import { OpenFolder } from '../sandbox/folders.ts';
import { lastUse, takeAway, type WorkspaceFolders } from '../work/old-workspaces.ts';
import type { WatchState } from './watch-state.ts';

export interface WorkspaceOrdersDeps {
  readonly account: Account;
  readonly rooms: Pick<OwnRooms, 'hq' | 'ops'>;
  readonly reader: Pick<OrderReader, 'masters'>;
  readonly ledger: Pick<Ledger, 'all' | 'unfinished'>;
  readonly state: Pick<WatchState, 'endedAt'>;
  readonly audit: Pick<Audit, 'write'>;
  readonly reports: Pick<Reports, 'notice'>;
  readonly folders: WorkspaceFolders;
  /** Whether others answer beside this one. */
  readonly several: () => Promise<boolean>;
  readonly lang: Lang;
  readonly now: () => number;
}

/** As long as the admin believes one. */
const LASTS_MS = 10 * 60_000;
const DAY_MS = 86_400_000;
const SHOWN = 15;
const SHORTEST_CODE = 4;
const UNLIMITED = { bytes: Number.POSITIVE_INFINITY, inodes: Number.POSITIVE_INFINITY };

interface Workspace {
  readonly name: string;
  readonly kind: WorkspaceLine['kind'];
  /** By which people name it: as much of its own name as tells it from all others. */
  readonly code: string;
  readonly idleMs: number;
  readonly busy: boolean;
  /** The last command there that is known. */
  readonly record: LedgerRecord | undefined;
}

/**
 * `!admin workspaces`: what commands have left on this executor's disk, and taking it away. Believed from the homeserver
 * like every order; of all that begins with `!admin` the executor answers this alone, since nobody else sees its disk.
 */
export class WorkspaceOrders {
  readonly #deps: WorkspaceOrdersDeps;

  constructor(deps: WorkspaceOrdersDeps) {
    this.#deps = deps;
  }

  async said({ eventId, roomId: room, at }: MessageEvent): Promise<void> {
    const { account, rooms, reader, now } = this.#deps;
    if (room !== rooms.hq && room !== rooms.ops) return;
    const [raw, masters] = await Promise.all([account.event(room, eventId), reader.masters()]);
    const facts = { raw, masters, reactions: [], stoppedUntil: 0, rooms: [rooms.hq, rooms.ops], now: now() };
    const verdict = masterMessage({ room, root: eventId, at }, facts, LASTS_MS);
    // Of one that was edited or waited too long the admin tells.
    const order = verdict.kind === 'message' ? parseAdmin(verdict.message.body) : null;
    if (verdict.kind !== 'message' || order?.kind !== 'workspaces') return;
    const { thread, sender, body } = verdict.message;
    const lang = await this.#language(body, room, masters);
    const said = order.clear === null ? await this.#list(lang) : await this.#clear(order.clear, lang, sender);
    const about = { replyTo: eventId, ...(thread === undefined ? {} : { thread }) };
    await this.#deps.reports.notice(room, said, `${eventId}.workspaces.${hostname()}`, about);
  }

  async #language(body: string, room: MessageEvent['roomId'], masters: ReadonlySet<string>): Promise<Lang> {
    if (languageOfCommand(body, 'en') === 'ko') return 'ko';
    const { chunk } = await this.#deps.account.messages(room, { limit: 100 });
    const messages = chunk.flatMap((raw) => {
      const event = decodeEvent(raw, { isOwn: () => false }, room);
      return event?.kind === 'message' ? [event] : [];
    });
    return (
      languageOfRoom(messages, new Set(messages.map(({ sender }) => sender).filter((one) => masters.has(one)))) ??
      this.#deps.lang
    );
  }

  #all(): readonly Workspace[] {
    const { folders, ledger, state, now } = this.#deps;
    const inUse = this.#inUse();
    const names = readdirSync(folders.workspaces).filter((name) => /^[a-z]+-[0-9a-f]+$/.test(name));
    const records = new Map(ledger.all().map((record) => [record.prepared.workspace, record]));
    return names.map((name) => {
      const kind = KINDS.find((one) => name.startsWith(`${one}-`)) ?? 'other';
      const record = records.get(name);
      const idleMs = Math.max(0, now() - lastUse(folders, name, now()));
      // Between two steps nothing runs, and the next one needs what the last one made.
      const goesOn =
        kind === 'task' &&
        idleMs < TASK_LASTS_MS &&
        (record === undefined || state.endedAt(record.prepared.root) < (record.prepared.plan?.since ?? 1));
      return { name, kind, code: codeOf(name, names), idleMs, busy: inUse.has(name) || goesOn, record };
    });
  }

  #inUse(): ReadonlySet<string> {
    return new Set(this.#deps.ledger.unfinished().map(({ prepared }) => prepared.workspace));
  }

  async #bytes(name: string): Promise<number> {
    try {
      using folder = new OpenFolder({ path: join(this.#deps.folders.workspaces, name), writable: false });
      return (await folderUsage(folder.fd, UNLIMITED)).bytes;
    } catch {
      return 0;
    }
  }

  async #list(lang: Lang): Promise<ReturnType<typeof woven>> {
    const sized: (Workspace & { readonly bytes: number })[] = [];
    for (const one of this.#all()) sized.push({ ...one, bytes: await this.#bytes(one.name) });
    sized.sort((a, b) => b.bytes - a.bytes);
    const direct = await this.#bytes(DIRECT_WORKSPACE);
    const rest = sized.slice(SHOWN);
    const host = await this.#host();
    const whats = new Map<string, string>();
    for (const one of sized.slice(0, SHOWN)) whats.set(one.name, await this.#what(one));
    return woven((weave) =>
      workspaceList[lang]({
        lines: sized.slice(0, SHOWN).map((one) => ({
          ...one,
          what: this.#words(whats.get(one.name) ?? '', weave),
        })),
        more: { count: rest.length, bytes: sum(rest) },
        direct,
        all: direct + sum(sized),
        host: host === '' ? '' : weave.words(host, 60),
      }),
    );
  }

  async #host(): Promise<string> {
    return (await this.#deps.several()) ? hostname() : '';
  }

  #words(what: string, { words }: Weave): string {
    return what === '' ? '' : words(what, 40);
  }

  /** The mission, what was last asked for, or whose it is, as far as it can still be read. */
  async #what({ kind, record }: Workspace): Promise<string> {
    if (record === undefined) return '';
    const { room, root } = record.job;
    if (kind !== 'task' && kind !== 'chat') return record.prepared.orderedBy;
    const event = decodeEvent(await this.#deps.account.event(room, root), { isOwn: () => false }, room);
    if (event?.kind !== 'message') return '';
    const task = parseTask(event.body);
    return task?.kind === 'task' ? task.mission : event.body;
  }

  async #clear(
    choice: NonNullable<Extract<AdminOrder, { kind: 'workspaces' }>['clear']>,
    lang: Lang,
    by: MessageEvent['sender'],
  ): Promise<ReturnType<typeof woven>> {
    const meant = this.#all().filter((one) =>
      'code' in choice ? hashOf(one.name).startsWith(choice.code) : one.idleMs > choice.days * DAY_MS,
    );
    const free = meant.filter(({ busy }) => !busy);
    if ('code' in choice && meant.length !== 1) {
      const host = await this.#host();
      return woven(({ code, words }) =>
        workspaceCleared.unknown[lang](code(choice.code), host === '' ? '' : words(host, 60)),
      );
    }
    if ('code' in choice && free.length === 0)
      return woven(({ code }) => workspaceCleared.busy[lang](code(choice.code)));
    if ('days' in choice && free.length === 0) return woven(() => workspaceCleared.none[lang](choice.days));
    let [gone, bytes] = [0, 0];
    for (const { name } of free) {
      const size = await this.#bytes(name);
      // Counting took a while: a command may have begun there.
      if (this.#inUse().has(name) || !(await takeAway(this.#deps.folders, name))) continue;
      gone += 1;
      bytes += size;
      await this.#deps.audit.write('workspace.cleared', { workspace: name, bytes: size, by });
    }
    const left = free.length - gone;
    return woven(
      () => workspaceCleared.done[lang](gone, bytes) + (left === 0 ? '' : workspaceCleared.left[lang](left)),
    );
  }
}

const KINDS = ['task', 'chat', 'agent'] as const;

const sum = (all: readonly { readonly bytes: number }[]): number => all.reduce((bytes, one) => bytes + one.bytes, 0);
const hashOf = (name: string): string => name.slice(name.indexOf('-') + 1);

function codeOf(name: string, names: readonly string[]): string {
  const hash = hashOf(name);
  const others = names.filter((one) => one !== name).map(hashOf);
  let length = SHORTEST_CODE;
  while (length < hash.length && others.some((one) => one.startsWith(hash.slice(0, length)))) length += 1;
  return hash.slice(0, length);
}
