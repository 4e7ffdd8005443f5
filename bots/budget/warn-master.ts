import type { Account } from '../../bridge/matrix/account.ts';
import { messageContent } from '../../bridge/matrix/content.ts';
import type { AgentId, Lang, RoomId } from '../../bridge/protocol/ids.ts';
import { mostIsGone } from '../../bridge/text/room/budget.ts';
import type { Warning } from './cooldowns.ts';
import { amountInWords } from './budget-table.ts';
import { WHOLE } from './limits.ts';

export interface WarnDeps {
  readonly coordinator: Pick<Account, 'send'>;
  readonly hq: RoomId;
  readonly lang: Lang;
  readonly nameOf: (agent: AgentId) => string;
}

/** In HQ, where the master reads, and as a notice, which rings no phone. */
export async function warnMaster(
  { id, limit, spent }: Warning,
  { coordinator, hq, lang, nameOf }: WarnDeps,
): Promise<void> {
  const { scope, period, unit, amount } = limit;
  const whose = scope === WHOLE ? null : { name: nameOf(scope) };
  const text = mostIsGone[lang](whose, period, amountInWords(spent, unit, lang), amountInWords(amount, unit, lang));
  await coordinator.send(
    hq,
    'm.room.message',
    messageContent({ text, msgtype: 'm.notice', chavion: { v: 1, kind: 'notice' } }),
    `purse.${id}`,
  );
}
