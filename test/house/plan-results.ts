import { PLAN_RESULT_TYPE } from '../../bridge/protocol/orders/plan-result.ts';
import type { Json } from './provider-formats.ts';

/** How each attempt at a command of a task stands, as the executor has last told it: the event, and in it the result. */
export function planResults(events: readonly Json[], root: string): readonly { event: Json; result: Json }[] {
  const last = new Map<string, { event: Json; result: Json }>();
  for (const event of events) {
    const chavion = event.content?.['com.chavion'];
    if (event.type !== PLAN_RESULT_TYPE || chavion?.root !== root || !/^@executor\b/u.test(event.sender)) continue;
    const { plan, step, attempt } = chavion.result;
    last.set(`${plan}.${step}.${attempt}`, { event, result: chavion.result });
  }
  return [...last.values()];
}
