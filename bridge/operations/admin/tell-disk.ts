import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import { z } from 'zod';
import { errorLabel } from '../../../synapse/client.ts';
import type { AdminRooms } from '../../../synapse/masters.ts';
import { type DiskNews } from '../../launcher/disk/disk.ts';
import { readableBytes } from '../../text/readable-bytes.ts';
import type { DiskState } from '../../launcher/disk/reserve.ts';
import { messageContent } from '../../matrix/content.ts';
import type { Lang } from '../../protocol/ids.ts';
import { diskText } from '../../text/room/disk.ts';

const LOOK_MS = 1_000;

export interface DiskTeller {
  readonly house: () => AdminRooms;
  readonly disks: () => readonly DiskNews[];
  readonly lang: Lang;
  readonly log: Logger;
}

/** One line in HQ, which rings, when a disk of the house is nearly full, and one when there is room again. Until it is disposed of. */
export function tellDisk(deps: DiskTeller): Disposable {
  const told = new Map<string, DiskState>();
  let busy = false;
  const round = async () => {
    for (const news of deps.disks()) {
      // Nearly full and full are one piece of news.
      if (roomy(told.get(news.folder) ?? 'roomy') === roomy(news.state)) continue;
      await tell(news, deps);
      told.set(news.folder, news.state);
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
          'disk: not told yet',
        ),
      )
      .finally(() => (busy = false));
  }, LOOK_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

const roomy = (state: DiskState): boolean => state === 'roomy';

async function tell({ folder, state, free, since }: DiskNews, { house, lang, log }: DiskTeller): Promise<void> {
  log.warn({ folder, state, free }, 'disk');
  const { client, token, rooms } = house();
  const id = `disk.${createHash('sha256').update(`${folder} ${state} ${since}`).digest('base64url').slice(0, 32)}`;
  const text =
    state === 'roomy' ? diskText.roomy(folder, readableBytes(free)) : diskText.low(folder, readableBytes(free));
  const body = messageContent({
    text: text[lang](),
    msgtype: state === 'roomy' ? 'm.notice' : 'm.text',
    chavion: { v: 1, kind: 'notice' },
  });
  await client.call(
    'PUT',
    `/_matrix/client/v3/rooms/${encodeURIComponent(rooms.hq)}/send/m.room.message/${encodeURIComponent(id)}`,
    z.unknown(),
    { token, body, tries: 1 },
  );
}
