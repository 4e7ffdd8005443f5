import type { Account } from '../../bridge/matrix/account.ts';
import { permalink } from '../../bridge/matrix/permalink.ts';
import { woven } from '../../bridge/matrix/woven.ts';
import { sha256 } from '../../bridge/digest/canonical.ts';
import type { Lang } from '../../bridge/protocol/ids.ts';
import { leftBehind } from '../../bridge/text/room/executor.ts';
import type { OwnRooms } from '../gate/own-rooms.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Reports } from '../reports/reports.ts';

export interface LeftBehindDeps {
  readonly account: Pick<Account, 'userId'>;
  readonly ledger: Pick<Ledger, 'unfinished'>;
  readonly rooms: Pick<OwnRooms, 'hq' | 'ops'>;
  readonly reports: Pick<Reports, 'notice'>;
  readonly lang: Lang;
}

/** More are not named one by one. */
const NAMED = 10;

/** HQ is another room now: says there which requests wait in a former one, where a ✅ still counts and nobody looks any more. */
export async function tellLeftBehind({ account, ledger, rooms, reports, lang }: LeftBehindDeps): Promise<void> {
  const via = account.userId.slice(account.userId.indexOf(':') + 1);
  const waiting = ledger
    .unfinished()
    .filter(({ state, job }) => state === 'asked' && job.room !== rooms.hq && job.room !== rooms.ops);
  const links = [
    ...new Set(
      waiting.flatMap(({ job, request }) => (request === undefined ? [] : permalink(job.room, request.event, via))),
    ),
  ];
  if (links.length === 0) return;
  const said = woven(() => leftBehind[lang](links.slice(0, NAMED), links.length));
  await reports.notice(rooms.hq, said, `left.${sha256([rooms.hq, ...links].join(' ')).slice(0, 32)}`);
}
