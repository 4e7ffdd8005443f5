import type { Lang } from '../../bridge/protocol/ids.ts';
import { refusal } from '../../bridge/text/room/executor.ts';
import { planRefusal, unproven } from '../../bridge/text/room/plan-commands.ts';

/** In words, why something was turned away; `why` is one of the gate's, the policy's or the desk's words, `shown` is woven in. */
export function refusalText(why: string, shown: string, lang: Lang, ofPlan: boolean): string {
  if (ofPlan) return planRefusal[why]?.[lang](shown) ?? refusal[why]?.[lang](shown) ?? unproven[lang](why);
  return refusal[why]?.[lang](shown) ?? why;
}
