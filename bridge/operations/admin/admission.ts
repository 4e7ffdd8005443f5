import { z } from 'zod';
import { decodeEvent } from '../../matrix/decode.ts';
import { AgentId, EventId, RoomId, UserId } from '../../protocol/ids.ts';
import { behind, orderWords } from '../../protocol/orders/order-words.ts';

/** What the coordinator asks for when a master has called an agent that lives elsewhere: an invitation into HQ and ops. */
export interface AdmissionFacts {
  /** The coordinator's message, as the homeserver has it now. */
  readonly raw: unknown;
  /** The master's order that it names. */
  readonly order: unknown;
  readonly coordinator: UserId;
  readonly masters: ReadonlySet<UserId>;
  readonly serverName: string;
  readonly now: number;
}

/** An order that waited longer is not what somebody wants now. */
const LASTS_MS = 60 * 60_000;

/** Which room it stands in is not asked here. */
const HERE = RoomId.parse('!here');

const unsigned = z
  .object({
    redacted_because: z.unknown().optional(),
    'm.relations': z.object({ 'm.replace': z.unknown().optional() }).optional().catch(undefined),
  })
  .optional()
  .catch(undefined);
const Wish = z.object({
  sender: UserId,
  content: z.object({ 'com.chavion': z.object({ admit: UserId, source: EventId }) }),
  unsigned,
});
const Order = z.object({ event_id: EventId, sender: UserId, origin_server_ts: z.int(), unsigned });

/** The order that a message names, where it is one of these at all. */
export const orderOfAdmission = (raw: unknown): EventId | null =>
  Wish.safeParse(raw).data?.content['com.chavion'].source ?? null;

/** Who may be invited: an agent's account of this house, at a master's standing word. Pure. */
export function judgeAdmission({ raw, order, coordinator, masters, serverName, now }: AdmissionFacts): UserId | null {
  const wish = Wish.safeParse(raw);
  const said = Order.safeParse(order);
  if (!wish.success || !said.success) return null;
  const { admit, source } = wish.data.content['com.chavion'];
  if (wish.data.sender !== coordinator || said.data.event_id !== source || !masters.has(said.data.sender)) return null;
  if (
    [wish.data, said.data].some(
      (one) =>
        one.unsigned?.redacted_because !== undefined || one.unsigned?.['m.relations']?.['m.replace'] !== undefined,
    )
  )
    return null;
  const message = decodeEvent(order, { isOwn: () => false }, HERE);
  const words = message?.kind === 'message' ? behind(orderWords(message) ?? '', 'agent', '초대') : null;
  if (words === null || words === '' || now - said.data.origin_server_ts > LASTS_MS) return null;
  const id =
    admit.startsWith('@agent_') && admit.endsWith(`:${serverName}`)
      ? admit.slice('@agent_'.length, -serverName.length - 1)
      : '';
  return AgentId.safeParse(id).success ? admit : null;
}
