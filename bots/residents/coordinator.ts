import type { Rooms } from '../../bridge/appservice/rooms.ts';
import { type Account, refused } from '../../bridge/matrix/account.ts';
import { messageContent } from '../../bridge/matrix/content.ts';
import type { UserId } from '../../bridge/protocol/ids.ts';
import { type InviteJob, jobId, type NoticeJob } from '../../bridge/protocol/turn.ts';
import { cannotReadEncrypted } from '../../bridge/text/room/room.ts';
import type { Residents } from './residents.ts';

export interface CoordinatorDeps {
  readonly residents: Residents;
  readonly ghost: (user: UserId) => Account;
  readonly rooms: Rooms;
  readonly hqName: string;
  /** Whether nobody else has said this lately, or this very job has: of several who could say it, one does. */
  readonly saysFirst: (what: string, job: string, forSeconds?: number) => Promise<boolean>;
}

/** Says one line; a secret goes out of the room first. Repeating it says nothing twice. */
export async function giveNotice(job: NoticeJob, deps: CoordinatorDeps): Promise<void> {
  const account =
    job.as === undefined
      ? await deps.rooms.reader(job.room)
      : deps.ghost(deps.residents.byId.get(job.as)?.userId ?? deps.residents.coordinator);
  const text = (await redactFirst(job, account)) ? job.text : (job.redact?.otherwise ?? job.text);
  try {
    await account.send(
      job.room,
      'm.room.message',
      messageContent({
        text,
        msgtype: 'm.notice',
        chavion: {
          v: 1,
          kind: 'notice',
          source: job.source,
          ...(job.memory === true ? { memory: true } : {}),
          ...(job.quiet === true ? { quiet: true } : {}),
        },
        ...(job.thread === undefined ? {} : { thread: job.thread }),
      }),
      jobId(job),
    );
  } catch (error) {
    if (!refused(error)) throw error;
  }
}

async function redactFirst(job: NoticeJob, account: Account): Promise<boolean> {
  if (job.redact === undefined) return true;
  try {
    await account.redact(job.room, job.redact.event, `${jobId(job)}.redact`, 'secret');
    return true;
  } catch (error) {
    if (!refused(error)) throw error;
    return false;
  }
}

/** How often an encrypted room is told that nobody reads it. */
export const ENCRYPTED_EVERY_S = 86_400;

/** Follows a master's invitation and refuses anybody else's. */
export async function answerInvite(job: InviteJob, deps: CoordinatorDeps): Promise<void> {
  const user = deps.residents.byId.get(job.agent)?.userId ?? deps.residents.coordinator;
  const account = deps.ghost(user);
  try {
    // An invitation that was followed already, perhaps in provisioning, is old news.
    const inside = await account.isIn(job.room);
    if (!job.accept) return inside ? undefined : await account.leave(job.room);
    if (!inside) await account.join(job.room);
    deps.rooms.joined(job.room);
    if (!(await deps.rooms.isEncrypted(job.room, account))) return;
    if (!(await deps.saysFirst(`encrypted.${job.room}`, jobId(job), ENCRYPTED_EVERY_S))) return;
    const content = messageContent({
      text: cannotReadEncrypted[job.lang](deps.hqName),
      chavion: { v: 1, kind: 'notice', source: job.source },
    });
    await account.send(job.room, 'm.room.message', content, jobId(job));
  } catch (error) {
    // The room is gone, or the invitation was taken back meanwhile.
    if (!refused(error)) throw error;
  }
}
