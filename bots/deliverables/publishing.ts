import type { Redis } from 'ioredis';
import type { Rooms } from '../../bridge/appservice/rooms.ts';
import { type Account, refused } from '../../bridge/matrix/account.ts';
import { messageContent } from '../../bridge/matrix/content.ts';
import { plainWords } from '../../bridge/matrix/markdown-words.ts';
import type { EventId } from '../../bridge/protocol/ids.ts';
import type { ReactionEvent } from '../../bridge/protocol/room-event.ts';
import type { SwarmCommandJob } from '../../bridge/protocol/turn.ts';
import { swarmKey } from '../../bridge/queue/redis.ts';
import { type PageData, pageDataId } from '../../bridge/stores/page-data.ts';
import {
  pageName,
  type PublishedPage,
  type PublishedPages,
  turnedTo,
  withVersion,
} from '../../bridge/stores/published-pages.ts';
import * as say from '../../bridge/text/room/commands/publish.ts';
import type { SwarmCommands } from '../commands/house-commands.ts';
import type { Address } from '../residents/public-address.ts';
import { isOwnProposal, putProposal } from '../residents/put-proposal.ts';
import type { TaskState } from '../tasks/state/task-state.ts';
import type { Tasks } from '../tasks/tasks.ts';
import { siteOf } from './site.ts';
import { siteShown } from './site-shown.ts';

export interface PublishingDeps {
  readonly redis: Redis;
  readonly tasks: Pick<Tasks, 'get'>;
  readonly coordinator: Account;
  readonly rooms: Pick<Rooms, 'masters' | 'reader'>;
  readonly published: PublishedPages;
  readonly data: Pick<PageData, 'keep'>;
  readonly address: Address;
}

export interface Publishing {
  readonly commands: SwarmCommands<'publish'>;
  tapped(reaction: ReactionEvent): Promise<void>;
  /** The task's message was taken out of the room. */
  taskGone(root: EventId): Promise<void>;
}

export const BACK = '⏪';
export const FORTH = '⏩';
const TAPPABLE_S = 366 * 24 * 3600;
const saidAt = (event: EventId): string => swarmKey('published-said', event);

const OFF = /^(?:끄기|취소|off)(?=\s|$)/iu;
const GO_BACK = /^(?:되돌리기|이전|back)(?=\s|$)/iu;
const NUMBERED = /^#?(\d{1,9})(?:번)?(?:\s|$)/u;

/** `!publish`: a made page under a name of its own, by a master's ✅, and its earlier versions one tap away. */
export function publishing(deps: PublishingDeps): Publishing {
  const { redis, tasks, coordinator, rooms, published, data, address } = deps;

  const addressOf = (name: string): string => `${address.base}/s/${name}/`;
  const shown = (page: PublishedPage): say.PublishedShown => ({
    name: page.name,
    url: `${address.base}/s/${encodeURIComponent(page.name)}/`,
    address: addressOf(page.name),
    title: plainWords(page.versions[page.current]?.preview.title ?? '', 40),
    version: page.dropped + page.current + 1,
    newest: page.dropped + page.versions.length,
    onlyHere: address.onlyHere,
  });

  async function publish(job: SwarmCommandJob): Promise<string | null> {
    const words = job.words.trim();
    const { lang } = job;
    if (OFF.test(words)) return takeBack(words.replace(OFF, ''), job);
    if (GO_BACK.test(words)) return turnTo(words.replace(GO_BACK, ''), -1, job);
    const number = NUMBERED.exec(words)?.[1];
    const task = await taskOf(number, job);
    const all = words === '' ? await published.all() : [];
    if (words === '' && (task === null || all.some(({ root }) => root === task.root)))
      return all.length === 0 ? say.nothingPublished[lang]() : say.publishedList[lang](all.map(shown));
    if (task === null) return number === undefined ? say.publishWhere[lang]() : say.noSuchPage[lang](Number(number));
    const site = siteOf(task);
    if (site === null) return say.noSuchPage[lang](task.no);
    const preview = await siteShown(site, task, coordinator);
    const name = pageName(words.replace(NUMBERED, '')) ?? (words === '' ? pageName(preview.title.slice(0, 40)) : null);
    if (name === null) return say.badPageName[lang]();
    const before = await published.get(name);
    if (before !== null && before.root !== task.root) return say.nameTaken[lang](name);
    if (!(await isAgreed(job))) return propose(job, task, name, plainWords(preview.title, 40));
    const version = { site: site.version, at: job.at, preview };
    const page: PublishedPage =
      before === null
        ? {
            v: 1,
            name,
            root: task.root,
            room: task.room,
            lang,
            versions: [version],
            current: 0,
            dropped: 0,
            causes: [],
          }
        : withVersion(before, version, job.source);
    await published.put(page);
    await data.keep(pageDataId(task.root), true);
    await tell(page, job);
    return null;
  }

  async function taskOf(number: string | undefined, { thread }: SwarmCommandJob): Promise<TaskState | null> {
    if (number !== undefined) return tasks.get(Number(number));
    return thread === undefined ? null : tasks.get(thread);
  }

  async function isAgreed({ room, source }: SwarmCommandJob): Promise<boolean> {
    return isOwnProposal(await (await rooms.reader(room)).event(room, source), coordinator);
  }

  async function propose(job: SwarmCommandJob, task: TaskState, name: string, title: string): Promise<string | null> {
    const put = await putProposal(
      {
        room: job.room,
        thread: job.thread,
        source: job.source,
        by: 'coordinator',
        words: say.publishWould[job.lang]({ title, address: addressOf(name), onlyHere: address.onlyHere }),
        line: `!${job.lang === 'ko' ? '공개' : 'publish'} ${task.no} ${name}`,
        id: `${job.source}.publish`,
      },
      { coordinator, masters: () => rooms.masters() },
    );
    return put === 'stands' ? null : say.badPageName[job.lang]();
  }

  /** Where it stands, with what can be tapped beneath. */
  async function tell(
    page: PublishedPage,
    { room, thread, source }: Pick<SwarmCommandJob, 'room' | 'thread' | 'source'>,
  ): Promise<void> {
    const said = await coordinator.send(
      room,
      'm.room.message',
      messageContent({
        text: say.published[page.lang](shown(page)),
        msgtype: 'm.notice',
        chavion: { v: 1, kind: 'notice', source },
        ...(thread === undefined ? { replyTo: source } : { thread }),
      }),
      `${source}.published`,
    );
    await redis.set(saidAt(said), page.name, 'EX', TAPPABLE_S);
    for (const [sign, there] of [
      [BACK, page.current > 0],
      [FORTH, page.current < page.versions.length - 1],
    ] as const) {
      if (!there) continue;
      const relation = { 'm.relates_to': { rel_type: 'm.annotation', event_id: said, key: sign } };
      // One that stands there from before a crash is refused as a duplicate.
      await coordinator.send(room, 'm.reaction', relation, `${source}.published.${sign}`).catch((error: unknown) => {
        if (!refused(error)) throw error;
      });
    }
  }

  async function turnTo(words: string, by: -1 | 1, job: SwarmCommandJob): Promise<string | null> {
    const page = await published.get(words);
    if (page === null) return say.notPublished[job.lang]();
    return (await turned(page, by, job)) ? null : say.noOtherVersion[job.lang](page.name);
  }

  /** False where there is no such version. Heard a second time it only says so again, which stands there already. */
  async function turned(
    page: PublishedPage,
    by: -1 | 1,
    cause: Pick<SwarmCommandJob, 'room' | 'thread' | 'source'>,
  ): Promise<boolean> {
    const heard = page.causes.find(({ event }) => event === cause.source);
    const to = heard?.current ?? page.current + by;
    if (page.versions[to] === undefined) return false;
    const after = heard === undefined ? turnedTo(page, to, cause.source) : page;
    await published.put(after);
    await tell(after, cause);
    return true;
  }

  async function takeBack(words: string, { lang }: SwarmCommandJob): Promise<string> {
    const page = await published.get(words);
    if (page === null) return say.notPublished[lang]();
    await remove(page);
    return say.takenBack[lang](page.name);
  }

  async function remove({ name, root }: PublishedPage): Promise<void> {
    await published.remove(name);
    const others = (await published.all()).some((page) => page.root === root);
    if (!others) await data.keep(pageDataId(root), false);
  }

  return {
    commands: { publish },
    async tapped({ target, key, sender, eventId, roomId }) {
      const by = key.startsWith(BACK) ? -1 : key.startsWith(FORTH) ? 1 : null;
      if (by === null) return;
      const name = await redis.get(saidAt(target));
      const page = name === null ? null : await published.get(name);
      if (page === null || !(await rooms.masters()).has(sender)) return;
      await turned(page, by, { room: roomId, source: eventId, thread: page.room === roomId ? page.root : undefined });
    },
    async taskGone(root) {
      for (const page of await published.all()) if (page.root === root) await remove(page);
    },
  };
}
