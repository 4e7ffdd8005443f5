import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { z } from 'zod';
import { errorLabel } from '../../../synapse/client.ts';
import type { AdminRooms } from '../../../synapse/masters.ts';
import type { PartTrouble } from '../../launcher/supervision/troubles.ts';
import { messageContent } from '../../matrix/content.ts';
import type { Lang, RoomId } from '../../protocol/ids.ts';
import { latenessText } from '../../text/room/lateness.ts';
import type { Phrase } from '../../text/say.ts';
import { type Lateness, type SaidLateness, PUNCTUAL, look } from './lateness.ts';

const LOOK_MS = 1_000;
/** What could not be said within this is no news any more. */
const TRY_FOR_MS = 600_000;

export interface LatenessDeps {
  readonly house: () => AdminRooms;
  readonly troubles: () => readonly PartTrouble[];
  readonly logs: string;
  readonly lang: Lang;
  readonly log: Logger;
}

interface Line {
  readonly room: 'hq' | 'ops';
  readonly id: string;
  readonly text: Phrase;
  readonly late: boolean;
  readonly since: number;
}

/** Tells the rooms, in the admin's name, when answers will be late, and when they come again. Until it is disposed of. */
export function tellLateness(deps: LatenessDeps): Disposable {
  let state: Lateness = PUNCTUAL;
  let owed: readonly Line[] = [];
  let busy = false;
  const round = async () => {
    const { next, say } = look(state, deps.troubles(), Date.now());
    state = next;
    if (say !== null) {
      deps.log.info(
        { cause: say.told.cause, kind: say.kind, parts: say.told.troubles.map(({ part }) => part) },
        'late',
      );
      owed = owing(owed, say, deps);
    }
    while (owed[0] !== undefined) {
      const [line] = owed;
      if (Date.now() - line.since < TRY_FOR_MS) await send(line, deps);
      else deps.log.warn({ id: line.id }, 'not told');
      owed = owed.filter((one) => one !== line);
    }
  };
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    void round()
      .catch((error: unknown) =>
        deps.log.warn(
          {
            error: errorLabel(error),
          },
          'not told yet',
        ),
      )
      .finally(() => (busy = false));
  }, LOOK_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** One line for HQ, the details for ops. A beginning that nobody has heard is told together with its end. */
function owing(before: readonly Line[], said: SaidLateness, { logs }: LatenessDeps): readonly Line[] {
  const { told } = said;
  const since = Date.now();
  const id = createHash('sha256').update(`${told.cause}.${told.loss}`).digest('base64url').slice(0, 32);
  if (said.kind === 'late') {
    const details = told.troubles.map((one, i): Line => ({
      room: 'ops',
      id: `late.${id}.${i}`,
      late: true,
      since,
      text: latenessText.away(awayOf(one, logs)),
    }));
    return [
      ...before,
      { room: 'hq', id: `late.${id}`, late: true, since, text: latenessText.late[told.loss] },
      ...details,
    ];
  }
  const seconds = Math.max(1, Math.round(said.lastedMs / 1000));
  const unheard = before.some(({ room, late }) => late && room === 'hq');
  const text = unheard ? latenessText.was(seconds) : latenessText.back[told.loss](seconds);
  return [
    ...before.filter(({ room, late }) => !(late && room === 'hq')),
    { room: 'hq', id: `back.${id}`, late: false, since, text },
    {
      room: 'ops',
      id: `back.${id}.0`,
      late: false,
      since,
      text: latenessText.returned(
        told.troubles.map(({ part }) => part),
        seconds,
      ),
    },
  ];
}

const awayOf = ({ part, how, deaths, again }: PartTrouble, logs: string) => ({
  part,
  how,
  deaths: deaths.length,
  again: again === null ? null : Math.max(0, Math.round((again - Date.now()) / 1000)),
  log: join(logs, `${part}.log`),
});

async function send({ room, id, text }: Line, { house, lang }: LatenessDeps): Promise<void> {
  const { client, token, rooms } = house();
  const where: RoomId = rooms[room];
  const body = messageContent({ text: text[lang](), msgtype: 'm.notice', chavion: { v: 1, kind: 'notice' } });
  await client.call(
    'PUT',
    `/_matrix/client/v3/rooms/${encodeURIComponent(where)}/send/m.room.message/${encodeURIComponent(id)}`,
    z.unknown(),
    { token, body, tries: 1 },
  );
}
