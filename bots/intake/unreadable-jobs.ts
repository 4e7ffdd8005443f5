import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Aside, Inbox, FailedEvent } from '../../bridge/appservice/inbox.ts';
import type { Account } from '../../bridge/matrix/account.ts';
import { EventId, type Lang, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import { jobId, type SwarmJob } from '../../bridge/protocol/turn.ts';
import type { JobQueue } from '../../bridge/queue/jobs.ts';
import { swarmKey } from '../../bridge/queue/redis.ts';
import * as say from '../../bridge/text/room/unreadable-jobs.ts';
import { clockTime } from '../../bridge/text/room/budget.ts';
import type { SwarmCommands } from '../commands/house-commands.ts';
import { plainWords } from '../../bridge/matrix/markdown-words.ts';
import { permalink } from '../../bridge/matrix/permalink.ts';

export interface UnreadableJobsDeps {
  readonly redis: Redis;
  readonly queue: Pick<JobQueue<SwarmJob>, 'add'>;
  readonly coordinator: Pick<Account, 'call'>;
  readonly reader: (room: RoomId) => Promise<Pick<Account, 'event'>>;
  readonly ops: RoomId;
  readonly serverName: string;
  readonly timeZone: string;
  readonly lang: Lang;
  readonly nameOf: (user: UserId) => string;
  /** Which swarm this is, the same after a restart: what another has in hand, this one did not die of. */
  readonly swarm: string;
  readonly log: Logger;
}

const Kept = z.object({
  event: EventId,
  room: RoomId.optional(),
  sender: UserId.optional(),
  at: z.number(),
  why: z.string(),
});
type Kept = z.infer<typeof Kept>;

const LIST = swarmKey('misfits');
const MOST = 500;
const SHOWN = 15;
/** Of single lines in ops within an hour. */
const LINES = 5;
const HEALTH_MS = 3_000;
/** What a process died of comes back right after its next start; later nothing need be noted on the way. */
const WATCHED_FIRST = 100;
const DAY_S = 24 * 3_600;

/** What could not be handled is kept by where it stands, told in ops once, shown and tried again on demand. */
export function createUnreadableJobs(
  deps: UnreadableJobsDeps,
): Aside & { readonly commands: (inbox: () => Pick<Inbox, 'again'>) => SwarmCommands<'aside'> } {
  const { redis, queue, ops, lang, log } = deps;
  const inHand = new Set<EventId>();
  let watched = 0;
  let told: number[] = [];

  async function healthy(): Promise<boolean> {
    const redisTakes = redis.set(swarmKey('probe'), '1', 'EX', 60).then(
      () => true,
      () => false,
    );
    const [redisThere, homeserverThere] = await Promise.all([
      Promise.race([redisTakes, new Promise<false>((resolve) => setTimeout(() => resolve(false), HEALTH_MS).unref())]),
      deps.coordinator.call('GET', '/_matrix/client/versions', { tries: 1, timeoutMs: HEALTH_MS }).then(
        () => true,
        () => false,
      ),
    ]);
    return redisThere && homeserverThere;
  }

  const deaths = (event: EventId) => swarmKey('in-hand', deps.swarm, event);

  async function begun(event: EventId): Promise<number> {
    if (inHand.has(event) || watched >= WATCHED_FIRST) return 0;
    watched += 1;
    inHand.add(event);
    const [times] = await Promise.all([redis.incr(deaths(event)), redis.expire(deaths(event), DAY_S)]);
    return times - 1;
  }

  async function ended(event: EventId): Promise<void> {
    if (inHand.delete(event)) await redis.del(deaths(event));
  }

  const lineOf = ({ event, room, sender, at, why }: Kept): say.AsideLine => ({
    who: sender === undefined ? '' : plainWords(deps.nameOf(sender), 60),
    when: at === 0 ? '' : clockTime(at, Date.now(), deps.timeZone, lang),
    link: room === undefined ? '' : permalink(room, event, deps.serverName),
    why: why.replace(/[^\w.-]/g, '').slice(0, 60),
  });

  /** Each of the first few; then one line, and silence for an hour. */
  function words(failed: Kept): string | null {
    told = told.filter((time) => time > Date.now() - 3_600_000);
    if (told.length > LINES) return null;
    told.push(Date.now());
    return told.length > LINES ? say.manyAside[lang]() : say.putAside[lang](lineOf(failed));
  }

  async function put(failed: FailedEvent): Promise<void> {
    const { event, room, sender, at, why } = failed;
    const kept = JSON.stringify({ event, room, sender, at, why });
    log.error({ event, room, sender, why }, 'put aside');
    const text = words(failed);
    const job = text === null ? null : ({ type: 'notice', room: ops, source: event, slot: 'aside', text } as const);
    // Told first: a crash in between tells it again under the same name.
    if (job !== null) await queue.add([{ id: jobId(job), data: job }]);
    await redis.hset(LIST, event, kept);
    await forgetOldest();
  }

  async function list(): Promise<readonly Kept[]> {
    const all = Object.values(await redis.hgetall(LIST)).flatMap((one) => Kept.safeParse(JSON.parse(one)).data ?? []);
    return all.toSorted((a, b) => b.at - a.at);
  }

  async function forgetOldest(): Promise<void> {
    if ((await redis.hlen(LIST)) <= MOST) return;
    const oldest = (await list()).slice(MOST).map(({ event }) => event);
    if (oldest.length > 0) await redis.hdel(LIST, ...oldest);
  }

  async function tryAgain({ event, room }: Kept, inbox: Pick<Inbox, 'again'>): Promise<'done' | 'left' | 'gone'> {
    const raw = room === undefined ? null : await (await deps.reader(room)).event(room, event);
    const outcome = raw === null || room === undefined ? 'gone' : (await inbox.again(raw, room)) ? 'done' : 'left';
    if (outcome !== 'left') await redis.hdel(LIST, event);
    return outcome;
  }

  async function again(inbox: Pick<Inbox, 'again'>, inLang: Lang): Promise<string> {
    const outcomes = { done: 0, left: 0, gone: 0 };
    for (const one of (await list()).toReversed()) outcomes[await tryAgain(one, inbox)] += 1;
    return say.asideTriedAgain[inLang](outcomes.done, outcomes.left, outcomes.gone);
  }

  return {
    healthy,
    begun,
    ended,
    put,
    commands: (inbox) => ({
      aside: async (job) => {
        const word = job.words.trim().toLowerCase();
        if (word !== '' && word !== '다시' && word !== 'again') return say.asideUsage[job.lang]();
        const kept = await list();
        if (kept.length === 0) return say.nothingAside[job.lang]();
        return word === ''
          ? say.asideList[job.lang](kept.slice(0, SHOWN).map(lineOf), Math.max(0, kept.length - SHOWN))
          : again(inbox(), job.lang);
      },
    }),
  };
}
