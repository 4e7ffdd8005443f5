import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { type Account, refused } from '../../bridge/matrix/account.ts';
import { messageContent } from '../../bridge/matrix/content.ts';
import type { Lang, RoomId } from '../../bridge/protocol/ids.ts';
import { sha256 } from '../../bridge/digest/canonical.ts';
import type { PutAside } from '../../bridge/queue/jobs.ts';
import { swarmKey } from '../../bridge/queue/redis.ts';
import { putAsideLine } from '../../bridge/text/room/dead-letters.ts';

export interface DeadLettersDeps {
  readonly redis: Redis;
  readonly coordinator: Pick<Account, 'send'>;
  readonly ops: RoomId;
  readonly lang: Lang;
  readonly log: Pick<Logger, 'error'>;
}

const KEPT = swarmKey('aside');
/** More of them are one mistake, of which these are examples enough. */
const MOST = 1_000;
const TOLD_S = 24 * 3600;

/** Keeps what cannot be read any more, and tells of each kind of it once a day: a hundred jobs of one mistake are one line. */
export function deadLettersOf({ redis, coordinator, ops, lang, log }: DeadLettersDeps): PutAside {
  return async ({ what, id, why, data }) => {
    log.error({ what, job: id, why }, 'put aside');
    if ((await redis.hlen(KEPT)) < MOST)
      await redis.hsetnx(KEPT, `${what} ${id}`, JSON.stringify({ at: Date.now(), why, data }));
    const kind = sha256(`${what} ${why}`).slice(0, 32);
    const first = await redis.set(swarmKey('aside', 'told', kind), id, 'EX', TOLD_S, 'NX', 'GET');
    if (first !== null && first !== id) return;
    const content = messageContent({
      text: putAsideLine[lang](what, why),
      msgtype: 'm.notice',
      chavion: { v: 1, kind: 'notice' },
    });
    await coordinator
      .send(ops, 'm.room.message', content, `aside.${kind}.${sha256(id).slice(0, 32)}`)
      .catch((error: unknown) => {
        // A room that takes no words keeps nothing from being put aside.
        if (!refused(error)) throw error;
      });
  };
}
