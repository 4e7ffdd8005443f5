import type { Logger } from 'pino';
import { z } from 'zod';
import { HomeserverError } from '../../../synapse/client.ts';
import { readAdminRooms, type AdminRooms } from '../../../synapse/masters.ts';
import { messageContent } from '../../matrix/content.ts';
import { decodeEvent } from '../../matrix/decode.ts';
import type { EventId, Lang, RoomId, UserId } from '../../protocol/ids.ts';
import { languageOfCommand, languageOfRoom } from '../../protocol/orders/language.ts';
import { adminFailed, adminRefused } from '../../text/room/admin.ts';
import { judgeAdmission, orderOfAdmission } from './admission.ts';
import { carryOut } from './carry-out.ts';
import { type AdminVerdict, judgeAdmin } from './gate.ts';
import type { InstanceFacts } from './reports.ts';

export interface AdminHandlerDeps {
  /** With the admin's token of now. */
  readonly house: () => AdminRooms;
  readonly serverName: string;
  readonly facts: InstanceFacts;
  /** For rooms in which nobody has written anything that shows one. */
  readonly lang: Lang;
  readonly now: () => number;
  readonly log: Logger;
}

/**
 * Carries out one order that seems to stand in a room, after having read it anew. May be called again for the same
 * event: the answer has a transaction id made of it. Throws where the homeserver is away.
 */
export async function attend(event: EventId, room: RoomId, deps: AdminHandlerDeps): Promise<void> {
  const house = deps.house();
  const path = `/_matrix/client/v3/rooms/${encodeURIComponent(room)}`;
  const [raw, masters] = await Promise.all([
    house.client.find('GET', `${path}/event/${encodeURIComponent(event)}`, z.unknown(), { token: house.token }),
    readAdminRooms(house),
  ]);
  const order = orderOfAdmission(raw);
  if (order !== null) return admit(raw, await orderFrom(house, order), { ...deps, house, masters });
  const verdict = judgeAdmin({ raw, event, room, masters, now: deps.now() });
  const ids = {
    event,
    ...(verdict.kind === 'order' ? { order: verdict.order.kind, by: verdict.by } : { why: verdict.why }),
  };
  deps.log.info(ids, verdict.kind === 'order' ? 'order' : 'refused');
  const text = await answerTo(verdict, { ...deps, house, masters, room });
  if (text === null) return;
  const thread = verdict.kind === 'order' ? verdict.thread : undefined;
  const body = messageContent({
    text,
    msgtype: 'm.notice',
    chavion: { v: 1, kind: 'notice', source: event },
    replyTo: event,
    ...(thread === undefined ? {} : { thread }),
  });
  await house.client.call('PUT', `${path}/send/m.room.message/${encodeURIComponent(`${event}.admin`)}`, z.unknown(), {
    token: house.token,
    body,
  });
  deps.log.info({ event }, 'answered');
}

/** Orders are given in HQ or in ops. */
async function orderFrom({ client, token, rooms }: AdminRooms, event: EventId): Promise<unknown> {
  const read = (room: RoomId) =>
    client.find(
      'GET',
      `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/event/${encodeURIComponent(event)}`,
      z.unknown(),
      { token },
    );
  return (await read(rooms.hq)) ?? (await read(rooms.ops));
}

/** Into HQ and ops; the coordinator has no right to invite, and whoever writes in its name gets no more than this. */
async function admit(
  raw: unknown,
  order: unknown,
  {
    house,
    masters,
    serverName,
    now,
    log,
  }: Omit<AdminHandlerDeps, 'house'> & {
    readonly house: AdminRooms;
    readonly masters: Awaited<ReturnType<typeof readAdminRooms>>;
  },
): Promise<void> {
  const user = judgeAdmission({ raw, order, coordinator: house.who.coordinator, masters, serverName, now: now() });
  log.info({ user: user ?? 'nobody' }, user === null ? 'admission refused' : 'admission');
  if (user === null) return;
  for (const room of [house.rooms.hq, house.rooms.ops]) {
    const invite = house.client.call(
      'POST',
      `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/invite`,
      z.unknown(),
      { token: house.token, body: { user_id: user } },
    );
    await invite.catch((error: unknown) => {
      // In the room already.
      if (!(error instanceof HomeserverError && error.status === 403)) throw error;
    });
  }
}

const Said = z.object({ chunk: z.array(z.unknown()) });
/** As far back as words are looked for that show a language. */
const LOOKED_BACK = 100;

/** As the coordinator has it: a Korean command shows it, else what masters last wrote in the room. */
async function languageFor(
  body: string,
  room: RoomId,
  { client, token }: AdminRooms,
  masters: ReadonlySet<UserId>,
  lang: Lang,
): Promise<Lang> {
  const shown = languageOfCommand(body, 'en');
  if (shown === 'ko') return shown;
  const query = { dir: 'b', limit: String(LOOKED_BACK), filter: JSON.stringify({ types: ['m.room.message'] }) };
  const said = await client.find('GET', `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/messages`, Said, {
    token,
    query,
  });
  const messages = (said?.chunk ?? []).flatMap((raw) => {
    const event = decodeEvent(raw, { isOwn: () => false }, room);
    return event?.kind === 'message' ? [event] : [];
  });
  return languageOfRoom(messages, masters) ?? lang;
}

async function answerTo(
  verdict: AdminVerdict,
  deps: Omit<AdminHandlerDeps, 'house'> & {
    readonly house: AdminRooms;
    readonly room: RoomId;
    readonly masters: Awaited<ReturnType<typeof readAdminRooms>>;
  },
): Promise<string | null> {
  if (verdict.kind === 'refused' && !verdict.owed) return null;
  const lang = await languageFor(verdict.body, deps.room, deps.house, deps.masters, deps.lang);
  if (verdict.kind === 'refused')
    return verdict.owed && (verdict.why === 'edited' || verdict.why === 'too-old')
      ? adminRefused[verdict.why][lang]()
      : null;
  try {
    return await carryOut(verdict.order, {
      ...deps.house,
      serverName: deps.serverName,
      masters: deps.masters,
      facts: deps.facts,
      by: verdict.by,
      lang,
    });
  } catch (error) {
    if (!(error instanceof HomeserverError) || error.status >= 500 || error.status === 401) throw error;
    deps.log.warn({ order: verdict.order.kind, status: error.status, code: error.code }, 'not done');
    return adminFailed[lang](error.code);
  }
}
