import { hostname } from 'node:os';
import type { Account } from '../../bridge/matrix/account.ts';
import { woven, type Woven } from '../../bridge/matrix/woven.ts';
import { visibleText } from '../../bridge/matrix/foreign-words.ts';
import type { Lang } from '../../bridge/protocol/ids.ts';
import { languageOfCommand } from '../../bridge/protocol/orders/language.ts';
import { parseUndo } from '../../bridge/protocol/orders/undo-order.ts';
import type { MessageEvent } from '../../bridge/protocol/room-event.ts';
import { undone } from '../../bridge/text/room/commands/trial.ts';
import { masterMessage } from '../gate/gate.ts';
import type { OrderReader } from '../gate/order-reader.ts';
import type { OwnRooms } from '../gate/own-rooms.ts';
import type { Audit } from '../ledger/audit.ts';
import type { Reports } from '../reports/reports.ts';
import type { Trial, Trials } from '../work/trials.ts';
import { undoCode } from '../work/undo-code.ts';

export interface UndoOrdersDeps {
  readonly account: Account;
  readonly rooms: Pick<OwnRooms, 'all'>;
  readonly reader: Pick<OrderReader, 'masters'>;
  readonly audit: Pick<Audit, 'write'>;
  readonly reports: Pick<Reports, 'notice'>;
  readonly trials: Pick<Trials, 'all' | 'put' | 'standing'>;
  /** Runs it when no command writes in these folders. */
  readonly inTurn: <T>(folders: readonly string[], does: () => Promise<T>) => Promise<T>;
  /** Whether others answer beside this one. */
  readonly several: () => Promise<boolean>;
  readonly lang: Lang;
  readonly now: () => number;
}

const LASTS_MS = 10 * 60_000;
const SHORTEST_CODE = 4;

/** `!undo`: what a command has changed in a lent folder is as it was before, or nothing of it where somebody changed it since. */
export class UndoOrders {
  readonly #deps: UndoOrdersDeps;

  constructor(deps: UndoOrdersDeps) {
    this.#deps = deps;
  }

  async said({ eventId, roomId: room, at }: MessageEvent): Promise<void> {
    const { account, rooms, reader, now, reports, several } = this.#deps;
    const [raw, masters] = await Promise.all([account.event(room, eventId), reader.masters()]);
    const facts = { raw, masters, reactions: [], stoppedUntil: 0, rooms: rooms.all, now: now() };
    const verdict = masterMessage({ room, root: eventId, at }, facts, LASTS_MS);
    const order = verdict.kind === 'message' ? parseUndo(verdict.message.body) : null;
    if (verdict.kind !== 'message' || order === null) return;
    const { thread, sender, body } = verdict.message;
    const lang = languageOfCommand(body, this.#deps.lang);
    const trial = this.#meant(order.code, room);
    // Another executor may have it; of several none says that there is nothing.
    if (trial === undefined && (await several())) return;
    const said = await this.#answer(trial, order.code, lang, sender);
    const about = { replyTo: eventId, ...(thread === undefined ? {} : { thread }) };
    await reports.notice(room, said, `${eventId}.undo.${hostname()}`, about);
  }

  async #answer(trial: Trial | undefined, code: string | null, lang: Lang, sender: string): Promise<Woven> {
    if (trial === undefined) return unknown(code, lang);
    // The last change of all is one, and the last of each executor as many as there are.
    if (code === null && (await this.#deps.several())) return woven(() => undone.whose[lang](undoCode(trial.key)));
    return this.#takeBack(trial, lang, sender);
  }

  /** After a start: what was cut off on its way goes on the same way, whatever has been said since. */
  async goOn(): Promise<void> {
    for (const { key } of this.#deps.trials.all()) {
      const standing = this.#deps.trials.standing(key);
      if (standing === 'cut-back' || standing === 'cut-there')
        await this.#deps.trials.put(key, standing === 'cut-back' ? 'back' : 'there');
    }
  }

  #meant(code: string | null, room: MessageEvent['roomId']): Trial | undefined {
    const put = this.#deps.trials
      .all()
      .filter(({ key }) => this.#deps.trials.standing(key) !== 'tried')
      .toSorted((a, b) => b.at - a.at);
    if (code === null) return put.find((one) => one.room === room && this.#deps.trials.standing(one.key) === 'there');
    return code.length < SHORTEST_CODE ? undefined : put.find(({ key }) => undoCode(key).startsWith(code));
  }

  async #takeBack(trial: Trial, lang: Lang, by: string): Promise<Woven> {
    const { trials, audit, inTurn } = this.#deps;
    const code = undoCode(trial.key);
    return inTurn(
      trial.folders.map(({ path }) => path),
      async () => {
        if (trials.standing(trial.key) === 'back') return woven(() => undone.already[lang](code));
        const back = await trials.put(trial.key, 'back');
        if (back.kind === 'no')
          return woven((weave) =>
            trials.standing(trial.key)?.startsWith('cut') === true
              ? undone.between[lang](code, weave.words(back.where, 200))
              : back.why === 'changed'
                ? undone.changed[lang](code, weave.code(visibleText(back.where)))
                : undone.failed[lang](code, weave.words(back.where, 200)),
          );
        const folders = trial.folders.map(({ path, hash }) => ({ path, hash }));
        await audit.write('changes.undone', { key: trial.key, root: trial.root, by, folders });
        return woven(() => undone.done[lang](code));
      },
    );
  }
}

function unknown(code: string | null, lang: Lang): Woven {
  return woven(({ words }) => (code === null ? undone.none[lang]() : undone.unknown[lang](words(code, 40))));
}
