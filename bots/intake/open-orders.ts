import type { Entry } from '../../bridge/appservice/timeline.ts';
import type { UserId } from '../../bridge/protocol/ids.ts';
import { orderWords } from '../../bridge/protocol/orders/order-words.ts';
import { parseRun } from '../../bridge/protocol/orders/run-order.ts';

export interface OpenOrders {
  readonly masters: ReadonlySet<UserId>;
  readonly executor: UserId;
  /** When it was said to stop them, origin_server_ts. */
  readonly at: number;
}

/** No command runs longer, and a request that waits for a yes is told of elsewhere. */
const LONGEST_MS = 24 * 3_600_000;
const STOPPED = '■';

/** How many commands that masters ordered in these lines had not come to an end when it was said to stop them. Pure. */
export function openOrders(entries: readonly Entry[], { masters, executor, at }: OpenOrders): number {
  const said = entries.filter(({ event }) => event.sender === executor && event.chavion?.source !== undefined);
  return entries.filter(({ event }) => {
    if (!masters.has(event.sender) || event.at > at || at - event.at > LONGEST_MS) return false;
    if (parseRun(orderWords(event) ?? '')?.kind !== 'order') return false;
    // Who stops is faster than who tells of it: then the end stands there already.
    return !said.some(
      (one) =>
        one.event.chavion?.source === event.eventId &&
        !one.growing &&
        !one.body.startsWith('✋') &&
        !(one.body.startsWith(STOPPED) && one.event.at >= at),
    );
  }).length;
}
